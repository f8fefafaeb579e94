import { createHash } from "node:crypto";
import { referrersTag, signatureTag } from "../image/attachmentTag.ts";
import { isDigest } from "../image/digest.ts";
import { formatReference, repositoryName, type ImageReference } from "../image/reference.ts";
import type { TrustPolicy } from "../policy/policy.ts";
import type { Parsed } from "../problem.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import { foretellAcceptance, type RuleAcceptance } from "./acceptance.ts";
import { identityCommands, peerCommands, type PeerCommands } from "./peerCommands.ts";
import { payloadOf, type SignedPayload, type SigningTerms } from "./payload.ts";
import { chooseScheme, type SigningFormat, type SigningScheme } from "./scheme.ts";
import type { SigningKey } from "./signingKey.ts";

/** What is to be signed: a reference as the person wrote it, and what it resolved to, once. */
export interface PlanRequest {
  readonly reference: ImageReference;
  readonly image: Descriptor;
  readonly format: SigningFormat;
  /** What the signature says besides; nothing without it. */
  readonly terms?: SigningTerms;
}

/** What a service is asked for, and what its answer is checked against. */
export interface PlannedSignature extends SignedPayload {
  /** Normalised, by digest: what is signed, in words. */
  readonly artifact: string;
  readonly key: SigningKey;
  readonly scheme: SigningScheme;
  /** Hash of `signedBytes`: all that the service sees of them. */
  readonly digest: Uint8Array;
}

/** Everything that is settled before a service is asked: what is signed, how, where it goes, who will accept it. */
export interface SignaturePlan extends PlannedSignature {
  readonly format: SigningFormat;
  /** Normalised, as the person wrote it: policies are matched against this one. */
  readonly reference: string;
  readonly image: Descriptor;
  readonly terms: SigningTerms;
  /** A referrer of the image, on a registry without the referrers API listed under the tag; or a layer of what is under the tag. */
  readonly attachment: {
    readonly kind: "referrer" | "signature-tag";
    readonly repository: string;
    readonly fallbackTag: string;
  };
  readonly acceptance: readonly RuleAcceptance[];
  /** The same by the format's own tool, for people who know it: POSIX shell, placeholders for files. */
  readonly commands: PeerCommands;
}

/** Plans the signature of an image by a key under a policy. Without a value, one problem says why the key cannot be used. */
export function planSignature(request: PlanRequest, policy: TrustPolicy, key: SigningKey): Parsed<SignaturePlan> {
  const { reference, image, format, terms = {} } = request;
  if (!isDigest(image.digest))
    return { value: undefined, problems: [{ code: "digest-invalid", message: `'${image.digest}' is not a digest.` }] };
  const { value: scheme, problems } = chooseScheme(key, format);
  if (scheme === undefined) return { value: undefined, problems };
  const { value: payload, problems: objections } = payloadOf(request, format, scheme, key, terms);
  if (payload === undefined) return { value: undefined, problems: objections };
  const repository = repositoryName(reference);
  const artifact = `${repository}@${image.digest}`;
  const { digest } = image;
  return {
    value: {
      ...payload,
      format,
      reference: formatReference(reference),
      artifact,
      image,
      key,
      terms,
      scheme,
      digest: createHash(scheme.hash).update(payload.signedBytes).digest(),
      attachment:
        format === "cosign"
          ? { kind: "signature-tag", repository, fallbackTag: signatureTag(digest) }
          : { kind: "referrer", repository, fallbackTag: referrersTag(digest) },
      acceptance: foretellAcceptance(reference, policy, key.publicKey, {
        format,
        ...(key.certificateChain === undefined ? {} : { certificateChain: key.certificateChain }),
        ...(terms.predicate === undefined ? {} : { predicateType: terms.predicate.type }),
        stamped: terms.timeStampAuthority !== undefined,
        byIdentity: key.isEphemeral === true,
        byService: key.envelopes !== undefined,
      }),
      commands:
        key.isEphemeral === true ? identityCommands(artifact, terms) : peerCommands(artifact, key.name, format, terms),
    },
    problems: [],
  };
}
