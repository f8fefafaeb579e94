const ending = /\.(?:j2|jinja2?)$/i;
const ofRole = /(?:^|\/)roles\/[^/]+\/templates\//;

/** A path without the ending of a template of Jinja: that of what the template becomes. */
export function withoutJinja(path: string): string {
  return path.replace(ending, "");
}

/** Whether Jinja fills a file in before anybody reads it: by its ending, or as the template of one of Ansible's roles. */
export function isJinjaTemplate(path: string, text: string): boolean {
  return (ending.test(path) || ofRole.test(path)) && /\{[{%#]/.test(text);
}
