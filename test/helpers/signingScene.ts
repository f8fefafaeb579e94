import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { AppError } from "../../src/application/errors.ts";
import { readPendingSigning, type PendingSigning } from "../../src/application/pendingSigning.ts";
import {
  executeSigning,
  prepareSigning,
  type PreparedSigning,
  type SigningPorts,
  type SigningTrust,
  type SigningWait,
} from "../../src/application/signImage.ts";
import type { SigningService } from "../../src/application/signingService.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { pushImage } from "./registryScene.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };

/** Nobody's policy: the key that was named is enough. */
export const ownTrust: SigningTrust = {
  policy: { rules: [], problems: [] },
  material: { trustedRoots: [] },
  namedKeySuffices: true,
};

/** What a signing that something happened to has led to. */
export interface SigningEnd {
  /** `signed` and verified, `pending`, `denied CODE`, or the code of the error. */
  readonly came: string;
  /** How many signatures were made, and how many of them are attached. */
  readonly made: number;
  readonly attached: number;
}

/** Images to sign, each of its own, and what signing them came to. */
export interface SigningScene {
  ports(service: SigningService): SigningPorts;
  prepare(outside: SigningPorts, key: string): Promise<PreparedSigning>;
  /** `made` counts the signatures of the service. */
  endOf(
    prepared: PreparedSigning,
    made: () => number,
    work: () => ReturnType<typeof executeSigning>,
  ): Promise<SigningEnd>;
  /** Signs until there is a signature, and is killed then: what was kept, as it is read again. */
  killWhenSigned(outside: SigningPorts, prepared: PreparedSigning): Promise<PendingSigning>;
  stop(): Promise<void>;
}

/** How a signing waits: for nothing. */
export function waiting(changes: Partial<SigningWait> = {}): SigningWait {
  return { signal, waitMs: 0, ...changes };
}

/** A disk without room. */
export function full(): never {
  throw new AppError("file-unwritable", "Could not write the record (ENOSPC).");
}

/** A record as another process reads it. */
export function reread(pending: PendingSigning): PendingSigning {
  const record = readPendingSigning(JSON.parse(JSON.stringify(pending)));
  if (record === undefined) throw new Error("the record cannot be read again");
  return record;
}

export async function startSigningScene(): Promise<SigningScene> {
  const trial = await startTrialRegistry();
  const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });
  const place = { registry: trial.host, repository: "shop/app" };
  let pushed = 0;
  return {
    ports: (service) => ({ registry, service, clock: { now: () => new Date() }, log }),
    prepare: async (outside, key) => {
      pushed += 1;
      const reference = { ...place, tag: `${pushed}` };
      await pushImage(registry, reference, reference.tag, `layer ${pushed}`);
      const request = { reference, key, format: "sigstore-bundle", trust: ownTrust, tool: "test" } as const;
      return prepareSigning(outside, request, { signal });
    },
    endOf: async ({ plan }, made, work) => {
      const before = made();
      const came = await work().then(
        (outcome) => {
          if (outcome.status === "denied") return `denied ${outcome.code}`;
          const isOpen = outcome.status === "signed" && outcome.verdict.state !== "verified";
          return isOpen ? outcome.verdict.state : outcome.status;
        },
        (error: unknown) => (error instanceof AppError ? error.code : String(error)),
      );
      const { descriptors } = await registry.referrers(place, plan.image.digest, { signal });
      return { came, made: made() - before, attached: descriptors.length };
    },
    killWhenSigned: (outside, prepared) =>
      new Promise((resolve, reject) => {
        const killed = new Promise<never>(() => undefined);
        const onSigned = (pending: PendingSigning): Promise<never> => {
          resolve(reread(pending));
          return killed;
        };
        executeSigning(outside, prepared, waiting({ onSigned })).catch(reject);
      }),
    stop: () => trial.stop(),
  };
}
