import { imagesOf } from "../shell/imageCommands.ts";
import type { WindowsShell } from "../shell/windowsShell.ts";
import type { Dialect, Document, ImageUse } from "./document.ts";
import { readHcl, type HclBody } from "./hcl.ts";
import { readHclJson } from "./hclJson.ts";
import { evaluateNode } from "./hclEvaluate.ts";
import { expressionTag } from "./hclExpression.ts";
import { imageValues, type HclKeys } from "./hclImages.ts";
import { asExpression, hclEnvironment, hclScope, variablesAndLocals } from "./hclScope.ts";
import { masked, unmasked } from "./hclTexts.ts";
import type { HclEnvironment, HclLookup, HclValue, ModuleLookup } from "./hclValue.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline } from "./pipeline.ts";
import { interpolationsOf, readSubstituted } from "./substitution.ts";
import { inOrder } from "./templateLines.ts";
import { directivesOf } from "./terraformTemplate.ts";
import { expandTemplate, textOfValue, type TemplateScope } from "./template.ts";
import type { Value } from "./value.ts";
import { createImageCollector } from "./yamlImage.ts";
import { dereference, itemsOf, scalarOf, textOf, type YamlNode } from "./yamlNode.ts";

/** An HCL file while it is read for images: what Terraform, Nomad and Packer share. */
export interface HclFile {
  readonly root: HclBody;
  readonly text: string;
  /** What names stand for. */
  readonly lookup: HclLookup;
  /** In which what the file writes is evaluated. */
  environment(): HclEnvironment;
  /** The same file where names stand for more: those of a loop. */
  within(lookup: HclLookup): HclFile;
  /** What an attribute comes to. */
  evaluate(node: YamlNode | undefined): readonly HclValue[];
  /** Adds what an attribute says, unless it is the name of something that another part of the configuration makes. */
  image(node: YamlNode | undefined, site: string, options?: HclImageOptions): void;
  /** Adds a reference that a node and others make together. */
  add(node: YamlNode | undefined, site: string, value: Value, wrapper?: string): void;
  /** What a text or expression comes to, where it is one. */
  expand(node: YamlNode | undefined): Value | undefined;
  /** Reads a text as a document of its own, with what is known filled in. */
  embedded(node: YamlNode | undefined, read: (source: string) => Document): void;
  /** Adds every value of the given keys in lists, objects, and JSON in texts; of them, what is accepted. */
  imagesIn(
    node: YamlNode | undefined,
    keys: HclKeys,
    site: string,
    accepts?: (said: Value | undefined) => boolean,
  ): void;
  /** Adds the commands of a text or of a list of texts, which a POSIX shell runs where nothing else is said. */
  script(node: YamlNode | undefined, windowsShell?: WindowsShell): void;
  /** Adds the command of a program and its arguments, or what they run in a shell. */
  words(program: YamlNode | undefined, given: YamlNode | undefined): void;
  /** The document as read so far, with `uses` found elsewhere. */
  document(uses?: readonly ImageUse[]): Document;
}

/** What a dialect knows of an image beyond its node. */
export interface HclImageOptions {
  /** Only a text that begins with it is an image. */
  readonly wrapper?: string;
  /** What a text may begin with and is no part of the image. */
  readonly optionalWrapper?: string;
}

const nothing: HclLookup = () => undefined;
/** JSON in texts that is read for one file. */
const maximumTexts = 50;

/** Starts reading an HCL file; variables are followed to their defaults, locals to their values. */
export function createHclFile(
  source: string,
  path: string,
  dialect: Dialect,
  { given, beside }: ModuleLookup = { given: nothing, beside: nothing },
): HclFile {
  const pipeline = createPipeline(source, path, dialect, () => ({ documents: [], problems: [] }));
  const { text } = pipeline;
  const root = /\.json$/i.test(path) ? readHclJson(text) : readHcl(text);
  const own = variablesAndLocals(root);
  const outer: HclLookup = (name) => given(name) ?? own(name) ?? beside(name);
  const others = createImageCollector(text);
  const inner: ImageUse[] = [];
  let texts = 0;
  const view = (lookup: HclLookup): HclFile => {
    const scopeOf = (node: YamlNode | undefined): TemplateScope => hclScope(text, node, lookup, outer);
    const file: HclFile = {
      root,
      text,
      lookup,
      within: view,
      environment: () => hclEnvironment(text, lookup, outer),
      evaluate: (node) => evaluateNode(node, file.environment()),
      image(written, site, { wrapper, optionalWrapper } = {}) {
        const node = asExpression(text, written);
        if (isNameOfOther(node, lookup)) return;
        if (wrapper !== undefined && textOf(node)?.startsWith(wrapper) !== true) return;
        if (isEmptyDefault(node, file)) {
          file.add(node, site, { parts: [{}], chain: file.expand(node)?.chain ?? [] });
          return;
        }
        const stripped = wrapper ?? optionalWrapper;
        pipeline.image(node, site, { scope: scopeOf(node), ...(stripped === undefined ? {} : { wrapper: stripped }) });
      },
      add: (node, site, value, wrapper = "") => others.add(node, site, { value, wrapper, pin: "none" }),
      expand(node) {
        const scalar = scalarOf(asExpression(text, node));
        return scalar === undefined ? undefined : expandTemplate(text, scalar, scopeOf(scalar))[0];
      },
      embedded(node, read) {
        const scalar = scalarOf(node);
        if (scalar === undefined || scalar.tag === expressionTag || texts++ >= maximumTexts) return;
        const directives = directivesOf(scalar.text).filter((one) => one.text === "");
        const filled = [...interpolationsOf(text, scalar, scopeOf(scalar)), ...directives];
        const ordered = inOrder(filled.toSorted((one, other) => one.start - other.start));
        const readWhole = (source: string): Document => withImagesOfCommands(read(source));
        inner.push(...readSubstituted(scalar, text, ordered, readWhole).images);
      },
      imagesIn(node, keys, site, accepts = () => true) {
        for (const { value, at, seenAs } of imageValues(node, file.environment(), keys)) {
          const seen = seenAs === undefined ? undefined : view(seenAs);
          const said = seen === undefined ? value : seen.expand(at);
          if (!accepts(said)) continue;
          if (seen !== undefined) seen.image(at, site);
          else if (value !== undefined) file.add(at, site, value);
        }
        const documents = jsonIn(text, node);
        if (documents.length === 0 || texts++ >= maximumTexts) return;
        for (const document of documents) file.imagesIn(document, keys, site, accepts);
      },
      script(node, windowsShell) {
        const nodes = scalarOf(node) === undefined ? itemsOf(node).flatMap((one) => [one, ...itemsOf(one)]) : [node];
        const written = nodes.filter((one) => scalarOf(one) !== undefined && scalarOf(one)?.tag !== expressionTag);
        pipeline.script(written, { scope: scopeOf(written[0]), windowsShell });
      },
      words(program, given) {
        if (program === undefined) return;
        const nodes = [program, ...itemsOf(given)].flatMap((one) => asExpression(text, one) ?? []);
        pipeline.words(nodes, { scopeOf });
      },
      document: (uses = []) => pipeline.document([...others.images, ...inner, ...uses]),
    };
    return file;
  };
  return view(outer);
}

