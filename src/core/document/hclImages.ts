import { force } from "./hclEvaluate.ts";
import { callTag, expressionTag } from "./hclExpression.ts";
import { expressionScalar, nodeOfExpression, parseHclExpression } from "./hclSyntax.ts";
import { interpolations } from "./hclTemplate.ts";
import { templateFiles } from "./hclTemplateFile.ts";
import type { HclTemplateFile } from "./hclTexts.ts";
import {
  knownText,
  valueInText,
  type HclEnvironment,
  type HclLookup,
  type HclThunk,
  type HclValue,
} from "./hclValue.ts";
import type { Value } from "./value.ts";
import { itemsOf, type YamlNode } from "./yamlNode.ts";

/** Keys under which a file only describes or passes on what it likes. */
export const describing: ReadonlySet<string> = new Set([
  "annotations",
  "data",
  "env",
  "environment_variables",
  "labels",
  "match_labels",
  "metadata",
  "selector",
  "tags",
]);

/** Which keys hold images. */
export type HclKeys = Pick<ReadonlySet<string>, "has">;

/** A value under a key that holds images. */
export interface HclImage {
  /** Where the file that is read writes it, or what it is made of. */
  readonly at: YamlNode;
  /** What names stand for there, where the node itself says it. */
  readonly seenAs?: HclLookup;
  /** What it comes to, where the node does not say it alone. */
  readonly value?: Value;
  /** What says it in another file. */
  readonly said?: YamlNode;
}

const maximumDepth = 40;
const maximumImages = 1000;

/** What stands under the given keys in what a node comes to: through loops, functions and the values of names. */
export function imageValues(
  node: YamlNode | undefined,
  environment: HclEnvironment,
  keys: HclKeys,
): readonly HclImage[] {
  if (node === undefined) return [];
  const found: HclImage[] = [];
  // Read for the file that calls it, a module's places say nothing.
  const isOfModule = environment.own.file !== undefined;
  const walk = (thunk: HclThunk, at: YamlNode, depth: number): void => {
    if (depth > maximumDepth || found.length >= maximumImages || !canHold(thunk)) return;
    const written = ownNode(thunk);
    const here = written ?? at;
    const isFollowed = written !== undefined || isOfModule;
    const files = isFollowed && thunk.kind === "written" ? templateFiles(thunk.node, thunk.environment) : [];
    if (files.length > 0) {
      for (const file of files) for (const use of imagesOfTemplate(file, keys, here)) found.push(use);
      return;
    }
    const values = force(thunk);
    if (thunk.kind === "written" && values.every((value) => knownText(value) === undefined && !isCollection(value)))
      for (const item of argumentsOf(thunk.node, thunk.environment)) walk({ ...thunk, node: item }, here, depth + 1);
    for (const value of values) {
      if (value.kind === "list") for (const item of value.items) walk(item, here, depth + 1);
      if (value.kind !== "object") continue;
      for (const [key, inner] of value.entries) {
        if (keys.has(key) && isText(inner)) found.push(leaf(inner, here));
        else if (!describing.has(key)) walk(inner, here, depth + 1);
      }
    }
  };
  walk({ kind: "written", node, environment }, node, 0);
  return found;
}

function leaf(thunk: HclThunk, around: YamlNode): HclImage {
  const own = ownNode(thunk);
  if (own !== undefined && thunk.kind === "written") return { at: own, seenAs: thunk.environment.lookup };
  const [value] = force(thunk);
  const said = thunk.kind === "written" ? { said: thunk.node } : {};
  return { at: around, value: valueInText(value ?? { kind: "unknown" }), ...said };
}

/** The images of a text that a template in another file comes to, where the file that is read gives their names. */
function imagesOfTemplate(
  { given, root, environment }: HclTemplateFile & { readonly root: YamlNode },
  keys: HclKeys,
  at: YamlNode,
): readonly HclImage[] {
  return imageValues(root, environment, keys).flatMap(({ value, said }): readonly HclImage[] => {
    const text = said?.kind === "scalar" ? said.text : "";
    const thunk = given.get(/\$\{\s*([\w-]+)/.exec(text)?.[1] ?? "");
    const node = thunk === undefined ? undefined : ownNode(thunk);
    // In a module that another file calls, what names stand for may be that file's.
    if (node === undefined && environment.own.file !== undefined && value !== undefined) return [{ at, value }];
    if (thunk?.kind !== "written" || node === undefined) return [];
    if (/^\s*\$\{\s*[\w-]+\s*\}\s*$/.test(text)) return [{ at: node, seenAs: thunk.environment.lookup }];
    return value === undefined ? [] : [{ at: node, value }];
  });
}

/** The node of a thunk, where it stands in the file that is read. */
function ownNode(thunk: HclThunk): YamlNode | undefined {
  if (thunk.kind === "known") return undefined;
  const { source } = thunk.environment;
  return source.file === undefined && source.at === undefined ? thunk.node : undefined;
}

function isText(thunk: HclThunk): boolean {
  if (thunk.kind === "written" && thunk.node.kind === "scalar") return !isNothing(thunk.node);
  return force(thunk).some(({ kind }) => kind === "text");
}

function isCollection({ kind }: HclValue): boolean {
  return kind === "list" || kind === "object";
}

function isNothing(node: YamlNode): boolean {
  return node.kind === "scalar" && node.style === "plain" && node.text === "null";
}

/** A text that is none of a name's value holds nothing. */
function canHold(thunk: HclThunk): boolean {
  if (thunk.kind === "known" || thunk.node.kind !== "scalar") return true;
  return thunk.node.tag === expressionTag || thunk.node.text.includes("${");
}

/** What stands in a call or in the interpolations of a text, of which not all is known. */
function argumentsOf(node: YamlNode, { source }: HclEnvironment): readonly YamlNode[] {
  if (node.kind === "sequence") return node.tag?.startsWith(callTag) === true ? itemsOf(node) : [];
  if (node.kind !== "scalar" || !node.exact || !source.text.startsWith(node.text, node.span.start)) return [];
  const { start, end } = node.span;
  if (node.tag !== expressionTag)
    return interpolations(node.text).flatMap((place): readonly YamlNode[] =>
      place.text === undefined
        ? [expressionScalar(source.text, { start: start + place.start + 2, end: start + place.end - 1 })]
        : [],
    );
  const expression = parseHclExpression(source.text, start, end);
  return expression?.kind === "call" ? expression.args.map((arg) => nodeOfExpression(source.text, arg)) : [];
}
