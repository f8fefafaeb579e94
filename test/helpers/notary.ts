import { constants, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { encode, type EncodeOptions, Token, Type } from "cborg";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import {
  bitString,
  boolean,
  explicit,
  integer,
  objectIdentifier,
  sequence,
  setOf,
  time,
  utf8String,
} from "../../src/trial/x509/der.ts";
import { extension } from "../../src/trial/x509/issueCertificate.ts";

/** Attribute types of a distinguished name, in the order that they are written in. */
const attributeTypes = new Map([
  ["C", "2.5.4.6"],
  ["ST", "2.5.4.8"],
  ["O", "2.5.4.10"],
  ["OU", "2.5.4.11"],
  ["CN", "2.5.4.3"],
]);

export type Name = Readonly<Partial<Record<"C" | "ST" | "O" | "OU" | "CN", string>>>;

export interface TestCertificate {
  readonly der: Buffer;
  readonly name: Name;
  readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
}

/** What a test certificate says; left out, what the Notary profile asks for. */
export interface TestCertificateRequest {
  readonly name: Name;
  readonly issuer?: TestCertificate;
  readonly keys?: TestCertificate["keys"];
  readonly kind: "authority" | "leaf";
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Whole extensions in place of the usual ones. */
  readonly extensions?: readonly Buffer[];
  /** Whole extensions besides. */
  readonly more?: readonly Buffer[];
  /** A private key that signs in place of the issuer's. */
  readonly forgedBy?: KeyObject;
}

export const keyUsage = (bits: number, critical = true): Buffer =>
  extension("2.5.29.15", critical, bitString(Buffer.from([bits])));
export const basicConstraints = (authority: boolean, pathLength?: number, critical = true): Buffer =>
  extension(
    "2.5.29.19",
    critical,
    sequence(
      ...(authority ? [boolean(true)] : []),
      ...(pathLength === undefined ? [] : [integer(Buffer.from([pathLength]))]),
    ),
  );
export const extendedKeyUsage = (identifiers: readonly string[], critical = false): Buffer =>
  extension("2.5.29.37", critical, sequence(...identifiers.map(objectIdentifier)));

export const codeSigningPurpose = "1.3.6.1.5.5.7.3.3";
export const timeStampingPurpose = "1.3.6.1.5.5.7.3.8";

export function encodeName(name: Name): Buffer {
  const parts = Object.entries(name).map(([type, value]) =>
    setOf(sequence(objectIdentifier(attributeTypes.get(type) ?? type), utf8String(value))),
  );
  return sequence(...parts);
}

/** Issues a certificate by itself or by another one; ECDSA with SHA-256 or RSA with PKCS #1 v1.5. */
export function issueTestCertificate(request: TestCertificateRequest): TestCertificate {
  const keys = request.keys ?? generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = request.issuer ?? { name: request.name, keys };
  const signer = request.forgedBy ?? issuer.keys.privateKey;
  const algorithm =
    signer.asymmetricKeyType === "rsa"
      ? sequence(objectIdentifier("1.2.840.113549.1.1.11"), Buffer.from([5, 0]))
      : sequence(objectIdentifier("1.2.840.10045.4.3.2"));
  const usual =
    request.kind === "authority"
      ? [basicConstraints(true), keyUsage(0x06)]
      : [keyUsage(0x80), extendedKeyUsage([codeSigningPurpose])];
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(8)])),
    algorithm,
    encodeName(issuer.name),
    sequence(time(request.notBefore ?? new Date("2026-01-01")), time(request.notAfter ?? new Date("2028-01-01"))),
    encodeName(request.name),
    keys.publicKey.export({ type: "spki", format: "der" }),
    explicit(3, sequence(...(request.extensions ?? usual), ...(request.more ?? []))),
  );
  const der = sequence(body, algorithm, bitString(sign("sha256", body, signer)));
  return { der, name: request.name, keys };
}

const acme: Name = { C: "US", ST: "WA", O: "Acme", CN: "release" };

/** A root, and a signer that it issued for. */
export function createNotaryChain(more: Partial<TestCertificateRequest> = {}): {
  readonly root: TestCertificate;
  readonly leaf: TestCertificate;
  readonly chain: readonly Buffer[];
} {
  const root = issueTestCertificate({ name: { C: "US", ST: "WA", O: "Acme", CN: "root" }, kind: "authority" });
  const leaf = issueTestCertificate({ name: acme, kind: "leaf", issuer: root, ...more });
  return { root, leaf, chain: [leaf.der, root.der] };
}

export const payloadType = "application/vnd.cncf.notary.payload.v1+json";

