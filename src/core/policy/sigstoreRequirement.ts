import type { NamedTrustedRoot } from "../signature/trustMaterial.ts";
import type { Authority, ClaimedIdentity, PolicySource } from "./policy.ts";
import { readPublicKeys } from "./publicKey.ts";
import { writeStatedRoot } from "./statedRoot.ts";

/**
 * Keys or certificates that a containers requirement states, PEM. A text that is not at hand, because it is in a file
 * that cannot be read here, is told by the file's path.
 */
export interface StatedPem {
  readonly pem?: string;
  readonly path?: string;
}

/** What a requirement "sigstoreSigned" (containers-policy.json) or an OpenShift root of trust states. */
export interface SigstoreRequirement {
  readonly name: string;
  readonly source: PolicySource;
  readonly keys: readonly StatedPem[];
  readonly fulcio?: { readonly authority: StatedPem; readonly issuer: string; readonly email: string };
  /** Keys of transparency logs; not empty means that an entry in one of them is required. */
  readonly logs: readonly StatedPem[];
  readonly claims: ClaimedIdentity;
}

/** The authority that a requirement makes, and the trusted root that its own certificates and log keys make. */
export interface StatedAuthority {
  readonly authority: Authority;
  readonly trustedRoots: readonly NamedTrustedRoot[];
}

/**
 * Makes an authority of a requirement as podman, skopeo and CRI-O evaluate it: one of the keys with SHA-256, or exactly
 * the e-mail address and issuer, the log entry where a log is named, and the claimed name. They read `.sig` tags only.
 */
export function toSigstoreAuthority(requirement: SigstoreRequirement): StatedAuthority {
  const { name, source, fulcio, logs, claims } = requirement;
  const beyond = (why: string): StatedAuthority => ({
    authority: { kind: "not-evaluated", name, source, why },
    trustedRoots: [],
  });
  const absent = [...requirement.keys, ...logs, ...(fulcio === undefined ? [] : [fulcio.authority])].find(
    ({ pem }) => pem === undefined,
  );
  if (absent !== undefined)
    return beyond(`'${(absent.path ?? "").slice(0, 200)}' is not in the workspace, and files elsewhere are not read`);
  const texts = (stated: readonly StatedPem[]): readonly string[] => stated.map(({ pem = "" }) => pem);
  const publicKeys: string[] = [];
  for (const text of texts(requirement.keys)) {
    const [key] = readPublicKeys(text);
    if (key?.kind !== "key") return beyond(`its key ${key?.why ?? "is missing"}`);
    publicKeys.push(key.pem);
  }
  const rootName = `${source.file}:${source.line}`;
  const written = writeStatedRoot({
    authorities: fulcio === undefined ? [] : texts([fulcio.authority]),
    logs: texts(logs).map((key) => ({ key })),
  });
  if (written.kind === "refused") return beyond(`what it trusts ${written.why}`);
  const trustedRoots = [{ name: rootName, text: written.text, source: source.file }];
  const common = { name, source, format: "legacy", claims } as const;
  if (fulcio === undefined) {
    const log = logs.length === 0 ? {} : { requiresLog: { root: rootName } };
    const authority: Authority = { kind: "key", ...common, publicKeys, hashAlgorithm: "sha256", ...log };
    return { authority, trustedRoots: logs.length === 0 ? [] : trustedRoots };
  }
  const identities = [{ issuer: fulcio.issuer, subject: fulcio.email, source }];
  return { authority: { kind: "keyless", ...common, identities, trustedRoot: rootName }, trustedRoots };
}
