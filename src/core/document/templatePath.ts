const jinja = /\.(?:j2|jinja2?)$/i;
const ofRole = /(?:^|\/)roles\/[^/]+\/templates\//;
const terraform = /\.(?:tftpl|tpl|tmpl)$/i;
/** What is copied and then changed, or filled in by whatever tool; units of systemd are so in most builds. */
const sample =
  /\.(?:dist|example|sample)$|(?<=\.(?:bu|butane|container|hcl|image|json|kube|service|sh|tf|volume|ya?ml))\.template$|(?<=\.(?:bu|butane|ya?ml|container|image|kube|service|volume))\.(?:in|envsubst|subst)$/i;

/** A path without the ending that says that the file is filled in before anybody reads it: that of what it becomes. */
export function filledPath(path: string): string {
  return path.replace(jinja, "").replace(terraform, "").replace(sample, "");
}

/** Who fills a file in before anybody reads it; `nobody` for one that is read as what its path names without its ending. */
export type Filling = "jinja" | "terraform" | "nobody";

/** Who fills a file in; undefined for one that is read under its own path. */
export function fillingOf(path: string, text: string): Filling | undefined {
  if (jinja.test(path) || ofRole.test(path))
    return /\{[{%#]/.test(text) ? "jinja" : jinja.test(path) ? "nobody" : undefined;
  if (text.includes("{{") && /(?:^|\/)templates\//.test(path) && imageOfJinja.test(text)) return "jinja";
  if (text.includes("{%") && /\.ya?ml$/i.test(path) && isJinjaManifest(text)) return "jinja";
  if (terraform.test(path)) return isGoTemplate(path, text) ? undefined : "terraform";
  return sample.test(path) ? "nobody" : undefined;
}

/** An image with a variable of Jinja: those of Helm begin with a dot or a dollar sign, and its functions take arguments. */
const imageOfJinja =
  /(?:^|[\s{,"'-])(?:image["']?[ \t]*[:=]|Image=)[^\n{]{0,200}\{\{-?[ \t]*[a-z_][\w.]*[ \t]*(?:\||-?\}\})/m;

/** Whether a manifest has statements of Jinja on lines of their own, which are no YAML, though its name does not say so. */
function isJinjaManifest(text: string): boolean {
  return (
    /^[ \t]*\{%[-+]?[ \t]*(?:if|for|set|else|endif|endfor|macro|include|import|raw)\b/m.test(text) &&
    /^[ \t-]*apiVersion[ \t]*:/m.test(text)
  );
}

/** Whether a text is a template of Go: braces in pairs may also stand in what a command is given. */
function isGoTemplate(path: string, text: string): boolean {
  if (/\.tftpl$/i.test(path) || !text.includes("{{")) return false;
  return /\{\{-?\s*(?:define|else|end|if|include|range|template|with|\/\*)\b/.test(text) || !/[$%]\{/.test(text);
}
