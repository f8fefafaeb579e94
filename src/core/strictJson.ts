import { isJsonArray, isJsonObject, readJson, textOrEmpty } from "./json.ts";

/** How much JSON is read at most: UTF-16 units of text, and levels of nesting. */
export interface JsonLimits {
  readonly maxLength: number;
  readonly maxDepth: number;
}

/** JSON without ambiguity, or the fragment of a sentence that says what is wrong with it. */
export type StrictJson = { readonly kind: "json"; readonly value: unknown } | { readonly kind: "refused"; why: string };

/**
 * Reads JSON (RFC 8259) that signatures rest on. Two parsers must never read it differently, so a member name that
 * occurs twice is refused: one reader would take the first, another the last.
 */
export function readStrictJson(source: Uint8Array | string, limits: JsonLimits): StrictJson {
  if (source.length > limits.maxLength) return refused(`it is longer than ${limits.maxLength} characters`);
  const text = typeof source === "string" ? source : decode(source);
  const value = text === undefined ? undefined : readJson(text);
  if (text === undefined || value === undefined) return refused("it is not JSON");
  const why = objection(text, limits.maxDepth);
  return why === undefined ? { kind: "json", value } : refused(why);
}

/** JSON as protobuf's JSON mapping means it: a member that is null is absent. The depth is bounded by the reading. */
export function withoutNulls(value: unknown): unknown {
  if (isJsonArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

function refused(why: string): StrictJson {
  return { kind: "refused", why };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Walks the tokens of valid JSON, where only a member name can stand before a colon. */
function objection(text: string, maxDepth: number): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const unit = text[at];
    if (unit === "{" || unit === "[") {
      if (open.push(new Set()) > maxDepth) return `it is nested deeper than ${maxDepth} levels`;
    } else if (unit === "}" || unit === "]") {
      open.pop();
    } else if (unit === '"') {
      const end = endOfString(text, at);
      if (isBeforeColon(text, end)) {
        // Names are compared as they read, not as they are spelt: "a" and "\u0061" are one name.
        const name = textOrEmpty(readJson(text.slice(at, end)));
        const names = open.at(-1);
        if (names?.has(name) === true) return `it says '${name.slice(0, 40)}' twice in one object`;
        names?.add(name);
      }
      at = end - 1;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function isBeforeColon(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text.charAt(at))) at++;
  return text[at] === ":";
}
