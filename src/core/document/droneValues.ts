import type { Span } from "../image/span.ts";
import type { ValueStep, WordPart } from "./document.ts";
import type { DroneFunctions } from "./droneFunctions.ts";
import type { DroneToken } from "./droneTokens.ts";
import { dollar } from "./templateSyntax.ts";

/** A value of a program: its parts, and the token after it. */
export interface DroneValue {
  readonly parts: readonly WordPart[];
  readonly next: number;
}

/** What Drone fills in before it reads what the program yields. */
const substitutions = dollar({ escape: true, bare: false });
const maximumDepth = 12;
/** A name that has more values than this is not followed. */
const maximumValues = 64;
/** Values that are looked up for one program. */
const maximumLookups = 50_000;

/** The value that begins at a token, as far as the program says it: texts, names, what functions are given, formats. */
export function createDroneValues(
  text: string,
  tokens: readonly DroneToken[],
  functions: DroneFunctions,
): (index: number) => DroneValue | undefined {
  let left = maximumLookups;
  /** What the functions are given whose values are being read. */
  const frames: {
    readonly from: number;
    readonly to: number;
    readonly values: ReadonlyMap<string, DroneValue | undefined>;
  }[] = [];
  const is = (index: number, sign: string): boolean => {
    const token = tokens[index];
    return (token?.kind === "sign" || token?.kind === "name") && token.text === sign;
  };

  function expression(index: number, depth: number): DroneValue | undefined {
    if (is(index, "if")) return conditional(index, depth);
    let value = term(index, depth);
    while (value !== undefined && is(value.next, "+")) {
      const more = term(value.next + 1, depth);
      if (more === undefined) return undefined;
      value = { parts: [...value.parts, ...more.parts], next: more.next };
    }
    return value === undefined || !is(value.next, "if") ? value : either(value, depth);
  }

  /** Jsonnet's `if c then a else b`. */
  function conditional(index: number, depth: number): DroneValue | undefined {
    const then = keyword(index + 1, "then");
    const one = then === undefined ? undefined : expression(then + 1, depth + 1);
    if (one === undefined || !is(one.next, "else")) return one;
    const other = expression(one.next + 1, depth + 1);
    const start = tokens[index]?.span.start ?? 0;
    return other === undefined ? undefined : { parts: choice(start, other.next, [one, other]), next: other.next };
  }

  /** Starlark's `a if c else b`; a statement may follow as well. */
  function either(one: DroneValue, depth: number): DroneValue {
    const otherwise = keyword(one.next + 1, "else");
    const other = otherwise === undefined ? undefined : expression(otherwise + 1, depth + 1);
    const start = one.parts[0]?.span.start ?? 0;
    return other === undefined ? one : { parts: choice(start, other.next, [one, other]), next: other.next };
  }

  function keyword(from: number, word: string): number | undefined {
    for (let at = from; at < from + 40 && at < tokens.length; at++) {
      if (is(at, word)) return at;
      if (is(at, ":") || is(at, ";")) return undefined;
    }
    return undefined;
  }

  function term(index: number, depth: number): DroneValue | undefined {
    const token = tokens[index];
    if (token === undefined || depth > maximumDepth || left-- <= 0) return undefined;
    if (token.kind === "string") return formatted({ parts: stringParts(token), next: index + 1 }, depth);
    if (token.kind === "sign") {
      const inner = token.text === "(" ? expression(index + 1, depth + 1) : undefined;
      return inner !== undefined && is(inner.next, ")") ? { ...inner, next: inner.next + 1 } : undefined;
    }
    let path = token.text;
    let after = index + 1;
    for (let key = tokens[after + 1]; is(after, "[") && key?.kind === "string" && is(after + 2, "]");) {
      path += `.${key.text}`;
      after += 3;
      key = tokens[after + 1];
    }
    if (after > index + 1) return formatted({ parts: named(index, path, depth, after), next: after }, depth);
    const item = is(index + 1, "[") && is(index + 3, "]") ? itemOf(index, depth) : undefined;
    if (item !== undefined) return formatted(item, depth);
    const called = is(index + 1, "(") ? callOf(index, token.text, depth) : undefined;
    if (called !== undefined) return formatted(called, depth);
    if (token.text === "std.format" && is(index + 1, "(")) return formattedBy(index, depth);
    if (is(index + 1, "(") || is(index + 1, "[")) {
      const next = functions.closing(index + 1) + 1;
      const { start, end } = token.span;
      return { parts: [unknownAt({ start, end: tokens[next - 1]?.span.end ?? end }, token.text)], next };
    }
    return formatted({ parts: named(index, token.text, depth), next: index + 1 }, depth);
  }

  /** `images[name]`, for each of the keys that the name stands for. */
  function itemOf(index: number, depth: number): DroneValue | undefined {
    const [object, key] = [tokens[index], tokens[index + 2]];
    if (object?.kind !== "name" || key?.kind !== "name") return undefined;
    const next = index + 4;
    const span = spanTo(index, next);
    const step = stepAt(span, `item of ${object.text}`);
    const objects = functions.definitionsOf(object.text, index).places;
    const keys = functions.definitionsOf(key.text, index + 2).places.map((place) => tokens[place]);
    if (objects.length * keys.length > maximumValues) return undefined;
    const found = objects.flatMap((place) =>
      keys.flatMap((one): readonly (readonly WordPart[])[] => {
        const field = one === undefined || one.kind === "sign" ? undefined : functions.fieldAt(place, one.text);
        const parts = field === undefined ? undefined : expression(field, depth + 1)?.parts;
        return parts === undefined ? [] : [parts.map((part) => ({ ...part, span, chain: [step, ...part.chain] }))];
      }),
    );
    const [only, ...others] = distinct(found);
    if (only === undefined) return undefined;
    return { parts: others.length === 0 ? only : [{ span, chain: [], choices: [only, ...others] }], next };
  }

  /** What `%` or `.format` puts into a text. */
  function formatted(value: DroneValue, depth: number): DroneValue {
    const { next } = value;
    const isMethod = is(next, ".") && is(next + 1, "format") && is(next + 2, "(");
    if (!isMethod && !is(next, "%")) return value;
    const open = isMethod ? next + 2 : next + 1;
    const isMany = isMethod || is(open, "(") || is(open, "[");
    const alone = isMany ? undefined : term(open, depth + 1);
    const isObject = is(open, "{");
    const given = isMany ? functions.argumentsAt(open) : [open];
    const after = isMany || isObject ? functions.closing(open) + 1 : (alone?.next ?? open + 1);
    // It is the whole expression that writes what is put together.
    const string = tokens[next - 1];
    const start = (string?.kind === "string" ? string : value.parts[0])?.span.start ?? 0;
    const whole = { start, end: Math.max(start, tokens[after - 1]?.span.end ?? start) };
    return { parts: filled(value.parts, given, { isMethod, whole, depth }), next: after };
  }

  /** `std.format('a:%s', [b])` */
  function formattedBy(index: number, depth: number): DroneValue | undefined {
    const [form, values] = functions.argumentsAt(index + 1);
    const value = form === undefined ? undefined : expression(form, depth + 1);
    if (value === undefined || values === undefined) return undefined;
    const next = functions.closing(index + 1) + 1;
    const { start = 0 } = tokens[index]?.span ?? {};
    const whole = { start, end: Math.max(start, tokens[next - 1]?.span.end ?? start) };
    const given = is(values, "[") ? functions.argumentsAt(values) : [values];
    return { parts: filled(value.parts, given, { isMethod: false, whole, depth }), next };
  }

  /** Parts of a form with what stands at `given` in its holes. */
  function filled(
    form: readonly WordPart[],
    given: readonly number[],
    { isMethod, whole, depth }: { readonly isMethod: boolean; readonly whole: Span; readonly depth: number },
  ): readonly WordPart[] {
    const isNamed = (at: number): boolean => isMethod && is(at + 1, "=");
    const ordered = given.filter((at) => !isNamed(at));
    let used = 0;
    const placeOf = (hole: string): number | undefined => {
      if (/^(?:\{\}|%[sd])$/.test(hole)) return ordered[used++];
      const [name = ""] = /[\w.-]+(?=[)}])/.exec(hole) ?? [];
      if (!isMethod) return functions.fieldAt(ordered[0] ?? -1, name);
      const own = given.find((at) => isNamed(at) && is(at, name));
      return own === undefined ? (/^\d+$/.test(name) ? ordered[Number(name)] : undefined) : own + 2;
    };
    return form.flatMap((part): readonly WordPart[] => {
      const { text: said, span } = part;
      if (said === undefined) return [part];
      const pieces: WordPart[] = [];
      let from = 0;
      for (const { 0: hole, index: at } of said.matchAll(isMethod ? /\{[^{}]*\}/g : /%(?:\([^)]*\))?[sd]/g)) {
        pieces.push(cut(part, from, at));
        from = at + hole.length;
        const place = placeOf(hole);
        const own = place === undefined ? undefined : expression(place, depth + 1);
        pieces.push(...(own?.parts ?? [unknownAt(span, hole)]).map((one) => within(part, one, whole)));
      }
      const all = [...pieces, cut(part, from, said.length)].filter((one) => one.text !== "");
      return all.map((one) => ({ ...one, span: whole }));
    });
  }

  /** What a string says from one offset to another, with what Drone fills in apart. */
  function stringParts(token: Extract<DroneToken, { kind: "string" }>, from = 0, to = token.text.length): WordPart[] {
    const offset = (token.span.end - token.span.start - token.text.length + prefixLength(token)) / 2;
    const spanOf = (start: number, end: number): Span =>
      token.isPlain ? { start: token.span.start + offset + start, end: token.span.start + offset + end } : token.span;
    const parts: WordPart[] = [];
    const say = (start: number, end: number): void => {
      const span = spanOf(start, end);
      if (end > start)
        parts.push({
          text: token.text.slice(start, end),
          span,
          chain: [],
          ...(token.isPlain ? { literal: span } : {}),
        });
    };
    let at = from;
    for (const found of substitutions(token.text.slice(from, to))) {
      say(at, from + found.start);
      at = from + found.end;
      const span = spanOf(from + found.start, at);
      if (found.text !== undefined) parts.push({ text: found.text, span, chain: [] });
      else parts.push(unknownAt(span, found.name ?? "expression"));
    }
    say(at, to);
    return parts;
  }

  /** The quotes of a string are the same before and after it; its prefix stands before alone. */
  function prefixLength({ span }: DroneToken): number {
    return /^(?:@|[rb]{1,2})(?=["'])/.exec(text.slice(span.start, span.start + 4))?.[0].length ?? 0;
  }

  /** What a function of the program gives for what it is given there: `image('node')`. */
  function callOf(index: number, name: string, depth: number): DroneValue | undefined {
    const giving = functions.givingOf(name);
    if (giving === undefined || frames.length > maximumDepth) return undefined;
    const given = functions.argumentsAt(index + 1);
    const isNamed = (at: number): boolean => is(at + 1, "=") && tokens[at]?.kind === "name";
    const ordered = given.filter((at) => !isNamed(at));
    const values = new Map<string, DroneValue | undefined>();
    for (const [position, parameter] of giving.parameters.entries()) {
      const own = given.find((at) => isNamed(at) && is(at, parameter.name));
      const at = own === undefined ? (ordered[position] ?? parameter.fallback) : own + 2;
      values.set(parameter.name, at === undefined ? undefined : expression(at, depth + 1));
    }
    frames.push({ from: giving.from, to: giving.to, values });
    const value = expression(giving.value, depth + 1);
    frames.pop();
    const next = functions.closing(index + 1) + 1;
    const { start = 0 } = tokens[index]?.span ?? {};
    const span = { start, end: Math.max(start, tokens[next - 1]?.span.end ?? start) };
    const step = stepAt(span, `result of ${name}`);
    // A function that gives an object gives no text.
    if (value === undefined) return undefined;
    return { parts: value.parts.map((part) => ({ ...part, span, chain: [step, ...part.chain] })), next };
  }

  function named(index: number, name: string, depth: number, next?: number): readonly WordPart[] {
    const span = spanTo(index, next);
    const frame = frames.findLast(({ from, to, values }) => from < index && index < to && values.has(name));
    if (frame !== undefined)
      return (frame.values.get(name)?.parts ?? [unknownAt(span, name)]).map((part) => ({ ...part, span }));
    const { places, calls } = functions.definitionsOf(name, index);
    const known = places.length > maximumValues ? [] : places.map((place) => expression(place, depth + 1));
    if (known.length === 0) return [unknownAt(span, name)];
    const step = stepAt(span, `variable ${name}`);
    const all = known.map((value): readonly WordPart[] => {
      if (value === undefined) return [{ span, chain: [step] }];
      const steps = [step, stepAt(contentOf(value.parts, span), `value of ${name}`)];
      return value.parts.map((part) => ({ ...part, span, chain: [...steps, ...part.chain] }));
    });
    const found = distinct(all);
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0) return only;
    // Every parameter of a function is given by the same call.
    return [{ span, chain: [], ...(calls === undefined ? { choices: found } : { choices: all, group: calls }) }];
  }

  function choice(start: number, next: number, values: readonly DroneValue[]): readonly WordPart[] {
    const span = { start, end: Math.max(start, tokens[next - 1]?.span.end ?? start) };
    return [{ span, chain: [], choices: values.map(({ parts }) => parts) }];
  }

  function spanTo(index: number, next = index + 1): Span {
    const first = tokens[index]?.span ?? { start: 0, end: 0 };
    return { start: first.start, end: tokens[next - 1]?.span.end ?? first.end };
  }

  const unknownAt = (span: Span, name: string): WordPart => ({ span, chain: [stepAt(span, `variable ${name}`)] });
  const stepAt = (span: Span, label: string): ValueStep => ({ span, label, text: text.slice(span.start, span.end) });
  return (index) => expression(index, 0);
}

