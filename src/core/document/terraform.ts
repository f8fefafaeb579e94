import { windowsShellOf } from "../shell/windowsShell.ts";
import { isShellProgram, shebangIsShell } from "../shell/shellInterpreter.ts";
import { readCloudInit } from "./cloudInit.ts";
import { isCloudConfig } from "./detectTool.ts";
import type { Document, ImageUse } from "./document.ts";
import { attributeOf, isPulledImage } from "./hclScope.ts";
import type { HclBlock, HclBody } from "./hcl.ts";
import { blocksIn, instancesOf } from "./hclBlocks.ts";
import { callTag } from "./hclExpression.ts";
import { createHclFile, type HclFile } from "./hclFile.ts";
import { describing } from "./hclImages.ts";
import { readKubernetes } from "./kubernetes.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { textOfValue } from "./template.ts";
import {
  buildImages,
  guessedKeys,
  isCertain,
  meta,
  readModule,
  readTemplateArguments,
  readTemplateVariables,
  templateSite,
} from "./terraformGuess.ts";
import { readHelmRelease } from "./terraformHelm.ts";
import { readCall, type ModulePlace } from "./terraformCall.ts";
import { moduleLookup } from "./terraformModule.ts";
import {
  besideImage,
  hasObjects,
  hostByType,
  imageKeys,
  isImageOfBlock,
  readerOfText,
  wrapperOf,
} from "./terraformResources.ts";
import { isFileOfScript, isScript, joinedLines } from "./terraformScripts.ts";
import type { Value, ValuePart } from "./value.ts";
import { entriesOf, itemsOf, scalarOf, textOf, type YamlEntry, type YamlNode } from "./yamlNode.ts";

const maximumDepth = 40;
const none: ReadonlySet<string> = new Set();

/**
 * Reads Terraform configuration: the images of resources that run containers, charts in registries, and commands of
 * provisioners and of scripts given to machines. An image that a resource builds is an output.
 */
export function readTerraform(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const file = createHclFile(source, path, "terraform", moduleLookup(path, siblings));
  const charts: ImageUse[] = [];
  const place = { path, siblings, depth: 0 };
  readTerragrunt(file, place);
  charts.push(...readBlocks(file, place));
  const distinct = new Map(charts.map((use) => [JSON.stringify([use.span, use.reference ?? null]), use]));
  const document = file.document([...distinct.values()]);
  // What a template is told counts once where it is known what becomes of the template.
  const known = new Set(document.images.filter(({ site }) => site !== templateSite).map(({ span }) => span.start));
  return {
    ...document,
    images: document.images.filter((use) => use.site !== templateSite || !known.has(use.span.start)),
  };
}

/** What Terragrunt gives the module that it runs, and the units and stacks that are made of others. */
function readTerragrunt(file: HclFile, place: ModulePlace): void {
  const inputs = entriesGiven(attributeOf(file.root, "inputs"));
  if (inputs.length > 0) {
    const given = { body: { attributes: inputs, blocks: [] } };
    const run = file.root.blocks.find(({ type }) => type === "terraform");
    readModule(file, given, readCall(file, given, attributeOf(run?.body, "source"), place, readBlocks));
  }
  for (const { type, body } of file.root.blocks)
    if (type === "unit" || type === "stack")
      readModule(file, { body: { attributes: entriesGiven(attributeOf(body, "values")), blocks: [] } });
}

/** The entries of an object, or of those that a file itself puts together with others. */
function entriesGiven(node: YamlNode | undefined): readonly YamlEntry[] {
  if (node?.kind === "sequence" && node.tag === `${callTag}merge`) return node.items.flatMap(entriesGiven);
  return node?.kind === "mapping" ? node.entries : [];
}

