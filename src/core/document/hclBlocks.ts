import type { HclBlock, HclBody } from "./hcl.ts";
import { entriesIn, lookupWith } from "./hclNames.ts";
import type { HclFile } from "./hclFile.ts";
import { attributeOf } from "./hclScope.ts";
import { knownText, madeText, type HclThunk, type HclValue } from "./hclValue.ts";
import type { YamlNode } from "./yamlNode.ts";
import { scalarOf } from "./yamlNode.ts";

/** A block, and the file as it is seen in it. */
export interface SeenBlock {
  readonly file: HclFile;
  readonly block: HclBlock;
}

/** Instances of one block that are followed. */
const maximumInstances = 64;

/** The file as each instance of a block sees it, which `for_each` or `count` makes; the file itself where neither tells. */
export function instancesOf(file: HclFile, { body, span }: HclBlock): readonly HclFile[] {
  const text = file.text.slice(span.start, span.end);
  const forEach = /\beach\./.test(text) ? attributeOf(body, "for_each") : undefined;
  const items = itemsOf(file, forEach).map(({ key, value }) =>
    file.within(
      lookupWith(
        file.lookup,
        new Map([
          ["each.key", key],
          ["each.value", value],
        ]),
        "for_each",
      ),
    ),
  );
  if (items.length > 0) return items;
  const count = /\bcount\./.test(text) ? attributeOf(body, "count") : undefined;
  const [number] = count === undefined ? [] : file.evaluate(count).map(knownText);
  const instances = Math.min(maximumInstances, /^\d{1,6}$/.test(number ?? "") ? Number(number) : 0);
  if (instances === 0) return [file];
  return Array.from({ length: instances }, (_, index) =>
    file.within(lookupWith(file.lookup, new Map([["count.index", known(madeText(String(index)))]]), "count")),
  );
}

/** The blocks within a block; those that `dynamic` makes, once for each item. */
export function blocksIn(file: HclFile, { blocks }: HclBody): readonly SeenBlock[] {
  return blocks.flatMap((block): readonly SeenBlock[] => {
    const content = block.body.blocks.find(({ type }) => type === "content");
    const type = block.labels[0] ?? "";
    if (block.type !== "dynamic" || content === undefined) return [{ file, block }];
    const iterator = scalarOf(attributeOf(block.body, "iterator"))?.text ?? type;
    const labels = itemTexts(attributeOf(block.body, "labels"));
    const made = { ...content, type, labels };
    const items = itemsOf(file, attributeOf(block.body, "for_each"));
    const all = items.length > 0 ? items : [{ key: unknown, value: unknown }];
    return all.map(({ key, value }) => ({
      file: file.within(
        lookupWith(
          file.lookup,
          new Map([
            [`${iterator}.key`, key],
            [`${iterator}.value`, value],
          ]),
          "for_each",
        ),
      ),
      block: made,
    }));
  });
}

const unknown: HclThunk = { kind: "known", values: [{ kind: "unknown" }] };

function known(value: HclValue): HclThunk {
  return { kind: "known", values: [value] };
}

/** What a `for_each` goes over; the key of an item of a set is the item. */
function itemsOf(
  file: HclFile,
  node: YamlNode | undefined,
): readonly { readonly key: HclThunk; readonly value: HclThunk }[] {
  if (node === undefined) return [];
  return file
    .evaluate(node)
    .flatMap((value) =>
      (entriesIn(value) ?? []).map(([key, item]) => ({
        key: value.kind === "list" ? item : known(madeText(key)),
        value: item,
      })),
    )
    .slice(0, maximumInstances);
}

function itemTexts(node: YamlNode | undefined): readonly string[] {
  return node?.kind === "sequence" ? node.items.flatMap((item) => scalarOf(item)?.text ?? []) : [];
}
