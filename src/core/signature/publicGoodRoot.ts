import seeds from "@sigstore/tuf/seeds.json" with { type: "json" };
import type { NamedTrustedRoot } from "./trustMaterial.ts";

const repository = "https://tuf-repo-cdn.sigstore.dev";

/** Where newer trusted roots of the public Sigstore instance are, and the root of trust (TUF root.json) that the package carries of it. */
export function publicGoodRepository(): { readonly mirror: string; readonly root: string } {
  return { mirror: repository, root: Buffer.from(seeds[repository]["root.json"], "base64").toString("utf8") };
}

/**
 * The trusted root of the public Sigstore instance, as the package carries it, for use without a network.
 * A newer one can be given as a file; keys in this one end with their own validity.
 */
export function publicGoodRoot(): NamedTrustedRoot {
  const targets = seeds[repository].targets;
  const text = Buffer.from(targets["trusted_root.json"], "base64").toString("utf8");
  return { name: "sigstore public good", text, source: "built in", date: "2026-08-21T00:00:00Z" };
}
