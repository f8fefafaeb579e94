import type { PolicyRule } from "../policy/policy.ts";
import type { AssessedSignature } from "./assessSignature.ts";
import type { Keyring } from "./keyring.ts";
import type { Governance } from "./verdict.ts";

const unknown = "not known";

/**
 * Answers what a security team asks of whoever signed: which authority, managed where, whose attributes, revoked or not,
 * valid until, which key and algorithm. What nobody told us is said to be not known, never guessed. Undefined where not even
 * a signer is claimed.
 */
export function governanceOf(
  signature: AssessedSignature,
  rules: readonly PolicyRule[],
  keyring: Keyring,
): Governance | undefined {
  const { found, outcome } = signature;
  const { signer } = outcome;
  if (signer === undefined) return undefined;
  const { certificate } = signer;
  const isNotary = found.content.kind === "notary";
  return {
    authority: certificate?.issuer ?? (signer.kind === "key" ? "none: a key without a certificate" : unknown),
    managedIn: (isNotary ? storeOf(signature, rules) : placeOf(signature, rules, keyring)) ?? unknown,
    attributesFrom: attributesFrom(signature) ?? unknown,
    revocation: isNotary ? notaryRevocation(signature) : signer.kind === "key" ? "not revocable" : "not asked",
    validUntil: certificate?.notAfter ?? (signer.kind === "key" ? "no end" : unknown),
    key: signer.fingerprint ?? unknown,
    algorithm: signer.algorithm ?? unknown,
  };
}

/** Who vouches for the name: the policy names keys, an issuer of identities or an authority names certificates. */
function attributesFrom({ found, outcome }: AssessedSignature): string | undefined {
  const { signer } = outcome;
  if (outcome.kind !== "valid" || signer === undefined) return undefined;
  if (signer.kind === "key") return signer.identity === undefined ? undefined : "the policy, which names the key";
  if (found.content.kind === "notary") return signer.certificate?.issuer;
  return signer.issuer;
}

/** The trusted root that knows the authority, or the policy that holds the key. */
function placeOf(
  { validKey, validRoots }: AssessedSignature,
  rules: readonly PolicyRule[],
  { keys, roots }: Keyring,
): string | undefined {
  const [root] = [...validRoots.keys()].flatMap((name) => roots.get(name) ?? []);
  if (root !== undefined) return `trusted root '${root.name}'`;
  const name = validKey === undefined ? undefined : keys.get(validKey)?.name;
  return name === undefined ? undefined : authorityPlace(rules, (each) => each.kind === "key" && each.name === name);
}

/** The statement of the trust policy whose stores know the signer. */
function storeOf({ notary }: AssessedSignature, rules: readonly PolicyRule[]): string | undefined {
  const knowing = [...(notary ?? [])].find(([, decision]) => decision.kind !== "refused" || !decision.stranger);
  return knowing === undefined ? undefined : authorityPlace(rules, (each) => each === knowing[0]);
}

function authorityPlace(
  rules: readonly PolicyRule[],
  isIt: (authority: PolicyRule["authorities"][number]) => boolean,
): string | undefined {
  const authority = rules.flatMap(({ authorities }) => authorities).find(isIt);
  return authority === undefined
    ? undefined
    : `'${authority.name}' of policy ${authority.source.file}:${authority.source.line}`;
}

/** What the best of the decisions found out. */
function notaryRevocation({ notary }: AssessedSignature): Governance["revocation"] {
  const decisions = [...(notary?.values() ?? [])];
  const accepted = decisions.find((decision) => decision.kind === "accepted");
  if (accepted !== undefined) return accepted.revocation;
  const isRevoked = decisions.some(
    (decision) => decision.kind === "refused" && decision.reason.code === "certificate-revoked",
  );
  return isRevoked ? "revoked" : "not known";
}
