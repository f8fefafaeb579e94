import type { Span } from "../image/span.ts";
import type { OpenVariable } from "./document.ts";
import { mappingOf, textOf, valueAt, type YamlEntry } from "./yamlNode.ts";

/** Variables, and where they hold. */
interface VariableHolder {
  readonly entries: readonly YamlEntry[];
  readonly within: Span;
}

const maximumVariables = 1000;

/** The variables that hold, at least in one place, what begins with `mark` and only a run can tell; those around come first. */
export function openVariables(
  holders: readonly VariableHolder[],
  mark: "${{" | "$",
): Readonly<Record<string, readonly OpenVariable[]>> {
  const found = new Map<string, OpenVariable[]>();
  let left = maximumVariables;
  for (const { entries, within } of holders)
    for (const { key, value } of entries) {
      const text = textOf(mappingOf(value) === undefined ? value : valueAt(value, "value"));
      if (text === undefined || left-- <= 0) continue;
      const all = found.get(key.text) ?? [];
      found.set(key.text, all);
      all.push({ text, within });
    }
  return Object.fromEntries([...found].filter(([, all]) => all.some(({ text }) => text.includes(mark))));
}
