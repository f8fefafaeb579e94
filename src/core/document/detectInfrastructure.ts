import type { Dialect } from "./document.ts";

/** Files that describe machines, builds and services, by their paths. */
const byPath: readonly (readonly [Dialect, RegExp])[] = [
  ["devcontainer", /(?:^|\/)(?:\.?devcontainer|devcontainer-lock|\.devcontainer-lock|devcontainer-feature)\.json$/i],
  ["earthfile", /(?:^|\/)(?:[\w-]+\.)?Earthfile(?:\.[\w-]+)?$/],
  ["bake", /(?:^|\/)(?:docker-bake[^/]*|[^/]*\.bake)\.(?:hcl|json)$/i],
  ["terraform", /\.(?:tf|tofu)$/i],
  ["nomad", /\.nomad(?:\.hcl)?$/i],
  ["packer", /\.pkr\.hcl$/i],
];

/** The dialect of an infrastructure file that a path alone tells. */
export function infrastructureOfPath(path: string): Dialect | undefined {
  return byPath.find(([, form]) => form.test(path))?.[0];
}
