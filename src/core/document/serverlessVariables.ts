import { siblingPath, type Siblings } from "./siblings.ts";
import {
  definitionText,
  type Definition,
  type Placeholder,
  type TemplateScope,
  type TemplateSyntax,
} from "./template.ts";
import { readYaml } from "./yaml.ts";
import { scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

const maximumExpression = 1000;
const maximumDepth = 10;
/** The stage of a command that names none (Serverless Framework, "Variables"). */
const usualStage = "dev";

/** `${...}`, in which others may stand. */
const variables: TemplateSyntax = (source) => {
  const found: Placeholder[] = [];
  for (let at = source.indexOf("${"); at >= 0;) {
    const end = closing(source, at);
    if (end === undefined) break;
    found.push({ start: at, end: end + 1, name: source.slice(at + 2, end).trim() });
    at = source.indexOf("${", end);
  }
  return found;
};

/** The brace that closes the variable at `open`. */
function closing(source: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < Math.min(source.length, open + maximumExpression); at++) {
    if (source.startsWith("${", at)) depth += 1;
    else if (source.charAt(at) === "}" && --depth === 0) return at;
  }
  return undefined;
}

/** A quoted text, or what stands up to the next comma that is in no variable, brackets or quotes. */
const candidate = /(?:"[^"]*"|'[^']*'|\$\{[^{}]*\}|\([^()]*\)|[^,"'()$]|\$)+/g;

/**
 * What variables of the Serverless Framework come to: what stands elsewhere in the file or in another, and where that
 * is not there, or only a command or the environment says it, what follows it.
 */
export function serverlessScope(text: string, path: string, root: YamlNode, siblings: Siblings): TemplateScope {
  let depth = 0;
  const lookup = (name: string): readonly Definition[] => {
    if (depth >= maximumDepth) return [];
    depth += 1;
    try {
      for (const written of name.match(candidate) ?? []) {
        const one = withoutVariables(written.trim());
        const found = one === undefined ? undefined : said(one);
        if (one === undefined || found !== undefined) return found ?? [];
      }
      return [];
    } finally {
      depth -= 1;
    }
  };
  const scope: TemplateScope = { syntax: variables, lookup };

  /** The text with what its variables come to; undefined where one is not known. */
  const withoutVariables = (written: string): string | undefined => {
    let result = "";
    let at = 0;
    for (const { start, end, name = "" } of variables(written)) {
      const [definition, ...others] = lookup(name);
      const inner = definition && others.length === 0 ? definitionText(text, definition, scope) : undefined;
      if (inner === undefined) return undefined;
      result += written.slice(at, start) + inner;
      at = end;
    }
    return result + written.slice(at);
  };

  const defined = (label: string, node: YamlNode | undefined): readonly Definition[] | undefined =>
    scalarOf(node) === undefined ? undefined : [{ label, node, scope }];

  /** What one source of a variable says; undefined where it says nothing. */
  const said = (one: string): readonly Definition[] | undefined => {
    const quoted = /^"([^"]*)"$|^'([^']*)'$/.exec(one);
    if (quoted !== null) return [{ label: one, text: quoted[1] ?? quoted[2] ?? "" }];
    const place = /^self:([\w.-]+)$/.exec(one)?.[1];
    if (place !== undefined) return defined(one, valueAt(root, ...place.split(".")));
    const parameter = /^param:([\w-]+)$/.exec(one)?.[1];
    if (parameter !== undefined) return defined(one, valueAt(root, "params", "default", parameter));
    if (one === "sls:stage")
      return defined(one, valueAt(root, "provider", "stage")) ?? [{ label: one, text: usualStage }];
    const [, file = "", key] = /^file\(([^()]+)\)(?::([\w.-]+))?$/.exec(one) ?? [];
    return key === undefined ? undefined : inFile(one, file.trim(), key);
  };

  const roots = new Map<string, YamlNode | undefined>();
  const inFile = (label: string, name: string, key: string): readonly Definition[] | undefined => {
    const file = siblingPath(path, name);
    const other = file === undefined ? undefined : siblings(file);
    if (file === undefined || other === undefined) return undefined;
    if (!roots.has(file)) roots.set(file, readYaml(other).documents[0]?.root);
    const node = valueAt(roots.get(file), ...key.split("."));
    return scalarOf(node) === undefined ? undefined : [{ label, node, scope, source: { text: other, file } }];
  };
  return scope;
}
