import type { Span } from "../image/span.ts";
import type { Document, ValueStep } from "./document.ts";
import { placeDocument } from "./embedded.ts";
import { expandTemplate, textOfValue, type TemplateScope } from "./template.ts";
import { delimited, dollar } from "./templateSyntax.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** A stretch of a value, and what stands for it before anybody else reads the value. */
export interface Substitution {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** How it came about. */
  readonly chain?: readonly ValueStep[];
  /** Whether what it stands for belongs to what it follows, though it comes to nothing. */
  readonly isPart?: boolean;
}

/** What the variables of a text come to; one that is not known, or is one of several, stays as it is. */
export function interpolationsOf(text: string, scalar: YamlScalar, scope: TemplateScope): readonly Substitution[] {
  return scope.syntax(scalar.text).flatMap(({ start, end, text: fixed }) => {
    const texts = fixed === undefined ? expandTemplate(text, scalar, scope, start, end).map(textOfValue) : [fixed];
    const [first, ...others] = texts;
    return first === undefined || others.some((other) => other !== first) ? [] : [{ start, end, text: first }];
  });
}

/** Whether a text can stand for another wherever that stands in YAML: it ends no quotes. */
export function isPlainText(text: string): boolean {
  return /^[\w./:@+-]*$/.test(text);
}

const variables = dollar({ escape: true, bare: false });

/** The variables of a text that have defaults (Flux, envsubst). */
export function defaultsIn(text: string): readonly Substitution[] {
  return variables(text).flatMap(({ start, end, fallback }) => {
    const said = fallback === undefined ? undefined : text.slice(fallback.start, fallback.end);
    return said === undefined || !isPlainText(said) ? [] : [{ start, end, text: said }];
  });
}

const expressions = delimited("${", "}");
const lastChoice = /\|\|\s*(["'])([^"']*)\1\s*\}$/;

/** The expressions of a text that end in a text for where nothing else is said: `${local.env.IMAGE || "a:1"}` (Garden). */
export function choicesIn(text: string): readonly Substitution[] {
  return expressions(text).flatMap(({ start, end }) => {
    const said = lastChoice.exec(text.slice(start, end))?.[2];
    return said === undefined || !isPlainText(said) ? [] : [{ start, end, text: said }];
  });
}

/**
 * Reads what a scalar's value comes to after substitutions, which are in order and do not overlap; all spans are those
 * of `text`, which holds the scalar. A reference that holds a substitution is resolved, not literal.
 */
export function readSubstituted(
  scalar: YamlScalar,
  text: string,
  substitutions: readonly Substitution[],
  read: (source: string) => Document,
): Document {
  const places: { readonly start: number; readonly end: number; readonly original: Substitution }[] = [];
  let source = "";
  let at = 0;
  for (const original of substitutions) {
    source += scalar.text.slice(at, original.start);
    places.push({ start: source.length, end: source.length + original.text.length, original });
    source += original.text;
    at = original.end;
  }
  source += scalar.text.slice(at);
  // What is taken away where something ends is no part of it, unless it says so, and where something begins neither.
  const offsetOf = (offset: number, isEnd: boolean): number => {
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { start = 0 } = places[middle] ?? {};
      if (start < offset || (start === offset && !isEnd)) low = middle + 1;
      else high = middle;
    }
    const before = places[low - 1];
    let found = offset;
    if (before !== undefined)
      found = offset < before.end ? before.original.start : offset - before.end + before.original.end;
    for (; isEnd && places[low]?.end === offset && places[low]?.original.start === found; low++) {
      if (places[low]?.original.isPart !== true) break;
      found = places[low]?.original.end ?? found;
    }
    return found;
  };
  const inner = read(source);
  const placed = placeDocument(inner, scalar, text, offsetOf);
  const images = placed.images.flatMap((use, index) => {
    const span = inner.images[index]?.span;
    const around = span === undefined ? [] : touching(places, span);
    // What stands for an expression and holds an image among other text is written elsewhere.
    if (span !== undefined && around.some((place) => holdsMore(place, span))) return [];
    const within =
      use.resolution === "literal" && span !== undefined
        ? around.filter(({ start, end, original }) => start < span.end && end > span.start && original.text !== "$")
        : [];
    if (within.length === 0) return use;
    const written = { span: use.span, label: "expression", text: use.text };
    return {
      ...use,
      resolution: "resolved" as const,
      chain: [written, ...within.flatMap(({ original }) => original.chain ?? [])],
    };
  });
  return { ...placed, images };
}

function holdsMore(place: Span, { start, end }: Span): boolean {
  return place.start <= start && end <= place.end && (place.start < start || end < place.end);
}

/** The places, in order and apart from each other, that share an offset with a span. */
function touching<T extends Span>(places: readonly T[], { start, end }: Span): readonly T[] {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.end ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  let to = low;
  while ((places[to]?.start ?? Number.POSITIVE_INFINITY) <= end) to++;
  return places.slice(low, to);
}
