import type { NotaryAuthority, PolicyRule } from "../policy/policy.ts";
import type { FoundSignature } from "../signature/foundSignature.ts";
import { verifyNotaryIntegrity, type NotarySignature } from "../signature/notation.ts";
import type { NotaryEnvelope } from "../signature/notaryAttributes.ts";
import type { Verification } from "../signature/verifySignature.ts";
import { summarise } from "../x509/certificateNames.ts";
import { objectionToNotaryValidity } from "../x509/notaryChain.ts";
import type { AssessedSignature } from "./assessSignature.ts";
import type { Descriptor } from "./evidence.ts";
import { decideNotary, objectionToExpiry, type NotaryCircumstances, type NotaryDecision } from "./notaryDecision.ts";
import type { Reason, Signer } from "./verdict.ts";

/** What Notary signatures are held against. */
export interface NotaryScene extends NotaryCircumstances {
  readonly image: Descriptor;
  readonly authorities: readonly NotaryAuthority[];
}

/** The statements of Notary trust policies among rules. */
export function notaryAuthoritiesOf(rules: readonly PolicyRule[]): readonly NotaryAuthority[] {
  return rules.flatMap(({ authorities }) => authorities).filter((authority) => authority.kind === "notary");
}

/**
 * Assesses a Notary signature: its integrity, which no policy can set aside, and what each statement says. Without a
 * statement that knows its signer it is valid where nothing speaks against it, and trusted by nobody.
 */
export function assessNotary(found: FoundSignature, envelope: NotaryEnvelope, scene: NotaryScene): AssessedSignature {
  const base = { found, validRoots: new Map<string, never>(), proofs: new Set<string>() };
  if (scene.image.mediaType === "") return { ...base, outcome: { kind: "unsupported", reason: notDescribed } };
  const proven = verifyNotaryIntegrity(envelope, scene.image);
  if ("code" in proven) return { ...base, outcome: { kind: "invalid", reason: proven } };
  const signer = describe(proven);
  const { plugin } = proven.attributes;
  // notation, signature specification: without the plug-in verification must fail; what it would have said is not known.
  // A plug-in says who signed and whether that was revoked, which is not asked of what it has just made itself.
  const able = scene.authorities.filter(({ ownPlugin }) => plugin === undefined || plugin === ownPlugin);
  if (plugin !== undefined && able.length === 0)
    return { ...base, outcome: { kind: "unsupported", reason: needsPlugin(plugin), signer } };
  const notary = new Map(able.map((authority) => [authority, decideNotary(authority, proven, scene)]));
  return { ...base, outcome: outcomeOf(proven, [...notary.values()], signer, scene), notary };
}

function outcomeOf(
  signature: NotarySignature,
  decisions: readonly NotaryDecision[],
  signer: Signer,
  { time }: NotaryScene,
): Verification {
  const accepted = decisions.find((decision) => decision.kind === "accepted");
  if (accepted !== undefined) return { kind: "valid", signer, provenTimes: accepted.provenTimes };
  const open = decisions.find((decision) => decision.kind === "unknown");
  if (open !== undefined) return { kind: "unsupported", reason: open.reason, signer };
  const wrong = decisions.find((decision) => decision.kind === "refused" && !decision.stranger);
  if (wrong?.kind === "refused") return { kind: "invalid", reason: wrong.reason, signer };
  const objection = objectionToExpiry(signature, time)?.reason ?? objectionWithoutTime(signature, time);
  return objection === undefined
    ? { kind: "valid", signer, provenTimes: [] }
    : { kind: "invalid", reason: objection, signer };
}

/** Where nobody can be trusted for a time, only now counts; but a time stamp that nobody checked may well prove another. */
function objectionWithoutTime({ attributes, chain, timestamp }: NotarySignature, time: Date): Reason | undefined {
  if (timestamp !== undefined) return undefined;
  return objectionToNotaryValidity(chain, attributes.scheme === "notary.x509" ? time : attributes.signingTime);
}

function describe({ chain: [leaf] }: NotarySignature): Signer {
  const certificate = summarise(leaf);
  const { fingerprint, algorithm } = leaf.publicKey;
  return { kind: "certificate", identity: certificate.subject, fingerprint, algorithm, certificate };
}

const notDescribed: Reason = {
  code: "unsupported-format",
  message: "The image's media type and size, which the signature covers, were not looked up.",
};

function needsPlugin(name: string): Reason {
  return {
    code: "plugin-needed",
    message: `The signature must not be accepted without what the notation plug-in '${name.slice(0, 80)}' says of it, and programs do not decide here: 'notation verify' asks it where it is installed.`,
  };
}
