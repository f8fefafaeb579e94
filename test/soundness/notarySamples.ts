import { createHash } from "node:crypto";
import { decode } from "cborg";
import type { NotaryAuthority } from "../../src/core/policy/policy.ts";
import { childrenOf, readElement } from "../../src/core/x509/der.ts";
import { createNotaryChain, signCose, signJws, type EnvelopeRequest } from "../helpers/notary.ts";
import { listAt, ocspResponse, responderAt, revocationList } from "../helpers/revocation.ts";
import * as scene from "../helpers/signedImage.ts";
import { createStampChain, stampToken } from "../helpers/timestamp.ts";
import { bytesAt, essenceOf, judgeBy, type Parts, type Sample } from "./samples.ts";

const { image, now } = scene;
const artifactType = "application/vnd.cncf.notary.signature";
const timestampHeader = "io.cncf.notary.timestampSignature";
const nobody = { trustedRoots: [] };
const responder = "http://ocsp.acme.example";
const place = "http://crl.acme.example";
const own = createNotaryChain();
const stranger = createNotaryChain();
const short = createNotaryChain({ notAfter: new Date("2026-11-20T12:00:00Z") });
const asking = createNotaryChain({ more: [responderAt(responder)] });
const listed = createNotaryChain({ more: [listAt(place)] });
const clock = createStampChain();
const otherImage = { ...image, digest: `sha256:${"5a".repeat(32)}` };

type Chain = ReturnType<typeof createNotaryChain>;

function authority(...chains: readonly Chain[]): NotaryAuthority {
  const enforced = "enforce" as const;
  return {
    kind: "notary",
    name: "release",
    source: { file: "trustpolicy.json", line: 4 },
    stores: { ca: chains.map(({ root }) => root.der), signingAuthority: [], tsa: [clock.root.der] },
    identities: "any",
    checks: { authenticity: enforced, authenticTimestamp: enforced, expiry: enforced, revocation: enforced },
    verifyTimestamp: "afterCertExpiry",
  };
}

function requestOf({ chain, leaf }: Chain, target = image): EnvelopeRequest {
  return { target, chain, privateKey: leaf.keys.privateKey };
}

function jws(name: string, parts: Parts, twins: readonly Parts[], trusted: Chain): Sample {
  return {
    name,
    kinds: { envelope: "json", manifest: "json" },
    parts,
    twins,
    attach: ({ envelope = Buffer.alloc(0) }) => attached("application/jose+json", envelope),
    judge: judgeBy(authority(trusted), nobody),
    essence: ({ envelope }) =>
      essenceOf(
        bytesAt(envelope, "payload"),
        bytesAt(envelope, "protected"),
        bytesAt(envelope, "signature"),
        bytesAt(envelope, "header", "x5c", 0),
      ),
    verified: true,
  };
}

function cose(): Sample {
  const make = (request: EnvelopeRequest): Parts => ({ envelope: signCose(request) });
  return {
    name: "a Notary signature in COSE",
    kinds: { envelope: "cbor", manifest: "json" },
    parts: make(requestOf(own)),
    twins: [make(requestOf(own, otherImage)), make(requestOf(stranger))],
    attach: ({ envelope = Buffer.alloc(0) }) => attached("application/cose", envelope),
    judge: judgeBy(authority(own), nobody),
    essence: ({ envelope = Buffer.alloc(0) }) => {
      try {
        const [header, unprotected, payload, signature] = decode(envelope.subarray(1), {
          useMaps: true,
          tags: { 1: (inner) => inner() },
        });
        return essenceOf(header, payload, signature, unprotected.get(33)[0]);
      } catch {
        return undefined;
      }
    },
    verified: true,
  };
}

function attached(mediaType: string, bytes: Uint8Array): ReturnType<typeof scene.attach> {
  return scene.attach([{ mediaType, bytes }], { artifactType, subject: image });
}

/** A signature whose certificate has ended, so that only its time stamp makes it count. */
function stampedJws(chain: Chain, at: Date, by = clock): Parts {
  const envelope = signJws(requestOf(chain));
  const parsed: { payload: string; protected: string; signature: string; header: object } = JSON.parse(
    envelope.toString(),
  );
  const data = Buffer.from(parsed.signature, "base64url");
  const token = stampToken({ data, signer: by.authority, certificates: [by.authority.der], at });
  const header = { ...parsed.header, [timestampHeader]: token.toString("base64") };
  return { envelope: Buffer.from(JSON.stringify({ ...parsed, header })) };
}

