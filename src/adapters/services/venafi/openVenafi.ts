import { hostname, userInfo } from "node:os";
import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configurationServices.ts";
import { readVenafiOptions } from "../../../core/policy/venafiOptions.ts";
import { readAuthorities, readCertificates, readPointer } from "../serviceAddress.ts";
import type { OpeningSources } from "../openingSources.ts";
import { isAbout, openCredentials, type Credentials } from "./credentials.ts";
import { createVenafiService } from "./venafi.ts";

/** Opens a service of the type `venafi`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openVenafi(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const { origin, options } = readPointer(pointer, readVenafiOptions);
  const trial = sources.trial?.venafi;
  const isTrial = trial !== undefined && trial.url === origin && sources.trial !== undefined;
  const authorities = isTrial
    ? trial.root
    : ((await readAuthorities(pointer.name, options.caFile, sources.root)) ??
      (await readBundle(origin, sources.place.environment)));
  return createVenafiService({
    name: pointer.name,
    origin,
    options,
    credentials: isTrial
      ? trialCredentials(sources.trial.secrets.dev)
      : openCredentials({ origin, environment: sources.place.environment, ...sources }),
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
async function readBundle(
  origin: string,
  environment: OpeningSources["place"]["environment"],
): Promise<string | undefined> {
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
