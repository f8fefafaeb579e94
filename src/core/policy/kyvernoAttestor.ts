import { valueAt, type YamlNode } from "../document/yamlNode.ts";
import { demandOf, notEvaluated, toCosignAuthority, type CosignTrust, type LogDemand } from "./cosignAuthority.ts";
import { compilePattern } from "./pattern.ts";
import { toNotaryAuthority } from "./notaryAuthority.ts";
import type { IdentityMatcher, PolicySource, SignatureFormatFilter } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import { booleanOf, filled, isPresent } from "./policyValue.ts";
import type { StatedAuthority } from "./sigstoreRequirement.ts";

/** What the entries of a `verifyImages` rule share. `beyond` says why none of them can be evaluated. */
export interface AttestorContext {
  readonly notes: PolicyNotes;
  readonly type: string;
  readonly beyond: string | undefined;
  readonly attestations?: readonly string[];
}

const entryFields = ["keys", "keyless", "certificates", "attestor", "annotations", "repository", "signatureAlgorithm"];

/** Reads an entry of a set of attestors: one authority, or one for each of several keys, which are counted one by one. */
export function readAttestorEntry(node: YamlNode, index: number, scene: AttestorContext): readonly StatedAuthority[] {
  const { notes } = scene;
  const fields = notes.fields(node, "entries", entryFields);
  const source = notes.sourceOf(node.span);
  const kinds = ["keys", "keyless", "certificates", "attestor"].filter((kind) => isPresent(fields.get(kind)));
  const [kind] = kinds;
  if (kinds.length !== 1 || kind === undefined) {
    notes.refuse(
      "policy-invalid",
      "An entry must have exactly one of 'keys', 'keyless', 'certificates' and 'attestor'.",
      node.span,
    );
    return [];
  }
  const name = `${kind}-${index}`;
  const body = fields.get(kind);
  const beyond = (why: string): readonly StatedAuthority[] => [notEvaluated(name, source, why)];
  if (body === undefined) return [];
  if (scene.beyond !== undefined) return beyond(scene.beyond);
  if (isPresent(fields.get("annotations"))) return beyond("it asks for annotations, which are not evaluated");
  if (filled(fields.get("repository")) !== undefined)
    return beyond("its signatures are kept in another repository, which is not looked at");
  if (kind === "attestor") return beyond("attestors within attestors are not evaluated");
  if (scene.type === "Notary") return [readNotary(body, kind, { name, source, scene })];
  if (kind === "certificates") return beyond("certificates in the policy are not evaluated");
  const common = {
    source,
    format: formatOf(scene),
    ...(scene.attestations === undefined ? {} : { attestations: scene.attestations }),
  };
  return kind === "keys"
    ? readKeys(body, { name, hash: filled(fields.get("signatureAlgorithm")), common }, notes)
    : [readKeyless(body, { name, common, exact: scene.type === "SigstoreBundle" }, notes)];
}

/** Reads the fields that came before attestors: a key, or an issuer with subject and roots, of the rule itself. */
export function readOldSigner(
  fields: ReadonlyMap<string, YamlNode>,
  source: PolicySource,
  scene: AttestorContext,
): readonly StatedAuthority[] {
  const key = filled(fields.get("key"));
  const name = key === undefined ? "issuer" : "key";
  if (scene.beyond !== undefined) return [notEvaluated(name, source, scene.beyond)];
  if (scene.type === "Notary" || filled(fields.get("roots")) !== undefined)
    return [notEvaluated(name, source, "authorities in the old fields are not evaluated")];
  const common = { source, format: formatOf(scene) };
  if (key !== undefined) return readKeyText(key, { name, hash: "sha256", common }, defaultLogs);
  const issuer = fields.get("issuer");
  const identity =
    issuer === undefined
      ? "it names no issuer"
      : readOpenIdentity(fields, issuer, scene.type === "SigstoreBundle", scene.notes);
  if (typeof identity === "string") return [notEvaluated(name, source, identity)];
  return [toCosignAuthority({ ...common, name, signer: { kind: "keyless", identities: [identity] }, ...defaultLogs })];
}

const defaultLogs = { log: { kind: "required" }, certificateLog: { kind: "required" } } as const;

/** Both fields go into one trust store. */
function readNotary(
  node: YamlNode,
  kind: string,
  { name, source, scene }: { readonly name: string; readonly source: PolicySource; readonly scene: AttestorContext },
): StatedAuthority {
  if (kind !== "certificates")
    return notEvaluated(name, source, "only certificates vouch for signatures of the Notary Project");
  if (scene.attestations !== undefined)
    return notEvaluated(name, source, "attestations that the Notary Project signs are not evaluated");
  const fields = scene.notes.fields(node, "certificates", ["cert", "certChain", "rekor", "ctlog"]);
  const certificates = `${filled(fields.get("cert")) ?? ""}\n${filled(fields.get("certChain")) ?? ""}`;
  return toNotaryAuthority({ name, source, certificates });
}

type Common = Pick<CosignTrust, "source" | "format" | "attestations">;

function formatOf({ type }: AttestorContext): SignatureFormatFilter {
  return type === "SigstoreBundle" ? "bundle" : "legacy";
}

