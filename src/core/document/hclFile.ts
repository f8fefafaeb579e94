import type { Dialect, Document, ImageUse } from "./document.ts";
import { readHcl, type HclBody } from "./hcl.ts";
import { expressionTag } from "./hclExpression.ts";
import { hclScope, variablesAndLocals } from "./hclScope.ts";
import type { HclLookup } from "./hclValue.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { interpolationsOf, readSubstituted } from "./substitution.ts";
import { expandTemplate } from "./template.ts";
import type { Value } from "./value.ts";
import { createImageCollector } from "./yamlImage.ts";
import { dereference, entriesOf, itemsOf, scalarOf, textOf, type YamlNode } from "./yamlNode.ts";

/** An HCL file while it is read for images: what Terraform, Nomad and Packer share. */
export interface HclFile {
  readonly root: HclBody;
  readonly text: string;
  /** Adds what an attribute says, unless it is the name of something that another part of the configuration makes. */
  image(node: YamlNode | undefined, site: string, options?: HclImageOptions): void;
  /** Adds a reference that a node and others make together. */
  add(node: YamlNode | undefined, site: string, value: Value, wrapper?: string): void;
  /** What a text or expression comes to, where it is one. */
  expand(node: YamlNode | undefined): Value | undefined;
  /** Reads a text as a document of its own, with what is known filled in. */
  embedded(node: YamlNode | undefined, read: (source: string) => Document): void;
  /** Adds every value of the given keys in lists, objects, and JSON in texts. */
  imagesIn(node: YamlNode | undefined, keys: ReadonlySet<string>, site: string): void;
  /** Adds the commands of a text or of a list of texts. */
  script(node: YamlNode | undefined): void;
  /** The value that a name stands for. */
  node(node: YamlNode | undefined): YamlNode | undefined;
  /** The document as read so far, with `uses` found elsewhere. */
  document(uses?: readonly ImageUse[]): Document;
}

/** What a dialect knows of an image beyond its node. */
export interface HclImageOptions {
  /** Only a text that begins with it is an image. */
  readonly wrapper?: string;
  /** What a text may begin with and is no part of the image. */
  readonly optionalWrapper?: string;
  /** What `each.value` stands for. */
  readonly each?: readonly YamlNode[];
}

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

/** JSON in texts that is read for one file. */
const maximumTexts = 50;
const maximumDepth = 40;

/** Starts reading an HCL file; variables are followed to their defaults, locals to their values. */
export function createHclFile(
  source: string,
  path: string,
  dialect: Dialect,
  beside: HclLookup = () => undefined,
): HclFile {
  const pipeline = createPipeline(source, path, dialect, () => ({ documents: [], problems: [] }));
  const root = readHcl(pipeline.text);
  const own = variablesAndLocals(root);
  const lookup: HclLookup = (name) => own(name) ?? beside(name);
  const others = createImageCollector(pipeline.text);
  const inner: ImageUse[] = [];
  let texts = 0;
  const file: HclFile = {
    root,
    text: pipeline.text,
    image(node, site, { wrapper, optionalWrapper, each } = {}) {
      if (isNameOfOther(node)) return;
      if (wrapper !== undefined && textOf(node)?.startsWith(wrapper) !== true) return;
      const within: HclLookup = (name) =>
        name === "each.value" && each !== undefined ? { label: "for_each", nodes: each } : lookup(name);
      const stripped = wrapper ?? optionalWrapper;
      const scope = hclScope(pipeline.text, node, each === undefined ? lookup : within);
      pipeline.image(node, site, { scope, ...(stripped === undefined ? {} : { wrapper: stripped }) });
    },
    add: (node, site, value, wrapper = "") => others.add(node, site, { value, wrapper, pin: "none" }),
    expand(node) {
      const scalar = scalarOf(node);
      return scalar === undefined
        ? undefined
        : expandTemplate(pipeline.text, scalar, hclScope(pipeline.text, scalar, lookup))[0];
    },
    embedded(node, read) {
      const scalar = scalarOf(node);
      if (scalar === undefined || scalar.tag === expressionTag || texts++ >= maximumTexts) return;
      const scope = hclScope(pipeline.text, scalar, lookup);
      const filled = interpolationsOf(pipeline.text, scalar, scope);
      inner.push(...readSubstituted(scalar, pipeline.text, filled, read).images);
    },
    imagesIn: (node, keys, site) => walk(node, keys, site, 0),
    script: (node) => addScript(pipeline, node, lookup),
    node: (node) => lookup(textOf(node) ?? "")?.nodes[0],
    document: (uses = []) => pipeline.document([...others.images, ...inner, ...uses]),
  };
  const walk = (node: YamlNode | undefined, keys: ReadonlySet<string>, site: string, depth: number): void => {
    if (depth > maximumDepth) return;
    for (const item of itemsOf(node)) walk(item, keys, site, depth + 1);
    for (const { key, value } of entriesOf(node)) {
      if (keys.has(key.text) && scalarOf(value) !== undefined) file.image(value, site);
      else if (!describing.has(key.text)) walk(value, keys, site, depth + 1);
    }
    const scalar = dereference(node);
    if (scalar?.kind !== "scalar" || scalar.tag === expressionTag || !scalar.exact || depth > 0) return;
    if (!/^\s*[[{]/.test(scalar.text) || texts++ >= maximumTexts) return;
    // Blanks before it keep the offsets those of the file.
    const json = " ".repeat(scalar.span.start) + scalar.text;
    for (const { root: inner } of readJsonc(json).documents) walk(inner, keys, site, depth + 1);
  };
  return file;
}

/** `docker_image.web.image_id`: what the reference says stands where that is declared. */
function isNameOfOther(node: YamlNode | undefined): boolean {
  const scalar = scalarOf(node);
  return scalar?.tag === expressionTag && !/^\(*\s*(?:(?:var|local|each|count)\.|format\()/.test(scalar.text);
}

function addScript(pipeline: Pipeline, node: YamlNode | undefined, lookup: HclLookup): void {
  const nodes = scalarOf(node) === undefined ? itemsOf(node) : [node];
  const texts = nodes.filter((one) => scalarOf(one) !== undefined && scalarOf(one)?.tag !== expressionTag);
  pipeline.script(texts, { scope: hclScope(pipeline.text, texts[0], lookup) });
}
