/** More words than any list of versions has. */
const maximumWords = 64;

const braces = /^(.*?)\{([^{}\s"'$`\\]*(?:,|\.\.)[^{}\s"'$`\\]*)\}(.*)$/s;

/** The words that `a{b,c}` and `{1..3}` stand for (bash, "Brace Expansion"); undefined where nothing is expanded. */
export function expandBraces(text: string): readonly string[] | undefined {
  const found = braces.exec(text);
  if (found === null) return undefined;
  const [, before = "", inside = "", after = ""] = found;
  if (before.endsWith("$")) return undefined;
  const items = inside.includes(",") ? inside.split(",") : sequence(inside);
  if (items === undefined) return undefined;
  const rest = expandBraces(after) ?? [after];
  const words = items.flatMap((item) => rest.map((end) => `${before}${item}${end}`));
  return words.length > maximumWords ? undefined : words;
}

/** `1..3`, `01..10`, `0..10..5`; letters are left alone. */
function sequence(inside: string): readonly string[] | undefined {
  const [, from, to, by] = /^(-?\d{1,6})\.\.(-?\d{1,6})(?:\.\.(-?\d{1,4}))?$/.exec(inside) ?? [];
  if (from === undefined || to === undefined) return undefined;
  const width = /^-?0\d/.test(from) || /^-?0\d/.test(to) ? Math.max(from.length, to.length) : 0;
  const step = Math.max(1, Math.abs(Number(by ?? 1)));
  const direction = Number(from) <= Number(to) ? 1 : -1;
  const count = Math.floor(Math.abs(Number(to) - Number(from)) / step) + 1;
  if (count > maximumWords) return undefined;
  return Array.from({ length: count }, (_, index) =>
    String(Number(from) + direction * step * index).padStart(width, "0"),
  );
}
