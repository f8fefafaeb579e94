import { formatReference, type ImageReference } from "../image/reference.ts";
import { coveringRules } from "../policy/coverage.ts";
import type { Authority, PolicyRule, PolicySource, TrustPolicy } from "../policy/policy.ts";
import { readPublicKey } from "../x509/publicKey.ts";

/** What one rule that covers the image will say of a signature by the key, as far as it can be told before signing. */
export interface RuleAcceptance {
  readonly rule: string;
  readonly source: PolicySource;
  readonly mode: "enforce" | "warn";
  readonly accepts: boolean;
  /** Name of the authority that accepts. */
  readonly authority?: string;
  /** One sentence: why, or why not. */
  readonly reason: string;
}

/**
 * Says for each rule that covers `reference` whether it will accept a Sigstore bundle by the key, and why.
 * An empty answer means that no rule covers the image: the signature would be untrusted.
 */
export function foretellAcceptance(
  reference: ImageReference,
  policy: TrustPolicy,
  publicKey: string,
): readonly RuleAcceptance[] {
  const text = formatReference(reference);
  return coveringRules(policy.rules, text).map((rule) => acceptanceOf(rule, publicKey));
}

function acceptanceOf(rule: PolicyRule, publicKey: string): RuleAcceptance {
  const told = (accepts: boolean, reason: string, authority?: string): RuleAcceptance => ({
    rule: rule.name,
    source: rule.source,
    mode: rule.mode,
    accepts,
    ...(authority === undefined ? {} : { authority }),
    reason,
  });
  const [obscure] = rule.notUnderstood;
  if (obscure !== undefined) return told(false, `The rule cannot be evaluated: ${obscure.what}`);
  if ((rule.quorum?.count ?? 1) > 1)
    return told(false, `The rule asks for ${rule.quorum?.count} signers; this key is one at most.`);
  const failing = rule.authorities.find((authority) => authority.kind === "static" && authority.action === "fail");
  const obstacles: string[] = [];
  for (const authority of rule.authorities) {
    const obstacle = obstacleIn(authority, publicKey);
    if (obstacle === undefined) return told(true, reasonFor(authority), authority.name);
    obstacles.push(obstacle);
  }
  if (failing !== undefined && rule.authorities.length === 1)
    return told(false, "The rule refuses every image that it covers.");
  return told(
    false,
    obstacles.length === 0 ? "The rule names nobody whose signature it accepts." : obstacles.join(" "),
  );
}

/** Why the authority will not accept the key's signature; undefined where it will. */
function obstacleIn(authority: Authority, publicKey: string): string | undefined {
  switch (authority.kind) {
    case "static":
      return authority.action === "pass" ? undefined : `'${authority.name}' refuses every image.`;
    case "keyless":
      return `'${authority.name}' accepts certificates of an identity provider, not this key.`;
    case "notary":
      return `'${authority.name}' accepts certificates of its trust stores, in envelopes of the Notary Project.`;
    case "not-evaluated":
      return `'${authority.name}' is not evaluated: ${authority.why}`;
    case "key":
      if (!holdsKey(authority.publicKeys, publicKey)) return `'${authority.name}' is another key.`;
      if (authority.hashAlgorithm !== "sha256")
        return `'${authority.name}' is this key, but checks with ${authority.hashAlgorithm}; the signature will use sha256.`;
      if (authority.format === "legacy")
        return `'${authority.name}' is this key, but accepts only cosign's first format.`;
      if (authority.attestations !== undefined)
        return `'${authority.name}' is this key, but asks for attestations instead of a signature.`;
      if (authority.requiresLog !== undefined || authority.requiresTimestamp !== undefined)
        return `'${authority.name}' is this key, but also asks for an entry in a log or a time stamp.`;
      if (authority.claims !== undefined)
        return `'${authority.name}' is this key, but asks for a name in the payload, which a bundle does not hold.`;
      return undefined;
  }
}

function reasonFor(authority: Authority): string {
  if (authority.kind === "static") return `'${authority.name}' accepts every image.`;
  const silent = authority.kind === "key" && authority.format === "unset";
  return silent
    ? `'${authority.name}' is this key. It names no signature format, which policy-controller reads as cosign's first one.`
    : `'${authority.name}' is this key.`;
}

function holdsKey(publicKeys: readonly string[], publicKey: string): boolean {
  const wanted = readPublicKey(publicKey)?.fingerprint;
  return wanted !== undefined && publicKeys.some((pem) => readPublicKey(pem)?.fingerprint === wanted);
}
