import type { Span } from "../image/span.ts";
import { readArgoResource, type ArgoNested } from "./argo.ts";
import type { Document } from "./document.ts";
import { readShape } from "./customShape.ts";
import { readKubernetes } from "./kubernetes.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { createResourceReading, usesOf } from "./resourceReading.ts";
import { interpolationsOf, readSubstituted } from "./substitution.ts";
import { readTektonResource } from "./tekton.ts";
import { tektonOutside } from "./tektonScope.ts";
import type { TemplateScope } from "./template.ts";
import { readYaml } from "./yaml.ts";
import { itemsOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

const maximumNesting = 6;
/** Manifests as texts in manifests. */
const maximumTexts = 2;
const maximumManifests = 500;

/** Reads manifests of Tekton pipelines and triggers; other resources beside them as any manifest. */
export function readTekton(text: string, path: string): Document {
  return readManifestPipelines(text, path, "tekton");
}

/** Reads manifests of Argo Workflows and Argo Events; other resources beside them as any manifest. */
export function readArgo(text: string, path: string): Document {
  return readManifestPipelines(text, path, "argo");
}

function readManifestPipelines(source: string, path: string, dialect: "tekton" | "argo", around = 0): Document {
  const pipeline = createPipeline(source, path, dialect);
  const read: YamlNode[] = [];
  const inner: Document[] = [];
  const visit = (node: YamlNode, scope: TemplateScope, depth: number): void => {
    const apiVersion = textOf(valueAt(node, "apiVersion")) ?? "";
    const kind = textOf(valueAt(node, "kind")) ?? "";
    if (depth > maximumNesting) return;
    if (kind === "List") for (const item of itemsOf(valueAt(node, "items"))) visit(item, scope, depth + 1);
    if (/^(?:triggers\.)?tekton\.dev\//.test(apiVersion)) {
      readTektonResource(pipeline, node, kind, scope, (one, within) => visit(one, within, depth + 1));
      // What triggers create may be any resource.
      if (!/^(?:TriggerTemplate|Trigger|EventListener)$/.test(kind)) read.push(node);
    } else if (apiVersion.startsWith("argoproj.io/") || isUntypedWorkflow(node, apiVersion, kind)) {
      if (readArgoResource(pipeline, node, kind || "Workflow", nestedAt(depth))) read.push(node);
    }
  };
  const readText = (scalar: YamlScalar, scope: TemplateScope | undefined, read: (text: string) => Document): void => {
    if (around >= maximumTexts || inner.length >= maximumManifests) return;
    const known = scope === undefined ? [] : interpolationsOf(pipeline.text, scalar, scope);
    inner.push(readSubstituted(scalar, pipeline.text, known, read));
  };
  const nestedAt = (depth: number): ArgoNested => ({
    resource: (node) => visit(node, tektonOutside, depth + 1),
    manifest(scalar, scope) {
      readText(scalar, scope, (text) => readManifestPipelines(text, path, dialect, around + 1));
    },
    podPatch(scalar, scope) {
      readText(scalar, scope, (text) => readPodPatch(text, path));
    },
  });
  const resources = pipeline.roots.flatMap((root) => (itemsOf(root).length > 0 ? itemsOf(root) : [root]));
  for (const resource of resources) visit(resource, tektonOutside, 0);
  const known = new Set(read);
  const isAll = resources.every((resource) => known.has(resource));
  const others = isAll ? [] : [othersThan(read, pipeline, path)];
  const beside = [...others, ...inner];
  const document = pipeline.document(beside.flatMap(({ images }) => images));
  return { ...document, commands: [...document.commands, ...beside.flatMap(({ commands }) => commands)] };
}

/** Whether a document is a workflow that leaves out what it is, as programs keep those that they submit. */
function isUntypedWorkflow(node: YamlNode, apiVersion: string, kind: string): boolean {
  return apiVersion === "" && kind === "" && itemsOf(valueAt(node, "spec", "templates")).length > 0;
}

/** The images of what is put over the specification of a pod. */
function readPodPatch(text: string, path: string): Document {
  const reading = createResourceReading(text, path);
  for (const { root } of readYaml(text).documents) readShape(root, reading, () => {});
  return { path, dialect: "argo", text, images: usesOf(reading), commands: [], jobs: [], problems: [] };
}

/** The images of the resources beside, as any manifest has them, and their commands. */
function othersThan(
  read: readonly YamlNode[],
  pipeline: Pipeline,
  path: string,
): Pick<Document, "images" | "commands"> {
  const own = new Set(pipeline.document().images.map(({ span }) => span.start));
  const isBeside = ({ span }: { readonly span: Span }): boolean =>
    !read.some((node) => node.span.start <= span.start && span.end <= node.span.end);
  const { images, commands } = readKubernetes(pipeline.text, path);
  return {
    images: images.filter((use) => !own.has(use.span.start) && isBeside(use)),
    commands: commands.filter(isBeside),
  };
}
