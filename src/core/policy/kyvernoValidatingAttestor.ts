import { itemsOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { demandOf, notEvaluated, toCosignAuthority } from "./cosignAuthority.ts";
import { readOpenIdentity } from "./kyvernoAttestor.ts";
import { toNotaryAuthority } from "./notaryAuthority.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import { booleanOf, filled, isPresent } from "./policyValue.ts";
import type { StatedAuthority } from "./sigstoreRequirement.ts";

const cosignFields = ["key", "keyless", "certificate", "source", "ctlog", "tuf", "annotations", "trustedRoot"];
const logFields = ["url", "rekorPubKey", "ctLogPubKey", "tsaCertChain", "insecureIgnoreTlog", "insecureIgnoreSCT"];
const identityFields = ["issuer", "issuerRegExp", "subject", "subjectRegExp", "subjectExpression"];

/** Reads an attestor of an ImageValidatingPolicy; its reader takes signatures in both of cosign's formats. */
export function readValidatingAttestor(
  node: YamlNode,
  attestations: readonly string[] | undefined,
  notes: PolicyNotes,
): readonly StatedAuthority[] {
  const fields = notes.fields(node, "attestors", ["name", "cosign", "notary"]);
  const name = textOf(fields.get("name")) ?? "unnamed";
  const source = notes.sourceOf(node.span);
  const beyond = (why: string): readonly StatedAuthority[] => [notEvaluated(name, source, why)];
  const body = fields.get("cosign");
  const notary = fields.get("notary");
  if (isPresent(notary)) {
    const parts = notes.fields(notary, "notary", ["certs", "tsaCerts"]);
    const certificates = filled(valueAt(parts.get("certs"), "value"));
    const stamps = parts.get("tsaCerts");
    const timestampCertificates = filled(valueAt(stamps, "value"));
    if (certificates === undefined || (isPresent(stamps) && timestampCertificates === undefined))
      return beyond("its certificates are an expression, which is not evaluated");
    if (attestations !== undefined) return beyond("attestations that the Notary Project signs are not evaluated");
    const trust = { name, source, certificates };
    return [toNotaryAuthority(timestampCertificates === undefined ? trust : { ...trust, timestampCertificates })];
  }
  if (body === undefined) {
    notes.refuse("policy-invalid", "An attestor must have one of 'cosign' and 'notary'.", node.span);
    return [];
  }
  const cosign = notes.fields(body, "cosign", cosignFields);
  const log = cosign.get("ctlog");
  if (isPresent(log)) notes.fields(log, "ctlog", logFields);
  if (filled(valueAt(log, "tsaCertChain")) !== undefined)
    return beyond("it names a time-stamp authority, which is not evaluated");
  for (const [field, why] of [
    ["certificate", "certificates in the policy are not evaluated"],
    ["source", "its signatures are kept in another place, which is not looked at"],
    ["tuf", "its trusted root comes from a TUF repository, which is not opened"],
    ["annotations", "it asks for annotations, which are not evaluated"],
  ] as const)
    if (isPresent(cosign.get(field))) return beyond(why);
  const given = cosign.get("trustedRoot");
  const trustedRoot = filled(valueAt(given, "value"));
  if (isPresent(given) && trustedRoot === undefined)
    return beyond("its trusted root is an expression, which is not evaluated");
  const common = {
    name,
    source,
    format: "any",
    log: demandOf(
      booleanOf(valueAt(log, "insecureIgnoreTlog"), "insecureIgnoreTlog", false, notes),
      valueAt(log, "rekorPubKey"),
    ),
    certificateLog: demandOf(
      booleanOf(valueAt(log, "insecureIgnoreSCT"), "insecureIgnoreSCT", false, notes),
      valueAt(log, "ctLogPubKey"),
    ),
    ...(trustedRoot === undefined ? {} : { trustedRoot }),
    ...(attestations === undefined ? {} : { attestations }),
  } as const;
  const key = cosign.get("key");
  const keyless = cosign.get("keyless");
  if (isPresent(key) === isPresent(keyless)) {
    notes.refuse("policy-invalid", "'cosign' must have one of 'key' and 'keyless'.", body.span);
    return [];
  }
  if (isPresent(key)) {
    const parts = notes.fields(key, "key", ["data", "kms", "expression", "hashAlgorithm"]);
    const pem = filled(parts.get("data"));
    const hash = filled(parts.get("hashAlgorithm")) ?? "sha256";
    if (pem === undefined) return beyond("its key is not in the policy, and is not looked up");
    if (trustedRoot !== undefined && common.log.kind === "required")
      return beyond("its log is one of a trusted root of its own beside a key, which is not evaluated");
    if (hash !== "sha256" && hash !== "sha384" && hash !== "sha512")
      return beyond(`it uses ${hash}, which is not supported`);
    return [toCosignAuthority({ ...common, signer: { kind: "key", pem, hash } })];
  }
  if (keyless === undefined) return [];
  const parts = notes.fields(keyless, "keyless", ["identities", "roots", "additionalExtensions"]);
  if (isPresent(parts.get("additionalExtensions")))
    return beyond("it asks for extensions of certificates, which are not evaluated");
  const identities = itemsOf(parts.get("identities")).map((item) => {
    const identity = notes.fields(item, "identities", identityFields);
    if (isPresent(identity.get("subjectExpression"))) return "its subject is an expression, which is not evaluated";
    return readOpenIdentity(identity, item, true, notes);
  });
  const obstacle = identities.find((identity) => typeof identity === "string");
  if (obstacle !== undefined) return beyond(obstacle);
  if (identities.length === 0) {
    notes.refuse("policy-invalid", "'keyless' names no identities that may sign.", keyless.span);
    return [];
  }
  const authorities = filled(parts.get("roots"));
  return [
    toCosignAuthority({
      ...common,
      signer: { kind: "keyless", identities: identities.filter((identity) => typeof identity !== "string") },
      ...(authorities === undefined ? {} : { authorities }),
    }),
  ];
}
