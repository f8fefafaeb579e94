import type { ValueStep } from "./document.ts";
import { dereference, entriesOf, isNull, itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";
import { printedText } from "./yamlNumber.ts";

/** A stretch of a text that a template yields. */
export interface TemplateStretch {
  /** Absent where it cannot be known. */
  readonly text?: string;
  /** Where another file says it; absent where the templates do. */
  readonly step?: ValueStep;
  /** What it is the text of, where that is more than one value (`toYaml`). */
  readonly data?: TemplateData;
}

/** Stands behind what an open loop yields for one item. */
export const endOfItem: TemplateStretch = { text: "" };

/** What an open loop yields, item by item; all of it where there is none. */
export function itemsOfLoop(stretches: readonly TemplateStretch[]): readonly (readonly TemplateStretch[])[] {
  const items: TemplateStretch[][] = [[]];
  for (const stretch of stretches)
    if (stretch === endOfItem) items.push([]);
    else items.at(-1)?.push(stretch);
  // Behind the last item nothing stands; loops within loops end several at once.
  return items.length === 1 ? items : items.slice(0, -1).filter((item, index) => index === 0 || item.length > 0);
}

/** A value of a template while it is evaluated. */
export type TemplateData =
  | { readonly kind: "text"; readonly stretches: readonly TemplateStretch[] }
  | { readonly kind: "boolean"; readonly value: boolean }
  /**
   * A value of a file; without a node it is not there, as templates see it. Without a file nothing is known of it but
   * that nobody gives it, so that a default counts. `base` says what the file leaves as it is elsewhere.
   */
  | {
      readonly kind: "node";
      readonly node: YamlNode | undefined;
      readonly file: string | undefined;
      readonly label: string;
      readonly base?: TemplateData | undefined;
    }
  /** `rest` stands for what has no entry; absent where that is not known. */
  | { readonly kind: "dictionary"; readonly entries: ReadonlyMap<string, TemplateData>; readonly rest?: TemplateData }
  | { readonly kind: "list"; readonly items: readonly TemplateData[] }
  | { readonly kind: "unknown" };

/** What cannot be known. */
export const unknownData: TemplateData = { kind: "unknown" };

/** What nobody gives, as far as is known, so that a default counts. */
export function notGiven(label: string): TemplateData {
  return { kind: "node", node: undefined, file: undefined, label };
}

/** What a dictionary that a template makes has beside what it is made of. */
export const nothingElse: TemplateData = notGiven("dict");

/** A text that the template itself says. */
export function textData(text: string): TemplateData {
  return { kind: "text", stretches: [{ text }] };
}

/** The value under a field. */
export function fieldOf(data: TemplateData, field: string): TemplateData {
  switch (data.kind) {
    case "dictionary":
      return data.entries.get(field) ?? data.rest ?? unknownData;
    case "node": {
      const node = valueAt(data.node, field);
      const base = data.base === undefined ? undefined : fieldOf(data.base, field);
      if (node === undefined && base !== undefined) return base;
      const isMerged = base !== undefined && dereference(node)?.kind === "mapping";
      return { ...data, node, label: `${data.label}.${field}`, base: isMerged ? base : undefined };
    }
    case "text":
    case "boolean":
    case "list":
    case "unknown":
      return unknownData;
  }
}

/** What is merged of two values, of which the first wins where it says something (`merge` of Sprig). */
export function mergedData(over: TemplateData, under: TemplateData): TemplateData {
  if (over.kind === "node" && under.kind === "node" && dereference(over.node)?.kind === "mapping")
    return { ...over, base: over.base === undefined ? under : mergedData(over.base, under) };
  const [first, second] = [dictionaryOf(over), dictionaryOf(under)];
  if (first !== undefined && second !== undefined) {
    const entries = new Map(second.entries);
    for (const [name, value] of first.entries) {
      const other = second.entries.get(name);
      entries.set(name, other === undefined ? value : mergedData(value, other));
    }
    const isAll = [first, second].every((one) => one.rest !== undefined || one.entries.has("Capabilities"));
    return isAll ? { kind: "dictionary", entries, rest: nothingElse } : { kind: "dictionary", entries };
  }
  if (first !== undefined) return over;
  const truth = truthOf(over);
  return truth === undefined ? unknownData : truth ? over : under;
}

/** A value as a dictionary, where all of it is known. */
export function dictionaryOf(data: TemplateData): Extract<TemplateData, { kind: "dictionary" }> | undefined {
  if (data.kind === "dictionary") return data.rest === undefined || data.rest === nothingElse ? data : undefined;
  if (data.kind !== "node" || dereference(data.node)?.kind !== "mapping") return undefined;
  const base = data.base === undefined ? undefined : dictionaryOf(data.base);
  const names = [...(base?.entries.keys() ?? []), ...entriesOf(data.node).map(({ key }) => key.text)];
  return { kind: "dictionary", entries: new Map(names.map((name) => [name, fieldOf(data, name)])) };
}

/** An item of a list, or an entry of a dictionary. */
interface TemplateItem {
  readonly key: TemplateData;
  readonly value: TemplateData;
}

/** What a loop over a value goes through; undefined where that is not known. */
export function itemsOfData(data: TemplateData): readonly TemplateItem[] | undefined {
  switch (data.kind) {
    case "list":
      return data.items.map((value, index) => ({ key: textData(String(index)), value }));
    case "dictionary":
      return data.rest === nothingElse ? sorted(data.entries) : undefined;
    case "node": {
      if (data.file === undefined) return data === nothingElse ? [] : undefined;
      const found = dereference(data.node);
      if (found?.kind === "sequence")
        return itemsOf(found).map((node, index) => ({
          key: textData(String(index)),
          value: { ...data, node, label: `${data.label}[${String(index)}]`, base: undefined },
        }));
      if (found?.kind === "mapping") return sorted(dictionaryOf(data)?.entries ?? new Map());
      return found === undefined || isNull(found) ? [] : undefined;
    }
    case "text":
    case "boolean":
    case "unknown":
      return undefined;
  }
}

/** Loops go through dictionaries in the order of their keys (text/template). */
function sorted(entries: ReadonlyMap<string, TemplateData>): readonly TemplateItem[] {
  return [...entries]
    .toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([key, value]) => ({ key: textData(key), value }));
}

