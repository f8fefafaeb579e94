import type { Dialect } from "./document.ts";
import { dialectByForm } from "./pathForms.ts";

const byPath: readonly (readonly [dialect: Dialect, path: RegExp])[] = [
  ["kustomize", /(?:^|\/)kustomization\.ya?ml$|(?:^|\/)Kustomization$/],
  ["helm-chart", /(?:^|\/)(?:Chart|requirements)\.ya?ml$/],
  ["helmfile", /(?:^|\/)helmfile[^/]*\.ya?ml(?:\.gotmpl)?$|(?:^|\/)helmfile\.d\/[^/]+\.ya?ml(?:\.gotmpl)?$/i],
  ["helm-template", /(?:^|\/)templates\/(?:.*\/)?[^/]+\.tpl$/],
  ["ko", /(?:^|\/)\.ko\.ya?ml$/],
  ["kubernetes", /(?:^|\/)(?:Kptfile|\.argocd-source(?:-[^/]*)?\.yaml)$/],
  ["kubernetes", /(?:^|\/)fleet\.ya?ml$/],
  ["skaffold", /(?:^|\/)skaffold[^/]*\.ya?ml$/i],
  [
    "helm-values",
    // Ansible's hosts and groups may be called so.
    /^(?!.*(?:^|\/)(?:templates|group_vars|host_vars)\/).*(?:^|[/._-])values(?:[._-][^/]*)?\.ya?ml$/i,
  ],
  // What helmfile fills in: values of charts, and of its environments.
  ["helm-values", /\.ya?ml\.gotmpl$|(?:^|[/._-])values(?:[._-][^/]*)?\.gotmpl$/i],
];

/** The dialect of Kubernetes' tools for delivery that a path alone tells. */
export const deliveryOfPath: (path: string) => Dialect | undefined = dialectByForm(byPath);

/** Dialects whose files have names that a resource of Kubernetes may have as well (`buildkite-agent.yaml`). */
const likeResources: ReadonlySet<Dialect> = new Set<Dialect>([
  "azure-pipelines",
  "bitbucket-pipelines",
  "bitrise",
  "buildkite",
  "cloud-build",
  "codebuild",
  "compose",
  "devspace",
  "ecs",
  "github-action",
  "gitlab-ci",
  "goreleaser",
  "helm-values",
  "helmfile",
  "pulumi",
  "serverless",
  "taskfile",
  "wercker",
  "werf",
]);

const keysOfResource = [/^apiVersion[ \t]*:/m, /^kind[ \t]*:/m, /^(?:metadata|spec|items)[ \t]*:/m];

/** Whether a file whose path tells a dialect is a resource of Kubernetes all the same. */
export function isResourceNamedLike(dialect: Dialect, text: string): boolean {
  if (!likeResources.has(dialect)) return false;
  const head = text.slice(0, 65_536);
  return keysOfResource.every((key) => key.test(head));
}

