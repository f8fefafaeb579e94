import { textOf, type YamlNode } from "../document/yamlNode.ts";
import type { NamedTrustedRoot } from "../signature/trustMaterial.ts";
import type { Authority, IdentityMatcher, PolicySource, RootReference, SignatureFormatFilter } from "./policy.ts";
import { readPublicKeys } from "./publicKey.ts";
import type { StatedAuthority } from "./sigstoreRequirement.ts";
import { writeStatedRoot, type RootMaterial } from "./statedRoot.ts";

/** Whether a log is asked for, and its own public key, PEM, where it is not one of the default root. */
export type LogDemand = { readonly kind: "ignored" } | { readonly kind: "required"; readonly key?: string };

/** Trust as policies state it whose readers verify with cosign's library: Kyverno, Connaisseur, Ratify. */
export interface CosignTrust {
  readonly name: string;
  readonly source: PolicySource;
  readonly format: SignatureFormatFilter;
  readonly signer:
    | { readonly kind: "key"; readonly pem: string; readonly hash: "sha256" | "sha384" | "sha512" }
    | { readonly kind: "keyless"; readonly identities: readonly IdentityMatcher[] };
  /** Certificates of authorities, PEM, in place of those of the default root. */
  readonly authorities?: string;
  readonly log: LogDemand;
  readonly certificateLog: LogDemand;
  /** A whole trusted root, JSON, in place of the default one. */
  readonly trustedRoot?: string;
  readonly attestations?: readonly string[];
}

/** What a log asks for by a switch and a key. */
export function demandOf(ignored: boolean, keyNode: YamlNode | undefined): LogDemand {
  if (ignored) return { kind: "ignored" };
  const key = textOf(keyNode);
  return key === undefined || key === "" ? { kind: "required" } : { kind: "required", key };
}

/** An authority that nobody evaluates here. */
export function notEvaluated(name: string, source: PolicySource, why: string): StatedAuthority {
  return { authority: { kind: "not-evaluated", name, source, why }, trustedRoots: [] };
}

/** Makes an authority, and the trusted roots that its own certificates and keys make. What cannot be expressed is not evaluated. */
export function toCosignAuthority(trust: CosignTrust): StatedAuthority {
  const { name, source, format, signer, log, trustedRoot, attestations } = trust;
  const roots: NamedTrustedRoot[] = [];
  const place = `${source.file}:${source.line} ${name}`;
  let broken: string | undefined;
  const stated = (what: string, material: RootMaterial): RootReference => {
    const written = writeStatedRoot(material);
    if (written.kind === "refused") broken = `what it trusts ${written.why}`;
    else roots.push({ name: `${place} ${what}`, text: written.text, source: source.file });
    return { root: `${place} ${what}` };
  };
  const common = { name, source, format, ...(attestations === undefined ? {} : { attestations }) };
  const requiresLog =
    log.kind === "ignored"
      ? undefined
      : log.key === undefined
        ? {}
        : stated("log", { authorities: [], logs: [{ key: log.key }] });
  if (signer.kind === "key") {
    const [key] = readPublicKeys(signer.pem);
    if (key?.kind !== "key") return notEvaluated(name, source, `its key ${key?.why ?? "is missing"}`);
    if (broken !== undefined) return notEvaluated(name, source, broken);
    const authority: Authority = {
      kind: "key",
      ...common,
      publicKeys: [key.pem],
      hashAlgorithm: signer.hash,
      ...(requiresLog === undefined ? {} : { requiresLog }),
    };
    return { authority, trustedRoots: roots };
  }
  if (requiresLog === undefined)
    return notEvaluated(
      name,
      source,
      "it accepts certificates without a log, so that nobody proves when they were used",
    );
  const base = trustedRoot === undefined ? certificatesOf(trust, stated) : { root: `${place} root` };
  if (typeof base === "string") return notEvaluated(name, source, base);
  if (trustedRoot !== undefined) roots.push({ name: `${place} root`, text: trustedRoot, source: source.file });
  if (broken !== undefined) return notEvaluated(name, source, broken);
  const authority: Authority = {
    kind: "keyless",
    ...common,
    identities: signer.identities,
    ...(base.root === undefined ? {} : { trustedRoot: base.root }),
    // A whole root brings its own logs.
    requiresLog: trustedRoot === undefined || requiresLog.root !== undefined ? requiresLog : base,
    ...(trust.certificateLog.kind === "ignored" ? { ignoresCertificateLog: true } : {}),
  };
  return { authority, trustedRoots: roots };
}

/** The root of the certificates: the default one, or one of the trust's own; or why there is none. */
function certificatesOf(
  { authorities, certificateLog }: CosignTrust,
  stated: (what: string, material: RootMaterial) => RootReference,
): RootReference | string {
  const key = certificateLog.kind === "required" ? certificateLog.key : undefined;
  if (authorities === undefined)
    return key === undefined ? {} : "a certificate log of its own beside the default authorities is not evaluated";
  if (certificateLog.kind === "required" && key === undefined)
    return "its own authorities are held against the public certificate log, which is not evaluated";
  const certificateLogs = key === undefined ? [] : [{ key }];
  return stated("authorities", { authorities: [authorities], logs: [], certificateLogs });
}
