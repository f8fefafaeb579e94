import type { ValueStep } from "./document.ts";
import type { NixBinding, TokenRange } from "./nixBindings.ts";
import { nixTokens, type NixToken } from "./nixTokens.ts";
import type { Value, ValuePart } from "./value.ts";

const maximumDepth = 20;
/** Names that are followed for one value: keeps `a = "${b}${b}"; b = "${c}${c}";` ... from growing without end. */
const maximumNames = 200;
const unknown: Value = { parts: [{}], chain: [] };

/** What expressions of a Nix file come to, by its own `let`s, arguments' defaults and options' defaults. */
export interface NixValues {
  /** What an expression comes to. */
  of(range: TokenRange): Value;
  /** What a name stands for at a token. */
  named(name: string, at: number, span: NixToken["span"]): Value;
  /** What a binding within a function comes to where its arguments have these values. */
  given(binding: NixBinding, values: ReadonlyMap<NixBinding, Value>): Value;
  /** Whether a selection at a token is from what a function is handed. */
  isHanded(selection: string, at: number): boolean;
}

/** Creates the values of a file. */
export function nixValues(text: string, tokens: readonly NixToken[], bindings: readonly NixBinding[]): NixValues {
  const scoped = new Map<string, NixBinding[]>();
  const options = new Map<string, NixBinding>();
  for (const binding of bindings) {
    const key = binding.path.join(".");
    const named = binding.name ?? key;
    const same = scoped.get(named);
    if (binding.scope !== undefined && same === undefined) scoped.set(named, [binding]);
    else if (binding.scope !== undefined) same?.push(binding);
    // The default of an option of a module.
    const option = /^(?:.*\.)?options\.(.+)\.default$/.exec(key)?.[1];
    if (option !== undefined) options.set(option, binding);
  }

  const visible = (key: string, at: number): NixBinding | undefined =>
    scoped.get(key)?.findLast(({ scope }) => scope !== undefined && scope.from <= at && at < scope.to);

  let given: ReadonlyMap<NixBinding, Value> = new Map();
  const follow = (binding: NixBinding, at: number, depth: number): Value => {
    const said = given.get(binding);
    if (said !== undefined) return said;
    if (binding.value !== undefined) return ofRange(binding.value, depth + 1);
    // `inherit` takes a name from around the set.
    return binding.inherited === undefined || binding.inherited === (binding.name ?? binding.path.join("."))
      ? unknown
      : find(binding.inherited, at, depth + 1);
  };

  let left = maximumNames;
  const find = (name: string, at: number, depth: number): Value => {
    if (depth > maximumDepth || left-- <= 0) return unknown;
    const own = visible(name, at);
    if (own !== undefined) return follow(own, own.scope?.from ?? at, depth);
    const option = /^config\.(.+)$/.exec(name)?.[1];
    const fallback = option === undefined ? undefined : options.get(option);
    if (fallback?.value !== undefined) return ofRange(fallback.value, depth + 1);
    // `cfg.image`, where `cfg` is another name.
    const dot = name.lastIndexOf(".");
    for (let end = dot; end > 0; end = name.lastIndexOf(".", end - 1)) {
      const range = visible(name.slice(0, end), at)?.value;
      const head = range !== undefined && range.to - range.from === 1 ? tokens[range.from] : undefined;
      if (head?.kind === "name") return find(`${head.text}${name.slice(end)}`, range?.from ?? at, depth + 1);
    }
    return unknown;
  };

  const named = (name: string, at: number, span: NixToken["span"], depth = 0): Value => {
    const { parts, chain } = find(name, at, depth);
    const step: ValueStep = { span, label: name, text: parts.map((part) => part.text ?? "").join("") };
    // What stands elsewhere may be a part of other values, too.
    return {
      parts: parts.map((part) => ({ ...part, shared: true, ...(part.span && { literal: part.literal ?? part.span }) })),
      chain: [step, ...chain],
    };
  };

  const ofToken = (token: NixToken, at: number, depth: number): Value => {
    if (token.kind === "name") return named(token.text, at, token.span, depth);
    if (token.kind !== "string" || token.pieces === undefined) return unknown;
    const parts: ValuePart[] = [];
    const chain: ValueStep[] = [];
    for (const piece of token.pieces) {
      const inner = piece.kind === "text" ? undefined : nixTokens(piece.text);
      const [one] = inner?.filter(({ text: word }) => !/^(?:builtins\.)?toString$/.test(word)) ?? [];
      const isName = inner !== undefined && inner.length <= 2 && one?.kind === "name";
      const value =
        piece.kind === "text"
          ? { parts: [{ text: piece.text, span: piece.span }], chain: [] }
          : isName
            ? named(one.text, at, piece.span, depth)
            : { parts: [{}], chain: [{ span: piece.span, label: "expression", text: piece.text }] };
      parts.push(...value.parts);
      chain.push(...value.chain);
    }
    return { parts, chain };
  };

  const ofRange = ({ from, to }: TokenRange, depth: number): Value => {
    if (depth > maximumDepth) return unknown;
    const first = tokens[from];
    const last = tokens[to - 1];
    if (first === undefined || last === undefined) return unknown;
    if (to - from === 1) return ofToken(first, from, depth);
    if (first.kind === "sign" && first.text === "(" && last.kind === "sign" && last.text === ")")
      return ofRange({ from: from + 1, to: to - 1 }, depth + 1);
    if (first.kind === "name" && /(?:^|\.)mk(?:Default|Force)$|^(?:builtins\.)?toString$/.test(first.text))
      return ofRange({ from: from + 1, to }, depth + 1);
    // `"a" + b`
    const isSum = tokens
      .slice(from, to)
      .every(({ kind, text: sign }, at) => (at % 2 === 1) === (kind === "sign" && sign === "+"));
    if (!isSum || (to - from) % 2 === 0)
      return {
        parts: [{}],
        chain: [
          {
            span: { start: first.span.start, end: last.span.end },
            label: "expression",
            text: text.slice(first.span.start, last.span.end),
          },
        ],
      };
    const values = Array.from({ length: (to - from + 1) / 2 }, (_, at) => {
      const token = tokens[from + 2 * at];
      return token === undefined ? unknown : ofToken(token, from + 2 * at, depth + 1);
    });
    return { parts: values.flatMap(({ parts }) => parts), chain: values.flatMap(({ chain }) => chain) };
  };

  return {
    of(range) {
      left = maximumNames;
      return ofRange(range, 0);
    },
    named(name, at, span) {
      left = maximumNames;
      return named(name, at, span);
    },
    given(binding, arguments_) {
      left = maximumNames;
      given = arguments_;
      const { value, inherited = "", set, span } = binding;
      const found = value === undefined ? named(inherited, set - 2, span) : ofRange(value, 0);
      given = new Map();
      return found;
    },
    isHanded(selection, at) {
      const [head = "", ...keys] = selection.split(".");
      const own = keys.length === 0 ? undefined : visible(head, at);
      return own !== undefined && own.value === undefined && tokens[own.set]?.kind === "name";
    },
  };
}
