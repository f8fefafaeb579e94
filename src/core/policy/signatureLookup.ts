import { readYaml } from "../document/yaml.ts";
import { entriesOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import type { Problem } from "../problem.ts";
import type { PolicyRule } from "./policy.ts";
import { isRegistriesPath } from "./policyFile.ts";

const maximumProblems = 20;

/**
 * Says for which scopes of containers policies nobody would look for the signatures that they ask for, because no file of
 * `registries.d` in the set says `use-sigstore-attachments: true` for them. Only the most specific entry counts. It
 * changes no verdict: those files belong to each machine. Problem: `signatures-not-looked-for`.
 */
export function describeLookups(
  rules: readonly PolicyRule[],
  files: readonly { readonly path: string; readonly text: string }[],
): readonly Problem[] {
  const asking = rules.filter(
    ({ coverage, authorities }) =>
      coverage?.kind === "scopes" &&
      authorities.some(({ kind, source }) => (kind === "key" || kind === "keyless") && source.file === coverage.set),
  );
  const registries = files.filter(({ path }) => isRegistriesPath(path));
  if (asking.length === 0 || registries.length === 0) return [];
  const entries = registries.flatMap(({ text }) => readYaml(text).documents.map(({ root }) => root));
  return asking
    .filter(({ globs: [scope] }) => scope !== undefined && !isLookedFor(scope.glob, entries))
    .slice(0, maximumProblems)
    .map(({ name, source: { file } }) => ({
      code: "signatures-not-looked-for",
      message: `Nobody who reads this policy looks for the signatures that it asks for under '${name}': no file in registries.d says 'use-sigstore-attachments: true' for it.`,
      file,
    }));
}

function isLookedFor(scope: string, roots: readonly (YamlNode | undefined)[]): boolean {
  const namespaces = new Map(
    roots.flatMap((root) => entriesOf(valueAt(root, "docker")).map(({ key, value }) => [key.text, value] as const)),
  );
  // A tag or digest ends in the last part of the path; the registry's port is in the first.
  for (
    let name = scope.replace(/(?<=\/[^/]*)[:@][^/]*$/, "");
    name !== "";
    name = name.slice(0, Math.max(0, name.lastIndexOf("/")))
  ) {
    const found = namespaces.get(name);
    if (found !== undefined) return saysSo(found);
  }
  return roots.some((root) => saysSo(valueAt(root, "default-docker")));
}

function saysSo(node: YamlNode | undefined): boolean {
  return textOf(valueAt(node, "use-sigstore-attachments")) === "true";
}
