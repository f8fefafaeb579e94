import { decodeBase64 } from "../base64.ts";
import { textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import type { Authority, ClaimedIdentity, PolicyRule } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import type { PolicyContext, StatedPolicy } from "./policyReader.ts";
import { filled, isPresent, textsOf } from "./policyValue.ts";
import { toNamed } from "./signedIdentity.ts";
import { toSigstoreAuthority, type StatedAuthority, type StatedPem } from "./sigstoreRequirement.ts";

/** The API group of OpenShift's ClusterImagePolicy and ImagePolicy. */
export const openShiftGroup = "config.openshift.io";

const maximumScopes = 256;

/**
 * Reads an OpenShift ClusterImagePolicy or ImagePolicy (config.openshift.io). A cluster writes all of them into one
 * containers policy, so that their scopes compete with each other as scopes of one file do: the most specific counts, and
 * every policy that names it.
 */
export function readOpenShiftPolicy(root: YamlNode, context: PolicyContext): StatedPolicy {
  const notes = context.createNotes();
  const top = notes.fields(root, "the policy", ["apiVersion", "kind", "metadata", "spec", "status"]);
  const spec = top.get("spec");
  const fields = spec === undefined ? new Map<string, YamlNode>() : notes.fields(spec, "spec", ["scopes", "policy"]);
  const source = notes.sourceOf(root.span);
  const scopes = textsOf(fields.get("scopes"), "scopes", notes);
  if (scopes.length === 0 || scopes.length > maximumScopes)
    notes.refuse("policy-invalid", "The policy names no scopes, or too many.", (fields.get("scopes") ?? root).span);
  const policy = fields.get("policy");
  const stated = policy === undefined ? undefined : readBody(policy, notes);
  if (stated === undefined) notes.refuse("policy-invalid", "The policy has no root of trust.", (policy ?? root).span);
  const scopeSource = notes.sourceOf((fields.get("scopes") ?? root).span);
  const rule: PolicyRule = {
    name: textOf(valueAt(root, "metadata", "name")) ?? "unnamed",
    source,
    mode: "enforce",
    // What covers nothing certain covers everything: the policy must not shrink because it is written wrongly.
    globs: scopes.length === 0 ? [{ glob: "", source }] : scopes.map((glob) => ({ glob, source: scopeSource })),
    coverage: { kind: "scopes", set: openShiftGroup },
    authorities: stated === undefined ? [] : [stated.authority],
    notUnderstood: notes.notUnderstood,
  };
  return { rules: [rule], trustedRoots: stated?.trustedRoots ?? [] };
}

function readBody(node: YamlNode, notes: PolicyNotes): StatedAuthority | undefined {
  const fields = notes.fields(node, "policy", ["rootOfTrust", "signedIdentity"]);
  const root = fields.get("rootOfTrust");
  if (root === undefined) return undefined;
  const trust = notes.fields(root, "rootOfTrust", ["policyType", "publicKey", "fulcioCAWithRekor", "pki"]);
  const type = textOf(trust.get("policyType")) ?? "";
  const claims = readIdentity(fields.get("signedIdentity"), notes);
  const common = { name: type, source: notes.sourceOf(root.span), claims };
  const beyond = (why: string): StatedAuthority => ({
    authority: { kind: "not-evaluated", name: type, source: common.source, why } satisfies Authority,
    trustedRoots: [],
  });
  switch (type) {
    case "PublicKey": {
      const key = trust.get("publicKey");
      if (key === undefined) return undefined;
      const { keyData, rekorKeyData } = Object.fromEntries(notes.fields(key, "publicKey", ["keyData", "rekorKeyData"]));
      if (!isPresent(keyData)) return undefined;
      return toSigstoreAuthority({
        ...common,
        keys: [dataOf(keyData)],
        logs: isPresent(rekorKeyData) ? [dataOf(rekorKeyData)] : [],
      });
    }
    case "FulcioCAWithRekor": {
      const fulcio = trust.get("fulcioCAWithRekor");
      if (fulcio === undefined) return undefined;
      const parts = notes.fields(fulcio, "fulcioCAWithRekor", ["fulcioCAData", "rekorKeyData", "fulcioSubject"]);
      const subject = parts.get("fulcioSubject");
      const who =
        subject === undefined
          ? new Map<string, YamlNode>()
          : notes.fields(subject, "fulcioSubject", ["oidcIssuer", "signedEmail"]);
      const issuer = filled(who.get("oidcIssuer"));
      const email = filled(who.get("signedEmail"));
      const authority = parts.get("fulcioCAData");
      const log = parts.get("rekorKeyData");
      if (!isPresent(authority) || !isPresent(log) || issuer === undefined || email === undefined) return undefined;
      return toSigstoreAuthority({
        ...common,
        keys: [],
        logs: [dataOf(log)],
        fulcio: { authority: dataOf(authority), issuer, email },
      });
    }
    case "PKI":
      return beyond("certificates of a PKI of its own are not evaluated");
    default:
      notes.refuse("policy-invalid", `The root of trust '${type.slice(0, 60)}' is not known.`, root.span);
      return undefined;
  }
}

function readIdentity(node: YamlNode | undefined, notes: PolicyNotes): ClaimedIdentity {
  const usual: ClaimedIdentity = { kind: "repository-if-digest-else-exact" };
  if (!isPresent(node)) return usual;
  const fields = notes.fields(node, "signedIdentity", ["matchPolicy", "exactRepository", "remapIdentity"]);
  const policy = textOf(fields.get("matchPolicy")) ?? "";
  switch (policy) {
    case "MatchRepoDigestOrExact":
      return usual;
    case "MatchRepository":
      return { kind: "repository" };
    case "ExactRepository":
      return toNamed(
        "exact-repository",
        textOf(valueAt(fields.get("exactRepository"), "repository")) ?? "",
        node,
        notes,
      );
    case "RemapIdentity": {
      const at = (name: string): string => textOf(valueAt(fields.get("remapIdentity"), name)) ?? "";
      return { kind: "remapped", prefix: at("prefix"), signedPrefix: at("signedPrefix") };
    }
    default:
      notes.refuse("policy-invalid", `The match policy '${policy.slice(0, 60)}' is not known.`, node.span);
      return usual;
  }
}

/** Bytes of a resource are Base64; people also write the PEM itself, which a cluster would refuse. */
function dataOf(node: YamlNode): StatedPem {
  return { pem: decodeBase64((textOf(node) ?? "").replace(/\s+/g, ""))?.toString("utf8") ?? "" };
}
