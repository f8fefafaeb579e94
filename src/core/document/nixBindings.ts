import type { Span } from "../image/span.ts";
import type { NixToken } from "./nixTokens.ts";

/** Tokens from one index up to another. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** A name that a set, a `let` or a function's arguments give a value. */
export interface NixBinding {
  /** The keys that lead to it: through the sets, lists and calls around it; `*` for one that is computed. */
  readonly path: readonly string[];
  readonly span: Span;
  /** The expression; absent for an argument without a default. */
  readonly value?: TokenRange;
  /** What `inherit` takes it from: a name, or a selection. */
  readonly inherited?: string;
  /** The set that holds it, by the index of its first token. */
  readonly set: number;
  /** Where it can be named by `name` alone; absent for the attribute of a set. */
  readonly scope?: TokenRange;
  /** What it is called there, where that is not its whole path: in a set whose attributes see each other. */
  readonly name?: string;
}

/** Where names hold, and how many keys lead there. */
interface NixScope {
  readonly range: TokenRange;
  readonly base: number;
}

const maximumNesting = 100;
const maximumBindings = 20_000;

/** Every binding of an expression, in the order in which they stand. */
export function nixBindings(tokens: readonly NixToken[]): readonly NixBinding[] {
  const bindings: NixBinding[] = [];
  const closing = closingOf(tokens);
  const isSign = (at: number, text: string): boolean => tokens[at]?.kind === "sign" && tokens[at].text === text;
  const isName = (at: number, text: string): boolean => tokens[at]?.kind === "name" && tokens[at].text === text;

  /** Past one token, or past all that its bracket holds. */
  const after = (at: number): number => (closing.get(at) ?? at) + 1;

  /** The first `text` that belongs to the expression at `from`, past brackets and other `let`s. */
  const endOf = (from: number, to: number, text: string): number => {
    let lets = 0;
    let withs = 0;
    for (let at = from; at < to; at = after(at)) {
      // `with pkgs;` and `assert x;` have a sign of their own.
      if (lets === 0 && withs > 0 && isSign(at, ";")) withs -= 1;
      else if (lets === 0 && (isSign(at, text) || isName(at, text))) return at;
      else if (lets === 0 && (isName(at, "with") || isName(at, "assert"))) withs += 1;
      if (isName(at, "let")) lets += 1;
      if (isName(at, "in")) lets -= 1;
    }
    return to;
  };

  /** The keys of an attribute path, and the index after it. */
  const pathAt = (from: number): { readonly keys: readonly string[]; readonly end: number } => {
    const keys: string[] = [];
    let at = from;
    for (;;) {
      const token = tokens[at];
      if (token?.kind === "name") keys.push(...token.text.split("."));
      else if (token?.kind === "string")
        keys.push(token.pieces?.every(({ kind }) => kind === "text") ? token.text : "*");
      else if (isSign(at, "$") && isSign(at + 1, "{")) {
        keys.push("*");
        at += 1;
      } else return { keys, end: at };
      at = after(at);
      if (!isSign(at, ".")) return { keys, end: at };
      at += 1;
    }
  };

  const statements = (range: TokenRange, path: readonly string[], scope: NixScope | undefined, depth: number): void => {
    const set = range.from;
    const put = (binding: Omit<NixBinding, "set">): void => {
      if (bindings.length >= maximumBindings) return;
      const name = scope !== undefined && scope.base > 0 ? { name: binding.path.slice(scope.base).join(".") } : {};
      bindings.push({ ...binding, set, ...(scope && { scope: scope.range }), ...name });
    };
    for (let at = range.from; at < range.to;) {
      const end = endOf(at, range.to, ";");
      if (isName(at, "inherit")) {
        const hasSource = isSign(at + 1, "(");
        const source = hasSource ? tokens[at + 2] : undefined;
        const isPlain = !hasSource || (closing.get(at + 1) === at + 3 && source?.kind === "name");
        for (let one = hasSource ? after(at + 1) : at + 1; one < end; one++) {
          const token = tokens[one];
          if (token?.kind !== "name") continue;
          const inherited = source === undefined ? token.text : `${source.text}.${token.text}`;
          put({ path: [...path, token.text], span: token.span, ...(isPlain ? { inherited } : {}) });
        }
      } else {
        const { keys, end: sign } = pathAt(at);
        const token = tokens[at];
        if (keys.length > 0 && isSign(sign, "=") && sign + 1 < end && token !== undefined) {
          const value = { from: sign + 1, to: end };
          put({ path: [...path, ...keys], span: token.span, value });
          expression(value, [...path, ...keys], scope, depth + 1);
        }
      }
      at = end + 1;
    }
  };

  const args = (open: number, scope: TokenRange): void => {
    const to = closing.get(open) ?? open;
    for (let at = open + 1; at < to;) {
      const end = endOf(at, to, ",");
      const token = tokens[at];
      if (token?.kind === "name" && bindings.length < maximumBindings) {
        const value = isSign(at + 1, "?") && at + 2 < end ? { value: { from: at + 2, to: end } } : {};
        bindings.push({ path: [token.text], span: token.span, set: open, scope, ...value });
      }
      at = end + 1;
    }
  };

  const expression = (
    { from, to }: TokenRange,
    path: readonly string[],
    scope: NixScope | undefined,
    depth: number,
  ): void => {
    if (depth > maximumNesting) return;
    for (let at = from; at < to; at = after(at)) {
      const inside = { from: at + 1, to: closing.get(at) ?? to };
      const token = tokens[at];
      if (token?.kind === "name" && isSign(at + 1, ":") && bindings.length < maximumBindings)
        bindings.push({ path: [token.text], span: token.span, set: at, scope: { from: at, to } });
      if (isName(at, "let")) {
        const end = endOf(at + 1, to, "in");
        statements({ from: at + 1, to: end }, [], { range: { from: at, to }, base: 0 }, depth + 1);
        at = end;
      } else if (isSign(at, "{")) {
        const next = inside.to + 1;
        if (isSign(next, ":") || isSign(next, "@")) args(at, { from: at, to });
        else statements(inside, path, isName(at - 1, "rec") ? { range: inside, base: path.length } : scope, depth + 1);
      } else if (isSign(at, "(") || isSign(at, "[")) expression(inside, path, undefined, depth + 1);
    }
  };

  expression({ from: 0, to: tokens.length }, [], undefined, 0);
  return bindings;
}

/** For every opening bracket the index of the one that closes it. */
export function closingOf(tokens: readonly NixToken[]): ReadonlyMap<number, number> {
  const closing = new Map<number, number>();
  const open: number[] = [];
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind !== "sign") continue;
    if ("{[(".includes(text)) open.push(at);
    else if ("}])".includes(text)) {
      const begin = open.pop();
      if (begin !== undefined) closing.set(begin, at);
    }
  }
  // What nothing closes reaches to the end.
  for (const begin of open) closing.set(begin, tokens.length);
  return closing;
}
