import { targetAttribute, targetObject, withInherited, type BakeFile, type BakeTarget } from "./bakeTargets.ts";
import { evaluateNode } from "./hclEvaluate.ts";
import { lookupWith } from "./hclNames.ts";
import { callTag, expressionTag } from "./hclExpression.ts";
import { hclEnvironment, hclScope } from "./hclScope.ts";
import { unknownValues, type HclLookup, type HclThunk, type HclValue } from "./hclValue.ts";
import { combine } from "./pipelineMatrix.ts";
import { templateText } from "./template.ts";
import { dereference, entriesOf, itemsOf, type YamlNode } from "./yamlNode.ts";

/** A node of a bake file, and what names stand for where it stands. */
export interface BakeValue {
  readonly key: string;
  readonly node: YamlNode;
  readonly lookup: HclLookup;
}

const maximumCombinations = 64;

/** What names stand for in each combination of a target's matrix; in a target without one, what they do in the file. */
export function targetLookups({ text, variable }: BakeFile, target: BakeTarget): readonly HclLookup[] {
  const unknown: HclThunk = { kind: "known", values: unknownValues };
  const axes = entriesOf(targetAttribute(target, "matrix")).map(({ key, value }) => {
    const [found] = evaluateNode(value, hclEnvironment(text, variable));
    return [key.text, found?.kind === "list" ? found.items : [unknown]] as const;
  });
  return combine(axes, maximumCombinations).map((row) => lookupWith(variable, row, "matrix"));
}

/** The entries of an object of a target, which functions may make. */
export function targetEntries(
  file: BakeFile,
  target: BakeTarget,
  name: string,
  lookup: HclLookup,
): readonly BakeValue[] {
  const written = targetObject(target, name).map(({ key, value }) => ({ key: key.text, node: value, lookup }));
  const attribute = targetAttribute(target, name);
  if (!isMade(attribute)) return written;
  return evaluated(file, attribute, lookup).flatMap((value) =>
    value.kind === "object" ? [...value.entries].flatMap(([key, thunk]) => writtenAt(key, thunk)) : [],
  );
}

/** The names of a target's additional contexts, inherited ones and those that functions make, too; those that are images may hold a variable. */
export function contextNames(file: BakeFile, target: BakeTarget, lookup: HclLookup): readonly string[] {
  const { text, variable } = file;
  return withInherited(file, target).flatMap((one) => {
    const attribute = targetAttribute(one, "contexts");
    if (isMade(attribute))
      return evaluated(file, attribute, lookup).flatMap((value) =>
        value.kind === "object" ? [...value.entries.keys()] : [],
      );
    return targetObject(one, "contexts").map(({ key }) =>
      key.text.includes("${") ? (templateText(text, key, hclScope(text, key, lookup, variable)) ?? key.text) : key.text,
    );
  });
}

/** The items of a list of a target, which functions may make. */
export function targetItems(file: BakeFile, target: BakeTarget, name: string, lookup: HclLookup): readonly BakeValue[] {
  const node = targetAttribute(target, name);
  if (node === undefined) return [];
  const found = dereference(node);
  if (!isMade(node)) {
    const nodes = found?.kind === "scalar" ? [node] : itemsOf(node);
    return nodes.map((item) => ({ key: name, node: item, lookup }));
  }
  return evaluated(file, node, lookup).flatMap((value) =>
    value.kind === "list" ? value.items.flatMap((thunk) => writtenAt(name, thunk)) : [],
  );
}

function isMade(node: YamlNode | undefined): boolean {
  const found = dereference(node);
  if (found?.kind === "scalar") return found.tag === expressionTag;
  return found?.kind === "sequence" && found.tag?.startsWith(callTag) === true;
}

function evaluated({ text, variable }: BakeFile, node: YamlNode | undefined, lookup: HclLookup): readonly HclValue[] {
  return evaluateNode(node, hclEnvironment(text, lookup, variable));
}

function writtenAt(key: string, thunk: HclThunk): readonly BakeValue[] {
  if (thunk.kind === "known") return [];
  const { source, lookup } = thunk.environment;
  return source.file === undefined && source.at === undefined ? [{ key, node: thunk.node, lookup }] : [];
}
