import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { KeyDescription } from "../../application/signingService.ts";
import type { TrialAuthority } from "./authority.ts";

/** A key of the trial service: its description for everyone, and the private key that never leaves the process. */
export interface TrialKey {
  readonly description: KeyDescription;
  readonly privateKey: KeyObject;
}

/** Makes the two keys: `dev` signs at once, `release` wants a justification and one approval. */
export function createTrialKeys(authority: TrialAuthority): readonly TrialKey[] {
  return [createKey(authority, "dev", []), createKey(authority, "release", ["justification", "approval"])];
}

function createKey(authority: TrialAuthority, name: string, needs: KeyDescription["needs"]): TrialKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    privateKey,
    description: {
      name,
      spec: "p256",
      schemes: [{ scheme: "ecdsa", hashes: ["sha256"] }],
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      certificateChain: authority.issue(`TRIAL ${name}`, publicKey),
      custody: "service-software",
      state: "enabled",
      needs,
      governance: {
        issuer: "Countersign TRIAL issuing",
        managedBy: "the trial service, in memory, until it stops",
        attributesSetBy: "the trial service",
      },
    },
  };
}
