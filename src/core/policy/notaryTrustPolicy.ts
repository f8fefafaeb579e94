import { entriesOf, itemsOf, textOf, type YamlNode } from "../document/yamlNode.ts";
import { parseReference, repositoryName } from "../image/reference.ts";
import { isPartOfName, parseDistinguishedName, type NameAttributes } from "../x509/distinguishedName.ts";
import { readTrustStore, type TrustStoreKind } from "./notaryTrustStore.ts";
import type { Authority, NotaryAuthority, PolicyRule } from "./policy.ts";
import type { PolicyNotes } from "./policyNotes.ts";
import type { PolicyContext, StatedPolicy } from "./policyReader.ts";

type Checks = NotaryAuthority["checks"];

/** What each level enforces besides integrity (trust store and trust policy specification, Signature Verification Level). */
const levels = new Map<string, Checks>([
  ["strict", { authenticity: "enforce", authenticTimestamp: "enforce", expiry: "enforce", revocation: "enforce" }],
  ["permissive", { authenticity: "enforce", authenticTimestamp: "log", expiry: "log", revocation: "log" }],
  ["audit", { authenticity: "log", authenticTimestamp: "log", expiry: "log", revocation: "log" }],
]);

/** More than people write. */
const limits = { statements: 500, scopes: 2000, identities: 100, stores: 50 };

/**
 * Reads a Notary Project trust policy. Each statement becomes a rule for its repositories, the one with `*` for those that
 * no other names. notation refuses the whole document for one mistake; so every rule of such a document is not
 * understood. `files` holds the trust stores' certificates by path.
 */
export function readNotaryTrustPolicy(
  root: YamlNode,
  context: PolicyContext,
  files: ReadonlyMap<string, string>,
  broken: string | undefined,
): StatedPolicy {
  const document = context.createNotes();
  if (broken !== undefined)
    document.refuse("policy-invalid", `notation does not accept this policy: ${broken}.`, root.span);
  const top = document.fields(root, "the trust policy", ["version", "trustPolicies"]);
  if (textOf(top.get("version")) !== "1.0")
    document.refuse(
      "policy-invalid",
      "The version of the trust policy is not '1.0'.",
      top.get("version")?.span ?? root.span,
    );
  const statements = itemsOf(top.get("trustPolicies"));
  if (statements.length === 0 || statements.length > limits.statements)
    document.refuse("policy-invalid", "'trustPolicies' must be a list that is not empty.", root.span);
  const names = new Set<string>();
  const scopes = new Set<string>();
  const folder = context.path.slice(0, context.path.lastIndexOf("/") + 1);
  const rules = statements.slice(0, limits.statements).map((node): PolicyRule => {
    const own = context.createNotes();
    const statement = readStatement(node, { document, own, folder, files });
    if (names.has(statement.name))
      refuse(document, `Two statements are called '${statement.name.slice(0, 60)}'.`, node);
    names.add(statement.name);
    for (const { glob } of statement.globs) {
      if (scopes.has(glob)) refuse(document, `Two statements are for '${glob.slice(0, 80)}'.`, node);
      scopes.add(glob);
    }
    return { ...statement, coverage: { kind: "repositories", set: context.path }, notUnderstood: own.notUnderstood };
  });
  if (document.notUnderstood.length === 0) return { rules };
  const source = document.sourceOf(root.span);
  const { notUnderstood } = document;
  const unread: PolicyRule = {
    name: "trust policy",
    source,
    mode: "enforce",
    globs: [{ glob: "**", source }],
    authorities: [],
    notUnderstood,
  };
  return { rules: rules.length === 0 ? [unread] : rules.map((rule) => ({ ...rule, notUnderstood })) };
}

interface Place {
  /** What is refused here refuses every statement. */
  readonly document: PolicyNotes;
  /** What is refused here concerns this statement only. */
  readonly own: PolicyNotes;
  readonly folder: string;
  readonly files: ReadonlyMap<string, string>;
}

function readStatement(node: YamlNode, place: Place): Omit<PolicyRule, "notUnderstood"> {
  const { document } = place;
  const fields = document.fields(node, "a statement", [
    "name",
    "registryScopes",
    "signatureVerification",
    "trustStores",
    "trustedIdentities",
  ]);
  const source = document.sourceOf(node.span);
  const name = textOf(fields.get("name")) ?? "";
  if (name === "") refuse(document, "A statement has no name.", node);
  const globs = itemsOf(fields.get("registryScopes")).slice(0, limits.scopes);
  const scopes = globs.map((item) => ({
    glob: readScope(item, globs.length, document),
    source: document.sourceOf(item.span),
  }));
  if (scopes.length === 0) refuse(document, `The statement '${name.slice(0, 60)}' has no registry scopes.`, node);
  const verification = document.fields(fields.get("signatureVerification") ?? node, "signatureVerification", [
    "level",
    "override",
    "verifyTimestamp",
    ...(fields.has("signatureVerification") ? [] : [...fields.keys()]),
  ]);
  const level = textOf(verification.get("level")) ?? "";
  const stores = itemsOf(fields.get("trustStores"));
  const identities = itemsOf(fields.get("trustedIdentities"));
  if (level === "skip") {
    if (stores.length + identities.length > 0 || verification.has("override"))
      refuse(document, "A statement that skips verification must not name stores, identities or overrides.", node);
    const authority: Authority = { kind: "static", name, source, action: "pass" };
    return { name, source, mode: "warn", globs: scopes, authorities: [authority] };
  }
  const base = levels.get(level);
  if (base === undefined) refuse(document, `'${level.slice(0, 40)}' is no level of verification.`, node);
  if (stores.length === 0 || identities.length === 0)
    refuse(document, "A statement needs trust stores and trusted identities.", node);
  const checks = readOverride(verification.get("override"), base ?? strictest, document);
  const authority: NotaryAuthority = {
    kind: "notary",
    name,
    source,
    stores: readStores(stores, place),
    identities: readIdentities(identities, document),
    checks,
    verifyTimestamp: readVerifyTimestamp(verification.get("verifyTimestamp"), document),
  };
  return {
    name,
    source,
    mode: checks.authenticity === "log" ? "warn" : "enforce",
    globs: scopes,
    authorities: [authority],
  };
}

