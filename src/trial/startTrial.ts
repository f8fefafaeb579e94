import { startTrialAwsKms } from "./aws/startTrialAwsKms.ts";
import { startTrialKeyVault } from "./azure/startTrialKeyVault.ts";
import { startTrialCsc } from "./csc/startTrialCsc.ts";
import { startTrialCloudKms } from "./google/startTrialCloudKms.ts";
import { startTrialPki, type TrialPki } from "./pki/startTrialPki.ts";
import { startTrialRegistry } from "./registry/trialRegistry.ts";
import { createTrialEngine } from "./service/engine.ts";
import { startTrialService, type TrialService, type TrialServiceOptions } from "./service/startTrialService.ts";
import { startTrialSignServer } from "./signServer/startTrialSignServer.ts";
import { startTrialSigstore, type RunningTrialSigstore } from "./sigstore/startTrialSigstore.ts";
import { startTrialVault, type TrialVault } from "./vault/startTrialVault.ts";
import { startTrialVenafi, type TrialVenafi } from "./venafi/startTrialVenafi.ts";

/** A running trial: a registry and a signing service, with its other interfaces, in this process. */
export interface Trial {
  /** `127.0.0.1:PORT`. */
  readonly registry: string;
  readonly service: TrialService;
  /** The same keys, users and audit log behind other interfaces. */
  readonly venafi: TrialVenafi;
  readonly vault: TrialVault;
  /** Lists and answers about revocation, and time stamps. */
  readonly pki: TrialPki;
  /** A private Sigstore of its own, which knows identities and no keys. */
  readonly sigstore: RunningTrialSigstore;
  /** Origins of further interfaces, by the type of service that the configuration names. */
  readonly interfaces: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts the trial's registry and its signing service with all its interfaces, on loopback, in this process. */
export async function startTrial(options: TrialServiceOptions = {}): Promise<Trial> {
  const started: { stop(): Promise<void> }[] = [];
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    started.push(part);
    return part;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((part) => part.stop()));
  };
  try {
    // First, because certificates name its address.
    const pki = keep(await startTrialPki(options.now === undefined ? {} : { now: options.now }));
    const engine = options.engine ?? createTrialEngine({ places: pki.places, ...options });
    pki.serve(engine.authority);
    const registry = keep(await startTrialRegistry({}));
    const service = keep(
      await startTrialService({ ...options, engine, revoke: (certificate) => pki.revoke(certificate) }),
    );
    const venafi = keep(await startTrialVenafi(engine));
    const vault = keep(await startTrialVault(engine, { pki: { mount: "pki" } }));
    const sigstore = keep(await startTrialSigstore(options.now === undefined ? {} : { now: options.now }));
    const interfaces = {
      sigstore: sigstore.url,
      "aws-kms": keep(await startTrialAwsKms(engine)).url,
      "azure-key-vault": keep(await startTrialKeyVault(engine)).url,
      csc: keep(await startTrialCsc(engine)).url,
      "google-cloud-kms": keep(await startTrialCloudKms(engine)).url,
      signserver: keep(await startTrialSignServer(engine)).url,
    };
    return { registry: registry.host, service, venafi, vault, pki, sigstore, interfaces, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
