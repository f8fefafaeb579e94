import { decodeBase64 } from "../base64.ts";
import { itemsOf, textOf, type YamlNode } from "../document/yamlNode.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import type { PolicyContext } from "./policyReader.ts";
import { filled, isPresent } from "./policyValue.ts";
import { readSignedIdentity } from "./signedIdentity.ts";
import { toSigstoreAuthority, type StatedAuthority, type StatedPem } from "./sigstoreRequirement.ts";

type Fields = ReadonlyMap<string, YamlNode>;

const gpgFields = ["type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity"];
const sigstoreFields = [
  "type",
  "keyPath",
  "keyPaths",
  "keyData",
  "keyDatas",
  "fulcio",
  "pki",
  "rekorPublicKeyPath",
  "rekorPublicKeyPaths",
  "rekorPublicKeyData",
  "rekorPublicKeyDatas",
  "signedIdentity",
];
const pkiFields = [
  "caRootsPath",
  "caRootsData",
  "caIntermediatesPath",
  "caIntermediatesData",
  "subjectEmail",
  "subjectHostname",
];

/** Reads one requirement object of a containers policy; a mistake in it is refused, which rejects the file. */
export function readContainersRequirement(
  node: YamlNode,
  context: PolicyContext,
  notes: PolicyNotes,
): StatedAuthority | undefined {
  const type = textOf(new Map(entriesByName(node)).get("type")) ?? "";
  const source = notes.sourceOf(node.span);
  const bare = (authority: StatedAuthority["authority"]): StatedAuthority => ({ authority, trustedRoots: [] });
  switch (type) {
    case "insecureAcceptAnything":
    case "reject":
      notes.fields(node, type, ["type"]);
      return bare({ kind: "static", name: type, source, action: type === "reject" ? "fail" : "pass" });
    case "signedBy": {
      const fields = notes.fields(node, type, gpgFields);
      readSignedIdentity(fields.get("signedIdentity"), notes);
      return bare({ kind: "not-evaluated", name: type, source, why: "signatures by GPG keys are not read" });
    }
    case "signedBaseLayer":
      notes.fields(node, type, ["type", "baseLayerIdentity"]);
      return bare({ kind: "static", name: type, source, action: "fail" });
    case "sigstoreSigned":
      return readSigstoreSigned(node, context, notes);
    default:
      notes.refuse("policy-invalid", `The requirement '${type.slice(0, 60)}' is not known.`, node.span);
      return undefined;
  }
}

function entriesByName(node: YamlNode): readonly (readonly [string, YamlNode])[] {
  return node.kind === "mapping" ? node.entries.map(({ key, value }) => [key.text, value] as const) : [];
}

function readSigstoreSigned(node: YamlNode, context: PolicyContext, notes: PolicyNotes): StatedAuthority | undefined {
  const name = "sigstoreSigned";
  const source = notes.sourceOf(node.span);
  const fields = notes.fields(node, name, sigstoreFields);
  const claims = readSignedIdentity(fields.get("signedIdentity"), notes);
  const signers = ["keyPath", "keyPaths", "keyData", "keyDatas", "fulcio", "pki"].filter((field) => fields.has(field));
  const logFields = [...fields.keys()].filter((field) => field.startsWith("rekor"));
  if (signers.length !== 1) {
    const message = "'sigstoreSigned' must have exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio and pki.";
    notes.refuse("policy-invalid", message, node.span);
    return undefined;
  }
  if (logFields.length > 1)
    notes.refuse("policy-invalid", "Only one of the 'rekorPublicKey...' fields may be given.", node.span);
  const logs = pemsOf(fields, "rekorPublicKey", context, notes);
  const pki = fields.get("pki");
  if (pki !== undefined) {
    notes.fields(pki, "pki", pkiFields);
    if (logs.length > 0) notes.refuse("policy-invalid", "'pki' and log keys exclude each other.", node.span);
    const why = "certificates of a PKI of its own ('pki') are not evaluated";
    return { authority: { kind: "not-evaluated", name, source, why }, trustedRoots: [] };
  }
  const fulcioNode = fields.get("fulcio");
  const fulcio = fulcioNode === undefined ? undefined : readFulcio(fulcioNode, context, notes);
  if (fulcioNode !== undefined && logs.length === 0)
    notes.refuse("policy-invalid", "'fulcio' needs the key of a transparency log.", fulcioNode.span);
  if (fulcioNode !== undefined && fulcio === undefined) return undefined;
  return toSigstoreAuthority({
    name,
    source,
    keys: pemsOf(fields, "key", context, notes),
    ...(fulcio === undefined ? {} : { fulcio }),
    logs,
    claims,
  });
}

