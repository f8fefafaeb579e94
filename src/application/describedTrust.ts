import type { Authority } from "../core/policy/policy.ts";
import { notaryChainOf } from "../core/sign/notaryFit.ts";
import type { SignaturePlan } from "../core/sign/plan.ts";
import { isNotaryFormat } from "../core/sign/scheme.ts";
import type { SigningTrust } from "./signImage.ts";
import type { KeylessSigning } from "./witness.ts";

type KeylessTrust = ReturnType<KeylessSigning["trust"]>;

/** Naming the key was the command's or the person's own doing; no file says it. */
const source = { file: "named when signing", line: 1 };

/**
 * Accepts the described key, in the format and for the purpose that were planned, and nobody else. Only `before` it is
 * attached may a signature demand the plug-in that made it: what others see of it, that plug-in was not asked about.
 */
export function describedTrust(
  plan: SignaturePlan,
  keyless: KeylessSigning | undefined,
  when: "before" | "after",
): SigningTrust {
  const named = keyless?.trust();
  const rule = {
    name: "of the key itself",
    source,
    mode: "enforce" as const,
    globs: [{ glob: "**", source }],
    authorities: [named === undefined ? authorityOf(plan, when) : identityOf(plan, named)],
    notUnderstood: [],
  };
  return { policy: { rules: [rule], problems: [] }, material: materialOf(named) };
}

function materialOf(named: KeylessTrust | undefined): SigningTrust["material"] {
  if (named === undefined) return { trustedRoots: [] };
  const root = { name: "service", text: named.trustedRoot, source: "the signing service" };
  return { trustedRoots: [root], defaultRoot: root.name };
}

function authorityOf(plan: SignaturePlan, when: "before" | "after"): Authority {
  return isNotaryFormat(plan.format) ? statementOf(plan, when) : keyOf(plan);
}

/** The identity that the service's certificate names, proven by the service's own root. */
function identityOf({ key, terms }: SignaturePlan, { identity, issuer }: KeylessTrust): Authority {
  return {
    kind: "keyless",
    name: key.name,
    source,
    identities: [{ subject: identity, issuer, source }],
    format: "bundle",
    ...(terms.predicate === undefined ? {} : { attestations: [terms.predicate.type] }),
  };
}

function keyOf({ key, scheme, format, terms }: SignaturePlan): Authority {
  return {
    kind: "key",
    name: key.name,
    source,
    publicKeys: [key.publicKey],
    hashAlgorithm: scheme.hash,
    format: format === "cosign" ? "legacy" : "bundle",
    ...(terms.predicate === undefined ? {} : { attestations: [terms.predicate.type] }),
  };
}

/** The root of the key's own chain; whether a certificate was revoked, the organisation's policy asks afterwards. */
function statementOf({ key }: SignaturePlan, when: "before" | "after"): Authority {
  const root = notaryChainOf(key)?.at(-1);
  const known = root === undefined ? [] : [root.der];
  const plugin = when === "before" ? key.envelopes?.verificationPlugin : undefined;
  return {
    kind: "notary",
    name: key.name,
    source,
    // A service that makes the envelope may state the time itself, as an authority for that.
    stores: { ca: known, signingAuthority: key.envelopes === undefined ? [] : known },
    identities: "any",
    checks: { authenticity: "enforce", authenticTimestamp: "enforce", expiry: "enforce", revocation: "skip" },
    verifyTimestamp: "always",
    ...(plugin === undefined ? {} : { ownPlugin: plugin }),
  };
}
