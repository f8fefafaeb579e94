/** What can be written as YAML here: JSON's values without null. */
export type YamlValue = string | number | boolean | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** Writes a value as YAML in blocks. Texts are quoted as JSON, so that nothing in them can become structure. */
export function toYaml(value: { readonly [key: string]: YamlValue }): string {
  return `${linesOf(value).join("\n")}\n`;
}

function linesOf(value: YamlValue): readonly string[] {
  if (isList(value))
    return value.flatMap((item) => {
      const [first = "", ...rest] = isNested(item) ? linesOf(item) : [scalarText(item)];
      return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
    });
  if (typeof value !== "object") return [scalarText(value)];
  return Object.entries(value).flatMap(([name, member]) => {
    const key = scalarText(name);
    if (isNested(member)) return [`${key}:`, ...linesOf(member).map((line) => `  ${line}`)];
    if (typeof member === "string" && isPem(member))
      return [
        `${key}: |`,
        ...member
          .trimEnd()
          .split("\n")
          .map((line) => `  ${line}`),
      ];
    return [`${key}: ${scalarText(member)}`];
  });
}

/** PEM alone stays as it is, in a literal block; everything else of several lines is quoted. */
function isPem(text: string): boolean {
  return /^-----BEGIN [A-Z ]+-----\n(?:[A-Za-z0-9+/=]+\n)+-----END [A-Z ]+-----\n?$/u.test(text);
}

function isNested(value: YamlValue): value is Exclude<YamlValue, string | number | boolean> {
  return typeof value === "object" && (isList(value) ? value.length > 0 : Object.keys(value).length > 0);
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

function scalarText(value: YamlValue): string {
  return typeof value === "string" && /^[A-Za-z][A-Za-z0-9_./-]*$/u.test(value) && !ambiguous.test(value)
    ? value
    : JSON.stringify(value);
}

/** Words that YAML 1.1 takes for something else. */
const ambiguous = /^(?:y|n|yes|no|on|off|true|false|null)$/iu;
