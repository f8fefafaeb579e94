import { entriesOf, itemsOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { demandOf, notEvaluated, toCosignAuthority } from "./cosignAuthority.ts";
import { toNotaryAuthority } from "./notaryAuthority.ts";
import type { PolicySource } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import { booleanOf, filled, isPresent, readIdentity, textsOf } from "./policyValue.ts";
import type { StatedAuthority } from "./sigstoreRequirement.ts";

/** A trust policy of a verifier: whom it accepts, and for which scopes; none means those of the executor. */
export interface RatifyTrustPolicy {
  readonly scopes: readonly string[];
  readonly stated: StatedAuthority;
  readonly at: PolicySource;
}

const policyFields = [
  "scopes",
  "certificateIdentity",
  "certificateIdentityRegex",
  "certificateOIDCIssuer",
  "certificateOIDCIssuerRegex",
  "ignoreTLog",
  "ignoreCTLog",
  "ignoreObserverTimestamps",
  "keys",
];

/** Reads the trust policies of a verifier (config.ratify.sh/v2alpha1); those of other types than "cosign" and "notation" are not evaluated. */
export function readTrustPolicies(node: YamlNode, notes: PolicyNotes): readonly RatifyTrustPolicy[] {
  const fields = notes.fields(node, "verifiers", ["name", "type", "parameters"]);
  const name = textOf(fields.get("name")) ?? "unnamed";
  const type = textOf(fields.get("type")) ?? "";
  const source = notes.sourceOf(node.span);
  const parameters = fields.get("parameters");
  if (type === "notation" && parameters !== undefined)
    return [{ scopes: [], stated: readNotation(parameters, { name, source }, notes), at: source }];
  if (type !== "cosign" || parameters === undefined)
    return [
      {
        scopes: [],
        stated: notEvaluated(name, source, `verifiers of the type '${type.slice(0, 40)}' are not evaluated`),
        at: source,
      },
    ];
  const policies = itemsOf(notes.fields(parameters, "parameters", ["trustPolicies"]).get("trustPolicies"));
  if (policies.length === 0 || policies.length > 200)
    notes.refuse("policy-invalid", "A verifier must have trust policies, and not too many.", node.span);
  return policies.slice(0, 200).map((policy) => {
    const parts = notes.fields(policy, "trustPolicies", policyFields);
    const at = notes.sourceOf(policy.span);
    return {
      scopes: textsOf(parts.get("scopes"), "scopes", notes),
      stated: readSigner(parts, policy, name, notes),
      at,
    };
  });
}

/** Certificates in the policy for the stores "ca" and "tsa"; scopes and identities of its own are not evaluated. */
function readNotation(
  node: YamlNode,
  { name, source }: { readonly name: string; readonly source: PolicySource },
  notes: PolicyNotes,
): StatedAuthority {
  const fields = notes.fields(node, "parameters", ["scopes", "trustedIdentities", "certificates"]);
  const narrowed = ["scopes", "trustedIdentities"].find((field) =>
    textsOf(fields.get(field), field, notes).some((text) => text !== "*"),
  );
  if (narrowed !== undefined) return notEvaluated(name, source, `its '${narrowed}' are not evaluated`);
  const stores = new Map<string, string>();
  for (const item of itemsOf(fields.get("certificates"))) {
    const parts = notes.fields(item, "certificates", ["type", "inline"]);
    const inline = parts.get("inline");
    const store = filled(parts.get("type")) ?? "ca";
    const pem = filled(inline) ?? filled(valueAt(inline, "certs"));
    if (pem === undefined || (store !== "ca" && store !== "tsa"))
      return notEvaluated(name, source, "its certificates are not in the policy, or are for signing authorities");
    stores.set(store, pem);
  }
  const trust = { name, source, certificates: stores.get("ca") ?? "" };
  const tsa = stores.get("tsa");
  return toNotaryAuthority(tsa === undefined ? trust : { ...trust, timestampCertificates: tsa });
}

function readSigner(
  fields: ReadonlyMap<string, YamlNode>,
  node: YamlNode,
  name: string,
  notes: PolicyNotes,
): StatedAuthority {
  const source = notes.sourceOf(node.span);
  const ignoresLog = booleanOf(fields.get("ignoreTLog"), "ignoreTLog", false, notes);
  const ignoresCertificateLog = booleanOf(fields.get("ignoreCTLog"), "ignoreCTLog", false, notes);
  const ignoresTimes = booleanOf(fields.get("ignoreObserverTimestamps"), "ignoreObserverTimestamps", false, notes);
  const common = {
    name,
    source,
    format: "legacy",
    log: demandOf(ignoresLog, undefined),
    certificateLog: demandOf(ignoresCertificateLog, undefined),
  } as const;
  const keys = fields.get("keys");
  if (isPresent(keys)) {
    const [provider, ...others] = entriesOf(keys);
    const inline = provider?.key.text === "inline" && others.length === 0 ? provider.value : undefined;
    const text =
      inline === undefined ? undefined : filled(notes.fields(inline, "inline", ["certs", "keys"]).get("keys"));
    if (text === undefined) return notEvaluated(name, source, "its keys are not in the policy, and are not looked up");
    if (ignoresLog && !ignoresTimes)
      return notEvaluated(name, source, "it asks for a proven time without a log, which is not evaluated");
    const blocks = text.match(/-----BEGIN [^-]*-----[^-]*-----END [^-]*-----/g) ?? [text];
    const stated = blocks.map((pem) => toCosignAuthority({ ...common, signer: { kind: "key", pem, hash: "sha256" } }));
    const obstacle = stated.find(({ authority }) => authority.kind !== "key");
    const publicKeys = stated.flatMap(({ authority }) => (authority.kind === "key" ? authority.publicKeys : []));
    const [first] = stated;
    if (first?.authority.kind !== "key" || obstacle !== undefined)
      return obstacle ?? notEvaluated(name, source, "it has no key");
    return { authority: { ...first.authority, publicKeys }, trustedRoots: first.trustedRoots };
  }
  // The fields are named otherwise and mean the same as everywhere.
  const renamed = new Map(
    (
      [
        ["subject", "certificateIdentity"],
        ["subjectRegex", "certificateIdentityRegex"],
        ["issuer", "certificateOIDCIssuer"],
        ["issuerRegex", "certificateOIDCIssuerRegex"],
      ] as const
    ).flatMap(([ours, theirs]) => {
      const value = fields.get(theirs);
      return value === undefined ? [] : [[ours, value] as const];
    }),
  );
  const identity = readIdentity(renamed, node, { pattern: (side) => `${side}Regex`, searcher: "Ratify" }, notes);
  if (identity === undefined) return notEvaluated(name, source, "it names nobody in particular");
  return toCosignAuthority({ ...common, signer: { kind: "keyless", identities: [identity] } });
}
