import { generateKeyPairSync, sign } from "node:crypto";
import { dataEntry, type TrialSigstore } from "../../src/trial/sigstore/createTrialSigstore.ts";
import { certificatePem } from "../../src/trial/x509/issueCertificate.ts";
import { pem, type Pair } from "./keyBundle.ts";
import { attach, identity, image, issuer, now } from "./signedImage.ts";

/** What a signature in cosign's first format is made with. */
interface CosignSignature {
  readonly pair?: Pair;
  /** The name that the payload claims. */
  readonly claimed?: string;
  /** Keeps a log entry. */
  readonly log?: TrialSigstore["transparencyLog"];
  /** Signs with a certificate of this instance, for this identity. */
  readonly keyless?: { readonly sigstore: TrialSigstore; readonly identity?: string };
  /** Certificates that the signature brings, PEM. */
  readonly chain?: string;
}

/** A `.sig` manifest as cosign 2 attaches it to the image. */
export function cosignSignature({ pair, claimed = "registry.example/acme/app", log, keyless, chain }: CosignSignature) {
  const { privateKey, publicKey } = pair ?? generateKeyPairSync("ec", { namedCurve: "P-256" });
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { "docker-reference": claimed },
        image: { "docker-manifest-digest": image.digest },
        type: "cosign container image signature",
      },
      optional: null,
    }),
  );
  const signature = sign("sha256", payload, privateKey);
  const certificate =
    keyless === undefined
      ? undefined
      : certificatePem(
          keyless.sigstore.authority.issue({
            publicKey,
            identity: keyless.identity ?? identity,
            issuer,
            notBefore: new Date(now.getTime() - 60_000),
            log: keyless.sigstore.certificateLog,
          }),
        );
  const entry = (log ?? keyless?.sigstore.transparencyLog)?.add(
    dataEntry(payload, signature, certificate ?? pem({ privateKey, publicKey })),
    now,
  );
  const bundle = entry && {
    SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp,
    Payload: {
      body: entry.canonicalizedBody,
      integratedTime: Number(entry.integratedTime),
      logIndex: Number(entry.logIndex),
      logID: Buffer.from(entry.logId.keyId, "base64").toString("hex"),
    },
  };
  const annotations = {
    "dev.cosignproject.cosign/signature": signature.toString("base64"),
    ...(certificate === undefined ? {} : { "dev.sigstore.cosign/certificate": certificate }),
    ...(chain === undefined ? {} : { "dev.sigstore.cosign/chain": chain }),
    ...(bundle === undefined ? {} : { "dev.sigstore.cosign/bundle": JSON.stringify(bundle) }),
  };
  const mediaType = "application/vnd.dev.cosign.simplesigning.v1+json";
  return attach([{ mediaType, bytes: payload, annotations }], {}, "signature-tag");
}