/** What an envelope says; `protected` and `unprotected` override or, with undefined, remove what is usual. */
export interface EnvelopeRequest {
  readonly target: Pick<Descriptor, "mediaType" | "digest" | "size">;
  readonly chain: readonly Uint8Array[];
  readonly privateKey: KeyObject;
  readonly payload?: string;
  readonly protected?: Readonly<Record<string, unknown>>;
  readonly unprotected?: Readonly<Record<string, unknown>>;
}

/** The usual algorithm of a key, by JOSE's name. */
function algorithmOf(key: KeyObject): { name: string; cose: number; digest: string } {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const strength = new Map<unknown, number>([
    [3072, 1],
    [4096, 2],
    ["secp384r1", 1],
    ["secp521r1", 2],
  ]).get(modulusLength ?? namedCurve);
  const bits = [256, 384, 512][strength ?? 0] ?? 256;
  return key.asymmetricKeyType === "rsa"
    ? { name: `PS${bits}`, cose: -37 - (strength ?? 0), digest: `sha${bits}` }
    : { name: `ES${bits}`, cose: [-7, -35, -36][strength ?? 0] ?? -7, digest: `sha${bits}` };
}

/** A signature as JWS and COSE have it. */
export function signRaw(key: KeyObject, data: Uint8Array, saltLength?: number): Buffer {
  const { digest } = algorithmOf(key);
  return key.asymmetricKeyType === "rsa"
    ? sign(digest, data, {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: saltLength ?? constants.RSA_PSS_SALTLEN_DIGEST,
      })
    : sign(digest, data, { key, dsaEncoding: "ieee-p1363" });
}

const usualHeader = {
  "io.cncf.notary.signingScheme": "notary.x509",
  "io.cncf.notary.signingTime": "2026-11-20T10:00:00+01:00",
};

function payloadOf({ payload, target }: EnvelopeRequest): Buffer {
  const { mediaType, digest, size } = target;
  return Buffer.from(payload ?? JSON.stringify({ targetArtifact: { mediaType, digest, size } }), "utf8");
}

export function signJws(request: EnvelopeRequest): Buffer {
  const header = JSON.stringify({
    alg: algorithmOf(request.privateKey).name,
    cty: payloadType,
    crit: ["io.cncf.notary.signingScheme"],
    ...usualHeader,
    ...request.protected,
  });
  return jwsOf(request, header);
}

/** A JWS over a protected header as it is. */
export function jwsOf(request: EnvelopeRequest, header: string): Buffer {
  const protectedText = Buffer.from(header, "utf8").toString("base64url");
  const payload = payloadOf(request).toString("base64url");
  const signature = signRaw(request.privateKey, Buffer.from(`${protectedText}.${payload}`));
  const unprotected = {
    x5c: request.chain.map((der) => Buffer.from(der).toString("base64")),
    "io.cncf.notary.signingAgent": "test/1",
    ...request.unprotected,
  };
  return Buffer.from(
    JSON.stringify({
      payload,
      protected: protectedText,
      header: unprotected,
      signature: signature.toString("base64url"),
    }),
    "utf8",
  );
}

/** Writes Dates as epoch-based times with their tag, and maps in their own order. */
const cborOptions: EncodeOptions = {
  mapSorter: () => 0,
  typeEncoders: {
    Date: (date: Date) => [new Token(Type.tag, 1), new Token(Type.uint, Math.floor(date.getTime() / 1000))],
  },
};

export function signCose(request: EnvelopeRequest & { readonly labels?: ReadonlyMap<unknown, unknown> }): Buffer {
  const header = new Map<unknown, unknown>([
    [1, algorithmOf(request.privateKey).cose],
    [2, ["io.cncf.notary.signingScheme"]],
    [3, payloadType],
    ["io.cncf.notary.signingScheme", "notary.x509"],
    ["io.cncf.notary.signingTime", new Date("2026-11-20T09:00:00Z")],
    ...Object.entries(request.protected ?? {}),
    ...(request.labels ?? []),
  ]);
  for (const [name, value] of header) if (value === undefined) header.delete(name);
  const rawHeader = encode(header, cborOptions);
  const payload = payloadOf(request);
  const signed = encode(["Signature1", rawHeader, new Uint8Array(0), payload]);
  const unprotected = new Map<unknown, unknown>([[33, request.chain], ...Object.entries(request.unprotected ?? {})]);
  const parts = encode([rawHeader, unprotected, payload, signRaw(request.privateKey, signed)], cborOptions);
  return Buffer.concat([Buffer.from([0xd2]), parts]);
}
