import type { Authority, RootReference } from "../policy/policy.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import type { TrustedRoot } from "../signature/trustedRoot.ts";

type Keyless = Extract<Authority, { kind: "keyless" }>;

/** The trusted roots that a keyless authority takes its parts from, by name; `name` is the name of what they make together. */
export interface RootParts {
  readonly name: string;
  readonly base: string;
  readonly logs: string;
  /** None where no time stamp is asked for: then those of the base do. */
  readonly timestamps: string | undefined;
  readonly ignoresCertificateLog: boolean;
}

/** Name of the root that a reference means; undefined where it means a default that there is not. */
export function rootNamed({ root }: RootReference, defaultRoot: string | undefined): string | undefined {
  return root ?? defaultRoot;
}

/** Which roots a keyless authority is judged by; undefined where it leaves it to a default that there is not. */
export function rootPartsOf(authority: Keyless, defaultRoot: string | undefined): RootParts | undefined {
  const { trustedRoot, requiresLog, requiresTimestamp, ignoresCertificateLog = false } = authority;
  const base = trustedRoot ?? defaultRoot;
  const logs = requiresLog === undefined ? base : rootNamed(requiresLog, defaultRoot);
  const timestamps = requiresTimestamp === undefined ? undefined : rootNamed(requiresTimestamp, defaultRoot);
  if (base === undefined || logs === undefined || (requiresTimestamp !== undefined && timestamps === undefined))
    return undefined;
  const special = logs !== base || timestamps !== undefined || ignoresCertificateLog;
  const name = special ? JSON.stringify([base, logs, timestamps, ignoresCertificateLog]) : base;
  return { name, base, logs, timestamps, ignoresCertificateLog };
}

/**
 * The root that the parts make: certificate authorities of the base, logs and time-stamp authorities of the others.
 * Where a time stamp is demanded, it proves the time alone, and no log is asked for. Undefined where a part is missing.
 */
export function composeRoot(parts: RootParts, roots: ReadonlyMap<string, TrustedRoot>): TrustedRoot | undefined {
  const base = roots.get(parts.base);
  const logs = roots.get(parts.logs);
  const timestamps = parts.timestamps === undefined ? base : roots.get(parts.timestamps);
  if (base === undefined || logs === undefined || timestamps === undefined) return undefined;
  if (parts.name === parts.base) return base;
  return {
    ...base,
    json: {
      ...objectOf(base.json),
      tlogs: objectOf(logs.json)["tlogs"],
      timestampAuthorities: objectOf(timestamps.json)["timestampAuthorities"],
    },
    timestampAuthorities: timestamps.timestampAuthorities,
    logs: logs.logs,
    needsLog: parts.timestamps === undefined && logs.logs.length > 0,
    certificateLogs: parts.ignoresCertificateLog ? [] : base.certificateLogs,
  };
}

function objectOf(json: unknown): JsonObject {
  return isJsonObject(json) ? json : {};
}
