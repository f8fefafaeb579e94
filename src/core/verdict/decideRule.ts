import { matchesPattern } from "../policy/pattern.ts";
import type { Authority, IdentityMatcher, PolicyRule, SignatureFormatFilter } from "../policy/policy.ts";
import { readPublicKey } from "../x509/publicKey.ts";
import type { AssessedSignature } from "./assessSignature.ts";
import type { Keyring } from "./keyring.ts";

/** What one rule that covers the image says. */
export type RuleDecision =
  /** Authorities accept these signatures, the first by the one that is named. `note` is worth saying though it changes nothing. */
  | {
      readonly kind: "accepted";
      readonly rule: PolicyRule;
      readonly authority: string;
      readonly signatures: readonly [AssessedSignature, ...AssessedSignature[]];
      readonly note?: string;
    }
  /** A static authority lets every image pass; nobody's signature was asked for. */
  | { readonly kind: "allowed"; readonly rule: PolicyRule; readonly authority: string }
  | { readonly kind: "refused"; readonly rule: PolicyRule; readonly why: string }
  | { readonly kind: "not-understood"; readonly rule: PolicyRule; readonly why: string };

/** Decides one rule: any of its authorities suffices (ClusterImagePolicy). What it says beyond our understanding is never a pass. */
export function decideRule(rule: PolicyRule, signatures: readonly AssessedSignature[], keyring: Keyring): RuleDecision {
  const [obscure] = rule.notUnderstood;
  if (obscure !== undefined)
    return {
      kind: "not-understood",
      rule,
      why: `${obscure.what.replace(/\.$/, "")} (${obscure.source.file}:${obscure.source.line})`,
    };
  // An attestation says something about the image, and is nobody's signature of it.
  const candidates = signatures.filter(({ found }) => found.purpose === "signature");
  const signers = rule.authorities.filter((authority) => authority.kind === "key" || authority.kind === "keyless");
  for (const authority of signers) {
    const [first] = candidates.filter((candidate) => accepts(authority, candidate, keyring));
    if (first === undefined) continue;
    const others = candidates.filter(
      (each) => each !== first && signers.some((other) => accepts(other, each, keyring)),
    );
    const accepted = { kind: "accepted", rule, authority: authority.name, signatures: [first, ...others] } as const;
    const note = authority.format === "unset" && first.found.format === "sigstore-bundle";
    return note ? { ...accepted, note: formatNote(authority.name) } : accepted;
  }
  const obstacles: string[] = [];
  for (const authority of rule.authorities) {
    if (authority.kind === "static" && authority.action === "pass")
      return { kind: "allowed", rule, authority: authority.name };
    const obstacle = obstacleIn(authority, keyring);
    if (obstacle !== undefined) obstacles.push(obstacle);
  }
  const [why] = obstacles;
  if (why !== undefined) return { kind: "not-understood", rule, why };
  return { kind: "refused", rule, why: refusal(rule) };
}

function accepts(
  authority: Extract<Authority, { kind: "key" | "keyless" }>,
  signature: AssessedSignature,
  keyring: Keyring,
): boolean {
  if (!isLookedAt(authority.format, signature)) return false;
  if (authority.kind === "key") {
    const { validKey } = signature;
    return validKey !== undefined && authority.publicKeys.some((pem) => readPublicKey(pem)?.fingerprint === validKey);
  }
  const root = authority.trustedRoot ?? keyring.defaultRoot;
  const proof = root === undefined ? undefined : signature.validRoots.get(root);
  const identity = proof?.identity;
  return identity !== undefined && authority.identities.some((matcher) => matchesIdentity(matcher, identity));
}

function isLookedAt(format: SignatureFormatFilter, { found }: AssessedSignature): boolean {
  switch (format) {
    case "any":
    case "unset":
      return true;
    case "bundle":
      return found.format === "sigstore-bundle";
    case "legacy":
      return found.format === "cosign";
  }
}

/** Exactly, or by the pattern on the whole text; a matcher that leaves subject or issuer open matches nobody. */
function matchesIdentity(
  matcher: IdentityMatcher,
  { names, issuer }: { readonly names: readonly string[]; readonly issuer: string | undefined },
): boolean {
  return (
    names.some((name) => matchesText(name, matcher.subject, matcher.subjectRegExp)) &&
    issuer !== undefined &&
    matchesText(issuer, matcher.issuer, matcher.issuerRegExp)
  );
}

function matchesText(text: string, exact: string | undefined, pattern: string | undefined): boolean {
  if (exact === undefined && pattern === undefined) return false;
  return (exact === undefined || text === exact) && (pattern === undefined || matchesPattern(pattern, text));
}

/** Why it cannot be told whether the authority accepts; undefined where it can. */
function obstacleIn(authority: Authority, { roots, unusable, defaultRoot }: Keyring): string | undefined {
  if (authority.kind === "not-evaluated") return `'${authority.name}' is not evaluated: ${authority.why}`;
  if (authority.kind !== "keyless") return undefined;
  const name = authority.trustedRoot ?? defaultRoot;
  if (name !== undefined && roots.has(name)) return undefined;
  if (name === undefined) return `'${authority.name}' needs a trusted root, and there is none`;
  return unusable.get(name) ?? `'${authority.name}' needs the trusted root '${name}', which is not configured`;
}

function refusal({ authorities }: PolicyRule): string {
  const names = authorities.filter(({ kind }) => kind !== "static").map(({ name }) => `'${name}'`);
  return names.length === 0 ? "it refuses every image" : `it accepts only ${names.join(" or ")}`;
}

function formatNote(name: string): string {
  return `'${name}' names no signature format: policy-controller itself looks for cosign's first format only, and would not see this bundle.`;
}
