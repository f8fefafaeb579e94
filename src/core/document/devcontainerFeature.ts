/** Features that had short names before they moved to a registry, by those names (Dev Container CLI). */
const moved = new Set(
  `aws-cli azure-cli desktop-lite docker-in-docker docker-from-docker dotnet git git-lfs github-cli java
  kubectl-helm-minikube node powershell python ruby rust sshd terraform`.split(/\s+/),
);
const renamed = new Map([
  ["golang", "go"],
  ["common", "common-utils"],
  ["gradle", "java"],
  ["maven", "java"],
  ["jupyterlab", "python"],
]);

/**
 * What the Dev Container CLI asks a registry for, given the name of a feature; undefined where that is a folder, an
 * archive, or a name that it does not know.
 */
export function featureReference(id: string): string | undefined {
  const short = moved.has(id) ? id : renamed.get(id);
  if (short !== undefined) return `ghcr.io/devcontainers/features/${short}:1`;
  return /^[^/]+[.:][^/]*\/.+\/.+/.test(id) && !/^\.|:\/\//.test(id) ? id.toLowerCase() : undefined;
}
