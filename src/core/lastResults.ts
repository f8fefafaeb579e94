/** Longest text whose result is kept, in UTF-16 units: larger ones would hold memory for long. */
const longestText = 131_072;

/**
 * `read`, which remembers what it gave for the last `count` texts: files of one folder look into the same few others
 * (the values of a chart, its named templates), one after the other. `read` must depend on the text alone, and nobody
 * may change what it gives. Throws what `read` throws.
 */
export function keepingLast<T>(count: number, read: (text: string) => T): (text: string) => T {
  const kept: { readonly text: string; readonly result: T }[] = [];
  return (text) => {
    const at = kept.findIndex((one) => one.text === text);
    const known = at < 0 ? undefined : kept.splice(at, 1)[0];
    const last = known ?? { text, result: read(text) };
    if (text.length <= longestText) kept.unshift(last);
    if (kept.length > count) kept.pop();
    return last.result;
  };
}

/**
 * `read`, which remembers what it gave for many short texts (paths), and forgets them all where there are more than
 * `count`. `read` must depend on the text alone. Throws what `read` throws.
 */
export function keepingMany<T>(count: number, read: (text: string) => T): (text: string) => T {
  const kept = new Map<string, { readonly result: T }>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known.result;
    const result = read(text);
    if (kept.size >= count) kept.clear();
    kept.set(text, { result });
    return result;
  };
}
