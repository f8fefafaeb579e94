import { scopeOf } from "./ansibleScope.ts";
import { variablesBeside, type VariableLookup } from "./ansibleVariables.ts";
import type { Document, ImageUse } from "./document.ts";
import { roundsOf, type JinjaRound } from "./jinjaLoops.ts";
import { jinjaTokens, type JinjaToken } from "./jinjaTokens.ts";
import type { Siblings } from "./siblings.ts";
import { readSubstituted, type Substitution } from "./substitution.ts";
import { expandTemplate, textOfValue, type TemplateScope } from "./template.ts";
import { inOrder, lineOf, wholeOf } from "./templateLines.ts";
import { filledPath } from "./templatePath.ts";
import { inDocumentOrder } from "./yamlImage.ts";
import type { YamlNode, YamlScalar } from "./yamlNode.ts";

const yaml = /\.ya?ml$|compose$/i;
/** A key of a manifest or a compose file, whose template may have no ending of its own (`deployment.j2`). */
const manifest = /^(?:apiVersion|services)[ \t]*:/m;
/** Variables named after the command that they hold, where one of its sub-commands follows. */
const engine = /(?:^|[._])(docker|podman)(?:_(?:bin|binary|cmd|command|exe|executable|path))?$/;
const subcommand = /^[ \t]+(?:create|pull|run)[ \t\\]/;

/**
 * Reads a template of Jinja as what it becomes: with the values that Ansible's variables have in the files, and with a
 * variable that nobody knows in the place of every other expression. What statements choose between is all read.
 */
export function readJinjaTemplate(
  text: string,
  path: string,
  siblings: Siblings,
  read: (text: string) => Document,
): Document {
  const tokens = jinjaTokens(text);
  const variables = variablesOf(text, tokens, variablesBeside(path, siblings));
  const isYaml = yaml.test(filledPath(path)) || manifest.test(text);
  const inRound = (round: JinjaRound): Document => {
    const scopes = new Map<string, TemplateScope>();
    const scopeAt = ({ start }: JinjaToken): TemplateScope => {
      const known = scopes.get(round.around(start));
      if (known !== undefined) return known;
      const scope = scopeOf(text, nothing, (name) => {
        const { of, isOfLoop } = round.at(start, name);
        return isOfLoop ? of : variables(name);
      });
      scopes.set(round.around(start), scope);
      return scope;
    };
    const substitutions = tokens.flatMap((token) => substitutionOf(text, token, scopeAt(token), isYaml) ?? []);
    return readSubstituted(wholeOf(text), text, inOrder(substitutions), read);
  };
  const documents = roundsOf(tokens, variables).map(inRound);
  const first = documents[0] ?? read(text);
  const images = documents.length === 1 ? first.images : distinct(documents.flatMap((one) => one.images));
  return { ...first, path, text, images: images.map(withoutPin), problems: [] };
}

/** What loops yield at each place, in the order of the places; an item that says nothing yields nothing. */
function distinct(images: readonly ImageUse[]): readonly ImageUse[] {
  const found = new Map<string, ImageUse>();
  const said = new Set(images.flatMap(({ span, reference }) => (reference === undefined ? [] : [span.start])));
  for (const use of images) {
    const key = JSON.stringify([use.span, use.reference]);
    const isSaid = use.resolution !== "unresolved" || !said.has(use.span.start);
    if (isSaid && !found.has(key)) found.set(key, use);
  }
  return inDocumentOrder([...found.values()]);
}

const nothing: YamlNode = { kind: "mapping", span: { start: 0, end: 0 }, entries: [] };

/** Ansible's variables, and those that the template sets. */
function variablesOf(text: string, tokens: readonly JinjaToken[], around: VariableLookup): VariableLookup {
  const own = new Map<string, YamlScalar | undefined>();
  for (const { kind, inner, start } of tokens) {
    if (kind !== "statement") continue;
    const [, name = "", value] = /^set\s+(\w+)\s*=\s*([\s\S]+)$/.exec(inner) ?? [];
    if (value === undefined) continue;
    const from = text.indexOf(value, start);
    const span = { start: from, end: from + value.length };
    const node: YamlScalar = { ...wholeOf(`{{ ${value} }}`), exact: false, span };
    own.set(name, own.has(name) ? undefined : node);
  }
  return (name) => {
    const node = own.get(name);
    if (own.has(name)) return node === undefined ? undefined : { node, label: `variable ${name} of the template` };
    return around(name);
  };
}

/** What stands in a token's place. */
function substitutionOf(
  text: string,
  token: JinjaToken,
  scope: TemplateScope,
  isYaml: boolean,
): Substitution | undefined {
  const { kind, start, end, inner } = token;
  if (kind !== "expression") return { ...lineOf(text, token), text: "" };
  const written: YamlScalar = { ...wholeOf(text.slice(start, end)), span: { start, end } };
  const values = expandTemplate(text, written, scope);
  const texts = values.map(textOfValue);
  const [first, ...others] = texts;
  if (first !== undefined && !first.includes("\n") && others.every((other) => other === first))
    return { start, end, text: first, chain: values[0]?.chain ?? [], isPart: true };
  const line = lineOf(text, token);
  if (isYaml && line.end > end) return { ...line, text: "" };
  const [, named] = subcommand.test(text.slice(end, end + 40)) ? (engine.exec(inner) ?? []) : [];
  if (named !== undefined) return { start, end, text: named };
  return { start, end, text: `\${jinja_${inner.replaceAll(/\W+/g, "_").slice(0, 60)}}` };
}

/** A reference that Jinja completes cannot be pinned where it stands. */
function withoutPin(use: ImageUse): ImageUse {
  const { pinAt: _, pinBefore: __, ...rest } = use;
  return /\{[{%]/.test(use.text) ? rest : use;
}
