import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { KeyDescription, SigningService, SignOutcome, SignRequest } from "../../../application/signingService.ts";
import type { KeylessSigning } from "../../../application/witness.ts";
import type { SignatureWitness } from "../../../core/sign/assembleBundle.ts";
import type { PlannedSignature } from "../../../core/sign/plan.ts";
import { chooseServices, type ChosenServices } from "../../../core/sign/signingConfig.ts";
import { readTrustedRoot } from "../../../core/signature/trustedRoot.ts";
import { encodeTimestampRequest } from "../../../core/x509/timestampRequest.ts";
import { checkTimestampResponse } from "../../../core/x509/timestampResponse.ts";
import type { StampAuthority } from "../../../core/x509/timestampToken.ts";
import { findPipelineIdentity } from "../pipelineIdentity.ts";
import { discreet } from "../serviceWords.ts";
import { requestCertificate, type EphemeralKey, type IdentityCertificate } from "./fulcio.ts";
import { obtainIdentity, type Identity } from "./identity.ts";
import type { SigstorePlace } from "./place.ts";
import { isEnvelope, logSignature } from "./rekor.ts";

/** What people name in place of a key. */
const keyName = "identity";
/** A certificate this close to its end is replaced, in milliseconds: the log must still see it valid. */
const margin = 60_000;

/**
 * A Sigstore instance as a signing service. It keeps no key: one is made here, in memory, certified for whoever signs in, and
 * gone with the process. That is the one key that is ever held here. What vouches for it is the certificate, the log and the
 * time stamp, which are collected after signing and judged before anything is attached.
 */
export function createSigstoreService(place: SigstorePlace): SigningService {
  const { name, origin } = place;
  const key: EphemeralKey = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  let certificate: IdentityCertificate | undefined;
  let identity: Identity | undefined;

  const services = (): ChosenServices => {
    const { value, problems } = chooseServices(place.config, place.now());
    if (value === undefined) throw new AppError("configuration", problems.map(({ message }) => message).join(" "));
    // The person agreed to one address, and the file may have been changed since.
    if (new URL(value.authority.url).origin === origin) return value;
    throw new AppError(
      "configuration",
      `The signing configuration of ${name} names ${new URL(value.authority.url).origin} as the certificate authority, and .countersign.yaml names ${origin}; nothing was sent.`,
    );
  };

  const certified = async (options: WaitOptions): Promise<IdentityCertificate> => {
    const now = place.now().getTime();
    if (certificate !== undefined && certificate.expiresAt - margin > now) return certificate;
    const chosen = services();
    if (identity === undefined || identity.claims.expiresAt - margin <= now)
      identity = await obtainIdentity(place, chosen, options);
    certificate = await requestCertificate(place, chosen.authority.url, identity, key, options);
    return certificate;
  };

  const submit = async (request: SignRequest, options: WaitOptions): Promise<SignOutcome> => {
    const { message, scheme, hash } = request;
    if (request.key !== keyName)
      return { status: "denied", code: "key-not-found", message: `${name} has no key '${request.key}'.` };
    if (message === undefined || scheme !== "ecdsa" || hash !== "sha256")
      return {
        status: "denied",
        code: "algorithm-not-allowed",
        message: "Identities sign with ECDSA and SHA-256, over the whole message; nothing was sent.",
      };
    const { identity: who } = await certified(options);
    return { status: "signed", signature: sign(hash, message, key.privateKey), audit: `certificate for ${who}` };
  };

  const keyless: KeylessSigning = {
    vouch: (plan, signature, options) =>
      discreet(place.used.redact, () => vouch(place, services(), plan, signature, certificate, options)),
    trust: () => {
      if (certificate === undefined)
        throw new AppError("internal", "A signature by an identity was to be judged before there was one.");
      const { identity: named, issuer } = certificate;
      return { trustedRoot: place.trustedRoot, identity: named, issuer };
    },
  };

  const noTicket = (): Promise<never> =>
    Promise.reject(new AppError("service-denied", `${name} answers at once: there are no requests that wait.`));
  return {
    name,
    origin,
    keyless,
    listKeys: () => Promise.resolve([describe(place, publicKey)]),
    submit: (request, options) => discreet(place.used.redact, () => submit(request, options)),
    resume: noTicket,
    cancel: noTicket,
    pending: () => Promise.resolve([]),
    audit: () =>
      Promise.reject(
        new AppError("service-denied", `${name} keeps its audit log in its transparency log, for everyone.`),
      ),
  };
}

function describe(place: SigstorePlace, publicKey: string): KeyDescription {
  const { environment, origin } = place;
  const isPipeline = findPipelineIdentity(environment) !== undefined || (environment["SIGSTORE_ID_TOKEN"] ?? "") !== "";
  return {
    name: keyName,
    spec: "p256",
    schemes: [{ scheme: "ecdsa", hashes: ["sha256"] }],
    publicKey,
    certificateChain: [],
    custody: "this-process",
    state: "enabled",
    needs: isPipeline ? [] : ["browser"],
    isEphemeral: true,
    signsMessages: true,
    governance: {
      issuer: `${origin}, for whoever signs in`,
      managedBy: "nobody: the key is made for this signing and is not kept",
      attributesSetBy: "the identity provider and the certificate authority",
    },
  };
}

/** The certificate, an entry of each log, a stamp of each time-stamp authority. */
async function vouch(
  place: SigstorePlace,
  { logs, timeStamps }: ChosenServices,
  plan: PlannedSignature,
  signature: Uint8Array,
  certificate: IdentityCertificate | undefined,
  options: WaitOptions,
): Promise<SignatureWitness> {
  if (certificate === undefined || (!isEnvelope(plan) && !Buffer.from(plan.payload).equals(plan.signedBytes)))
    throw new AppError(
      "unsupported-format",
      `What ${place.name} vouches for is kept in Sigstore bundles only; sign as sigstore-bundle.`,
    );
  const logged = { plan, signature, certificate };
  const [logEntries, timestamps] = await Promise.all([
    Promise.all(logs.map((log) => logSignature(place, log, logged, options))),
    Promise.all(timeStamps.map(({ url }) => stamp(place, url, signature, options))),
  ]);
  return { certificateChain: [certificate.der], logEntries, timestamps };
}

async function stamp(
  place: SigstorePlace,
  url: string,
  signature: Uint8Array,
  options: WaitOptions,
): Promise<Uint8Array> {
  const nonce = randomBytes(16);
  const response = await place.timeStamps.ask(url, encodeTimestampRequest(signature, nonce), options);
  const authorities = stampAuthorities(place.trustedRoot);
  const question = { data: signature, nonce, roots: [], authorities, now: place.now() };
  const { value, problems } = checkTimestampResponse(response, question);
  if (value !== undefined) return response;
  const why = problems.map(({ code, message }) => `${message} (${code})`).join(" ");
  throw new AppError("timestamp-refused", `Could not use the time stamp of ${url}: ${why} Nothing was attached.`);
}

/** None where the root trusts none: then no stamp is one to attach. */
function stampAuthorities(trustedRoot: string): readonly StampAuthority[] {
  const read = readTrustedRoot(trustedRoot, "stamps");
  return read.kind === "root" ? read.root.timestampAuthorities : [];
}
