import { readJsonc } from "./jsonc.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import type { Definition, Placeholder, TemplateScope } from "./template.ts";
import { noTemplate } from "./templateSyntax.ts";
import { valueAt } from "./yamlNode.ts";

const option = "templateOption";
const variable = /\$\{(localEnv|env|containerEnv|templateOption):(\w+)(?::([^}]*))?\}|\$\{\w+\}/g;

/**
 * Variables of a dev container (`${localEnv:NAME:default}`, `${localWorkspaceFolder}`): only a default is known, and
 * that of a template's option.
 */
export function devcontainerScope(options: (name: string) => readonly Definition[] = () => []): TemplateScope {
  return { syntax: placeholders, lookup: options };
}

/** The options of the template (containers.dev, "Templates") that the configuration at `path` belongs to, by their defaults. */
export function templateOptions(path: string, siblings: Siblings): (name: string) => readonly Definition[] {
  const places = ["../devcontainer-template.json", "devcontainer-template.json"];
  return (name) => {
    if (!name.startsWith(`${option}:`)) return [];
    for (const place of places) {
      const file = siblingPath(path, place);
      const text = file === undefined ? undefined : siblings(file);
      if (file === undefined || text === undefined) continue;
      const node = valueAt(readJsonc(text).documents[0]?.root, "options", name.slice(option.length + 1), "default");
      const source = { text, file };
      return node === undefined ? [] : [{ label: `default of ${name}`, node, scope: plain, source }];
    }
    return [];
  };
}

const plain: TemplateScope = { syntax: noTemplate, lookup: () => [] };

function placeholders(source: string): readonly Placeholder[] {
  return [...source.matchAll(variable)].map((match): Placeholder => {
    const end = match.index + match[0].length;
    const fallback = match[3];
    return {
      start: match.index,
      end,
      ...(match[2] === undefined ? {} : { name: match[1] === option ? `${option}:${match[2]}` : match[2] }),
      ...(fallback === undefined ? {} : { fallback: { start: end - 1 - fallback.length, end: end - 1 } }),
    };
  });
}
