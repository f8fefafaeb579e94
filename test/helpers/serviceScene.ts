import type { OpeningSources } from "../../src/adapters/services/openingSources.ts";
import { openService } from "../../src/adapters/services/services.ts";
import type { HashAlgorithm, KeySpec, SigningService } from "../../src/application/signingService.ts";
import type { TrialFace } from "../../src/trial/face.ts";
import { createTrialEngine, type TrialEngine } from "../../src/trial/service/engine.ts";

/** A key of each kind. */
export const everyKind: readonly KeySpec[] = ["p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096", "ed25519"];

/** The trial's engine with a key of each kind, and one that is disabled. */
export function createEngineOfEveryKind(specs: readonly KeySpec[] = everyKind, now?: () => Date): TrialEngine {
  const hashes: readonly HashAlgorithm[] = ["sha256", "sha384", "sha512"];
  return createTrialEngine({
    keys: [
      ...specs.map((spec) => ({ name: spec, spec, hashes })),
      { name: "off", state: "disabled", hashes },
      { name: "release", needs: ["approval"], hashes },
    ],
    ...(now === undefined ? {} : { now }),
  });
}

/** Opens a service as a new process does: by its type, at the address of a face. */
export function openFace(
  type: string,
  face: Pick<TrialFace, "url">,
  environment: Readonly<Record<string, string>>,
  more: Partial<OpeningSources> & { readonly options?: Readonly<Record<string, string>> } = {},
): Promise<SigningService> {
  const { options = {}, ...sources } = more;
  return openService("kms", {
    configuration: { services: [{ name: "kms", type, url: face.url, options }] },
    place: { environment: { COUNTERSIGN_STATE_DIR: "/nonexistent", ...environment }, platform: process.platform },
    ...sources,
  });
}
