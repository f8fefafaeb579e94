import { createHash } from "node:crypto";
import { isDigest } from "../image/digest.ts";
import { formatReference, repositoryName, type ImageReference } from "../image/reference.ts";
import type { TrustPolicy } from "../policy/policy.ts";
import type { Parsed } from "../problem.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import { foretellAcceptance, type RuleAcceptance } from "./acceptance.ts";
import { chooseScheme, type SigningFormat, type SigningScheme } from "./scheme.ts";
import type { SigningKey } from "./signingKey.ts";
import { preAuthenticationEncoding, signatureStatement, statementType } from "./statement.ts";

/** What is to be signed: a reference as the person wrote it, and what it resolved to, once. */
export interface PlanRequest {
  readonly reference: ImageReference;
  readonly image: Descriptor;
  readonly format: SigningFormat;
}

/** Everything that is settled before a service is asked: what is signed, how, where it goes, who will accept it. */
export interface SignaturePlan {
  readonly format: SigningFormat;
  /** Normalised, as the person wrote it: policies are matched against this one. */
  readonly reference: string;
  /** Normalised, by digest: what is signed. */
  readonly artifact: string;
  readonly image: Descriptor;
  readonly key: SigningKey;
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly scheme: SigningScheme;
  /** The bytes that the signature covers. */
  readonly signedBytes: Uint8Array;
  /** Hash of `signedBytes`: all that the service sees of them. */
  readonly digest: Uint8Array;
  /** A referrer of the image; on a registry without the referrers API also listed under the tag. */
  readonly attachment: { readonly repository: string; readonly fallbackTag: string };
  readonly acceptance: readonly RuleAcceptance[];
  /** The same by cosign, for people who know it: POSIX shell, placeholders for files. */
  readonly commands: { readonly sign: string; readonly verify: string };
}

/** Plans the signature of an image by a key under a policy. Without a value, one problem says why the key cannot be used. */
export function planSignature(request: PlanRequest, policy: TrustPolicy, key: SigningKey): Parsed<SignaturePlan> {
  const { reference, image, format } = request;
  if (!isDigest(image.digest))
    return { value: undefined, problems: [{ code: "digest-invalid", message: `'${image.digest}' is not a digest.` }] };
  const { value: scheme, problems } = chooseScheme(key, format);
  if (scheme === undefined) return { value: undefined, problems };
  const payload = signatureStatement(image.digest);
  const signedBytes = preAuthenticationEncoding(statementType, payload);
  const repository = repositoryName(reference);
  const artifact = `${repository}@${image.digest}`;
  return {
    value: {
      format,
      reference: formatReference(reference),
      artifact,
      image,
      key,
      payloadType: statementType,
      payload,
      scheme,
      signedBytes,
      digest: createHash(scheme.hash).update(signedBytes).digest(),
      attachment: { repository, fallbackTag: fallbackTag(image.digest) },
      acceptance: foretellAcceptance(reference, policy, key.publicKey),
      commands: {
        sign: `cosign sign --key ${quote(`${key.name}.key`)} --use-signing-config=false --tlog-upload=false ${artifact}`,
        verify: `cosign verify --key ${quote(`${key.name}.pub`)} --insecure-ignore-tlog ${artifact}`,
      },
    },
    problems: [],
  };
}

/** OCI distribution specification, Referrers Tag Schema: algorithm and at most 64 digits. */
function fallbackTag(digest: string): string {
  const colon = digest.indexOf(":");
  return `${digest.slice(0, colon)}-${digest.slice(colon + 1, colon + 65)}`;
}

/** A key's name comes from a service: quoted, it cannot become another command when it is pasted. */
function quote(text: string): string {
  return /^[A-Za-z0-9_./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
