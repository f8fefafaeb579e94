import { withoutByteOrderMark, type Span } from "../image/span.ts";

/** A variable of an environment file. */
export interface EnvironmentValue {
  readonly text: string;
  /** Where the value stands in the environment file, without quotes. */
  readonly span: Span;
}

const maximumVariables = 5_000;
const assignment = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(?:=|:[ \t])[ \t]*/;

/**
 * Reads an environment file as Compose does: `NAME=value`, with quotes and comments. A value that uses other variables
 * is known where those stand before it; else it is left out. The last of equal names counts.
 */
export function readEnvironmentFile(source: string): ReadonlyMap<string, EnvironmentValue> {
  const text = withoutByteOrderMark(source);
  const found = new Map<string, EnvironmentValue>();
  let at = 0;
  while (at < text.length && found.size < maximumVariables) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, end).replace(/\r$/, "");
    const [head, name] = assignment.exec(line) ?? [];
    if (head !== undefined && name !== undefined) {
      const value = valueOf(line.slice(head.length), found);
      if (value === undefined) found.delete(name);
      else {
        const start = at + head.length + value.from;
        found.set(name, { text: value.text, span: { start, end: start + value.length } });
      }
    }
    at = end + 1;
  }
  return found;
}

interface FoundValue {
  readonly text: string;
  readonly from: number;
  readonly length: number;
}

function valueOf(rest: string, known: ReadonlyMap<string, EnvironmentValue>): FoundValue | undefined {
  const quote = rest.charAt(0);
  if (quote === "'" || quote === '"') {
    const raw = (quote === "'" ? /^'([^']*)'/ : /^"((?:[^"\\]|\\.)*)"/).exec(rest)?.[1];
    // A value over several lines holds no reference.
    if (raw === undefined) return undefined;
    const text = quote === "'" ? raw : expand(raw.replace(/\\(["\\])/g, "$1"), known);
    return text === undefined ? undefined : { text, from: 1, length: raw.length };
  }
  const raw = (quote === "#" ? "" : rest.replace(/[ \t]+#.*$/, "")).trimEnd();
  const text = expand(raw, known);
  return text === undefined ? undefined : { text, from: 0, length: raw.length };
}

/** The text with its variables filled in; undefined where one is not known. */
function expand(raw: string, known: ReadonlyMap<string, EnvironmentValue>): string | undefined {
  if (!raw.includes("$")) return raw;
  let isKnown = true;
  const variable = /\$(?:\{([A-Za-z_]\w*)(?:(:?)-([^{}$]*))?\}|([A-Za-z_]\w*)|.?)/g;
  const text = raw.replace(variable, (_, braced?: string, colon?: string, fallback?: string, bare?: string) => {
    const value = known.get(braced ?? bare ?? "")?.text;
    // With a colon, an empty value is as good as none.
    const given = value === "" && colon === ":" ? fallback : (value ?? fallback);
    if (given === undefined) isKnown = false;
    return given ?? "";
  });
  return isKnown ? text : undefined;
}