/** Reads the blocks of a file; gives the charts that they name and set values of. */
function readBlocks(file: HclFile, place: ModulePlace): readonly ImageUse[] {
  const charts: ImageUse[] = [];
  for (const block of file.root.blocks) {
    if (block.type === "module")
      for (const seen of instancesOf(file, block)) {
        const told = readCall(seen, block, attributeOf(block.body, "source"), place, readBlocks);
        if (place.told === undefined) readModule(seen, block, told);
      }
    // Scripts of machines often stand under a name.
    if (block.type === "locals")
      for (const { key, value } of block.body.attributes) {
        readTexts(file, "", key.text, value);
        readTemplateArguments(file, value);
      }
    if (block.type !== "resource" && block.type !== "data") continue;
    const kind = block.labels[0] ?? "";
    const instances = instancesOf(file, block);
    if (isPulledImage(block.type, kind, block.body))
      for (const seen of instances) seen.image(attributeOf(block.body, "name"), kind);
    if (/^(?:kubectl|kubernetes|k8s)_manifest$/.test(kind)) readManifests(file, block);
    const form = formOf(file.text, kind, block);
    for (const seen of instances) {
      if (kind === "template_file") readTemplateVariables(seen, block);
      // What a module's own charts are, is said in it.
      if ((kind === "helm_release" || kind === "rancher2_app_v2") && place.told === undefined)
        charts.push(...readHelmRelease(seen, block));
      walk(seen, block, form, 0);
    }
  }
  return charts;
}

/** How a resource is read. */
interface ResourceForm {
  readonly kind: string;
  readonly keys: ReadonlySet<string>;
  /** Whether the resource is not known, so that only what can be nothing else is an image. */
  readonly isGuessed: boolean;
}

function formOf(text: string, kind: string, block: HclBlock): ResourceForm {
  const keys = imageKeys(block);
  const isGuessed = keys === undefined && text.slice(block.span.start, block.span.end).includes("image");
  return { kind, keys: keys ?? none, isGuessed };
}

/** Manifests of Kubernetes that stand there as YAML. */
function readManifests(file: HclFile, { body }: HclBlock): void {
  for (const { value } of body.attributes)
    if (scalarOf(value)?.style === "literal") file.embedded(value, (source) => readKubernetes(source, ""));
}

function walk(file: HclFile, block: HclBlock, form: ResourceForm, depth: number): void {
  if (depth > maximumDepth) return;
  const { kind, keys } = form;
  for (const { key, value } of block.body.attributes) {
    const wrapper = wrapperOf(kind, key.text);
    const hasTemplates = readTemplateArguments(file, value);
    if (keys.has(key.text) || isImageOfBlock(kind, block.type, key.text))
      for (const one of listed(value)) addNamed(file, block, { key: key.text, node: one, kind });
    else if (wrapper !== undefined) file.image(value, kind, { wrapper });
    else if (value.kind === "mapping" && hasObjects(kind)) {
      const { span, entries } = value;
      walk(file, { type: key.text, labels: [], span, body: { attributes: entries, blocks: [] } }, form, depth + 1);
    } else if (!describing.has(key.text) && !meta.has(key.text) && (keys.size > 0 || !hasTemplates))
      readWithin(file, form, key.text, value);
    readTexts(file, kind, key.text, value);
  }
  if (block.type === "provisioner") readProvisioner(file, block.labels[0], block.body);
  for (const { file: seen, block: inner } of blocksIn(file, block.body))
    if (!describing.has(inner.type)) walk(seen, inner, form, depth + 1);
}

/** Adds the images of lists and objects; where the resource is not known, what can hardly be anything else. */
function readWithin(file: HclFile, { kind, keys, isGuessed }: ResourceForm, key: string, value: YamlNode): void {
  if (keys.size > 0) file.imagesIn(value, keys, kind);
  else if (!isGuessed) return;
  else if (guessedKeys.has(key) && isCertain(file.expand(value))) file.image(value, kind);
  else if (value.kind !== "scalar") file.imagesIn(value, guessedKeys, kind, isCertain);
}

/** A list's items; anything else by itself. */
function listed(node: YamlNode): readonly YamlNode[] {
  return node.kind === "sequence" && node.tag === undefined ? node.items : [node];
}

/** What a machine of Google runs when it starts or stops, with a first line that names a shell or without. */
const startupKeys = new Set(["metadata_startup_script", "startup-script", "shutdown-script"]);

