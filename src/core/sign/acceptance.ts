import { formatReference, repositoryName, type ImageReference } from "../image/reference.ts";
import { matchesClaim } from "../policy/claimedIdentity.ts";
import { coveringRules } from "../policy/coverage.ts";
import type { Authority, NotaryAuthority, PolicyRule, PolicySource, TrustPolicy } from "../policy/policy.ts";
import { readCertificate, type Certificate } from "../x509/certificate.ts";
import { isIssuedBy } from "../x509/chain.ts";
import { attributesOf, isPartOfName } from "../x509/distinguishedName.ts";
import { basicConstraintsOf } from "../x509/extensions.ts";
import { readPublicKey } from "../x509/publicKey.ts";
import { notaryChainOf } from "./notaryFit.ts";
import { isNotaryFormat, type SigningFormat } from "./scheme.ts";

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

/** The signature that rules are asked about. */
export interface ForetoldSignature {
  readonly format: SigningFormat;
  /** PEM, signer first, root last. */
  readonly certificateChain?: readonly string[];
  /** Of an attestation. */
  readonly predicateType?: string;
  /** Whether a certificate vouches for whoever signs in, and not the key for itself. */
  readonly byIdentity?: boolean;
  /** Whether it will bear a time stamp; who made that, nobody can tell beforehand. */
  readonly stamped?: boolean;
  /** Whether its service makes the whole envelope, and may state the time as an authority for that. */
  readonly byService?: boolean;
}

interface Foretold extends ForetoldSignature {
  readonly reference: ImageReference;
  readonly publicKey: string;
}

/**
 * Says for each rule that covers `reference` whether it will accept a signature by the key, and why; a Sigstore bundle
 * where nothing else is said. An empty answer means that no rule covers the image: the signature would be untrusted.
 */
export function foretellAcceptance(
  reference: ImageReference,
  policy: TrustPolicy,
  publicKey: string,
  signature: ForetoldSignature = { format: "sigstore-bundle" },
): readonly RuleAcceptance[] {
  const text = formatReference(reference);
  return coveringRules(policy.rules, text).map((rule) => acceptanceOf(rule, { ...signature, reference, publicKey }));
}