const templateAction =
  /\{\{-?\s*(?:[^}\n]{0,200}[\s(])?(?:\$?\.(?:Values|Release|Chart|Capabilities|Files)\b|include\s|template\s|define\s|toYaml\b)/;

const controlLine = /^[ \t]*\{\{-?\s*(?:if|range|with|end|else|define)\b/m;
/** What holds templates of Go as texts (Crossplane). */
const composition = /^apiVersion[ \t]*:[ \t]*["']?apiextensions\.crossplane\.io\//m;
/** An image that begins with an action, without quotes: what YAML reads there is no text. */
const bareImage = /^[ \t-]*image[ \t]*:[ \t]*\{\{[^{}\n]*\}\}[^\n]*$/m;
const patchOperation = /^(?:- +|[ ]+)op[ \t]*:[ \t]*["']?(?:add|replace)\b/m;

/** The dialect of Kubernetes' tools for delivery that a YAML text shows. */
export function deliveryOfYaml(head: string, path: string): Dialect | undefined {
  if (/(?:^|\/)templates\//.test(path) && templateAction.test(head)) return "helm-template";
  // Elsewhere, only what steers a template tells it from values of which one is a template.
  if (head.includes("{{") && /^[ \t-]*(?:apiVersion|containers)[ \t]*:/m.test(head))
    if ((controlLine.test(head) || bareImage.test(head)) && !composition.test(head)) return "helm-template";
  if (head.includes("skaffold/") && /^apiVersion[ \t]*:[ \t]*["']?skaffold\//m.test(head)) return "skaffold";
  if (head.includes("kustomize.config") && /^apiVersion[ \t]*:[ \t]*["']?kustomize\.config\.k8s\.io\//m.test(head))
    return "kubernetes";
  if (head.includes("olm.") && /^schema[ \t]*:[ \t]*["']?olm\.[a-z]/m.test(head)) return "kubernetes";
  if (/^-[ \t]+(?:op|path|value)[ \t]*:/m.test(head) && patchOperation.test(head)) return "kustomize";
  if (/^releases[ \t]*:/m.test(head) && /^[ \t-]+chart[ \t]*:/m.test(head)) return "helmfile";
  return undefined;
}

const valuesImage =
  /^([ \t]*)[\w-]*[iI]mage[ \t]*:[ \t]*(?:#[^\n]*|\r)?\n(?:[ \t]*(?:#[^\n]*|\r)?\n|\1[ \t]+(?:registry|tag|digest|pullPolicy)[ \t]*:[^\n]*\n){0,20}\1[ \t]+repository[ \t]*:[ \t]*["']?([^\s"'#]+)/m;

/** A name in parts as ingress-nginx takes it: the repository stands as `image` beside a registry. */
const valuesName =
  /^([ \t]*)[\w-]*[iI]mage[ \t]*:[ \t]*(?:#[^\n]*|\r)?\n(?=(?:\1[ \t]+[^\s#][^\n]*\n|[ \t]*(?:#[^\n]*|\r)?\n){0,20}?\1[ \t]+registry[ \t]*:)(?:\1[ \t]+[^\s#][^\n]*\n|[ \t]*(?:#[^\n]*|\r)?\n){0,20}?\1[ \t]+image[ \t]*:/m;
/**
 * Where people keep the values of one chart each, or of an environment of it, those that show how a chart is used, and
 * names of theirs that only end as others do (`myvalues.yaml`).
 */
const valuesFolder =
  /(?:^|[/._-])values\/(?:[^/]+\/){0,2}[^/]+\.ya?ml$|(?:^|\/)charts?\/(?:[^/]+\/)?examples?\/[^/]+\.ya?ml$|[a-z]values(?:[._-][^/]*)?\.ya?ml$/i;

/** A name with its registry, and its tag under the next key of the same mapping. */
const valuesText =
  /^([ \t]+)image[ \t]*:[ \t]*["']?[\w-]+(?:\.[\w-]+)+(?::\d+)?\/[\w./-]+["']?[ \t]*(?:#[^\n]*|\r)?\n(?:[ \t]*(?:#[^\n]*|\r)?\n)*\1(?:tag|imageTag)[ \t]*:/m;

/** Containers that charts take from their values, for all or for one of their parts: a list, or each under its name. */
const valuesContainers =
  /^[ \t]*(?:(?:init|extra|additional|sidecar)[A-Za-z]*Containers|sidecars)[ \t]*:[ \t]*(?:#[^\n]*|\r)?\n(?:[ \t]*(?:#[^\n]*|\r)?\n)*(?:[ \t]*-[ \t]|[ \t]+["']?[\w.-]+["']?[ \t]*:[ \t]*(?:#[^\n]*)?\r?$)/m;
/** Images that stand each by a name, with its registry. */
const valuesImages =
  /^images[ \t]*:[ \t]*(?:#[^\n]*|\r)?\n(?:[ \t]*(?:#[^\n]*|\r)?\n)*[ \t]+["']?[\w.-]+["']?[ \t]*:[ \t]*["']?[\w-]+(?:\.[\w-]+)+(?::\d+)?\/[\w./-]+[:@]\w/m;
const containerImage = /^[ \t]+(?:-[ \t]+)?image[ \t]*:[ \t]*["']?[a-z0-9]/m;

/** Whether a YAML text that is nothing else holds an image as the values of charts do. */
export function isChartValues(head: string, path: string): boolean {
  // Tests of charts (helm-unittest) set values that nobody runs.
  if (/^(?:suite|tests)[ \t]*:/m.test(head) || /(?:^|\/)(?:group|host)_vars\//.test(path)) return false;
  if (valuesFolder.test(path) || valuesImages.test(head) || (head.includes("registry") && valuesName.test(head)))
    return true;
  if (containerImage.test(head) && (valuesContainers.test(head) || valuesText.test(head))) return true;
  const found = valuesImage.exec(head);
  if (found === null) return false;
  // One name alone may be of something else.
  const isNamed = /^[\w-]+(?:\.[\w-]+)+(?::\d+)?\/[\w./-]+$/.test(found[2] ?? "");
  const isRepeated = valuesImage.test(head.slice(found.index + found[0].length));
  // What stands right around it may say what it is.
  const above = head.slice(head.lastIndexOf("\n", found.index - 2) + 1, found.index);
  if (found[2]?.includes("/") === true && /^[ \t-]*values[ \t]*:[ \t]*\r?\n$/.test(above)) return true;
  return isNamed || isRepeated || /^[ \t]+(?:tag|pullPolicy|digest)[ \t]*:/m.test(head);
}

/** The dialect of Kubernetes' tools for delivery that a JSON text shows. */
export function deliveryOfJson(head: string): Dialect | undefined {
  const isResource = /"apiVersion"\s*:\s*"[a-z][^"\s]*"/.test(head) && /"kind"\s*:\s*"[A-Z]\w*"/.test(head);
  const isPatch = /^\s*\[\s*\{\s*"(?:op|path|value)"\s*:/.test(head) && /"op"\s*:\s*"(?:add|replace)"/.test(head);
  if (isPatch && /"path"\s*:\s*"\//.test(head)) return "kustomize";
  // A patch that leaves out what it patches.
  const isWorkload = /^\s*\{\s*"(?:metadata|spec)"\s*:/.test(head) && /"containers"\s*:\s*\[/.test(head);
  if (isWorkload) return "kubernetes";
  const isCatalog = /^\s*\{\s*"schema"\s*:\s*"olm\.[a-z]/.test(head);
  return isCatalog || (isResource && /^\s*[[{]/.test(head)) ? "kubernetes" : undefined;
}
