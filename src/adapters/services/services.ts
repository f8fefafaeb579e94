import { AppError } from "../../application/errors.ts";
import type { SigningService } from "../../application/signingService.ts";
import type { Configuration } from "../../core/policy/configuration.ts";
import type { ServicePointer } from "../../core/policy/configurationServices.ts";
import type { OpeningSources } from "./openingSources.ts";
import { createTrialService } from "./trial.ts";
import { readTrialState, sigstoreFileNames, stateFolder, type TrialState } from "./trialState.ts";

/** Where services are found: what `.countersign.yaml` points to, and the state of the trial. */
export interface ServiceSources extends Omit<OpeningSources, "trial"> {
  readonly configuration: Pick<Configuration, "services">;
}

type Opener = (pointer: ServicePointer, sources: OpeningSources) => Promise<SigningService>;

/** By type of service; an adapter is loaded when it is needed. */
const openers = new Map<string, Opener>([
  ["aws-kms", async (pointer, sources) => (await import("./aws/openAwsKms.ts")).openAwsKms(pointer, sources)],
  [
    "notation-plugin",
    async (pointer, sources) =>
      (await import("./notationPlugin/openNotationPlugin.ts")).openNotationPlugin(pointer, sources),
  ],
  ["sigstore", async (pointer, sources) => (await import("./sigstore/openSigstore.ts")).openSigstore(pointer, sources)],
  [
    "sigstore-kms-plugin",
    async (pointer, sources) =>
      (await import("./sigstoreKmsPlugin/openSigstoreKmsPlugin.ts")).openSigstoreKmsPlugin(pointer, sources),
  ],
  [
    "azure-key-vault",
    async (pointer, sources) => (await import("./azure/openKeyVault.ts")).openKeyVault(pointer, sources),
  ],
  ["csc", async (pointer, sources) => (await import("./csc/openCsc.ts")).openCsc(pointer, sources)],
  [
    "google-cloud-kms",
    async (pointer, sources) => (await import("./google/openCloudKms.ts")).openCloudKms(pointer, sources),
  ],
  [
    "signserver",
    async (pointer, sources) => (await import("./signServer/openSignServer.ts")).openSignServer(pointer, sources),
  ],
  ["vault", async (pointer, sources) => (await import("./vault/openVault.ts")).openVault(pointer, sources)],
  ["venafi", async (pointer, sources) => (await import("./venafi/openVenafi.ts")).openVenafi(pointer, sources)],
]);

/** Name of the service that needs no configuration while the trial runs. */
const trialName = "trial";
/** Name of its private Sigstore, which needs none either. */
const trialSigstore = { name: "sigstore", type: "sigstore", options: sigstoreFileNames } as const;

/**
 * Opens a service by name; sends nothing. Throws AppError `configuration` where the name, its type or its URL is not one
 * that can be used, `service-unavailable` where no trial runs.
 */
export async function openService(name: string, sources: ServiceSources): Promise<SigningService> {
  const pointer = sources.configuration.services.find((service) => service.name === name);
  if (pointer === undefined && name === trialSigstore.name) {
    const trial = await readTrialState(sources.place).catch(() => undefined);
    const url = trial?.interfaces?.[trialSigstore.type];
    if (trial !== undefined && url !== undefined) {
      const { openSigstore } = await import("./sigstore/openSigstore.ts");
      return openSigstore({ ...trialSigstore, url }, { ...sources, root: stateFolder(sources.place), trial });
    }
  }
  if (pointer === undefined && name !== trialName) {
    const known = [trialName, ...sources.configuration.services.map((service) => service.name)].join(", ");
    throw new AppError("configuration", `There is no signing service '${name}'. Known: ${known}.`);
  }
  const opener = openers.get(pointer?.type ?? "");
  if (pointer !== undefined && opener !== undefined) {
    const trial = await readTrialState(sources.place).catch(() => undefined);
    return opener(pointer, { ...sources, ...(trial === undefined ? {} : { trial }) });
  }
  if (pointer !== undefined && pointer.type !== trialName)
    throw new AppError(
      "configuration",
      `Signing service '${name}' has the type '${pointer.type}', which is not supported. Supported: ${[trialName, ...openers.keys()].toSorted().join(", ")}.`,
    );
  const state = await readTrialState(sources.place);
  if (state === undefined)
    throw new AppError("service-unavailable", "No trial is running. Start one with 'countersign trial up'.");
  return open(name, pointer, state);
}

/** Opens every service that can be opened: the configured ones, and the trial where it runs. The others are told to `onFailure`. */
export async function openServices(
  sources: ServiceSources,
  onFailure: (name: string, error: AppError) => void,
): Promise<readonly SigningService[]> {
  const configured = sources.configuration.services.map((service) => service.name);
  const trialRuns = (await readTrialState(sources.place).catch(() => undefined)) !== undefined;
  const names = trialRuns && !configured.includes(trialName) ? [...configured, trialName] : configured;
  const opened = await Promise.all(
    names.map(async (name) => {
      try {
        return [await openService(name, sources)];
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        onFailure(name, error);
        return [];
      }
    }),
  );
  return opened.flat();
}

/** The secret of the trial goes to the origin that the trial itself wrote down, never to one that a workspace names. */
function open(name: string, pointer: ServicePointer | undefined, state: TrialState): SigningService {
  if (pointer !== undefined && !isOrigin(pointer.url, state.url))
    throw new AppError(
      "configuration",
      `Signing service '${name}' is configured at ${pointer.url}, but the trial runs at ${state.url}; nothing was sent. Correct .countersign.yaml, or start the trial again.`,
    );
  const { dev: secret, lead: approverSecret } = state.secrets;
  return createTrialService({ name, url: state.url, secret, approverSecret });
}

function isOrigin(url: string, origin: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.origin === origin && parsed.username === "" && parsed.password === "";
}
