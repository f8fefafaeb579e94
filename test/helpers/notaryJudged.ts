import type { NotaryAuthority } from "../../src/core/policy/policy.ts";
import type { Evidence } from "../../src/core/verdict/evidence.ts";
import { judge } from "../../src/core/verdict/judge.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import { createNotaryChain, signJws, type EnvelopeRequest } from "./notary.ts";
import { attach, evidenceOf, image, now, policyOf, rule } from "./signedImage.ts";

/** The chain that the statements trust, from its root down to the signer. */
const { root, leaf, chain } = createNotaryChain();
export { leaf, root };
export const acme = new Map([
  ["C", "US"],
  ["ST", "WA"],
  ["O", "Acme"],
]);
export const notaryType = "application/vnd.cncf.notary.signature";
export const usual: EnvelopeRequest = { target: image, chain, privateKey: leaf.keys.privateKey };
export const strict = {
  authenticity: "enforce",
  authenticTimestamp: "enforce",
  expiry: "enforce",
  revocation: "enforce",
} as const;
export const permissive = { ...strict, authenticTimestamp: "log", expiry: "log", revocation: "log" } as const;
export const audit = { ...permissive, authenticity: "log" } as const;

/** A statement that trusts the root for Acme, strictly. */
export function authority(more: Partial<NotaryAuthority> = {}): NotaryAuthority {
  return {
    kind: "notary",
    name: "release",
    source: { file: "trustpolicy.json", line: 4 },
    stores: { ca: [root.der], signingAuthority: [] },
    identities: [acme],
    checks: strict,
    verifyTimestamp: "always",
    ...more,
  };
}

/** Evidence of the image with this envelope. */
export function evidence(envelope: Uint8Array, mediaType = "application/jose+json", members: object = {}): Evidence {
  return evidenceOf([
    attach([{ mediaType, bytes: envelope }], { artifactType: notaryType, subject: image, ...members }),
  ]);
}

export function judged(of: Evidence, ...authorities: readonly NotaryAuthority[]): Verdict {
  return judge(of, policyOf(rule(authorities)), { trustedRoots: [] }, now);
}

/** The state with what is said of the signature. */
export function outcome(verdict: Verdict): readonly (string | undefined)[] {
  return [verdict.state, verdict.signatures[0]?.reasons[0]?.code];
}

/** A JWS of the usual request, with what is changed. */
export const jws = (more: Partial<EnvelopeRequest> = {}): Evidence => evidence(signJws({ ...usual, ...more }));
