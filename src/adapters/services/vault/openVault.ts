import { AppError } from "../../../application/errors.ts";
import type { Secrets } from "../../../application/ports.ts";
import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configuration.ts";
import { readVaultOptions } from "../../../core/policy/vaultOptions.ts";
import { addressComplaints, readAuthorities } from "../serviceAddress.ts";
import type { StatePlace, TrialState } from "../trialState.ts";
import { openCredentials } from "./credentials.ts";
import { createVaultService } from "./vault.ts";
import { openWrappingTokens } from "./wrappingTokens.ts";

/** What opening a service needs beyond what the configuration says. */
export interface VaultSources {
  readonly place: StatePlace;
  readonly secrets?: Secrets;
  /** Folder of the workspace, which `caFile` is relative to. */
  readonly root?: string;
  /** The trial that runs: where the pointer names its address, its own secret is used, and no other. */
  readonly trial?: Pick<TrialState, "vault" | "secrets">;
}

const timeoutMs = 20_000;

/** Opens a service of the type `vault`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openVault(pointer: ServicePointer, sources: VaultSources): Promise<SigningService> {
  const { value: options, wrong } = readVaultOptions(pointer.options);
  const url = URL.canParse(pointer.url) ? new URL(pointer.url) : undefined;
  const complaints = [...wrong, ...(url === undefined ? ["Its URL cannot be read."] : addressComplaints(url))];
  if (url === undefined || options === undefined || complaints.length > 0)
    throw new AppError(
      "configuration",
      `Signing service '${pointer.name}' cannot be used as .countersign.yaml describes it. ${complaints.join(" ")}`,
    );
  const { origin } = url;
  const { trial, place } = sources;
  const secret = trial?.vault?.url === origin ? trial.secrets.dev : undefined;
  const credentials =
    secret === undefined
      ? openCredentials({ ...sources, origin, settings: options, environment: place.environment })
      : { get: (name: string) => Promise.resolve(name === "token" ? secret : undefined) };
  const namespace = options.namespace ?? ("namespace" in credentials ? credentials.namespace : undefined);
  const authorities = await readAuthorities(pointer.name, options.caFile, sources.root);
  return createVaultService({
    name: pointer.name,
    origin,
    options,
    credentials,
    wrappingTokens: openWrappingTokens(origin, place, sources.secrets),
    timeoutMs,
    now: () => Date.now(),
    ...(namespace === undefined ? {} : { namespace }),
    ...(authorities === undefined ? {} : { tls: { authorities } }),
  });
}
