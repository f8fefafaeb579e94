import { matchesClaim } from "../policy/claimedIdentity.ts";
import { matchesPattern } from "../policy/pattern.ts";
import type { Authority, IdentityMatcher, SignatureFormatFilter } from "../policy/policy.ts";
import { readPublicKey } from "../x509/publicKey.ts";
import type { AssessedSignature } from "./assessSignature.ts";
import { proofOf, type Keyring } from "./keyring.ts";
import { rootNamed, rootPartsOf } from "./rootOf.ts";

/** An authority that somebody signs for. */
export type SigningAuthority = Extract<Authority, { kind: "key" | "keyless" }>;

/** What signatures are of, and what their signers are known by. */
export interface Scene {
  readonly reference: string;
  readonly keyring: Keyring;
}

/**
 * The signatures that an authority accepts, none where it does not. An authority that asks for attestations accepts
 * those, one of each predicate type at least, and no signature; every other authority accepts signatures only, because
 * an attestation says something about the image and is nobody's signature of it.
 */
export function acceptedBy(
  authority: SigningAuthority,
  signatures: readonly AssessedSignature[],
  scene: Scene,
): readonly AssessedSignature[] {
  const { attestations } = authority;
  const accepted = signatures.filter((signature) => accepts(authority, signature, scene));
  if (attestations === undefined) return accepted.filter(({ found }) => found.purpose === "signature");
  const wanted = accepted.filter(({ found }) => attestations.includes(found.predicateType ?? ""));
  const complete = attestations.every((type) => wanted.some(({ found }) => found.predicateType === type));
  return complete ? wanted : [];
}

function accepts(authority: SigningAuthority, signature: AssessedSignature, { reference, keyring }: Scene): boolean {
  if (!isLookedAt(authority.format, signature)) return false;
  if (authority.claims !== undefined && !matchesClaim(authority.claims, signature.found.claimedReference, reference))
    return false;
  return authority.kind === "key"
    ? acceptsKey(authority, signature, keyring)
    : acceptsIdentity(authority, signature, keyring);
}

function acceptsKey(
  { publicKeys, requiresLog, requiresTimestamp }: Extract<Authority, { kind: "key" }>,
  { validKey, proofs }: AssessedSignature,
  { defaultRoot }: Keyring,
): boolean {
  if (validKey === undefined || publicKeys.every((pem) => readPublicKey(pem)?.fingerprint !== validKey)) return false;
  const log = requiresLog === undefined ? undefined : rootNamed(requiresLog, defaultRoot);
  const stamp = requiresTimestamp === undefined ? undefined : rootNamed(requiresTimestamp, defaultRoot);
  if (requiresLog !== undefined && (log === undefined || !proofs.has(proofOf("log", log)))) return false;
  return requiresTimestamp === undefined || (stamp !== undefined && proofs.has(proofOf("timestamp", stamp)));
}

function acceptsIdentity(
  authority: Extract<Authority, { kind: "keyless" }>,
  { validRoots }: AssessedSignature,
  { defaultRoot, known }: Keyring,
): boolean {
  const { requiresLog } = authority;
  const log = requiresLog === undefined ? undefined : rootNamed(requiresLog, defaultRoot);
  // A root without logs asks for no entry; here the authority does.
  if (known.get(log ?? "")?.logs.length === 0) return false;
  const root = rootPartsOf(authority, defaultRoot);
  const proof = root === undefined ? undefined : validRoots.get(root.name);
  // A log's time would do for the engine; here the authority asks for a stamp.
  const stamped = proof?.provenTimes.some(({ by }) => by === "timestamp") === true;
  if (authority.requiresTimestamp !== undefined && !stamped) return false;
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
