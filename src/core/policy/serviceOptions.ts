import { pathProblem } from "./configurationValue.ts";

/** Reads the options of one service; what is wrong is collected as sentences about fields. */
export interface ServiceOptionReader {
  readonly wrong: readonly string[];
  /** A text that fits; `words` say what it must be. */
  text(name: string, pattern: RegExp, words: string): string | undefined;
  /** Texts separated by commas. */
  list(name: string, pattern: RegExp, words: string): readonly string[];
  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined;
  /** A path relative to the workspace. */
  file(name: string): string | undefined;
  complain(sentence: string): void;
}

const maximumEntries = 100;

/** Creates the reader for a service of this type; fields that it does not know are said. */
export function createServiceOptionReader(
  type: string,
  fields: readonly string[],
  options: Readonly<Record<string, string>>,
): ServiceOptionReader {
  const given = new Map(Object.entries(options));
  const wrong = [...given.keys()]
    .filter((name) => !fields.includes(name))
    .map(
      (name) => `'${name.slice(0, 60)}' is not a known option of a ${type} service; known are ${fields.join(", ")}.`,
    );
  return {
    wrong,
    text: (name, pattern, words) => {
      const text = given.get(name);
      if (text === undefined || pattern.test(text)) return text;
      wrong.push(`'${name}' must be ${words}.`);
      return undefined;
    },
    list: (name, pattern, words) => {
      const entries = (given.get(name) ?? "")
        .split(",")
        .map((entry) => entry.trim())
        .filter((entry) => entry !== "");
      if (entries.length > maximumEntries) wrong.push(`'${name}' names more than ${maximumEntries} entries.`);
      for (const entry of entries)
        if (!pattern.test(entry)) wrong.push(`'${entry.slice(0, 60)}' in '${name}' is not ${words}.`);
      return entries;
    },
    oneOf: (name, values) => {
      const text = given.get(name);
      const found = values.find((value) => value === text);
      if (text !== undefined && found === undefined) wrong.push(`'${name}' must be one of ${values.join(", ")}.`);
      return found;
    },
    file: (name) => {
      const path = given.get(name);
      const problem = path === undefined ? undefined : pathProblem(path);
      if (problem !== undefined) wrong.push(`'${name}' ${problem}.`);
      return path;
    },
    complain: (sentence) => void wrong.push(sentence),
  };
}
