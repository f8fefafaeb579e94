import { decodeBase64 } from "../base64.ts";
import { itemsOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import type { PolicyContext, StatedPolicy } from "./policyReader.ts";
import { filled, isPresent } from "./policyValue.ts";
import { writeStatedRoot, type StatedLog } from "./statedRoot.ts";

/**
 * Reads a TrustRoot (policy.sigstore.dev/v1alpha1): `sigstoreKeys` becomes a trusted root under the resource's name. TUF
 * repositories are not opened here; their trusted root can be configured as a file under the same name. A root that
 * cannot be used is left out, and whoever refers to it is then not understood.
 */
export function readTrustRoot(root: YamlNode, context: PolicyContext): StatedPolicy {
  const notes = context.createNotes();
  notes.fields(root, "TrustRoot", ["apiVersion", "kind", "metadata", "spec", "status"]);
  const name = textOf(valueAt(root, "metadata", "name"));
  const spec = valueAt(root, "spec");
  const fields =
    spec === undefined
      ? new Map<string, YamlNode>()
      : notes.fields(spec, "spec", ["remote", "repository", "sigstoreKeys"]);
  const keys = fields.get("sigstoreKeys");
  for (const kind of ["remote", "repository"] as const) {
    const node = fields.get(kind);
    if (!isPresent(node)) continue;
    const message = `The TUF repository ('${kind}') of the TrustRoot '${name ?? ""}' is not opened; give its trusted root as a file, under the same name, in .countersign.yaml.`;
    notes.note("policy-not-supported", message, node.span);
  }
  if (name === undefined || !isPresent(keys)) return { rules: [] };
  const parts = notes.fields(keys, "sigstoreKeys", [
    "certificateAuthorities",
    "tLogs",
    "ctLogs",
    "timestampAuthorities",
  ]);
  const chains = (field: string): readonly string[] =>
    itemsOf(parts.get(field)).map((item) =>
      pemOf(notes.fields(item, field, ["subject", "uri", "certChain"]).get("certChain")),
    );
  const logs = (field: string): readonly StatedLog[] =>
    itemsOf(parts.get(field)).map((item) => {
      const log = notes.fields(item, field, ["baseURL", "hashAlgorithm", "publicKey"]);
      const url = filled(log.get("baseURL"));
      return { key: pemOf(log.get("publicKey")), ...(url === undefined ? {} : { url }) };
    });
  const written = writeStatedRoot({
    authorities: chains("certificateAuthorities"),
    logs: logs("tLogs"),
    certificateLogs: logs("ctLogs"),
    timestampAuthorities: chains("timestampAuthorities"),
  });
  if (written.kind === "refused") sayUnusable(`The TrustRoot '${name}' ${written.why}; it is not used.`, keys, notes);
  if (written.kind === "refused" || notes.notUnderstood.length > 0) return { rules: [] };
  return { rules: [], trustedRoots: [{ name, text: written.text, source: context.path }] };
}

function sayUnusable(message: string, node: YamlNode, notes: PolicyNotes): void {
  notes.note("policy-invalid", message, node.span);
}

/** Go reads bytes from Base64; what is none fails as PEM later. */
function pemOf(node: YamlNode | undefined): string {
  return decodeBase64((filled(node) ?? "").replace(/\s+/g, ""))?.toString("utf8") ?? "";
}