function readFulcio(
  node: YamlNode,
  context: PolicyContext,
  notes: PolicyNotes,
): { readonly authority: StatedPem; readonly issuer: string; readonly email: string } | undefined {
  const fields = notes.fields(node, "fulcio", ["caPath", "caData", "oidcIssuer", "subjectEmail"]);
  const [authority, more] = pemsOf(fields, "ca", context, notes);
  const issuer = filled(fields.get("oidcIssuer"));
  const email = filled(fields.get("subjectEmail"));
  if (authority !== undefined && more === undefined && issuer !== undefined && email !== undefined)
    return { authority, issuer, email };
  notes.refuse(
    "policy-invalid",
    "'fulcio' must have one of caPath and caData, oidcIssuer and subjectEmail.",
    node.span,
  );
  return undefined;
}

/** The texts under `<prefix>Path`, `<prefix>Paths`, `<prefix>Data` and `<prefix>Datas`. */
function pemsOf(fields: Fields, prefix: string, context: PolicyContext, notes: PolicyNotes): readonly StatedPem[] {
  const listed = (name: string): readonly YamlNode[] => {
    const node = fields.get(name);
    if (node !== undefined && itemsOf(node).length === 0)
      notes.refuse("policy-invalid", `'${name}' must be a list that is not empty.`, node.span);
    return itemsOf(node);
  };
  const single = (name: string): readonly YamlNode[] => [fields.get(name)].filter((node) => isPresent(node));
  const inFiles = [...single(`${prefix}Path`), ...listed(`${prefix}Paths`)].map((node) => {
    const path = filled(node);
    if (path === undefined) notes.refuse("policy-invalid", "A path must be a text that is not empty.", node.span);
    return atPath(path ?? "", context);
  });
  const inline = [...single(`${prefix}Data`), ...listed(`${prefix}Datas`)].map((node): StatedPem => {
    const bytes = decodeBase64(textOf(node) ?? "");
    if (bytes === undefined || bytes.length === 0)
      notes.refuse("policy-invalid", "A key or certificate must be given in Base64.", node.span);
    return { pem: bytes?.toString("utf8") ?? "" };
  });
  return [...inFiles, ...inline];
}

/** The text at a path that the policy names, from the first of its places that is at hand. */
function atPath(path: string, context: PolicyContext): StatedPem {
  const pem = placesOf(path, context.path)
    .map((place) => context.textOf(place))
    .find((text) => text !== undefined);
  return pem === undefined ? { path } : { pem, path };
}

/**
 * Where the file is looked for that a policy names by a path of the machine that the policy is for: as it stands, under
 * the same root as a policy at `etc/containers` (images and machine configurations keep their files in such trees), or
 * beside the policy.
 */
export function placesOf(path: string, policy: string): readonly string[] {
  const tree = /^(.*?)(?:etc|usr\/share)\/containers\/[^/]*$/.exec(policy)?.[1];
  const folder = policy.slice(0, policy.lastIndexOf("/") + 1);
  if (!path.startsWith("/")) return [folder + path, path];
  return tree === undefined ? [path] : [tree + path.slice(1), path];
}
