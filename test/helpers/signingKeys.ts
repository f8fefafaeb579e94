import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { KeyDescription, KeySpec } from "../../src/application/signingService.ts";

/** A key made at run time, described as a signing service would. */
export interface TestKey {
  readonly description: KeyDescription;
  readonly privateKey: KeyObject;
}

/** Makes a key of the given specification. */
export function createTestKey(spec: KeySpec, changes: Partial<KeyDescription> = {}): TestKey {
  const { privateKey, publicKey } = pairOf(spec);
  const scheme = spec.startsWith("rsa") ? "rsa-pkcs1v15" : spec === "ed25519" ? "ed25519" : "ecdsa";
  return {
    privateKey,
    description: {
      name: "dev",
      spec,
      schemes: [{ scheme, hashes: ["sha256", "sha384", "sha512"] }],
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      certificateChain: [],
      custody: "service-software",
      state: "enabled",
      needs: [],
      governance: { issuer: "unknown", managedBy: "unknown", attributesSetBy: "unknown" },
      ...changes,
    },
  };
}

function pairOf(spec: KeySpec): { privateKey: KeyObject; publicKey: KeyObject } {
  if (spec === "ed25519") return generateKeyPairSync("ed25519");
  if (spec.startsWith("rsa")) return generateKeyPairSync("rsa", { modulusLength: Number(spec.slice(3)) });
  return generateKeyPairSync("ec", { namedCurve: `P-${spec.slice(1)}` });
}
