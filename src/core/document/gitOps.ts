import { readApplicationSet } from "./applicationSet.ts";
import { readChartResource } from "./chartResources.ts";
import { addFluxChart } from "./fluxChart.ts";
import { addScopedSource, readResourceSet } from "./fluxResourceSet.ts";
import { readHelmParameters, readInlineValues, readParameterList } from "./helmParameters.ts";
import { isLikelyImage } from "./imageShape.ts";
import { readInlineTemplate } from "./inlineTemplate.ts";
import { readInflatedChart, readKustomization, readPatches } from "./kustomization.ts";
import { readKustomizeImage, readKustomizeImages } from "./kustomizeImages.ts";
import { addOciChart } from "./ociChart.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { addSplitImage, nameEnd, newKeyPlace } from "./splitImage.ts";
import { entriesOf, itemsOf, mappingOf, nodesAt, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Reads a resource that a patch is written as. */
type ReadPatch = (node: YamlNode | undefined, reading: ResourceReading) => void;

/** Reads the kinds by which Flux, Argo CD and others deliver charts and kustomizations; gives whether it is one. */
export function readGitOps(
  node: YamlNode | undefined,
  group: string,
  kind: string,
  reading: ResourceReading,
  readPatch: ReadPatch,
): boolean {
  const { text, images } = reading;
  const spec = valueAt(node, "spec");
  switch (`${group}/${kind}`) {
    case "kustomize.config.k8s.io/Kustomization":
    case "kustomize.config.k8s.io/Component":
      readKustomization(node, reading, readPatch);
      return true;
    // What Kustomize itself brings for its fields, in files or texts of their own (`apiVersion: builtin`).
    case "/ImageTagTransformer":
      readKustomizeImage(valueAt(node, "imageTag"), { text, images });
      return true;
    case "fn.kpt.dev/SetImage":
      readKustomizeImage(valueAt(node, "image"), { text, images });
      return true;
    case "/HelmChartInflationGenerator":
      readInflatedChart(node, reading);
      return true;
    case "kustomize.toolkit.fluxcd.io/Kustomization":
      readKustomizeImages(valueAt(spec, "images"), { text, images });
      readPatches(spec, reading, readPatch);
      readSubstitutes(valueAt(spec, "postBuild", "substitute"), reading);
      return true;
    case "helm.toolkit.fluxcd.io/HelmRelease":
      readInlineValues(valueAt(spec, "values"), reading, { readResource: readPatch });
      addFluxChart(valueAt(spec, "chart", "spec"), reading);
      for (const renderer of itemsOf(valueAt(spec, "postRenderers"))) {
        readKustomizeImages(valueAt(renderer, "kustomize", "images"), { text, images });
        readPatches(valueAt(renderer, "kustomize"), reading, readPatch);
      }
      return true;
    case "source.toolkit.fluxcd.io/OCIRepository":
      readOciRepository(spec, reading);
      return true;
    case "fluxcd.controlplane.io/FluxInstance": {
      const sync = valueAt(spec, "sync");
      const source = { repository: valueAt(sync, "url"), tag: valueAt(sync, "ref") };
      if (textOf(source.repository)?.startsWith("oci://") === true)
        addSplitImage(text, images, source, "oci-repository", {
          wrapper: "oci://",
          digestReplacesTag: true,
          pin: "none",
        });
      return false;
    }
    case "fluxcd.controlplane.io/ResourceSet":
      readResourceSet(spec, reading, readPatch);
      return true;
    case "source.toolkit.fluxcd.io/HelmChart":
      addFluxChart(spec, reading);
      return true;
    case "argoproj.io/Application":
      readArgoSources(spec, reading, readPatch);
      readImageList(node, reading);
      return true;
    case "argoproj.io/ApplicationSet":
      readApplicationSet(node, reading, (template, within) => {
        readArgoSources(valueAt(template, "spec"), within, readPatch);
        readImageList(template, within);
      });
      return true;
    // A step of a composition that writes manifests by a template of Go.
    case "gotemplating.fn.crossplane.io/GoTemplate": {
      const template = scalarOf(valueAt(node, "inline", "template"));
      if (template !== undefined) readInlineTemplate(template, reading);
      return true;
    }
    // What the function `set-image` of kpt is told, beside the functions' own images.
    case "kpt.dev/Kptfile":
      for (const change of nodesAt(node, ["pipeline", "mutators", "*"]))
        if (/(?:^|\/)set-image(?:[:@]|$)/.test(textOf(valueAt(change, "image")) ?? ""))
          readKustomizeImage(valueAt(change, "configMap"), { text, images });
      return false;
    // Open Cluster Management creates what its policies demand.
    case "policy.open-cluster-management.io/Policy":
      for (const template of itemsOf(valueAt(spec, "policy-templates")))
        readPatch(valueAt(template, "objectDefinition"), reading);
      return true;
    case "policy.open-cluster-management.io/ConfigurationPolicy":
      for (const template of itemsOf(valueAt(spec, "object-templates")))
        if (!/^mustnothave$/i.test(textOf(valueAt(template, "complianceType")) ?? ""))
          readPatch(valueAt(template, "objectDefinition"), reading);
      return true;
    // Images that KOTS puts into bundles beside those that it finds.
    case "kots.io/Application":
      for (const image of itemsOf(valueAt(spec, "additionalImages"))) reading.add(image, "image");
      return true;
    case "helm.cattle.io/HelmChart":
      addOciChart(text, images, { url: valueAt(spec, "chart"), version: valueAt(spec, "version") }, "chart");
      reading.add(valueAt(spec, "jobImage"), "image");
      readSet(valueAt(spec, "set"), reading);
      readInlineValues(valueAt(spec, "valuesContent"), reading, { readResource: readPatch });
      return true;
    case "helm.cattle.io/HelmChartConfig":
      readInlineValues(valueAt(spec, "valuesContent"), reading, { readResource: readPatch });
      return true;
    default:
      return group === "source.toolkit.fluxcd.io" || readChartResource(node, group, kind, reading);
  }
}

/** Images that Flux fills in for variables which are called so (Flux, "Post build variable substitution"), each with the tag beside it. */
function readSubstitutes(variables: YamlNode | undefined, { text, images }: ResourceReading): void {
  for (const { key, value } of entriesOf(variables)) {
    const name = textOf(value) ?? "";
    const [, stem] = /^(.*image)(?:_?(?:name|repo|repository|url))?$/i.exec(key.text) ?? [];
    if (stem === undefined || !isLikelyImage(name)) continue;
    const tag =
      nameEnd(name) < name.length
        ? undefined
        : (valueAt(variables, `${stem}_TAG`) ?? valueAt(variables, `${stem}_tag`));
    addSplitImage(text, images, { repository: value, tag }, "image");
  }
}

/** A source of Flux in a registry; a digest wins over a range of versions, which wins over a tag. */
function readOciRepository(spec: YamlNode | undefined, reading: ResourceReading): void {
  const { text, images } = reading;
  const url = valueAt(spec, "url");
  if (textOf(url)?.startsWith("oci://") !== true) return;
  const ref = mappingOf(valueAt(spec, "ref"));
  const isRange = textOf(valueAt(ref, "semver"))?.trim();
  const hasDigest = textOf(valueAt(ref, "digest")) !== undefined;
  if (!isRange && !hasDigest && addScopedSource({ url, tag: valueAt(ref, "tag") }, "oci://", reading)) return;
  const last = ref?.entries.findLast(({ key }) => key.text === "tag");
  const pin = ref === undefined || last === undefined ? undefined : newKeyPlace(text, ref, last, "digest");
  addSplitImage(
    text,
    images,
    {
      repository: url,
      tag: isRange ? undefined : valueAt(ref, "tag"),
      digest: valueAt(ref, "digest"),
      defaultTag: isRange ? { steps: [] } : undefined,
    },
    "oci-repository",
    { wrapper: "oci://", digestReplacesTag: true, pin: pin ?? "none" },
  );
}

function readArgoSources(spec: YamlNode | undefined, reading: ResourceReading, readPatch: ReadPatch): void {
  const { text, images } = reading;
  for (const source of [...nodesAt(spec, ["source"]), ...nodesAt(spec, ["sources", "*"])]) {
    const [url, name, version] = [
      valueAt(source, "repoURL"),
      valueAt(source, "chart"),
      valueAt(source, "targetRevision"),
    ];
    addOciChart(text, images, { url, name, version, isBare: name !== undefined }, "chart");
    readSourceOverride(source, reading, readPatch);
  }
}

/** Whether a file holds what Argo CD puts over the parameters of the source beside it. */
export function isSourceOverride(path: string): boolean {
  return /(?:^|\/)\.argocd-source(?:-[^/]*)?\.yaml$/.test(path);
}

/** Reads what a source of Argo CD says of its chart or kustomization, in an application or in a file of its own. */
export function readSourceOverride(source: YamlNode | undefined, reading: ResourceReading, readPatch: ReadPatch): void {
  const helm = valueAt(source, "helm");
  readInlineValues(valueAt(helm, "valuesObject"), reading, { readResource: readPatch });
  readInlineValues(valueAt(helm, "values"), reading, { readResource: readPatch });
  readParameterList(itemsOf(valueAt(helm, "parameters")), reading);
  const kustomize = valueAt(source, "kustomize");
  for (const image of itemsOf(valueAt(kustomize, "images"))) readImageOverride(image, reading);
  readPatches(kustomize, reading, readPatch);
}

/** `name=newName:tag`, `name:tag` or `name=newName`, as `kustomize edit set image` takes it. */
function readImageOverride(node: YamlNode, reading: ResourceReading): void {
  const scalar = scalarOf(node);
  if (scalar !== undefined) reading.add(node, "images", { from: scalar.text.indexOf("=") + 1 });
}

/** The images that Argo CD Image Updater follows: `alias=image:constraint`, separated by commas. */
function readImageList(node: YamlNode | undefined, reading: ResourceReading): void {
  const list = valueAt(node, "metadata", "annotations", "argocd-image-updater.argoproj.io/image-list");
  const scalar = scalarOf(list);
  if (scalar === undefined) return;
  let at = 0;
  for (const item of scalar.text.split(",")) {
    const begin = at + (item.length - item.trimStart().length) + Math.max(0, item.trim().indexOf("=") + 1);
    const end = at + item.trimEnd().length;
    at += item.length + 1;
    // A range of versions is a pattern, not a tag.
    if (/^[^:@]+(?:\/[^:@]*)?(?::[\w][\w.-]*)?(?:@sha256:[0-9a-f]{64})?$/.test(scalar.text.slice(begin, end)))
      reading.add(list, "annotation", { from: begin, to: end });
  }
}

function readSet(node: YamlNode | undefined, reading: ResourceReading): void {
  readHelmParameters(
    entriesOf(node).map(({ key, value }) => [key.text, value]),
    reading,
  );
}