/** A signature that counts only by the answer about its certificate's revocation; the answer is what is changed. */
function answered(
  name: string,
  kind: "ocsp" | "list",
  chain: Chain,
  answer: Buffer,
  twins: readonly Buffer[],
  good: boolean,
): Sample {
  const envelope = signJws(requestOf(chain));
  const subject = createHash("sha256").update(chain.leaf.der).digest("hex");
  const url = kind === "ocsp" ? responder : place;
  return {
    name,
    kinds: { answer: "der" },
    parts: { answer },
    twins: twins.map((bytes) => ({ answer: bytes })),
    attach: () => attached("application/jose+json", envelope),
    judge: (attachedNow, { answer: bytes = Buffer.alloc(0) }) =>
      judgeBy(authority(chain), nobody, {
        revocations: [{ kind, url, ...(kind === "ocsp" ? { subject } : {}), at: now.toISOString(), bytes }],
      })(attachedNow),
    essence: ({ answer: bytes = Buffer.alloc(0) }) => {
      const [first, wrapped] = childrenOf(readElement(bytes)) ?? [];
      const [, octets] = childrenOf(childrenOf(wrapped, 0xa0)?.[0]) ?? [];
      const [data] = octets === undefined ? [] : (childrenOf(readElement(octets.content)) ?? []);
      return essenceOf(kind === "ocsp" ? data?.whole : first?.whole);
    },
    verified: good,
  };
}

/** Signatures of the Notary Project, and answers about revocation. */
export function notarySamples(): readonly Sample[] {
  const make = (request: EnvelopeRequest): Parts => ({ envelope: signJws(request) });
  const before = new Date("2026-11-20T09:00:00Z");
  const revokedAt = new Date("2026-11-01T00:00:00Z");
  const sibling = createNotaryChain({ more: [responderAt(responder)] });
  const aboutOcsp = { certificate: asking.leaf, issuer: asking.root };
  const revoked = ocspResponse({ ...aboutOcsp, status: revokedAt });
  const good = ocspResponse(aboutOcsp);
  const foreignGood = ocspResponse({ certificate: sibling.leaf, issuer: sibling.root });
  const forged = ocspResponse({ ...aboutOcsp, signedBy: sibling.root.keys.privateKey });
  const old = ocspResponse({
    ...aboutOcsp,
    nextUpdate: new Date("2026-11-20T00:00:00Z"),
    thisUpdate: new Date("2026-11-01"),
  });
  const entry = { certificate: listed.leaf, at: revokedAt };
  const revokedList = revocationList({ issuer: listed.root, revoked: [entry] });
  const goodList = revocationList({ issuer: listed.root });
  const foreignList = revocationList({ issuer: sibling.root });
  const forgedList = revocationList({ issuer: listed.root, signedBy: sibling.root.keys.privateKey });
  const oldList = revocationList({
    issuer: listed.root,
    thisUpdate: new Date("2026-10-01"),
    nextUpdate: new Date("2026-10-08"),
  });
  return [
    jws(
      "a Notary signature in JWS",
      make(requestOf(own)),
      [make(requestOf(own, otherImage)), make(requestOf(stranger))],
      own,
    ),
    cose(),
    jws(
      "a Notary signature with a time stamp",
      stampedJws(short, before),
      [stampedJws(short, new Date("2026-11-20T13:00:00Z")), stampedJws(short, before, createStampChain())],
      short,
    ),
    answered("an OCSP answer that is good", "ocsp", asking, good, [foreignGood, forged, old, revoked], true),
    answered("an OCSP answer that says revoked", "ocsp", asking, revoked, [foreignGood, forged, old], false),
    answered(
      "a revocation list that is good",
      "list",
      listed,
      goodList,
      [foreignList, forgedList, oldList, revokedList],
      true,
    ),
    answered(
      "a revocation list that names the certificate",
      "list",
      listed,
      revokedList,
      [foreignList, forgedList, oldList],
      false,
    ),
  ];
}
