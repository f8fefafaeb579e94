import type { Dialect, Document, ImageUse } from "./document.ts";
import { placeDocument } from "./embedded.ts";
import { readKubernetes } from "./kubernetes.ts";
import { helmfileActions } from "./helmfileValues.ts";
import { withoutByteOrderMark } from "../image/span.ts";
import { unknownData } from "./templateData.ts";
import { maskTemplate, type MaskedTemplate } from "./templateMask.ts";
import { readYaml } from "./yaml.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { readContainerCommands, readImageVolumes } from "./pipelinePod.ts";
import { readSubstituted } from "./substitution.ts";
import type { TemplateScope } from "./template.ts";
import { wholeOf } from "./templateLines.ts";
import { noTemplate } from "./templateSyntax.ts";
import { nameEnd } from "./splitImage.ts";
import { readCharts } from "./toolCharts.ts";
import { toolConfigs, type ToolConfig } from "./toolPlaces.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";
import { placesOf } from "./yamlPlaces.ts";

/** Reads the configuration of a tool whose images all stand at places of their own. */
export function readToolConfig(dialect: Dialect): (text: string, path: string) => Document {
  const {
    images,
    pods = [],
    scripts = [],
    manifests = [],
    only,
    syntax = noTemplate,
    variables = [],
    built = [],
    either = [],
    isTemplate = false,
    fill,
    ...charts
  } = toolConfigs.get(dialect) ?? { images: [] };
  const readFilled = (text: string, path: string): Document => {
    const template = isTemplate ? maskTemplate(withoutByteOrderMark(text)) : undefined;
    const pipeline = createPipeline(text, path, dialect, template && (() => readYaml(template.text)));
    const actions =
      template &&
      actionScopes(
        template,
        helmfileActions(pipeline.text, path, () => unknownData),
      );
    const inner: Document[] = [];
    const further: ImageUse[] = [];
    for (const root of pipeline.roots) {
      if (only !== undefined && !isOneOf(root, only)) continue;
      const scope = { syntax, lookup: knownOnce(variables.flatMap((place) => placesOf(root, place))) };
      const own = new Set(built.flatMap((place) => placesOf(root, place)).flatMap(builtName));
      const isOwn = (text: string): boolean => own.has(text) || ofOwn.test(text);
      const read = new Set<number>();
      for (const [site, ...place] of images)
        for (const node of placesOf(root, place)) {
          const scalar = scalarOf(node);
          if (scalar === undefined) continue;
          read.add(scalar.span.start);
          if (!isOwn(scalar.text)) pipeline.image(node, site, { scope: actions?.(scalar) ?? scope });
        }
      for (const node of either.flatMap((place) => placesOf(root, place)))
        if (hasTag(textOf(node) ?? "")) pipeline.image(node, "image", { scope });
      further.push(...readCharts(root, charts, pipeline.text, path, (span, text) => read.has(span) || isOwn(text)));
      for (const pod of pods.flatMap((place) => placesOf(root, place))) readPod(pipeline, pod, scope);
      for (const place of scripts) for (const node of placesOf(root, place)) pipeline.script([node]);
      for (const node of manifests.flatMap((place) => placesOf(root, place))) {
        const scalar = scalarOf(node);
        if (scalar !== undefined) inner.push(placeDocument(readKubernetes(scalar.text, ""), scalar, pipeline.text));
      }
    }
    return pipeline.document([...inner.flatMap((document) => document.images), ...further]);
  };
  return (source, path) => {
    const text = withoutByteOrderMark(source);
    const filled = fill?.(text) ?? [];
    if (filled.length === 0) return readFilled(source, path);
    return { ...readSubstituted(wholeOf(text), text, filled, (inner) => readFilled(inner, path)), text };
  };
}

/** What DevSpace or Garden has built, while it runs. */
const ofOwn = /^\$\{(?:runtime|actions\.build|modules|providers)\./;

/** The name of what is built, where that is not switched off. */
function builtName(node: YamlNode): string | readonly [] {
  return textOf(valueAt(node, "build", "disabled")) === "true" ? [] : (textOf(valueAt(node, "image")) ?? []);
}

function hasTag(text: string): boolean {
  return nameEnd(text) < text.length;
}

/** What actions of a template come to within a value of it. */
function actionScopes(
  template: MaskedTemplate,
  evaluate: ReturnType<typeof helmfileActions>,
): (scalar: YamlScalar) => TemplateScope {
  return ({ span }) => {
    const actions = template.actionsIn(span);
    return {
      syntax: () =>
        actions.map(({ start, end, source }, at) => ({
          start: start - span.start,
          end: end - span.start,
          name: String(at),
          label: `template ${source}`,
        })),
      lookup(name) {
        const action = actions[Number(name)];
        const { text, steps = [] } = action === undefined ? {} : evaluate(action.source, action.start);
        return text === undefined ? [] : [{ label: "template", values: [{ parts: [{ text }], chain: steps }] }];
      },
    };
  };
}

function isOneOf(root: YamlNode, [form, ...path]: NonNullable<ToolConfig["only"]>): boolean {
  const text = textOf(valueAt(root, ...path));
  return text === undefined || form.test(text);
}

function readPod(pipeline: Pipeline, pod: YamlNode, scope: TemplateScope): void {
  for (const list of ["initContainers", "containers", "steps", "sidecars"])
    for (const container of itemsOf(valueAt(pod, list))) {
      pipeline.image(scalarOf(valueAt(container, "image")), "container", { scope });
      readContainerCommands(pipeline, container, "script", { scope });
    }
  readImageVolumes(pipeline, pod, scope);
}

/** What names stand for that one mapping alone defines. */
function knownOnce(mappings: readonly YamlNode[]): TemplateScope["lookup"] {
  const known = new Map<string, YamlNode | undefined>();
  const define = (name: string, value: YamlNode | undefined): void => {
    const node = valueAt(value, "value") ?? valueAt(value, "default") ?? value;
    known.set(name, known.has(name) ? undefined : node);
  };
  for (const mapping of mappings) {
    for (const { key, value } of entriesOf(mapping)) define(key.text, value);
    for (const item of itemsOf(mapping)) define(textOf(valueAt(item, "name")) ?? "", item);
  }
  return (name) => {
    const node = known.get(name);
    return scalarOf(node) === undefined ? [] : [{ label: `variable ${name}`, node }];
  };
}