function readKeys(
  node: YamlNode,
  { name, hash: outer, common }: { readonly name: string; readonly hash: string | undefined; readonly common: Common },
  notes: PolicyNotes,
): readonly StatedAuthority[] {
  const fields = notes.fields(node, "keys", ["publicKeys", "signatureAlgorithm", "kms", "secret", "rekor", "ctlog"]);
  const keys = filled(fields.get("publicKeys"));
  const beyond = (why: string): readonly StatedAuthority[] => [notEvaluated(name, common.source, why)];
  const { log, certificateLog, stamps } = logsOf(fields, notes);
  if (keys === undefined) return beyond("its key is not in the policy, and is not looked up");
  if (stamps) return beyond("it names a time-stamp authority, which is not evaluated");
  const hash = filled(fields.get("signatureAlgorithm")) ?? outer ?? "sha256";
  return readKeyText(keys, { name, hash, common }, { log, certificateLog });
}

/** One authority for each key of the text. */
function readKeyText(
  keys: string,
  { name, hash, common }: { readonly name: string; readonly hash: string; readonly common: Common },
  logs: Pick<CosignTrust, "log" | "certificateLog">,
): readonly StatedAuthority[] {
  const beyond = (why: string): readonly StatedAuthority[] => [notEvaluated(name, common.source, why)];
  if (/\{\{|^\s*k8s:|^\s*[a-z]+kms:/.test(keys))
    return beyond("its key is kept in the cluster or a service, and is not looked up");
  if (hash !== "sha256" && hash !== "sha384" && hash !== "sha512")
    return beyond(`it uses ${hash}, which is not supported`);
  const split = keys.match(/-----BEGIN [^-]*-----[^-]*-----END [^-]*-----/g) ?? [keys];
  return split.map((pem, index) =>
    toCosignAuthority({
      ...common,
      ...logs,
      name: split.length === 1 ? name : `${name}-${index}`,
      signer: { kind: "key", pem, hash },
    }),
  );
}

function readKeyless(
  node: YamlNode,
  { name, common, exact }: { readonly name: string; readonly common: Common; readonly exact: boolean },
  notes: PolicyNotes,
): StatedAuthority {
  const known = [
    "issuer",
    "issuerRegExp",
    "subject",
    "subjectRegExp",
    "roots",
    "rekor",
    "ctlog",
    "additionalExtensions",
  ];
  const fields = notes.fields(node, "keyless", known);
  const { log, certificateLog, stamps } = logsOf(fields, notes);
  const beyond = (why: string): StatedAuthority => notEvaluated(name, common.source, why);
  if (isPresent(fields.get("additionalExtensions")))
    return beyond("it asks for extensions of certificates, which are not evaluated");
  if (stamps) return beyond("it names a time-stamp authority, which is not evaluated");
  const identity = readOpenIdentity(fields, node, exact, notes);
  if (typeof identity === "string") return beyond(identity);
  const authorities = filled(fields.get("roots"));
  return toCosignAuthority({
    ...common,
    name,
    signer: { kind: "keyless", identities: [identity] },
    ...(authorities === undefined ? {} : { authorities }),
    log,
    certificateLog,
  });
}

/** An identity in which a side that is left out is anybody, and a text may have wildcards; or why it cannot be evaluated. */
export function readOpenIdentity(
  fields: ReadonlyMap<string, YamlNode>,
  node: YamlNode,
  exact: boolean,
  notes: PolicyNotes,
): IdentityMatcher | string {
  const identity: { -readonly [field in keyof IdentityMatcher]: IdentityMatcher[field] } = {
    source: notes.sourceOf(node.span),
  };
  for (const side of ["issuer", "subject"] as const) {
    const text = filled(fields.get(side));
    const pattern = filled(fields.get(`${side}RegExp`));
    if (text !== undefined && pattern !== undefined) return `'${side}' beside '${side}RegExp' is not evaluated`;
    if (text?.includes("{{") === true || pattern?.includes("{{") === true)
      return "it depends on variables of the cluster";
    if (text !== undefined && (exact || !/[*?]/.test(text))) identity[side] = text;
    else if (text !== undefined) identity[`${side}RegExp`] = wildcardPattern(text);
    else identity[`${side}RegExp`] = pattern ?? ".*";
    if (pattern !== undefined && compilePattern(pattern).value === undefined)
      return `the pattern of its ${side} cannot be used`;
    if (text === undefined && pattern === undefined)
      notes.note("identity-open", `The identity names no ${side}, so that anybody's is accepted.`, node.span);
  }
  return identity;
}

function wildcardPattern(text: string): string {
  const escaped = text.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  return `^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`;
}

/** Without `rekor`, the code asks for an entry in the public log, whatever the field's description says. */
function logsOf(
  fields: ReadonlyMap<string, YamlNode>,
  notes: PolicyNotes,
): { readonly log: LogDemand; readonly certificateLog: LogDemand; readonly stamps: boolean } {
  const rekor = fields.get("rekor");
  const ctlog = fields.get("ctlog");
  if (isPresent(rekor)) notes.fields(rekor, "rekor", ["url", "pubkey", "ignoreTlog"]);
  if (isPresent(ctlog)) notes.fields(ctlog, "ctlog", ["ignoreSCT", "pubkey", "tsaCertChain"]);
  return {
    log: demandOf(booleanOf(valueAt(rekor, "ignoreTlog"), "ignoreTlog", false, notes), valueAt(rekor, "pubkey")),
    certificateLog: demandOf(
      booleanOf(valueAt(ctlog, "ignoreSCT"), "ignoreSCT", false, notes),
      valueAt(ctlog, "pubkey"),
    ),
    stamps: filled(valueAt(ctlog, "tsaCertChain")) !== undefined,
  };
}
