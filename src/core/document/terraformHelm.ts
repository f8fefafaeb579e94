import type { Document } from "./document.ts";
import type { HclBlock } from "./hcl.ts";
import { blocksIn } from "./hclBlocks.ts";
import { callTag, expressionTag } from "./hclExpression.ts";
import type { HclFile } from "./hclFile.ts";
import { attributeOf } from "./hclScope.ts";
import { readHelmParameters, readInlineValues } from "./helmParameters.ts";
import { readHelmValuesFile } from "./helmChart.ts";
import { chartTagText } from "./ociChart.ts";
import { createResourceReading, usesOf } from "./resourceReading.ts";
import { textOfValue } from "./template.ts";
import type { Value, ValuePart } from "./value.ts";
import { itemsOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

const wrapper = "oci://";

/** Reads a `helm_release` (Terraform's Helm provider), or what another provider has for it: its chart where that is in a registry, and the values it sets. */
export function readHelmRelease(file: HclFile, { body }: HclBlock): readonly Document["images"][number][] {
  addChart(file, attributeOf(body, "chart"), attributeOf(body, "repository"), attributeOf(body, "version"));
  const reading = createResourceReading(file.text, "");
  const sets = [
    ...blocksIn(file, body).flatMap(({ file: seen, block: { type, body: inner } }) =>
      type === "set" ? [[seen, attributeOf(inner, "name"), attributeOf(inner, "value")] as const] : [],
    ),
    ...itemsOf(attributeOf(body, "set")).map((item) => [file, valueAt(item, "name"), valueAt(item, "value")] as const),
  ];
  readHelmParameters(
    sets.flatMap(([seen, name, value]) => {
      const key = name && textOf(plain(seen, name));
      return key === undefined || value === undefined ? [] : [[key, plain(seen, value)] as const];
    }),
    reading,
  );
  for (const values of valuesIn(attributeOf(body, "values"))) {
    for (const encoded of itemsOf(values)) readInlineValues(plain(file, encoded), reading);
    if (values.kind === "scalar") file.embedded(textNamed(file, values), (source) => readHelmValuesFile(source, ""));
  }
  return usesOf(reading);
}

/** The values that a release is given: a text, or a list of them, in which some may be left out. */
function valuesIn(node: YamlNode | undefined): readonly YamlNode[] {
  if (node?.kind !== "sequence") return node === undefined ? [] : [node];
  if (node.tag === undefined) return node.items;
  return /^(?:compact|concat|distinct|flatten|tolist)$/.test(node.tag.slice(callTag.length))
    ? node.items.flatMap(valuesIn)
    : [node];
}

/** The text that a local of the file holds, where a node names one; else the node itself. */
function textNamed(file: HclFile, node: YamlScalar): YamlNode {
  const named = node.tag === expressionTag && /^local\.[\w-]+$/.test(node.text) ? file.lookup(node.text) : undefined;
  const [text] = named?.source === undefined ? (named?.nodes ?? []) : [];
  return text?.kind === "scalar" && text.style === "literal" ? text : node;
}

function addChart(
  file: HclFile,
  chart: YamlNode | undefined,
  repository: YamlNode | undefined,
  version: YamlNode | undefined,
): void {
  const [name, place] = [file.expand(chart), file.expand(repository)];
  const isBelow = place !== undefined && textOfValue(place)?.startsWith(wrapper) === true;
  const isWhole = name !== undefined && textOfValue(name)?.startsWith(wrapper) === true;
  if (name === undefined || (!isBelow && !isWhole)) return;
  const above = isBelow && !isWhole ? [...unwrapped(place), { text: "/" }] : [];
  const tag = version === undefined ? undefined : file.expand(version);
  const value: Value = {
    parts: [...above, ...(isWhole ? unwrapped(name) : name.parts), ...tagParts(tag)],
    chain: [
      ...(isWhole ? name.chain : [...(place?.chain ?? []), ...name.chain, ...stepOf(file, chart, "name")]),
      ...(tag?.chain ?? []),
      ...stepOf(file, version, "version"),
    ],
  };
  file.add(isWhole ? chart : repository, "helm_release", value, wrapper);
}

function stepOf(file: HclFile, node: YamlNode | undefined, label: string): Value["chain"] {
  return node === undefined ? [] : [{ span: node.span, label, text: file.text.slice(node.span.start, node.span.end) }];
}

/** The parts without `oci://` and without slashes at the end. */
function unwrapped({ parts }: Value): readonly ValuePart[] {
  const [first, ...others] = parts;
  const text = first?.text?.replace(wrapper, "");
  const rest = [...(text === undefined ? [first ?? {}] : [{ text }]), ...others];
  const last = rest.at(-1);
  return last?.text?.endsWith("/") === true ? [...rest.slice(0, -1), { text: last.text.replace(/\/+$/, "") }] : rest;
}

function tagParts(version: Value | undefined): readonly ValuePart[] {
  if (version === undefined) return [];
  const text = textOfValue(version);
  const tag = text === undefined ? undefined : chartTagText(text);
  return [{ text: ":" }, tag === undefined ? {} : { text: tag }];
}

/** Values with their expressions filled in; one that is not known says so in a way that readers of values understand. */
function plain(file: HclFile, node: YamlNode): YamlNode {
  switch (node.kind) {
    case "scalar": {
      const isWritten = node.tag !== expressionTag && !node.text.includes("${");
      if (isWritten) return node;
      const value = file.expand(node);
      const { tag: _tag, ...rest } = node;
      return { ...rest, text: (value && textOfValue(value)) ?? `\${${node.text}}`, exact: false };
    }
    case "mapping":
      return { ...node, entries: node.entries.map(({ key, value }) => ({ key, value: plain(file, value) })) };
    case "sequence":
      return { ...node, items: node.items.map((item) => plain(file, item)) };
    case "alias":
      return node;
  }
}
