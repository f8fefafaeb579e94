import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { HashAlgorithm, KeyDescription, KeySpec } from "../../application/signingService.ts";
import type { TrialAuthority } from "./authority.ts";
import type { TrialKeyPolicy } from "./keyPolicy.ts";

/** A key of the trial service: its description for everyone, and the private key that never leaves the process. */
export interface TrialKey {
  readonly description: KeyDescription;
  readonly privateKey: KeyObject;
  readonly policy: TrialKeyPolicy;
}

/** A key that the trial service is to have. */
export interface TrialKeyRequest {
  readonly name: string;
  /** P-256 without it. */
  readonly spec?: KeySpec;
  readonly needs?: KeyDescription["needs"];
  readonly state?: KeyDescription["state"];
  /** The hashes that it signs; SHA-256 alone without them. */
  readonly hashes?: readonly HashAlgorithm[];
  readonly policy?: TrialKeyPolicy;
}

/** The keys of a trial that nobody has asked for others: `dev` signs at once, `release` wants a justification and one approval. */
const usual: readonly TrialKeyRequest[] = [{ name: "dev" }, { name: "release", needs: ["justification", "approval"] }];

/** Makes the keys. */
export function createTrialKeys(
  authority: TrialAuthority,
  requests: readonly TrialKeyRequest[] = usual,
): readonly TrialKey[] {
  return requests.map((request) => createKey(authority, request));
}

function createKey(
  authority: TrialAuthority,
  { name, spec = "p256", needs = [], state = "enabled", hashes = ["sha256"], policy = {} }: TrialKeyRequest,
): TrialKey {
  const { privateKey, publicKey } = generate(spec);
  return {
    privateKey,
    policy,
    description: {
      name,
      spec,
      schemes: schemesOf(spec).map((scheme) => ({ scheme, hashes })),
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      certificateChain: authority.issue(`TRIAL ${name}`, publicKey),
      custody: "service-software",
      state,
      needs,
      governance: {
        issuer: "Countersign TRIAL issuing",
        managedBy: "the trial service, in memory, until it stops",
        attributesSetBy: "the trial service",
      },
    },
  };
}

function generate(spec: KeySpec): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (spec === "ed25519") return generateKeyPairSync("ed25519");
  if (spec.startsWith("rsa")) return generateKeyPairSync("rsa", { modulusLength: Number(spec.slice(3)) });
  return generateKeyPairSync("ec", { namedCurve: `P-${spec.slice(1)}` });
}

function schemesOf(spec: KeySpec): readonly KeyDescription["schemes"][number]["scheme"][] {
  if (spec === "ed25519") return ["ed25519"];
  return spec.startsWith("rsa") ? ["rsa-pkcs1v15", "rsa-pss"] : ["ecdsa"];
}
