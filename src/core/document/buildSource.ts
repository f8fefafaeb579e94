import type { Span } from "../image/span.ts";

/** A value of a list of options; the commas in a bake file's expressions are their own. */
const value = String.raw`((?:[^,$]|\$\{(?:[^{}]|\{[^{}]*\})*\}|\$)*)`;
const ref = new RegExp(`(?:^|,)ref=${value}`);
const generator = new RegExp(`(?:^|,)generator=${value}`);

/** Where the image stands in a cache source: all of it, or `ref=` of `type=registry`; absent for other caches. */
export function cacheReference(text: string): Span | undefined {
  const described = ref.exec(text);
  if (described === null) return text === "" || text.includes("=") ? undefined : { start: 0, end: text.length };
  const end = described.index + described[0].length;
  return /(?:^|,)type=registry(?:,|$)/.test(text) ? { start: end - (described[1] ?? "").length, end } : undefined;
}

/** Where the image of a generator stands in the options of an attestation. */
export function generatorReference(text: string): Span | undefined {
  const found = generator.exec(text);
  if (found === null) return undefined;
  const end = found.index + found[0].length;
  return { start: end - (found[1] ?? "").length, end };
}
