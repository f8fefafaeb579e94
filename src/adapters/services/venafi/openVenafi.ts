import { readFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { AppError } from "../../../application/errors.ts";
import type { Secrets } from "../../../application/ports.ts";
import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configuration.ts";
import { readVenafiOptions, type VenafiOptions } from "../../../core/policy/venafiOptions.ts";
import type { TrialState } from "../trialState.ts";
import { openCredentials, type Credentials } from "./credentials.ts";
import { createVenafiService } from "./venafi.ts";

/** What opening a service needs beyond what the configuration says. */
export interface VenafiSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly secrets?: Secrets;
  /** Folder of the workspace, which `caFile` is relative to. */
  readonly root?: string;
  /** The trial that runs: where the pointer names its address, its own secrets are used, and no others. */
  readonly trial?: Pick<TrialState, "venafi" | "secrets">;
}

const maximumAuthorities = 1024 * 1024;

/** Opens a service of the type `venafi`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openVenafi(pointer: ServicePointer, sources: VenafiSources): Promise<SigningService> {
  const { value: options, wrong } = readVenafiOptions(pointer.options);
  const url = URL.canParse(pointer.url) ? new URL(pointer.url) : undefined;
  const complaints = [...wrong, ...(url === undefined ? [] : urlComplaints(url))];
  if (url === undefined || options === undefined || complaints.length > 0)
    throw new AppError(
      "configuration",
      `Signing service '${pointer.name}' cannot be used as .countersign.yaml describes it. ${complaints.join(" ")}`,
    );
  const trial = sources.trial?.venafi;
  const isTrial = trial !== undefined && trial.url === url.origin && sources.trial !== undefined;
  const authorities = isTrial ? trial.root : await readAuthorities(pointer.name, options, sources);
  return createVenafiService({
    name: pointer.name,
    origin: url.origin,
    options,
    credentials: isTrial
      ? trialCredentials(sources.trial.secrets.dev)
      : openCredentials({ origin: url.origin, ...sources }),
    client: { machine: hostname(), username: userInfo().username },
    now: () => Date.now(),
    ...(authorities === undefined ? {} : { tls: { authorities } }),
  });
}

function urlComplaints(url: URL): readonly string[] {
  const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return [
    ...(url.protocol === "https:" || (url.protocol === "http:" && isLoopback)
      ? []
      : ["Its URL must begin with https://."]),
    ...(url.username === "" && url.password === "" ? [] : ["Its URL must not hold credentials."]),
    // The product answers below fixed paths; vsign ignores anything else as well.
    ...(url.pathname === "/" && url.search === "" ? [] : ["Its URL must be an origin, without a path."]),
  ];
}

/** The service's own authorities, as the configuration names them. */
async function readAuthorities(
  name: string,
  { caFile }: VenafiOptions,
  { root }: VenafiSources,
): Promise<string | undefined> {
  if (caFile === undefined) return undefined;
  if (root === undefined)
    throw new AppError(
      "configuration",
      `'caFile' of signing service '${name}' needs a workspace folder to be found in.`,
    );
  const path = join(root, caFile);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("file-unreadable", `Could not read ${path}, the 'caFile' of signing service '${name}'.`, {
      cause,
    });
  }
  if (text.length <= maximumAuthorities && text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new AppError(
    "configuration",
    `${path}, the 'caFile' of signing service '${name}', holds no certificates in PEM.`,
  );
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
