import { itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { compilePattern } from "./pattern.ts";
import type { Authority, IdentityMatcher, SignatureFormatFilter } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import { readPublicKeys } from "./publicKey.ts";

type Fields = ReadonlyMap<string, YamlNode>;

const authorityFields = [
  "name",
  "key",
  "keyless",
  "static",
  "source",
  "ctlog",
  "attestations",
  "rfc3161timestamp",
  "signatureFormat",
];

/**
 * Reads one entry of `spec.authorities`. What the entry demands beyond what we evaluate makes it `not-evaluated`;
 * what policy-controller would reject, and every field that nobody knows, refuses the whole rule.
 */
export function readAuthority(node: YamlNode, index: number, notes: PolicyNotes): Authority | undefined {
  const fields = notes.fields(node, "authorities", authorityFields);
  const source = notes.sourceOf(node.span);
  const name = filled(fields.get("name")) ?? `authority-${index}`;
  const kinds = ["key", "keyless", "static"].filter((kind) => isPresent(fields.get(kind)));
  if (kinds.length !== 1) {
    const message = `The authority '${name}' must have exactly one of 'key', 'keyless' and 'static'.`;
    notes.refuse("policy-invalid", message, node.span);
    return undefined;
  }
  const { key, keyless, static: fixed } = Object.fromEntries(fields);
  if (fixed !== undefined && isPresent(fixed)) return readStatic(fixed, fields, { name, source }, notes);
  const format = readFormat(fields.get("signatureFormat"), notes);
  const beyond = beyondEvaluation(fields, notes);
  if (key !== undefined && isPresent(key)) return readKey(key, { name, source, format, beyond }, notes);
  if (keyless !== undefined) return readKeyless(keyless, { name, source, format, beyond }, notes);
  return undefined;
}

/** What key and keyless authorities share. `beyond` says why the authority cannot be evaluated. */
interface Common {
  readonly name: string;
  readonly source: Authority["source"];
  readonly format: SignatureFormatFilter;
  readonly beyond: string | undefined;
}

function isPresent(node: YamlNode | undefined): boolean {
  return node !== undefined && (node.kind !== "scalar" || scalarOf(node) !== undefined);
}

/** The text of a scalar; Go reads an empty one as absent. */
function filled(node: YamlNode | undefined): string | undefined {
  const text = textOf(node);
  return text === "" ? undefined : text;
}

function notEvaluated({ name, source }: Pick<Common, "name" | "source">, why: string): Authority {
  return { kind: "not-evaluated", name, source, why };
}

function readFormat(node: YamlNode | undefined, notes: PolicyNotes): SignatureFormatFilter {
  const format = filled(node);
  if (format === "bundle" || format === "legacy") return format;
  if (node !== undefined && isPresent(node) && format !== undefined)
    notes.refuse("policy-invalid", `The signature format '${format}' is neither 'bundle' nor 'legacy'.`, node.span);
  return "unset";
}

/** Demands that every kind of signature authority may make and that we do not evaluate; their fields are checked anyway. */
function beyondEvaluation(fields: Fields, notes: PolicyNotes): string | undefined {
  const reasons: string[] = [];
  for (const item of itemsOf(fields.get("attestations"))) {
    notes.fields(item, "attestations", ["name", "predicateType", "policy"]);
    reasons.push("it demands attestations, which are not evaluated");
  }
  for (const item of itemsOf(fields.get("source"))) {
    const source = notes.fields(item, "source", ["oci", "signaturePullSecrets", "tagPrefix"]);
    if (filled(source.get("oci")) !== undefined || filled(source.get("tagPrefix")) !== undefined)
      reasons.push("its signatures are kept in another place ('source'), which is not looked at");
  }
  const stamp = fields.get("rfc3161timestamp");
  if (stamp !== undefined && isPresent(stamp)) {
    notes.fields(stamp, "rfc3161timestamp", ["trustRootRef"]);
    reasons.push("it demands a time stamp of a certain authority ('rfc3161timestamp'), which is not evaluated");
  }
  const log = fields.get("ctlog");
  if (log !== undefined && isPresent(log)) {
    const { url, trustRootRef } = Object.fromEntries(notes.fields(log, "ctlog", ["url", "trustRootRef"]));
    const demandsLog = filled(url) !== undefined || filled(trustRootRef) !== undefined;
    const keylessRoot = filled(valueAt(fields.get("keyless"), "trustRootRef"));
    if (demandsLog && isPresent(fields.get("key")))
      reasons.push("it demands an entry in a transparency log beside the key ('ctlog'), which is not evaluated");
    else if (demandsLog && filled(trustRootRef) !== keylessRoot)
      reasons.push("its transparency log and its certificates have different trusted roots, which is not evaluated");
  }
  return reasons[0];
}

function readKey(node: YamlNode, common: Common, notes: PolicyNotes): Authority | undefined {
  const fields = notes.fields(node, "key", ["data", "kms", "secretRef", "hashAlgorithm"]);
  const sources = ["data", "kms", "secretRef"].filter((field) =>
    field === "secretRef" ? isPresent(fields.get(field)) : filled(fields.get(field)) !== undefined,
  );
  if (sources.length !== 1) {
    const message = `The key of '${common.name}' must have exactly one of 'data', 'kms' and 'secretRef'.`;
    notes.refuse("policy-invalid", message, node.span);
    return undefined;
  }
  const hash = readHash(fields.get("hashAlgorithm"), notes);
  const data = fields.get("data");
  if (data === undefined || filled(data) === undefined)
    return notEvaluated(common, `its key is not in the policy but in '${sources[0] ?? ""}', which is not looked up`);
  const [first, ...others] = readPublicKeys(filled(data) ?? "");
  if (first?.kind !== "key") {
    notes.refuse("policy-key-invalid", `The key of '${common.name}' ${first?.why ?? "is missing"}.`, data.span);
    return undefined;
  }
  if (others.length > 0)
    notes.note(
      "policy-key-ignored",
      `Only the first key of '${common.name}' counts, as in policy-controller; give each further key its own authority.`,
      data.span,
    );
  if (hash === "sha224") return notEvaluated(common, "it uses SHA-224, which is not supported");
  if (common.beyond !== undefined) return notEvaluated(common, common.beyond);
  const { name, source, format } = common;
  return { kind: "key", name, source, publicKeys: [first.pem], hashAlgorithm: hash, format };
}

function readHash(node: YamlNode | undefined, notes: PolicyNotes): "sha224" | "sha256" | "sha384" | "sha512" {
  const hash = filled(node)?.trim().toLowerCase() ?? "sha256";
  if (hash === "sha224" || hash === "sha256" || hash === "sha384" || hash === "sha512") return hash;
  if (node !== undefined)
    notes.refuse("policy-invalid", `The hash algorithm '${hash.slice(0, 40)}' is not known.`, node.span);
  return "sha256";
}

function readKeyless(node: YamlNode, common: Common, notes: PolicyNotes): Authority | undefined {
  const fields = notes.fields(node, "keyless", ["url", "identities", "ca-cert", "trustRootRef", "insecureIgnoreSCT"]);
  const identities = itemsOf(fields.get("identities")).flatMap((item) => readIdentity(item, notes) ?? []);
  if (identities.length === 0) {
    const at = fields.get("identities") ?? node;
    notes.refuse("policy-invalid", `The authority '${common.name}' names no identities that may sign.`, at.span);
    return undefined;
  }
  const certificate = fields.get("ca-cert");
  if (certificate !== undefined && isPresent(certificate)) {
    notes.fields(certificate, "ca-cert", ["data", "kms", "secretRef", "hashAlgorithm"]);
    if (filled(fields.get("url")) !== undefined)
      notes.refuse("policy-invalid", "'url' and 'ca-cert' exclude each other.", certificate.span);
    return notEvaluated(common, "it brings its own CA certificate ('ca-cert'); name a trusted root instead");
  }
  if (textOf(fields.get("insecureIgnoreSCT"))?.toLowerCase() === "true")
    return notEvaluated(common, "it accepts certificates that are in no certificate log ('insecureIgnoreSCT')");
  if (common.beyond !== undefined) return notEvaluated(common, common.beyond);
  const trustedRoot = filled(fields.get("trustRootRef"));
  const { name, source, format } = common;
  return {
    kind: "keyless",
    name,
    source,
    identities,
    ...(trustedRoot === undefined ? {} : { trustedRoot }),
    format,
  };
}

function readIdentity(node: YamlNode, notes: PolicyNotes): IdentityMatcher | undefined {
  const fields = notes.fields(node, "identities", ["issuer", "subject", "issuerRegExp", "subjectRegExp"]);
  const identity: { -readonly [field in keyof IdentityMatcher]: IdentityMatcher[field] } = {
    source: notes.sourceOf(node.span),
  };
  for (const side of ["issuer", "subject"] as const) {
    const exact = filled(fields.get(side));
    const patternNode = fields.get(`${side}RegExp`);
    const pattern = filled(patternNode);
    if ((exact === undefined) === (pattern === undefined)) {
      const message = `An identity must have exactly one of '${side}' and '${side}RegExp'.`;
      notes.refuse("policy-invalid", message, node.span);
      return undefined;
    }
    if (exact !== undefined) identity[side] = exact;
    if (pattern === undefined || patternNode === undefined) continue;
    if (!acceptsPattern(pattern, patternNode, notes)) return undefined;
    identity[`${side}RegExp`] = pattern;
  }
  return identity;
}

/** Go's search would let `evil-https://github.com/acme` pass for `https://github.com/acme`, so the difference is said. */
function acceptsPattern(pattern: string, node: YamlNode, notes: PolicyNotes): boolean {
  const { value, problems } = compilePattern(pattern);
  if (value === undefined) {
    notes.refuse("policy-invalid", problems[0]?.message ?? "The pattern cannot be used.", node.span);
    return false;
  }
  if (!value.anchored)
    notes.note(
      "identity-pattern-not-anchored",
      `The pattern '${pattern.slice(0, 80)}' has no '^' at its start or no '$' at its end: policy-controller accepts it ` +
        "anywhere inside an identity, so that strangers can match it. Here it must match the whole identity.",
      node.span,
    );
  return true;
}

function readStatic(
  node: YamlNode,
  fields: Fields,
  { name, source }: Pick<Common, "name" | "source">,
  notes: PolicyNotes,
): Authority | undefined {
  const action = filled(notes.fields(node, "static", ["action", "message"]).get("action"));
  for (const other of ["attestations", "source", "ctlog", "rfc3161timestamp"])
    if (isPresent(fields.get(other)))
      notes.refuse("policy-invalid", `'static' and '${other}' exclude each other.`, node.span);
  if (action === "pass" || action === "fail") return { kind: "static", name, source, action };
  notes.refuse("policy-invalid", `The static action '${action ?? ""}' is neither 'pass' nor 'fail'.`, node.span);
  return undefined;
}
