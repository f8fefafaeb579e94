import { readYaml } from "../document/yaml.ts";
import { dereference, itemsOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { createLineIndex } from "../image/span.ts";
import { parseReference, repositoryName } from "../image/reference.ts";
import type { Edit } from "../rules/rule.ts";
import type { SignatureFormat } from "../verdict/verdict.ts";
import { sigstorePolicyGroup } from "./clusterImagePolicy.ts";
import { globNameOf } from "./glob.ts";
import type { PolicyRule } from "./policy.ts";
import { proposeRequirement } from "./proposeRequirement.ts";
import { readPolicy } from "./readPolicy.ts";
import { type PolicyFile, isContainersPolicy } from "./policyFile.ts";

/** Whom a proposal would trust: an identity that an issuer vouches for, or whoever holds a key. */
export type ProposedSigner =
  | { readonly kind: "identity"; readonly issuer: string; readonly subject: string }
  /** `publicKey` is PEM (SubjectPublicKeyInfo). */
  | { readonly kind: "key"; readonly publicKey: string };

/** What is to be accepted: this image, signed by this signer in this format. */
export interface ProposalRequest {
  /** Normalised reference. */
  readonly reference: string;
  readonly signer: ProposedSigner;
  readonly format: SignatureFormat;
}

/** The smallest change that makes a policy accept a signer, and what it means beyond the image that it was asked for. */
export interface RuleProposal {
  readonly edit: Edit;
  /** The rule that the change belongs to, and the patterns of every image that the signer may sign from then on. */
  readonly rule: string;
  readonly covers: readonly string[];
  readonly mode: PolicyRule["mode"];
}

/** A proposal, or a sentence why a person has to write it. */
export type Proposed =
  | { readonly kind: "proposal"; readonly proposal: RuleProposal }
  | { readonly kind: "none"; readonly why: string };

/**
 * Adds what is missing to the policy that refused the image, named by its file and 1-based line: a scope to a containers
 * policy (`proposeRequirement`), or an authority to a ClusterImagePolicy. The authority is then accepted for all that the
 * policy covers: a narrower policy would not help, as every policy that covers an image must accept it. Read again, the
 * changed file must differ in this one authority alone, else nothing is proposed.
 */
export function proposeAuthority(file: PolicyFile, startLine: number, request: ProposalRequest): Proposed {
  const before = readPolicy([file]).rules;
  const index = before.findIndex(({ source }) => source.line === startLine);
  const rule = before[index];
  if (rule?.coverage?.kind === "scopes" && isContainersPolicy(file.path, file.text))
    return proposeRequirement(file, request);
  const authorities = nodeAt(file.text, startLine);
  const items = itemsOf(authorities);
  const last = items.at(-1);
  if (rule === undefined || rule.coverage !== undefined || authorities === undefined || last === undefined)
    return none(`${file.path}:${startLine} is no ClusterImagePolicy with a list of authorities.`);
  const indent = indentOf(file.text, last);
  if (indent === undefined) return none(`The authorities of policy ${rule.name} are not written one below the other.`);
  const { end, isLine } = endOfItem(file.text, last);
  const sibling = rule.authorities.find(({ kind }) => kind === "keyless");
  const root = sibling?.kind === "keyless" ? sibling.trustedRoot : undefined;
  const name = freeName(rule);
  const line = newLine(file.text);
  const lines = authorityLines(name, request, root).map((each) => `${indent}${each}`);
  const text = isLine ? `${lines.join(line)}${line}` : `${line}${lines.join(line)}`;
  const changed = `${file.text.slice(0, end)}${text}${file.text.slice(end)}`;
  if (!addsOne(before, readPolicy([{ ...file, text: changed }]).rules, index, name))
    return none(`Policy ${rule.name} is written in a way that cannot be added to without changing more.`);
  const edit = { file: file.path, span: { start: end, end }, text };
  return {
    kind: "proposal",
    proposal: { edit, rule: rule.name, covers: rule.globs.map(({ glob }) => glob), mode: rule.mode },
  };
}

/**
 * A ClusterImagePolicy for the image's repository alone, at the end of `file`; for an image that no policy covers.
 * Mode `warn`, so that it refuses nobody else's image in a cluster before somebody has looked at it.
 */
export function proposePolicy(file: PolicyFile, request: ProposalRequest): Proposed {
  const reference = parseReference(request.reference).value;
  if (reference === undefined) return none(`'${request.reference}' is no image reference.`);
  const repository = repositoryName(reference);
  const covers = [`${globNameOf(repository)}:*`, `${globNameOf(repository)}@*`];
  const name = repository.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const lines = [
    "apiVersion: policy.sigstore.dev/v1beta1",
    "kind: ClusterImagePolicy",
    "metadata:",
    `  name: ${name}`,
    "spec:",
    "  mode: warn",
    "  images:",
    ...covers.map((glob) => `    - glob: ${JSON.stringify(glob)}`),
    "  authorities:",
    ...authorityLines("signer-1", request, undefined).map((each) => `    ${each}`),
  ];
  const line = newLine(file.text);
  const isEmpty = file.text.trim() === "";
  const lead = isEmpty ? "" : `${file.text.endsWith("\n") ? "" : line}---${line}`;
  const text = `${lead}${lines.join(line)}${line}`;
  const end = file.text.length;
  const before = readPolicy([file]);
  const after = readPolicy([{ ...file, text: file.text + text }]);
  if (after.rules.length !== before.rules.length + 1 || after.problems.length > before.problems.length)
    return none(`${file.path} is written in a way that a policy cannot be added to.`);
  return {
    kind: "proposal",
    proposal: { edit: { file: file.path, span: { start: end, end }, text }, rule: name, covers, mode: "warn" },
  };
}

function none(why: string): Proposed {
  return { kind: "none", why };
}

/** The `spec.authorities` of the ClusterImagePolicy that begins at a line. */
function nodeAt(text: string, line: number): YamlNode | undefined {
  const lines = createLineIndex(text);
  for (const { root } of readYaml(text).documents) {
    for (const resource of [root, ...itemsOf(valueAt(root, "items"))]) {
      if (resource === undefined || lines.positionAt(resource.span.start).line !== line) continue;
      const isPolicy =
        textOf(valueAt(resource, "kind")) === "ClusterImagePolicy" &&
        textOf(valueAt(resource, "apiVersion"))?.startsWith(`${sigstorePolicyGroup}/`) === true;
      if (isPolicy) return dereference(valueAt(resource, "spec", "authorities"));
    }
  }
  return undefined;
}

/** The white space before the item's dash; undefined where the list is not written with dashes at the start of lines. */
function indentOf(text: string, item: YamlNode): string | undefined {
  const start = text.lastIndexOf("\n", item.span.start - 1) + 1;
  return /^( *)- +$/.exec(text.slice(start, item.span.start))?.[1];
}

/** Where a further item begins: the line after the item's last that holds something, or the end of a text without one. */
function endOfItem(text: string, item: YamlNode): { readonly end: number; readonly isLine: boolean } {
  const end = item.span.start + text.slice(item.span.start, item.span.end).trimEnd().length;
  const lineEnd = text.indexOf("\n", end);
  return lineEnd < 0 ? { end: text.trimEnd().length, isLine: false } : { end: lineEnd + 1, isLine: true };
}

function newLine(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

function freeName({ authorities }: PolicyRule): string {
  const taken = new Set(authorities.map(({ name }) => name));
  for (let number = 1; ; number++) if (!taken.has(`signer-${number}`)) return `signer-${number}`;
}

/** An authority as the lines of a sequence's item. */
function authorityLines(
  name: string,
  { signer, format }: ProposalRequest,
  root: string | undefined,
): readonly string[] {
  const head = [`- name: ${name}`, `  signatureFormat: ${format === "cosign" ? "legacy" : "bundle"}`];
  switch (signer.kind) {
    case "identity":
      // A YAML double-quoted scalar is JSON's: a certificate's subject cannot end it and add fields of its own.
      return [
        ...head,
        "  keyless:",
        ...(root === undefined ? [] : [`    trustRootRef: ${JSON.stringify(root)}`]),
        "    identities:",
        `      - issuer: ${JSON.stringify(signer.issuer)}`,
        `        subject: ${JSON.stringify(signer.subject)}`,
      ];
    case "key":
      return [...head, "  key:", "    data: |", ...pemLines(signer.publicKey).map((line) => `      ${line}`)];
  }
}

function pemLines(pem: string): readonly string[] {
  return pem
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trim());
}

/** Whether the rules are the same but for one more authority, of that name, at the end of the rule at `index`. */
function addsOne(before: readonly PolicyRule[], after: readonly PolicyRule[], index: number, name: string): boolean {
  const told = (rule: PolicyRule): string =>
    JSON.stringify(rule, (key, value: unknown) => (key === "source" ? undefined : value));
  return (
    before.length === after.length &&
    after.every((rule, at) => {
      const old = before[at];
      if (old === undefined) return false;
      if (at !== index) return told(rule) === told(old);
      const added = rule.authorities.at(-1);
      const others = { ...rule, authorities: rule.authorities.slice(0, -1) };
      return added?.name === name && added.kind !== "not-evaluated" && told(others) === told(old);
    })
  );
}