const strictest: Checks = {
  authenticity: "enforce",
  authenticTimestamp: "enforce",
  expiry: "enforce",
  revocation: "enforce",
};

/** A repository, or `*` alone; nothing in between, and no tag or digest. */
function readScope(item: YamlNode, count: number, notes: PolicyNotes): string {
  const text = textOf(item) ?? "";
  if (text === "*") {
    if (count > 1) refuse(notes, "The scope '*' must be the only one of its statement.", item);
    return text;
  }
  const { value } = parseReference(text);
  const named = value !== undefined && value.digest === undefined && repositoryName(value) === text;
  if (!named || text.includes("*"))
    refuse(notes, `The scope '${text.slice(0, 80)}' is neither a repository with its registry nor '*'.`, item);
  return text;
}

function readOverride(node: YamlNode | undefined, base: Checks, notes: PolicyNotes): Checks {
  let checks = base;
  for (const { key, value } of entriesOf(node)) {
    const action = textOf(value);
    const isAction = action === "enforce" || action === "log";
    if (key.text === "revocation" && (isAction || action === "skip")) checks = { ...checks, revocation: action };
    else if (key.text === "authenticity" && isAction) checks = { ...checks, authenticity: action };
    else if (key.text === "authenticTimestamp" && isAction) checks = { ...checks, authenticTimestamp: action };
    else if (key.text === "expiry" && isAction) checks = { ...checks, expiry: action };
    else refuse(notes, `'${key.text.slice(0, 40)}' cannot be overridden so.`, value);
  }
  return checks;
}

function readVerifyTimestamp(node: YamlNode | undefined, notes: PolicyNotes): NotaryAuthority["verifyTimestamp"] {
  const text = node === undefined ? "" : textOf(node);
  if (text === "afterCertExpiry") return text;
  if (node !== undefined && text !== "" && text !== "always")
    refuse(notes, "'verifyTimestamp' must be 'always' or 'afterCertExpiry'.", node);
  return "always";
}

function readStores(items: readonly YamlNode[], { document, own, folder, files }: Place): NotaryAuthority["stores"] {
  const found: Record<TrustStoreKind, Uint8Array[]> = { ca: [], signingAuthority: [], tsa: [] };
  let stamped = false;
  if (items.length > limits.stores) refuse(document, "A statement names too many trust stores.", items[0]);
  for (const item of items.slice(0, limits.stores)) {
    const text = textOf(item) ?? "";
    const [, kind, name = ""] = /^(ca|signingAuthority|tsa):([A-Za-z0-9_.-]+)$/.exec(text) ?? [];
    if (kind !== "ca" && kind !== "signingAuthority" && kind !== "tsa") {
      refuse(document, `'${text.slice(0, 60)}' names no trust store.`, item);
      continue;
    }
    stamped ||= kind === "tsa";
    const store = name === "." || name === ".." ? undefined : readTrustStore(folder, kind, name, files);
    if (store?.kind === "store") found[kind].push(...store.certificates);
    else refuse(own, `The trust store '${text}' cannot be used: ${store?.why ?? "its name is none"}.`, item);
  }
  const { ca, signingAuthority, tsa } = found;
  return { ca, signingAuthority, ...(stamped ? { tsa } : {}) };
}

/** Names of which one is a part of another would make it unclear which of them counts. */
function readIdentities(items: readonly YamlNode[], notes: PolicyNotes): NotaryAuthority["identities"] {
  if (items.length === 1 && textOf(items[0]) === "*") return "any";
  const names: NameAttributes[] = [];
  for (const item of items.slice(0, limits.identities)) {
    const text = textOf(item) ?? "";
    const name = text.startsWith("x509.subject:")
      ? parseDistinguishedName(text.slice("x509.subject:".length))
      : undefined;
    const complete = name !== undefined && ["C", "ST", "O"].every((type) => name.has(type));
    if (!complete)
      refuse(notes, `The identity '${text.slice(0, 100)}' is no distinguished name with C, ST and O, each once.`, item);
    else if (names.some((other) => isPartOfName(name, other) || isPartOfName(other, name)))
      refuse(notes, `The identity '${text.slice(0, 100)}' overlaps another one of its statement.`, item);
    else names.push(name);
  }
  if (items.length > limits.identities) refuse(notes, "A statement names too many identities.", items[0]);
  return names;
}

function refuse(notes: PolicyNotes, message: string, at: YamlNode | undefined): void {
  notes.refuse("policy-invalid", message, at?.span ?? { start: 0, end: 0 });
}
