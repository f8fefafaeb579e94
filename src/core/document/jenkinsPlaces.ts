import { textOfStretches } from "../shell/stretch.ts";
import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import type { WordPart } from "./document.ts";
import { closingAt, openingAt } from "./groovyBrackets.ts";
import type { GroovyValue } from "./groovyValue.ts";
import type { GroovyValues } from "./groovyValues.ts";

/** What a block belongs to: the name before its brace, or that of the call whose arguments stand there. */
export function ownerOf(tokens: readonly GroovyToken[], brace: number, values: GroovyValues): string {
  const before = tokens[brace - 1];
  if (before?.kind === "name") return before.text;
  if (before?.kind !== "sign" || before.text !== ")") return "";
  const open = openingAt(tokens, brace - 1) ?? 0;
  const name = signAt(tokens, open) === "(" ? nameAt(tokens, open - 1) : "";
  return name === "docker.withRegistry" ? `registry ${knownText(values, open + 1) ?? "?"}` : name;
}

function knownText(values: GroovyValues, index: number): string | undefined {
  const value = values.valueAt(index);
  return value?.parts.every(({ text }) => text !== undefined) === true ? textOfStretches(value.parts) : undefined;
}

/** The host that `docker.withRegistry` puts before the names of images; none for Docker Hub. */
export function registryOf(blocks: readonly string[]): string | undefined {
  const around = blocks.findLast((block) => block.startsWith("registry "));
  return around === undefined ? undefined : registryHost(around.slice("registry ".length));
}

function registryHost(url: string): string | undefined {
  const host = /^(?:https?:\/\/)?([^/]+)/.exec(url)?.[1];
  return host === undefined || /(?:^|\.)docker\.(?:io|com)$/.test(host) || host === "?" ? undefined : host;
}

/** The host of `registryUrl` in the same block of an agent. */
export function registryBeside(tokens: readonly GroovyToken[], at: number, values: GroovyValues): string | undefined {
  for (const step of [1, -1]) {
    let depth = 0;
    for (let index = at + step; Math.abs(index - at) < 200; index += step) {
      const token = tokens[index];
      if (token === undefined) break;
      if (token.kind === "name" && token.text === "registryUrl" && depth === 0)
        return registryHost(knownText(values, index + 1) ?? "?");
      if (token.kind !== "sign") continue;
      if (token.text === (step > 0 ? "{" : "}")) depth += 1;
      else if (token.text === (step > 0 ? "}" : "{") && --depth < 0) break;
    }
  }
  return undefined;
}

/** Whether a named argument belongs to one of the given calls. */
export function isInsideCall(tokens: readonly GroovyToken[], at: number, calls: readonly string[]): boolean {
  let depth = 0;
  for (let index = at - 1; index >= 0 && at - index < 500; index--) {
    const token = tokens[index];
    // A call before it has its arguments in parentheses.
    const isOpen = token?.kind === "name" && depth === 0 && signAt(tokens, index + 1) === "";
    if (isOpen && calls.includes(ownName(token.text))) return true;
    if (token?.kind !== "sign") continue;
    if (")}]".includes(token.text)) depth += 1;
    else if (token.text === "(" && depth === 0) {
      const name = tokens[index - 1];
      return name?.kind === "name" && calls.includes(ownName(name.text));
    } else if (token.text === "[" && depth === 0 && signAt(tokens, index - 1) === "(") continue;
    else if ("({[".includes(token.text) && --depth < 0) return false;
  }
  return false;
}

/** A step's name without the pipeline that a library is handed: `script.containerTemplate`. */
function ownName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** `containers: [[name: 'x', image: 'y']]` */
export function isInContainers(tokens: readonly GroovyToken[], at: number): boolean {
  const map = openingAt(tokens, at) ?? 0;
  const list = openingAt(tokens, map) ?? 0;
  return (
    signAt(tokens, map) === "[" &&
    signAt(tokens, list) === "[" &&
    signAt(tokens, list - 1) === ":" &&
    nameAt(tokens, list - 2) === "containers"
  );
}

/** Where the script of an `sh` step begins: its only argument, or the one named `script`. */
export function scriptArgument(
  text: string,
  tokens: readonly GroovyToken[],
  from: number,
  isParenthesised: boolean,
): number | undefined {
  const first = tokens[from];
  if (first?.kind === "string") return from;
  if (first?.kind === "name" && signAt(tokens, from + 1) !== ":") {
    const isSameLine = !text.slice(tokens[from - 1]?.span.end, first.span.start).includes("\n");
    return isParenthesised || isSameLine ? from : undefined;
  }
  const list = signAt(tokens, from) === "[" ? closingAt(tokens, from) : undefined;
  if (list !== undefined && isParenthesised && nameAt(tokens, list + 2) === "join") return from;
  let depth = 0;
  for (let at = list !== undefined && isParenthesised ? from + 1 : from; at < tokens.length && at < from + 60; at++) {
    const token = tokens[at];
    if (token?.kind === "name" && token.text === "script" && depth === 0) return at + 2;
    if (token?.kind !== "sign") continue;
    if ("([{".includes(token.text)) depth += 1;
    else if (")]}".includes(token.text) && --depth < 0) return undefined;
    if (!isParenthesised && at === from) return undefined;
  }
  return undefined;
}

/** The parts of an image's name; who calls fills in what is nothing by default and cannot be nothing: `given ?: ''`. */
export function withCaller({ parts, span }: GroovyValue, text: string): readonly WordPart[] {
  const isEmpty = parts.every((part) => part.text !== undefined) && /(?:^|[/:@])$/.test(textOfStretches(parts));
  const written = text.slice(span.start, span.end);
  if (!isEmpty || !/\w/.test(written.replaceAll(/'[^']*'/g, ""))) return parts;
  const quotes = /^("""|")[^]*\1$/.exec(written)?.[1]?.length ?? 0;
  const own = { start: parts.at(-1)?.span.end ?? span.start + quotes, end: span.end - quotes };
  const step = { span: own, label: "expression", text: text.slice(own.start, own.end) };
  return [...parts, { span: own, chain: [step] }];
}

/** Whether the image that a call makes is only pushed, which makes it an output. */
export function isPushed(tokens: readonly GroovyToken[], open: number): boolean {
  const close = closingAt(tokens, open);
  return close !== undefined && signAt(tokens, close + 1) === "." && nameAt(tokens, close + 2) === "push";
}
