import { readDockerfile } from "./dockerfile.ts";
import type { Document, ImageUse } from "./document.ts";
import { placeDocument, readEmbeddedYaml } from "./embedded.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import type { TemplateScope } from "./template.ts";
import { anyOf, delimited } from "./templateSyntax.ts";
import { entriesOf, mappingOf, scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";
import { placesOf } from "./yamlPlaces.ts";

const syntax = anyOf(delimited("${{", "}}"), delimited("[[", "]]"));
const scope: TemplateScope = { syntax, lookup: () => [] };
const maximumDepth = 8;

/**
 * Reads Codefresh pipelines: images of steps that run one, of compositions and of services, bases of Dockerfiles that are written here; commands. An image that a
 * step of the pipeline builds is named after the step. Types of steps have steps of their own.
 */
export function readCodefresh(text: string, path: string): Document {
  const pipeline = createPipeline(text, path, "codefresh");
  const embedded: ImageUse[] = [];
  for (const root of pipeline.roots)
    for (const holder of [root, valueAt(root, "spec")]) {
      const names = new Set(stepNames(valueAt(holder, "steps"), 0));
      readSteps(pipeline, valueAt(holder, "steps"), names, 0);
      readHooks(pipeline, valueAt(holder, "hooks"), names, 0);
      readComposition(pipeline, valueAt(holder, "services"), names);
      const template = scalarOf(valueAt(holder, "stepsTemplate"));
      if (template !== undefined) embedded.push(...readTemplate(template, pipeline.text, path));
      // A step that builds may hold its Dockerfile itself.
      for (const node of placesOf(holder, ["steps", "**", "dockerfile", "content"])) {
        const content = scalarOf(node);
        if (content === undefined) continue;
        embedded.push(...placeDocument(readDockerfile(content.text, path), content, pipeline.text).images);
      }
    }
  return pipeline.document(embedded);
}

/** The steps that the type of a step writes as a template; lines that only direct the template are none of theirs. */
function readTemplate(template: YamlScalar, text: string, path: string): readonly ImageUse[] {
  const inner = template.text.replaceAll(/^[ \t]*\[\[[^\n]*\]\][ \t]*$/gm, (line) => " ".repeat(line.length));
  return readEmbeddedYaml(
    template,
    text,
    path,
    (root, source) => {
      const pipeline = createPipeline(source, path, "codefresh");
      // Each branch of a condition may name an image of its own.
      for (const { value } of mappingOf(root)?.entries ?? [])
        for (const { key, value: image } of mappingOf(value)?.entries ?? [])
          if (key.text === "image") readImage(pipeline, image, "image", new Set());
      return pipeline.document().images;
    },
    inner,
  ).images;
}

function stepNames(steps: YamlNode | undefined, depth: number): readonly string[] {
  if (depth > maximumDepth) return [];
  return entriesOf(steps).flatMap(({ key, value }) => [key.text, ...stepNames(valueAt(value, "steps"), depth + 1)]);
}

function readSteps(pipeline: Pipeline, steps: YamlNode | undefined, names: ReadonlySet<string>, depth: number): void {
  if (depth > maximumDepth) return;
  for (const { value: step } of entriesOf(steps)) {
    const type = textOf(valueAt(step, "type")) ?? "freestyle";
    // The fields of a step may stand under `arguments`, as those of every type of step do.
    for (const holder of type === "freestyle" ? [step, valueAt(step, "arguments")] : []) {
      readImage(pipeline, valueAt(holder, "image"), "image", names);
      pipeline.script([valueAt(holder, "commands")], { scope });
    }
    if (/^(?:launch-)?composition$/.test(type)) readComposition(pipeline, step, names);
    readComposition(pipeline, valueAt(step, "services"), names);
    readSteps(pipeline, valueAt(step, "steps"), names, depth + 1);
    readHooks(pipeline, valueAt(step, "hooks"), names, depth + 1);
  }
}

/** What runs at a point of the pipeline or of a step: one step under `exec`, itself or with others under `steps`. */
function readHooks(pipeline: Pipeline, hooks: YamlNode | undefined, names: ReadonlySet<string>, depth: number): void {
  for (const { value: hook } of entriesOf(hooks)) {
    const exec = valueAt(hook, "exec");
    readSteps(pipeline, valueAt(hook, "steps"), names, depth);
    readSteps(pipeline, valueAt(exec, "steps"), names, depth);
    readImage(pipeline, valueAt(exec, "image"), "image", names);
    pipeline.script([valueAt(exec, "commands")], { scope });
  }
}

function readImage(pipeline: Pipeline, image: YamlNode | undefined, site: string, names: ReadonlySet<string>): void {
  const text = textOf(image);
  const isBuilt = text === undefined || syntax(text).some(({ name }) => names.has(name ?? ""));
  if (!isBuilt) pipeline.image(image, site, { scope });
}

/** The services of a composition; one that is written as a path is another file. */
function readComposition(pipeline: Pipeline, holder: YamlNode | undefined, names: ReadonlySet<string>): void {
  for (const place of [
    ["composition", "services", "*"],
    ["composition", "*"],
    [/^composition[_-]candidates$/, "*"],
  ])
    for (const service of placesOf(holder, place))
      if (valueAt(service, "build") === undefined) readImage(pipeline, valueAt(service, "image"), "services", names);
}
