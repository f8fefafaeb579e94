import { itemsOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { notEvaluated, toCosignAuthority, type CosignTrust } from "./cosignAuthority.ts";
import { toNotaryAuthority } from "./notaryAuthority.ts";
import type { IdentityMatcher, PolicyRule, Quorum } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import { booleanOf, filled, isPresent, readIdentity } from "./policyValue.ts";
import type { StatedAuthority } from "./sigstoreRequirement.ts";

const maximumRoots = 100;

/** What a rule tells its validator. */
export interface RuleOptions {
  readonly trustRoot: string;
  readonly verifiesLog: boolean;
  readonly verifiesCertificateLog: boolean;
  readonly threshold: number;
  readonly required: readonly string[];
  /** Whether Notary signatures are held to everything (`verificationLevel`, `verifyTimestamp`). */
  readonly isStrict: boolean;
}

/** The authorities that a rule gets of a validator, and how many of them it asks for. */
interface Chosen {
  readonly authorities: readonly StatedAuthority[];
  readonly quorum?: Quorum;
}

/** A validator of Connaisseur: turns what a rule says into authorities. */
export interface Validator {
  readonly notUnderstood: PolicyRule["notUnderstood"];
  choose(options: RuleOptions, notes: PolicyNotes, at: YamlNode): Chosen;
}

/** Reads a validator; those of the type "notaryv1" are not evaluated. */
export function readValidator(node: YamlNode, notes: PolicyNotes): Validator {
  const type = textOf(valueAt(node, "type")) ?? "";
  const source = notes.sourceOf(node.span);
  const name = textOf(valueAt(node, "name")) ?? "unnamed";
  const only = (authority: StatedAuthority): Validator => ({
    notUnderstood: notes.notUnderstood,
    choose: () => ({ authorities: [authority] }),
  });
  switch (type) {
    case "static": {
      const fields = notes.fields(node, "validators", ["name", "type", "approve"]);
      const action = booleanOf(fields.get("approve"), "approve", false, notes) ? "pass" : "fail";
      return only({ authority: { kind: "static", name, source, action }, trustedRoots: [] });
    }
    case "cosign":
      return readCosignValidator(node, notes);
    case "notation":
      return readNotationValidator(node, notes);
    case "notaryv1":
      return only(notEvaluated(name, source, `validators of the type '${type}' are not evaluated`));
    default:
      notes.refuse("policy-invalid", `The type '${type.slice(0, 40)}' of the validator is not known.`, node.span);
      return only(notEvaluated(name, source, "its type is not known"));
  }
}

/** One statement of a Notary trust policy for the chosen trust roots together, so that any of them suffices. */
function readNotationValidator(node: YamlNode, notes: PolicyNotes): Validator {
  const fields = notes.fields(node, "validators", ["name", "type", "auth", "cert", "trustRoots"]);
  const name = textOf(fields.get("name")) ?? "unnamed";
  const source = notes.sourceOf(node.span);
  const roots = itemsOf(fields.get("trustRoots"))
    .slice(0, maximumRoots)
    .map((item) => {
      const parts = notes.fields(item, "trustRoots", ["name", "cert", "tsCert"]);
      const stamps = filled(parts.get("tsCert"));
      return {
        name: textOf(parts.get("name")) ?? "unnamed",
        certificates: filled(parts.get("cert")) ?? "",
        ...(stamps === undefined ? {} : { timestampCertificates: stamps }),
      };
    });
  return {
    notUnderstood: notes.notUnderstood,
    choose({ trustRoot, isStrict }, ruleNotes, at) {
      const wanted = trustRoot === "" ? "default" : trustRoot;
      const chosen = roots.filter((root) => wanted === "*" || root.name === wanted);
      if (chosen.length === 0)
        ruleNotes.refuse("policy-invalid", `The validator has no trust root '${wanted.slice(0, 60)}'.`, at.span);
      if (!isStrict)
        return { authorities: [notEvaluated(name, source, "levels other than 'strict' are not evaluated here")] };
      const stamps = chosen.flatMap(({ timestampCertificates: pem }) => pem ?? []).join("\n");
      const certificates = chosen.map((root) => root.certificates).join("\n");
      const trust = { name, source, certificates };
      return { authorities: [toNotaryAuthority(stamps === "" ? trust : { ...trust, timestampCertificates: stamps })] };
    },
  };
}

/** How the trust root of a validator is held, before a rule says which logs count. */
type Root =
  | Omit<CosignTrust, "log" | "certificateLog" | "authorities">
  | { readonly refused: StatedAuthority; readonly name: string };

function readCosignValidator(node: YamlNode, notes: PolicyNotes): Validator {
  const fields = notes.fields(node, "validators", ["name", "type", "host", "cert", "auth", "trustRoots"]);
  const host = fields.get("host");
  const hostFields = isPresent(host)
    ? notes.fields(host, "host", ["rekor", "rekorPubkey", "fulcioCert", "ctLogPubkey"])
    : new Map<string, YamlNode>();
  const keyed = (field: string): { readonly key?: string } => {
    const key = filled(hostFields.get(field));
    return key === undefined ? {} : { key };
  };
  const authorities = filled(hostFields.get("fulcioCert"));
  const roots = itemsOf(fields.get("trustRoots"))
    .slice(0, maximumRoots)
    .flatMap((item) => readRoot(item, notes) ?? []);
  if (roots.length === 0) notes.refuse("policy-invalid", "The validator has no trust roots.", node.span);
  return {
    notUnderstood: notes.notUnderstood,
    choose(options, ruleNotes, at) {
      const { threshold, required } = options;
      const isAny = options.trustRoot === "*";
      const names = !isAny
        ? [options.trustRoot === "" ? "default" : options.trustRoot]
        : required.length === 0 || threshold > required.length
          ? roots.map(({ name }) => name)
          : required;
      const chosen = names.flatMap((name) => {
        const root = roots.find((each) => each.name === name);
        if (root === undefined)
          ruleNotes.refuse("policy-invalid", `The validator has no trust root '${name.slice(0, 60)}'.`, at.span);
        return root === undefined ? [] : [root];
      });
      const count = !isAny ? 1 : threshold > 0 ? threshold : required.length === 0 ? names.length : 1;
      return {
        authorities: chosen.map((root) =>
          "refused" in root
            ? root.refused
            : toCosignAuthority({
                ...root,
                ...(authorities === undefined ? {} : { authorities }),
                log: options.verifiesLog ? { kind: "required", ...keyed("rekorPubkey") } : { kind: "ignored" },
                certificateLog: options.verifiesCertificateLog
                  ? { kind: "required", ...keyed("ctLogPubkey") }
                  : { kind: "ignored" },
              }),
        ),
        // Connaisseur counts signatures, so that two by one trust root count as two.
        quorum: { count, of: "signatures", named: required },
      };
    },
  };
}

function readRoot(node: YamlNode, notes: PolicyNotes): Root | undefined {
  const fields = notes.fields(node, "trustRoots", ["name", "key", "cert", "tsCert", "keyless"]);
  const name = textOf(fields.get("name")) ?? "unnamed";
  const source = notes.sourceOf(node.span);
  const key = filled(fields.get("key"));
  const keyless = fields.get("keyless");
  if ((key === undefined) === !isPresent(keyless)) {
    notes.refuse(
      "policy-invalid",
      `The trust root '${name.slice(0, 60)}' must have one of 'key' and 'keyless'.`,
      node.span,
    );
    return undefined;
  }
  if (key !== undefined) {
    if (!key.includes("-----BEGIN"))
      return { name, refused: notEvaluated(name, source, "its key is kept in a service, and is not looked up") };
    return { name, source, format: "legacy", signer: { kind: "key", pem: key, hash: "sha256" } };
  }
  const identity = keyless === undefined ? undefined : readKeyless(keyless, notes);
  return identity && { name, source, format: "legacy", signer: { kind: "keyless", identities: [identity] } };
}

function readKeyless(node: YamlNode, notes: PolicyNotes): IdentityMatcher | undefined {
  const fields = notes.fields(node, "keyless", ["issuer", "issuerRegex", "subject", "subjectRegex"]);
  return readIdentity(fields, node, { pattern: (side) => `${side}Regex`, searcher: "Connaisseur" }, notes);
}
