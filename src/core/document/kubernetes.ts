import { withoutByteOrderMark } from "../image/span.ts";
import { isFleet, readFleet } from "./chartResources.ts";
import { isExpectation } from "./clusterTest.ts";
import type { Dialect, Document } from "./document.ts";
import { isSourceOverride, readSourceOverride } from "./gitOps.ts";
import { readKustomization, readPatchContent } from "./kustomization.ts";
import { readResource } from "./kubernetesResource.ts";
import { relevantText } from "./relevantText.ts";
import { createResourceReading, usesOf, type ResourceReading } from "./resourceReading.ts";
import type { Siblings } from "./siblings.ts";
import { readYaml } from "./yaml.ts";
import { itemsOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * Reads Kubernetes manifests, in streams and lists: the images of containers and image volumes, and those that known
 * custom resources name. Policies, definitions of resources and the text of ConfigMaps hold none.
 */
export const readKubernetes = createReader("kubernetes", (node, reading) => {
  if (expectation.test(reading.path) || isExpectation(reading)) return;
  if (isSourceOverride(reading.path)) readSourceOverride(node, reading, readResource);
  else if (isFleet(reading.path)) readFleet(node, reading);
  else if (itemsOf(node).length > 0) for (const item of itemsOf(node)) readResource(item, reading);
  else readResource(node, reading, typeAlone(node));
});

/** Where what runs pods has the specification of one, for documents that do not say what they are. */
const workloads = [
  { kind: "Pod", path: ["spec"] },
  { kind: "Deployment", path: ["spec", "template", "spec"] },
  { kind: "CronJob", path: ["spec", "jobTemplate", "spec", "template", "spec"] },
];

/**
 * What a document is that leaves it out: a pod (Jenkins asks for no type in those of its agents), or a patch of what
 * runs pods (`kubectl patch --patch-file`; Fleet, "overlays").
 */
function typeAlone(node: YamlNode | undefined): { readonly apiVersion: string; readonly kind: string } | undefined {
  if (valueAt(node, "apiVersion") !== undefined) return undefined;
  const found = workloads.find(({ path }) => itemsOf(valueAt(node, ...path, "containers")).length > 0);
  return found === undefined ? undefined : { apiVersion: "v1", kind: found.kind };
}

/** What a test step expects to find or not to find (KUTTL, "Test steps"); nothing of it is created. */
const expectation = /(?:^|\/)\d+-(?:assert|errors)(?:-[^./]+)?\.yaml$/;

/**
 * Reads a kustomization file (Kustomize): what its image changes result in, its patches and its charts; and a patch in
 * a file of its own that is a list of operations.
 */
export const readKustomizationFile = createReader("kustomize", (node, reading) =>
  itemsOf(node).length > 0
    ? readPatchContent(node, reading, readResource)
    : readKustomization(node, reading, readResource),
);

function createReader(
  dialect: Dialect,
  read: (node: YamlNode | undefined, reading: ResourceReading) => void,
): (source: string, path: string, siblings?: Siblings) => Document {
  return (source, path, siblings) => {
    const text = withoutByteOrderMark(source);
    const stream = readYaml(relevantText(text));
    const documents = stream.documents.map(({ root }) => root);
    const reading = createResourceReading(text, path, siblings, { documents });
    for (const { root } of stream.documents) read(root, reading);
    return {
      path,
      dialect,
      text,
      images: usesOf(reading),
      commands: reading.inner.flatMap((document) => document.commands),
      jobs: [],
      problems: [
        ...stream.problems,
        ...reading.images.problems,
        ...reading.inner.flatMap((document) => document.problems),
      ],
    };
  };
}
