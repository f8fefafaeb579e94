import type { Dialect } from "./document.ts";

const byPath: readonly { readonly dialect: Dialect; readonly matches: RegExp }[] = [
  { dialect: "kustomize", matches: /(?:^|\/)kustomization\.ya?ml$|(?:^|\/)Kustomization$/ },
];

/** The dialect of Kubernetes' tools for delivery that a path alone tells. */
export function deliveryOfPath(path: string): Dialect | undefined {
  return byPath.find(({ matches }) => matches.test(path))?.dialect;
}

/** The dialect of Kubernetes' tools for delivery that a YAML text shows. */
export function deliveryOfYaml(_head: string, _path: string, _has: (key: string) => boolean): Dialect | undefined {
  return undefined;
}