/** Texts that a shell or another tool reads. */
function readTexts(file: HclFile, kind: string, key: string, node: YamlNode): void {
  const read = readerOfText(kind, key);
  if (read !== undefined) {
    file.embedded(node, read);
    // The same as an object that a function makes a text of.
    if (scalarOf(node) === undefined) file.imagesIn(node, imageKey, kind);
  }
  if (isScript(kind, key)) {
    file.script(node);
    return;
  }
  const lines = joinedLines(node);
  const [first] = itemsOf(lines);
  if (shebangIsShell(textOf(first) ?? "") ?? (userData.has(key) && isFileOfScript(first))) file.script(lines);
  // What a machine is told, by the keys of a map.
  if (key === "metadata") for (const entry of entriesOf(node)) readTexts(file, kind, entry.key.text, entry.value);
  const scalar = scalarOf(node);
  // A text in quotes may be anything, unless its first line tells.
  if (scalar === undefined || (scalar.style !== "literal" && !/^#(?:!|cloud-config\b)/.test(scalar.text))) return;
  if (shebangIsShell(scalar.text.trimStart()) ?? startupKeys.has(key)) file.script(node);
  else if (isCloudConfig(scalar.text)) file.embedded(node, (source) => readCloudInit(source, ""));
}

const imageKey: ReadonlySet<string> = new Set(["image"]);
/** What a machine is given when it starts. */
const userData: ReadonlySet<string> = new Set(["user_data", "user_data_base64", "custom_data"]);

/** Adds an image whose registry and tag may stand beside it. */
function addNamed(
  file: HclFile,
  { body }: HclBlock,
  { key, node, kind }: { readonly key: string; readonly node: YamlNode; readonly kind: string },
): void {
  const name = file.expand(node);
  if (name !== undefined && textOfValue(name)?.startsWith(buildImages) === true) return;
  // A recipe may begin with one that Image Builder has.
  if (name?.parts[0]?.text?.startsWith("arn:") === true) return;
  const { registry: registryKey, tag: tagKey } = besideImage.get(key) ?? {};
  const saidUnder = (other: string | undefined): SaidBeside | undefined => {
    const said = other === undefined ? undefined : attributeOf(body, other);
    const value = file.expand(said);
    if (said === undefined || value === undefined || textOfValue(value) === "") return undefined;
    return { node: said, value, label: other ?? "" };
  };
  const typed = hostByType(kind, body);
  const [registry, tag] = [saidUnder(typed === undefined ? registryKey : "registry"), saidUnder(tagKey)];
  if (name === undefined || (registry === undefined && tag === undefined && typed === undefined)) {
    file.image(node, kind);
    return;
  }
  const before = typed === undefined ? hostParts(registry) : [...typed, ...ownParts(registry)];
  const after = tag === undefined ? [] : [{ text: ":" }, ...tag.value.parts];
  const chain = [registry, tag].flatMap((one) =>
    one === undefined
      ? []
      : [{ span: one.node.span, label: one.label, text: textOfValue(one.value) ?? "" }, ...one.value.chain],
  );
  file.add(node, kind, { parts: [...before, ...name.parts, ...after], chain: [...chain, ...name.chain] });
}

/** What stands beside an image and is a part of it. */
interface SaidBeside {
  readonly node: YamlNode;
  readonly value: Value;
  readonly label: string;
}

/** A registry that is written as an address. */
function hostParts(registry: SaidBeside | undefined): readonly ValuePart[] {
  if (registry === undefined) return [];
  const host = textOfValue(registry.value)
    ?.replace(/^https?:\/\//, "")
    .replace(/\/+$/, "");
  return [host === undefined ? {} : { text: `${host}/` }];
}

/** What is whose, in a registry that several share. */
function ownParts(registry: SaidBeside | undefined): readonly ValuePart[] {
  return registry === undefined ? [] : [...registry.value.parts, { text: "/" }];
}

function readProvisioner(file: HclFile, kind: string | undefined, body: HclBody): void {
  const interpreter = attributeOf(body, "interpreter");
  const program = textOf(itemsOf(interpreter)[0]) ?? "";
  const windowsShell = windowsShellOf(program);
  // Without an interpreter, the machine's own shell runs it.
  if (kind === "local-exec" && (interpreter === undefined || isShellProgram(program) || windowsShell !== undefined))
    file.script(attributeOf(body, "command"), windowsShell);
  if (kind === "remote-exec") file.script(attributeOf(body, "inline"));
}
