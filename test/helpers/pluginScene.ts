import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createTrialService, decideTrialRequest } from "../../src/adapters/services/trial.ts";
import type { KeySpec, SigningService } from "../../src/application/signingService.ts";
import type { ChainedEntry } from "../../src/trial/service/auditLog.ts";
import type { TrialFault } from "../../src/trial/service/faults.ts";
import { startTrial } from "../../src/trial/startTrial.ts";
import { prepareStateFolder, writeTrialState } from "../../src/trial/stateFiles.ts";
import { createCommandLine, type CommandLine } from "./commandLine.ts";

/** The kinds of keys that have a key of their name. */
export const pluginKeys: readonly KeySpec[] = ["p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096", "ed25519"];

/** A trial with a key of each kind and one that needs an approval, which the built command line finds by its state. */
export interface PluginScene {
  readonly commandLine: CommandLine;
  /** Host of the trial's registry. */
  readonly registry: string;
  /** PEM of the root of all certificates. */
  readonly root: string;
  readonly service: SigningService;
  publicKeyOf(key: string): string;
  /** PEM, leaf first. */
  chainOf(key: string): string;
  audit(): readonly ChainedEntry[];
  /** How many signatures were made. */
  signatures(): number;
  /** Has the trial misbehave. */
  setFault(fault: TrialFault | undefined): void;
  /** Decides about the one request that waits, once there is one. */
  decide(approve: boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startPluginScene(): Promise<PluginScene> {
  const commandLine = await createCommandLine();
  const hashes = ["sha256", "sha384", "sha512"] as const;
  const trial = await startTrial({
    retryAfterMs: 20,
    keys: [
      ...pluginKeys.map((spec) => ({ name: spec, spec, hashes })),
      { name: "release", needs: ["justification", "approval"] },
    ],
  });
  const { service, registry } = trial;
  const { url, secrets } = service;
  const place = { environment: commandLine.environment, platform: process.platform };
  mkdirSync(join(commandLine.environment["HOME"] ?? "", "state"), { mode: 0o700 });
  await prepareStateFolder(place);
  await writeTrialState(place, { pid: process.pid, startedAt: new Date().toISOString(), registry, url, secrets });
  const client = createTrialService({ url, secret: secrets.dev });
  const { signal } = new AbortController();
  return {
    commandLine,
    registry,
    root: service.root,
    service: client,
    publicKeyOf: (name) => service.keys.find((key) => key.name === name)?.publicKey ?? "",
    chainOf: (name) => (service.keys.find((key) => key.name === name)?.certificateChain ?? []).join(""),
    audit: () => service.audit(),
    signatures: () => service.audit().filter(({ event }) => event === "signed").length,
    setFault: (fault) => service.setFault(fault),
    decide: async (approve) => {
      for (;;) {
        const [waiting] = await client.pending({ signal });
        if (waiting === undefined) continue;
        const decision = { id: waiting.id, approve, comment: "by a test" };
        return decideTrialRequest({ url, secret: secrets.lead }, decision, { signal });
      }
    },
    stop: async () => {
      await trial.stop();
      commandLine.dispose();
    },
  };
}
