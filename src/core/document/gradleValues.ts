import type { Span } from "../image/span.ts";
import type { ValueStep } from "./document.ts";
import type { GroovyPiece, GroovyToken } from "./groovy.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import type { Value, ValuePart } from "./value.ts";

type GroovyString = Extract<GroovyToken, { kind: "string" }>;

/** What strings and names of a build script come to. */
export interface GradleValues {
  ofString(string: GroovyString): Value;
  /** What a name stands for; undefined where it is none that the files say. */
  ofName(name: string, span: Span): Value | undefined;
}

interface Constant {
  readonly pieces: readonly GroovyPiece[];
  readonly span: Span;
}

const maximumDepth = 10;
/** Names that are followed for one value: keeps constants that name each other from growing without end. */
const maximumNames = 200;
const declarations = new Set(["def", "val", "var", "String", "const"]);
/** What may stand before an own property. */
const owner = /^(?:(?:rootProject|project)\.)?(?:(?:ext|extra)\.)?/;

/** The values of a build script: constants, extra properties, and those of `gradle.properties`. */
export function gradleValues(
  text: string,
  path: string,
  tokens: readonly GroovyToken[],
  siblings: Siblings,
): GradleValues {
  const constants = constantsOf(text, tokens);
  let left = maximumNames;
  const partsOf = (pieces: readonly GroovyPiece[], literal: Span | undefined, depth: number): Value => {
    const parts: ValuePart[] = [];
    const chain: ValueStep[] = [];
    for (const piece of pieces) {
      if (piece.kind === "expression") {
        const value = named(piece.name, piece.span, depth + 1) ?? { parts: [{}], chain: [] };
        parts.push(...value.parts);
        chain.push(...value.chain);
        continue;
      }
      const span = { start: piece.start, end: piece.start + piece.text.length };
      const isExact = text.slice(span.start, span.end) === piece.text;
      parts.push({
        text: piece.text,
        ...(isExact ? { span } : {}),
        ...(literal === undefined ? {} : { literal, shared: true }),
      });
    }
    return { parts, chain };
  };
  const named = (written: string, span: Span, depth: number): Value | undefined => {
    const name = written.trim().replace(owner, "");
    if (depth > maximumDepth || left-- <= 0 || !/^[A-Za-z_]\w*$/.test(name)) return undefined;
    const constant = constants.get(name);
    if (constant !== undefined) {
      const { parts, chain } = partsOf(constant.pieces, constant.span, depth);
      return { parts, chain: [{ span, label: name, text: written }, ...chain] };
    }
    return constants.has(name) ? undefined : property(name, span);
  };
  const property = (name: string, span: Span): Value | undefined => {
    for (const file of new Set([siblingPath(path, "gradle.properties"), "gradle.properties"])) {
      const found = file === undefined ? undefined : siblings(file);
      const line = new RegExp(`^[ \\t]*${name}[ \\t]*[=:][ \\t]*(\\S[^\\r\\n]*)`, "m").exec(found ?? "");
      const value = line?.[1]?.trimEnd();
      if (file === undefined || line === null || value === undefined) continue;
      const start = line.index + line[0].length - (line[1]?.length ?? 0);
      const step = { span: { start, end: start + value.length }, file, label: `property ${name}`, text: value };
      return { parts: [{ text: value }], chain: [{ span, label: name, text: name }, step] };
    }
    return undefined;
  };
  return {
    ofString({ pieces }) {
      left = maximumNames;
      return partsOf(pieces, undefined, 0);
    },
    ofName(name, span) {
      left = maximumNames;
      return named(name, span, 0);
    },
  };
}

/** Names that the script gives one text; undefined for one that it gives several, or something else. */
function constantsOf(text: string, tokens: readonly GroovyToken[]): ReadonlyMap<string, Constant | undefined> {
  const constants = new Map<string, Constant | undefined>();
  const blocks: string[] = [];
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1];
    if (token.kind === "sign" && token.text === "{") blocks.push(before?.kind === "name" ? before.text : "");
    if (token.kind === "sign" && token.text === "}") blocks.pop();
    if (token.kind !== "name") continue;
    const isDeclared = before?.kind === "name" && declarations.has(before.text);
    const isExtra = /(?:^|\.)(?:ext|extra)\.\w+$/.test(token.text) || /^(?:ext|extra)$/.test(blocks.at(-1) ?? "");
    // `val name: String = "x"`
    const typed = isDeclared && isSign(tokens[at + 1], ":") ? 2 : 0;
    const sign = tokens[at + 1 + typed];
    if (!(isDeclared || isExtra) || sign?.kind !== "sign" || sign.text !== "=") continue;
    const name = token.text.replace(owner, "");
    constants.set(name, constants.has(name) ? undefined : constantAt(text, tokens, at + 2 + typed));
  }
  return constants;
}

/** Whether a token is a sign. */
export function isSign(token: GroovyToken | undefined, text: string): boolean {
  return token?.kind === "sign" && token.text === text;
}

function constantAt(text: string, tokens: readonly GroovyToken[], at: number): Constant | undefined {
  const token = tokens[at];
  const after = tokens[at + 1];
  if (token?.kind === "string") {
    const isWhole = after?.kind !== "sign" || !/^[+.?[]$/.test(after.text);
    return isWhole ? { pieces: token.pieces, span: token.span } : undefined;
  }
  const number =
    token?.kind === "sign" ? /^\d+(?:\.\d+)*(?![\w.])/.exec(text.slice(token.span.start, token.span.start + 20)) : null;
  if (number === null || token === undefined) return undefined;
  const { start } = token.span;
  return { pieces: [{ kind: "text", text: number[0], start }], span: { start, end: start + number[0].length } };
}
