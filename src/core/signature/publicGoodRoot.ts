import seeds from "@sigstore/tuf/seeds.json" with { type: "json" };
import type { NamedTrustedRoot } from "./trustMaterial.ts";

/**
 * The trusted root of the public Sigstore instance, as the package carries it, for use without a network.
 * A newer one can be given as a file; keys in this one end with their own validity.
 */
export function publicGoodRoot(): NamedTrustedRoot {
  const targets = seeds["https://tuf-repo-cdn.sigstore.dev"].targets;
  const text = Buffer.from(targets["trusted_root.json"], "base64").toString("utf8");
  return { name: "sigstore public good", text, source: "built in" };
}
