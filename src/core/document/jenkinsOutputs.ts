import type { WordPart } from "./document.ts";
import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import { closingAt } from "./groovyBrackets.ts";
import { saysAny } from "./groovyValue.ts";
import type { GroovyValues } from "./groovyValues.ts";

/**
 * The names that the call at a token gives to what the pipeline has built, as other places may write them beside those
 * of its argument: `image.tag('1')`, `docker.image('a').push('1')`, `docker.build(env.IMAGE)`.
 */
export function namesGivenAt(
  tokens: readonly GroovyToken[],
  at: number,
  argument: number,
  values: GroovyValues,
  registry: string | undefined,
): readonly string[] {
  const token = tokens[at];
  if (token?.kind !== "name") return [];
  const variables = token.text.endsWith("docker.build") ? variableAt(tokens, argument) : [];
  if (variables.length > 0) return [...givenAfter(tokens, at, values, registry), ...variables];
  const holder = /^(.+)\.(?:tag|push)$/.exec(token.text)?.[1];
  if (holder !== undefined) {
    const made = values.partsOf([{ kind: "expression", name: `${holder}.id`, span: token.span }]);
    return saysAny(made) ? namesOf(made, tokens, at + 1, values, registry) : [];
  }
  return givenAfter(tokens, at, values, registry);
}

/** The names after a call: `docker.build('a').push('1')`. */
function givenAfter(
  tokens: readonly GroovyToken[],
  at: number,
  values: GroovyValues,
  registry: string | undefined,
): readonly string[] {
  const close = signAt(tokens, at + 1) === "(" ? closingAt(tokens, at + 1) : undefined;
  const value = close === undefined ? undefined : values.valueAt(at + 2);
  if (close === undefined || value === undefined || signAt(tokens, close + 1) !== ".") return [];
  return /^(?:tag|push)$/.test(nameAt(tokens, close + 2))
    ? namesOf(value.parts, tokens, close + 3, values, registry)
    : [];
}

/** How else an image may be written by whose name a variable is: `docker.build(env.IMAGE)`, `docker.build("$image")`. */
function variableAt(tokens: readonly GroovyToken[], at: number): readonly string[] {
  const token = tokens[at];
  const [piece, ...others] = token?.kind === "string" ? token.pieces : [];
  const name =
    token?.kind === "name" ? token.text : piece?.kind === "expression" && others.length === 0 ? piece.name : "";
  const variable = /^(?:env\.)?([A-Z_][A-Z0-9_]*)$/.exec(name)?.[1];
  if (variable !== undefined) return [`\${${variable}}`];
  return /^[a-z]\w*$/.test(name) ? [name, `\${${name}}`] : [];
}

/** What an image of a name is called after `tag` or `push`, whose arguments begin at a token. */
function namesOf(
  parts: readonly WordPart[],
  tokens: readonly GroovyToken[],
  open: number,
  values: GroovyValues,
  registry: string | undefined,
): readonly string[] {
  const argument = signAt(tokens, open) === "(" ? open + 1 : open;
  const tags = spellingsOf(values.valueAt(argument)?.parts ?? []);
  const told = spellingsOf(parts);
  const names = told.flatMap((name) => {
    const own = name.replace(/:(?:\$\{[^}]*\}|[^/:])*$/, "");
    const called = tags.length === 0 ? [name] : tags.map((tag) => `${own}:${tag}`);
    return registry === undefined || name.startsWith(`${registry}/`)
      ? called
      : called.map((one) => `${registry}/${one}`);
  });
  // What is only called as it is already may come from elsewhere.
  return names.filter((name) => !told.includes(name) && !told.includes(name.replace(/:latest$/, "")));
}

/** How a value may be written: variables of the environment with what holds them, and without. */
function spellingsOf(parts: readonly WordPart[]): readonly string[] {
  const [only, ...others] = parts;
  if (only === undefined) return [];
  if (others.length === 0 && only.choices !== undefined) return only.choices.flatMap(spellingsOf);
  const written = parts.map(({ text, chain }) => text ?? variableOf(chain.at(-1)?.text ?? "")).join("");
  return [
    ...new Set([written, written.replaceAll("${env.", "${"), written.replaceAll(/\$\{(?=[A-Z_]+\})/g, "${env.")]),
  ];
}

function variableOf(written: string): string {
  return `\${${written.replace(/^\$\{?/, "").replace(/\}$/, "")}}`;
}
