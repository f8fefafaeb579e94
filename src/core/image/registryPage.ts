import type { ImageReference } from "./reference.ts";

/** Pages for people of registries that have them, by host; every host is compared whole. */
const pages: ReadonlyMap<string, (repository: string) => string> = new Map([
  [
    "docker.io",
    (repository) =>
      repository.startsWith("library/")
        ? `https://hub.docker.com/_/${repository.slice("library/".length)}`
        : `https://hub.docker.com/r/${repository}`,
  ],
  // These hosts lead a browser to the page of the package, and a registry client to the image.
  ["ghcr.io", (repository) => `https://ghcr.io/${repository}`],
  ...["gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io"].map((host): [string, (repository: string) => string] => [
    host,
    (repository) => `https://${host}/${repository}`,
  ]),
  ["quay.io", (repository) => `https://quay.io/repository/${repository}`],
  ["public.ecr.aws", (repository) => `https://gallery.ecr.aws/${repository}`],
  ["mcr.microsoft.com", (repository) => `https://mcr.microsoft.com/en-us/artifact/mar/${repository}`],
]);

/** Hosts of Google Artifact Registry, by region. */
const artifactRegistry = /^[a-z0-9-]+-docker\.pkg\.dev$/u;

/**
 * The https page about an image's repository that its registry shows to people: Docker Hub, GHCR, Quay, Google's
 * registries, Amazon's public gallery, Microsoft's. Undefined for every other host: an address is never guessed.
 */
export function registryPage({ registry, repository }: ImageReference): string | undefined {
  if (artifactRegistry.test(registry)) return `https://${registry}/${repository}`;
  return pages.get(registry)?.(repository);
}