/** Whether a node names a variable whose default is an empty text: whoever calls the module gives the image. */
function isEmptyDefault(node: YamlNode | undefined, file: HclFile): boolean {
  const [, name] = /^(?:\$\{\s*)?(var\.[\w.-]+?)\s*\}?$/.exec(textOf(node) ?? "") ?? [];
  const said = name === undefined ? undefined : file.expand(node);
  return said !== undefined && textOfValue(said) === "";
}

/** A document whose commands' images are found while it is known what was filled in. */
function withImagesOfCommands(document: Document): Document {
  return document.commands.length === 0 ? document : { ...document, images: imagesOf(document) };
}

/**
 * JSON that a text holds, with its interpolations; blanks before it, and for what escapes it, keep the offsets those of
 * the file.
 */
export function jsonIn(text: string, node: YamlNode | undefined): readonly YamlNode[] {
  const scalar = dereference(node);
  if (scalar?.kind !== "scalar" || scalar.tag === expressionTag || !/^\s*[[{]/.test(scalar.text)) return [];
  if (!scalar.exact && scalar.style !== "double-quoted") return [];
  const written = scalar.exact ? scalar.text : unescapedInPlace(text.slice(scalar.span.start, scalar.span.end));
  const { documents } = readJsonc(" ".repeat(scalar.span.start) + masked(written));
  return documents.flatMap(({ root }) => (root === undefined ? [] : [unmasked(root, text)]));
}

/** A text without its escapes and as long: blanks stand beside them, outside of the strings that quotes begin and end. */
function unescapedInPlace(raw: string): string {
  let isString = false;
  return raw.replaceAll(/\\\\(\\?.)|\\(.)/gs, (all, within: string | undefined, sign: string | undefined) => {
    if (within !== undefined) return `\\${within.slice(-1)}`.padEnd(all.length);
    if (sign !== '"') return " ".repeat(all.length);
    isString = !isString;
    return isString ? ' "' : '" ';
  });
}

/** Resources that pull or make an image, whose name stands there. */
const ofImage =
  /^(?:(?:element|one|tostring|try)\(\s*)*(?:data\.)?(?:apko_build|docker_(?:registry_)?image|docker_tag|ko_build|podman_image)\./;
const nameOfImage = /^((?:data\.)?docker_(?:registry_)?image\.[\w-]+)\.name$/;

/**
 * `docker_image.web.image_id`: what the reference says stands where that is declared. The `name` of one that is
 * pulled, in the same module, is the reference itself.
 */
export function isNameOfOther(node: YamlNode | undefined, lookup: HclLookup): boolean {
  const scalar = scalarOf(node);
  if (scalar === undefined) return false;
  if (scalar.tag === expressionTag) return isOfImage(scalar.text, lookup);
  // The same in quotes, as it was written before Terraform 0.12 and is in JSON.
  const [, inner] = /^\$\{\s*([^{}]+)\}$/.exec(scalar.text) ?? [];
  return inner !== undefined && isOfImage(inner.trim(), lookup);
}

/** Whether an expression is such a reference, or chooses between two. */
function isOfImage(expression: string, lookup: HclLookup): boolean {
  const [, one, other] = /^[^?"]+\?\s*([^?:"]+?)\s*:\s*([^?:"]+)$/.exec(expression) ?? [];
  if (one !== undefined && other !== undefined) return ofImage.test(one) && ofImage.test(other);
  if (!ofImage.test(expression)) return false;
  const [, pulled] = nameOfImage.exec(expression) ?? [];
  return pulled === undefined || lookup(pulled) === undefined;
}
