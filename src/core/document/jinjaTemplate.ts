import type { Span } from "../image/span.ts";
import { joinsWords } from "../shell/expansionKind.ts";
import { scopeOf } from "./ansibleScope.ts";
import { variablesBeside, type VariableLookup } from "./ansibleVariables.ts";
import type { Document, ImageUse } from "./document.ts";
import { areRelated, branchesLeftOut, choicesIn } from "./jinjaBranches.ts";
import { roundsOf, type JinjaRound } from "./jinjaLoops.ts";
import { jinjaTokens, type JinjaToken } from "./jinjaTokens.ts";
import { truthOf } from "./jinjaValues.ts";
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
  const choices = choicesIn(text, tokens);
  const rounds = roundsOf(tokens, variables);
  const emptied = emptiedLines(text, tokens);
  const most = Math.max(1, ...choices.map(({ branches }) => branches.length));
  let turns = areRelated(choices) ? Math.min(most * 2, maximumWays) : most;
  const readIn = new Map(rounds.map((round) => [round, new Set<Span>()]));
  const inRound = (round: JinjaRound, turn: number): Document => {
    const scopes = new Map<string, TemplateScope>();
    const scopeAt = (start: number): TemplateScope => {
      const known = scopes.get(round.around(start));
      if (known !== undefined) return known;
      const scope = scopeOf(text, nothing, (name) => {
        const { of, isOfLoop } = round.at(start, name);
        return isOfLoop ? of : variables(name);
      });
      scopes.set(round.around(start), scope);
      return scope;
    };
    /** Whether a condition holds for an item; of what it is about otherwise, another file may say more. */
    const holds = (condition: string, at: number): boolean | undefined => {
      const names = condition.match(/(?<![\w.'"])[A-Za-z_]\w*/g) ?? [];
      if (condition.length > maximumCondition || !names.some((name) => round.at(at, name).of !== undefined))
        return undefined;
      const [said] = scopeAt(at).lookup(`(${condition}) | default(false)`);
      return truthOf(said !== undefined && "values" in said ? { values: said.values } : undefined);
    };
    const substitutions = tokens.flatMap((token) => {
      const line = emptied.get(token);
      if (line !== undefined) return { ...line, text: "" };
      const found = substitutionOf(text, token, { scope: scopeAt(token.start), isYaml, turn });
      turns = Math.max(turns, Math.min(found.ways, maximumWays));
      return found.substitution ?? [];
    });
    const leftOut = branchesLeftOut(choices, { turn, read: readIn.get(round) ?? new Set() }, holds).map((span) => ({
      ...span,
      text: "",
    }));
    const ordered = [...leftOut, ...substitutions].toSorted(
      (one, other) => one.start - other.start || other.end - one.end,
    );
    return readSubstituted(wholeOf(text), text, inOrder(ordered), read);
  };
  const limit = Math.max(2, Math.min(maximumReadings, Math.floor(maximumCharacters / (text.length + 1))));
  const documents: Document[] = [];
  for (let turn = 0; turn < turns && documents.length < limit; turn++)
    for (const round of rounds.slice(0, limit - documents.length)) documents.push(inRound(round, turn));
  const first = documents[0] ?? read(text);
  if (documents.length === 1) return { ...first, path, text, images: first.images.map(withoutPin), problems: [] };
  const images = distinct(documents.flatMap((one) => one.images)).map(withoutPin);
  return { ...first, path, text, images, commands: distinctCommands(documents), problems: [] };
}

/** Longer conditions are about more than an item. */
const maximumCondition = 200;
/** Values of one expression that are looked at, and times that a template is read. */
const maximumWays = 8;
const maximumReadings = 40;
/** Characters that are read in all these times. */
const maximumCharacters = 100_000;

/** The commands of all readings, each place once. */
function distinctCommands(documents: readonly Document[]): Document["commands"] {
  const found = new Map<number, Document["commands"][number]>();
  for (const { commands } of documents)
    for (const command of commands) {
      const at = command.words[0]?.span.start ?? -1;
      if (!found.has(at)) found.set(at, command);
    }
  return [...found.values()].toSorted(
    (one, other) => (one.words[0]?.span.start ?? 0) - (other.words[0]?.span.start ?? 0),
  );
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

/** What goes with the first and the last of several statements that have a line to themselves: its beginning and its end. */
function emptiedLines(text: string, tokens: readonly JinjaToken[]): ReadonlyMap<JinjaToken, Span> {
  const found = new Map<JinjaToken, Span>();
  // The first of a line that has held nothing but statements so far.
  let first: { readonly token: JinjaToken; readonly start: number } | undefined;
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1];
    const isAfter = before !== undefined && /^[ \t]*$/.test(text.slice(before.end, token.start));
    const [blank] = /(?<=^|\n)[ \t]*$/.exec(text.slice(Math.max(0, token.start - 80), token.start)) ?? [];
    if (!isAfter) first = blank === undefined ? undefined : { token, start: token.start - blank.length };
    if (token.kind === "expression") first = undefined;
    const [rest] = /^[ \t]*\r?\n/.exec(text.slice(token.end, token.end + 80)) ?? [];
    if (!isAfter || first === undefined || rest === undefined) continue;
    found.set(first.token, { start: first.start, end: first.token.end });
    found.set(token, { start: token.start, end: token.end + rest.length });
  }
  return found;
}

/** What stands in a token's place, and in how many ways it may be filled. */
function substitutionOf(
  text: string,
  token: JinjaToken,
  { scope, isYaml, turn }: { readonly scope: TemplateScope; readonly isYaml: boolean; readonly turn: number },
): { readonly substitution?: Substitution; readonly ways: number } {
  const { kind, start, end, inner } = token;
  if (kind !== "expression") return { substitution: { ...lineOf(text, token), text: "" }, ways: 1 };
  const written: YamlScalar = { ...wholeOf(text.slice(start, end)), span: { start, end } };
  const values = expandTemplate(text, written, scope);
  const ways = [...new Map(values.map((value) => [textOfValue(value), value]))];
  const [said, value] = ways[turn % Math.max(1, ways.length)] ?? [];
  if (said !== undefined && ways.every(([way]) => way !== undefined && !way.includes("\n")))
    return { substitution: { start, end, text: said, chain: value?.chain ?? [], isPart: true }, ways: ways.length };
  const line = lineOf(text, token);
  if (isYaml && line.end > end) return { substitution: { ...line, text: "" }, ways: 1 };
  const [, named] = subcommand.test(text.slice(end, end + 40)) ? (engine.exec(inner) ?? []) : [];
  if (named !== undefined) return { substitution: { start, end, text: named }, ways: 1 };
  return { substitution: { start, end, text: `\${${nameOf(inner)}}` }, ways: 1 };
}

/** What filters make of a variable is called as it is; where that is a list of words, they are options. */
function nameOf(expression: string): string {
  const [, named = expression] = /^([\w.]+)\s*\|/.exec(expression) ?? [];
  const ending = joinsWords(expression) ? "_options" : "";
  return `jinja_${named.replaceAll(/\W+/g, "_").slice(0, 60)}${ending}`;
}

/** A reference that Jinja completes cannot be pinned where it stands. */
function withoutPin(use: ImageUse): ImageUse {
  const { pinAt: _, pinBefore: __, ...rest } = use;
  return /\{[{%]/.test(use.text) ? rest : use;
}
