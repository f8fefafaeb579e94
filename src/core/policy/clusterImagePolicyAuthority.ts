import { itemsOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import type { Authority, RootReference, SignatureFormatFilter } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import { booleanOf, filled, isPresent, readIdentity } from "./policyValue.ts";
import { predicateTypeOf } from "./predicateType.ts";
import { readPublicKeys } from "./publicKey.ts";

const identityFields = {
  pattern: (side: "issuer" | "subject") => `${side}RegExp`,
  searcher: "policy-controller",
} as const;

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
  const asked = readDemands(fields, format, notes);
  if (isPresent(key)) return readKey(key, { name, source, format, ...asked }, notes);
  if (keyless !== undefined) return readKeyless(keyless, { name, source, format, ...asked }, notes);
  return undefined;
}

/** What key and keyless authorities share. `beyond` says why the authority cannot be evaluated. */
interface Common extends Asked {
  readonly name: string;
  readonly source: Authority["source"];
  readonly format: SignatureFormatFilter;
}

/** What an authority asks for beside the signer. */
interface Asked {
  readonly beyond: string | undefined;
  readonly demands: {
    readonly requiresLog?: RootReference;
    readonly requiresTimestamp?: RootReference;
    readonly attestations?: readonly string[];
  };
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

/** Demands that every kind of signature authority may make. */
function readDemands(fields: Fields, format: SignatureFormatFilter, notes: PolicyNotes): Asked {
  const beyond: string[] = [];
  const attestations: string[] = [];
  for (const item of itemsOf(fields.get("attestations"))) {
    const wanted = notes.fields(item, "attestations", ["name", "predicateType", "policy"]);
    const type = filled(wanted.get("predicateType"));
    if (type === undefined) notes.refuse("policy-invalid", "An attestation must have a 'predicateType'.", item.span);
    else attestations.push(predicateTypeOf(type));
    if (isPresent(wanted.get("policy"))) beyond.push("its policy over the content of attestations is not evaluated");
  }
  for (const item of itemsOf(fields.get("source"))) {
    const source = notes.fields(item, "source", ["oci", "signaturePullSecrets", "tagPrefix"]);
    if (filled(source.get("oci")) !== undefined || filled(source.get("tagPrefix")) !== undefined)
      beyond.push("its signatures are kept in another place ('source'), which is not looked at");
  }
  const stamp = rootIn(fields.get("rfc3161timestamp"), "rfc3161timestamp", ["trustRootRef"], notes);
  const log = rootIn(fields.get("ctlog"), "ctlog", ["url", "trustRootRef"], notes);
  const keyless = filled(valueAt(fields.get("keyless"), "trustRootRef"));
  const isKeyless = isPresent(fields.get("keyless"));
  const readsBundles = format === "bundle";
  // Without a root, policy-controller looks for a stamp in bundles only.
  const asksForStamp = stamp !== undefined || (readsBundles && isPresent(fields.get("rfc3161timestamp")));
  const asksForLog = log !== undefined || filled(valueAt(fields.get("ctlog"), "url")) !== undefined;
  const others = [asksForStamp ? stamp : keyless, isPresent(fields.get("ctlog")) ? log : keyless];
  if (readsBundles && isKeyless && others.some((root) => root !== keyless))
    beyond.push("policy-controller reads bundles with one trusted root, and this names several");
  return {
    beyond: beyond[0],
    demands: {
      // Where stamps are asked for, policy-controller asks no log. Certificates come with a log entry or a stamp anyway.
      ...(asksForLog && !asksForStamp ? { requiresLog: named(log) } : {}),
      ...(asksForStamp ? { requiresTimestamp: named(stamp) } : {}),
      ...(attestations.length === 0 ? {} : { attestations }),
    },
  };
}

function rootIn(
  node: YamlNode | undefined,
  where: string,
  known: readonly string[],
  notes: PolicyNotes,
): string | undefined {
  return isPresent(node) ? filled(notes.fields(node, where, known).get("trustRootRef")) : undefined;
}

function named(root: string | undefined): RootReference {
  return root === undefined ? {} : { root };
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
  const { name, source, format, demands } = common;
  return { kind: "key", name, source, publicKeys: [first.pem], hashAlgorithm: hash, format, ...demands };
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
  const identities = itemsOf(fields.get("identities")).flatMap((item) => {
    const parts = notes.fields(item, "identities", ["issuer", "subject", "issuerRegExp", "subjectRegExp"]);
    return readIdentity(parts, item, identityFields, notes) ?? [];
  });
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
    // policy-controller takes the field and then looks for a URL, so that nobody's signature ever passes.
    return notEvaluated(
      common,
      "'ca-cert' is read by nobody, not by policy-controller either; name a trusted root instead",
    );
  }
  const ignoresCertificateLog = booleanOf(fields.get("insecureIgnoreSCT"), "insecureIgnoreSCT", false, notes);
  if (common.beyond !== undefined) return notEvaluated(common, common.beyond);
  const trustedRoot = filled(fields.get("trustRootRef"));
  const { name, source, format, demands } = common;
  return {
    kind: "keyless",
    name,
    source,
    identities,
    ...(trustedRoot === undefined ? {} : { trustedRoot }),
    ...(ignoresCertificateLog ? { ignoresCertificateLog } : {}),
    format,
    ...demands,
  };
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