/** What a value is printed as. */
export function stretchesOf(data: TemplateData): readonly TemplateStretch[] {
  switch (data.kind) {
    case "text":
      return data.stretches;
    case "boolean":
      return [{ text: String(data.value) }];
    case "node": {
      const { node, file, label } = data;
      if (file === undefined) return [{}];
      const scalar = scalarOf(node);
      if (scalar !== undefined)
        return [{ text: printedText(scalar, "8"), step: { span: scalar.span, file, label, text: scalar.text } }];
      const isNothing = node === undefined || dereference(node)?.kind === "scalar";
      return isNothing ? [{ text: "" }] : [{}];
    }
    case "dictionary":
    case "list":
    case "unknown":
      return [{}];
  }
}

/** The text of a value; undefined where it is not known. */
export function textOfData(data: TemplateData): string | undefined {
  let text = "";
  for (const stretch of stretchesOf(data)) {
    if (stretch.text === undefined) return undefined;
    text += stretch.text;
  }
  return text;
}

/** What a text was written from, where that is all that it says. */
export function dataOfText(data: TemplateData): TemplateData | undefined {
  if (data.kind !== "text") return undefined;
  const [first, ...others] = data.stretches.filter(({ text }) => text?.trim() !== "");
  return others.length === 0 ? first?.data : undefined;
}

/** Whether a value counts as true (text/template, Actions); undefined where that is not known. */
export function truthOf(data: TemplateData): boolean | undefined {
  switch (data.kind) {
    case "boolean":
      return data.value;
    case "node": {
      const found = dereference(data.node);
      if (found === undefined) return false;
      if (found.kind !== "scalar") return entriesOf(found).length > 0 || itemsOf(found).length > 0;
      const isFalse = found.style === "plain" && /^(?:false|0)$/i.test(found.text);
      return !isNull(found) && !isFalse && textOf(found) !== "";
    }
    case "text": {
      const text = textOfData(data);
      if (text !== undefined) return text !== "";
      const written = dataOfText(data);
      if (written !== undefined) return truthOf(written);
      return data.stretches.some((stretch) => (stretch.text ?? "") !== "") ? true : undefined;
    }
    case "dictionary":
      return data.entries.size > 0;
    case "list":
      return data.items.length > 0;
    case "unknown":
      return undefined;
  }
}