function acceptanceOf(rule: PolicyRule, signature: Foretold): RuleAcceptance {
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
    const obstacle = obstacleIn(authority, signature);
    if (obstacle === undefined) return told(true, reasonFor(authority, signature), authority.name);
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
function obstacleIn(authority: Authority, signature: Foretold): string | undefined {
  const { name } = authority;
  switch (authority.kind) {
    case "static":
      return authority.action === "pass" ? undefined : `'${name}' refuses every image.`;
    case "keyless":
      return signature.byIdentity === true
        ? `'${name}' accepts certain identities; whether yours is one of them shows when you have signed in.`
        : `'${name}' accepts certificates of an identity provider, not this key.`;
    case "notary":
      return obstacleInStatement(authority, signature);
    case "not-evaluated":
      return `'${name}' is not evaluated: ${authority.why}`;
    case "key":
      return obstacleInKey(authority, signature);
  }
}

type KeyAuthority = Extract<Authority, { kind: "key" }>;

function obstacleInKey(authority: KeyAuthority, signature: Foretold): string | undefined {
  const { name, attestations } = authority;
  const { format, predicateType } = signature;
  if (isNotaryFormat(format)) return `'${name}' does not look at signatures of the Notary Project.`;
  if (!holdsKey(authority.publicKeys, signature.publicKey)) return `'${name}' is another key.`;
  if (authority.hashAlgorithm !== "sha256")
    return `'${name}' is this key, but checks with ${authority.hashAlgorithm}; the signature will use sha256.`;
  if (authority.format === "legacy" && format !== "cosign")
    return `'${name}' is this key, but accepts only cosign's first format.`;
  if (authority.format === "bundle" && format === "cosign")
    return `'${name}' is this key, but accepts only Sigstore bundles.`;
  if (attestations === undefined && predicateType !== undefined)
    return `'${name}' is this key, but asks for a signature; an attestation is none.`;
  if (attestations !== undefined && predicateType === undefined)
    return `'${name}' is this key, but asks for attestations instead of a signature.`;
  const missing = attestations?.filter((type) => type !== predicateType) ?? [];
  if (missing.length > 0)
    return `'${name}' is this key, and asks for an attestation of the type ${missing.join(", ")}.`;
  if (authority.requiresLog !== undefined) return `'${name}' is this key, but also asks for an entry in a log.`;
  if (authority.requiresTimestamp !== undefined && signature.stamped !== true)
    return `'${name}' is this key, but also asks for a time stamp.`;
  return authority.claims === undefined ? undefined : obstacleInClaim(authority, authority.claims, signature);
}

function obstacleInClaim(
  { name }: KeyAuthority,
  claims: NonNullable<KeyAuthority["claims"]>,
  { format, reference }: Foretold,
): string | undefined {
  if (format !== "cosign")
    return `'${name}' is this key, but asks for a name in the payload, which a bundle does not hold.`;
  return matchesClaim(claims, repositoryName(reference), formatReference(reference))
    ? undefined
    : `'${name}' is this key, but asks for another name in the payload than the repository's.`;
}

function obstacleInStatement(authority: NotaryAuthority, signature: Foretold): string | undefined {
  const { name, stores, identities, checks } = authority;
  if (!isNotaryFormat(signature.format))
    return `'${name}' accepts certificates of its trust stores, in envelopes of the Notary Project.`;
  const chain = notaryChainOf(signature) ?? [];
  const [leaf] = chain;
  const anchors = signature.byService === true ? [...stores.ca, ...stores.signingAuthority] : stores.ca;
  const known = chain.some(({ der }) => anchors.some((trusted) => Buffer.compare(trusted, der) === 0));
  const byService = signature.byService === true;
  if (leaf === undefined || !known) {
    const obstacle = obstacleInAnchors(name, chain, { anchors, byService });
    if (leaf === undefined || obstacle !== undefined) return obstacle;
  }
  // Of a service that makes whole envelopes, only an authority may be known: the signer's name is not.
  if (byService && identities !== "any" && isAuthority(leaf))
    return `'${name}' knows the authority of the key's certificate, and accepts certain names; whether the signer's is one of them shows when it has signed.`;
  const subject = attributesOf(leaf.subject);
  const named =
    identities === "any" || (subject !== undefined && identities.some((identity) => isPartOfName(identity, subject)));
  if (!named)
    return `'${name}' knows the authority of the key's certificate, and trusts other names than the one in it.`;
  const stamps = stores.tsa !== undefined && authority.verifyTimestamp === "always";
  return stamps && checks.authenticTimestamp === "enforce" && signature.stamped !== true
    ? `'${name}' trusts the key's certificate, but also asks for a time stamp.`
    : undefined;
}

/** Why a chain of which no certificate is in the trust stores is not accepted; undefined where what its service adds will be. */
function obstacleInAnchors(
  name: string,
  chain: readonly Certificate[],
  { anchors, byService }: { readonly anchors: readonly Uint8Array[]; readonly byService: boolean },
): string | undefined {
  const none = `None of the key's certificates is in the trust stores of '${name}'.`;
  const top = chain.at(-1);
  if (top === undefined || isIssuedBy(top, top)) return none;
  const isLed = anchors.some((der) => {
    const anchor = readCertificate(der);
    return anchor !== undefined && isIssuedBy(top, anchor);
  });
  if (isLed)
    return byService
      ? undefined
      : `'${name}' trusts the authority that issued the last of the key's certificates, but that authority's own is not among them, and a signature must bear it: add it at the service.`;
  return byService
    ? `Of the key's certificates only those up to an intermediate authority are known; whether the root is in the trust stores of '${name}' shows when it has signed.`
    : `${none} Their root is not among them.`;
}

function isAuthority(certificate: Certificate): boolean {
  const constraints = basicConstraintsOf(certificate);
  return constraints !== undefined && constraints !== "malformed" && constraints.authority;
}

function reasonFor(authority: Authority, { format }: Foretold): string {
  const { name } = authority;
  if (authority.kind === "static") return `'${name}' accepts every image.`;
  if (authority.kind === "notary") return `'${name}' trusts the key's certificate.`;
  const silent = authority.kind === "key" && authority.format === "unset" && format === "sigstore-bundle";
  return silent
    ? `'${name}' is this key. It names no signature format, which policy-controller reads as cosign's first one.`
    : `'${name}' is this key.`;
}

function holdsKey(publicKeys: readonly string[], publicKey: string): boolean {
  const wanted = readPublicKey(publicKey)?.fingerprint;
  return wanted !== undefined && publicKeys.some((pem) => readPublicKey(pem)?.fingerprint === wanted);
}
