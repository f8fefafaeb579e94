import { hostname, userInfo } from "node:os";
import { AppError } from "../../../application/errors.ts";
import type { Person, Secrets } from "../../../application/ports.ts";
import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configuration.ts";
import { readVenafiOptions } from "../../../core/policy/venafiOptions.ts";
import { addressComplaints, readAuthorities, readCertificates } from "../serviceAddress.ts";
import type { TrialState } from "../trialState.ts";
import { isAbout, openCredentials, type Credentials } from "./credentials.ts";
import { createVenafiService } from "./venafi.ts";

/** What opening a service needs beyond what the configuration says. */
export interface VenafiSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly secrets?: Secrets;
  readonly person?: Person;
  /** Folder of the workspace, which `caFile` is relative to. */
  readonly root?: string;
  /** The trial that runs: where the pointer names its address, its own secrets are used, and no others. */
  readonly trial?: Pick<TrialState, "venafi" | "secrets">;
}

/** Opens a service of the type `venafi`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openVenafi(pointer: ServicePointer, sources: VenafiSources): Promise<SigningService> {
  const { value: options, wrong } = readVenafiOptions(pointer.options);
  const url = URL.canParse(pointer.url) ? new URL(pointer.url) : undefined;
  const complaints = [...wrong, ...(url === undefined ? [] : addressComplaints(url))];
  if (url === undefined || options === undefined || complaints.length > 0)
    throw new AppError(
      "configuration",
      `Signing service '${pointer.name}' cannot be used as .countersign.yaml describes it. ${complaints.join(" ")}`,
    );
  const trial = sources.trial?.venafi;
  const isTrial = trial !== undefined && trial.url === url.origin && sources.trial !== undefined;
  const authorities = isTrial
    ? trial.root
    : ((await readAuthorities(pointer.name, options.caFile, sources.root)) ??
      (await readBundle(url.origin, sources.environment)));
  return createVenafiService({
    name: pointer.name,
    origin: url.origin,
    options,
    credentials: isTrial
      ? trialCredentials(sources.trial.secrets.dev)
      : openCredentials({ origin: url.origin, ...sources }),
    client: { machine: hostname(), username: nameOfUser() },
    now: () => Date.now(),
    ...(sources.person === undefined ? {} : { person: sources.person }),
    ...(authorities === undefined ? {} : { tls: { authorities } }),
  });
}

/** The name of the account that asks, for the archive. A container may run under an id that has none. */
function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}

/** The authorities that vsign is told of by a variable, where its variables are about this origin. */
async function readBundle(origin: string, environment: VenafiSources["environment"]): Promise<string | undefined> {
  const bundle = isAbout(environment, origin) ? (environment["VSIGN_TRUST_BUNDLE"] ?? "") : "";
  return bundle === "" ? undefined : readCertificates(bundle, "which VSIGN_TRUST_BUNDLE names");
}

/** The trial's user, by password, for as long as this process runs. */
function trialCredentials(password: string): Credentials {
  const values = new Map<string, string>([
    ["username", "dev"],
    ["password", password],
    ["api-key", password],
  ]);
  return {
    get: (name) => Promise.resolve(values.get(name)),
    set: (name, value) => {
      if (value === undefined) values.delete(name);
      else values.set(name, value);
      return Promise.resolve();
    },
  };
}