/** A stretch of a part that is known. */
function cut(part: WordPart, from: number, to: number): WordPart {
  const { text = "", literal } = part;
  const isOwn = part.chain.length === 0 && part.span.end - part.span.start === text.length;
  return {
    ...part,
    text: text.slice(from, to),
    ...(isOwn ? { span: { start: part.span.start + from, end: part.span.start + to } } : {}),
    ...(literal === undefined ? {} : { literal: { start: literal.start + from, end: literal.start + to } }),
  };
}

/** What is put into a text that a name stands for belongs to where the name is written. */
function within(around: WordPart, part: WordPart, span: Span): WordPart {
  return around.chain.length === 0 ? part : { ...part, span, chain: [...around.chain, ...part.chain] };
}

function contentOf(parts: readonly WordPart[], otherwise: Span): Span {
  const [first] = parts;
  const last = parts.at(-1);
  return first === undefined || last === undefined
    ? otherwise
    : { start: first.span.start, end: Math.max(first.span.start, last.span.end) };
}

/** Values that say the same once. */
function distinct(values: readonly (readonly WordPart[])[]): readonly (readonly WordPart[])[] {
  const seen = new Set<string>();
  return values.filter((parts) => {
    const identity = JSON.stringify(parts.map(({ text, literal }) => [text ?? null, literal?.start ?? null]));
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}
