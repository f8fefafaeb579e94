import type { Dialect } from "./document.ts";

const byPath: readonly { readonly dialect: Dialect; readonly matches: RegExp }[] = [
  { dialect: "kustomize", matches: /(?:^|\/)kustomization\.ya?ml$|(?:^|\/)Kustomization$/ },
  { dialect: "helm-chart", matches: /(?:^|\/)(?:Chart|requirements)\.ya?ml$/ },
  {
    dialect: "helmfile",
    matches: /(?:^|\/)helmfile[^/]*\.ya?ml(?:\.gotmpl)?$|(?:^|\/)helmfile\.d\/[^/]+\.ya?ml(?:\.gotmpl)?$/i,
  },
  { dialect: "skaffold", matches: /(?:^|\/)skaffold[^/]*\.ya?ml$/i },
  { dialect: "helm-values", matches: /(?:^|[/._-])values(?:[._-][^/]*)?\.ya?ml$/i },
];

/** The dialect of Kubernetes' tools for delivery that a path alone tells. */
export function deliveryOfPath(path: string): Dialect | undefined {
  return byPath.find(({ matches }) => matches.test(path))?.dialect;
}

const templateAction =
  /\{\{-?\s*(?:[^}\n]*[\s(])?(?:[$.](?:Values|Release|Chart|Capabilities|Files)\b|include\s|template\s|define\s|toYaml\b)/;

/** The dialect of Kubernetes' tools for delivery that a YAML text shows. */
export function deliveryOfYaml(head: string, path: string): Dialect | undefined {
  if (/(?:^|\/)templates\//.test(path) && templateAction.test(head)) return "helm-template";
  if (/^apiVersion[ \t]*:[ \t]*["']?skaffold\//m.test(head)) return "skaffold";
  if (/^apiVersion[ \t]*:[ \t]*["']?kustomize\.config\.k8s\.io\//m.test(head)) return "kubernetes";
  if (/^releases[ \t]*:/m.test(head) && /^[ \t-]+chart[ \t]*:/m.test(head)) return "helmfile";
  return undefined;
}
