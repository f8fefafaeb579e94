import assert from "node:assert/strict";
import { constants, createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { readCertificate } from "../../../src/core/x509/certificate.ts";
import { isIssuedBy } from "../../../src/core/x509/chain.ts";
import { readElement } from "../../../src/core/x509/der.ts";
import { verifyPssSha256 } from "../../../src/core/x509/pssDigest.ts";
import { readPublicKey, verifyData, verifyEitherPadding } from "../../../src/core/x509/publicKey.ts";
import { isSignedAs, readSignatureAlgorithm } from "../../../src/core/x509/signatureAlgorithm.ts";
import { bitString, explicit, integer, objectIdentifier, sequence, time } from "../../../src/trial/x509/der.ts";
import { basicConstraints, encodeName, keyUsage } from "../../helpers/notary.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const sha = {
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
} as const;
type Digest = keyof typeof sha;
const null_ = Buffer.from([5, 0]);

interface Pss {
  readonly hash?: Digest;
  readonly maskHash?: Digest;
  readonly generation?: string;
  /** The default, 20 octets, is stated by leaving it out: null. */
  readonly salt?: number | null;
  readonly more?: readonly Buffer[];
}

function pss({
  hash = "sha256",
  maskHash = hash,
  generation = "1.2.840.113549.1.1.8",
  salt = 32,
  more = [],
}: Pss = {}): Buffer {
  const mask = sequence(objectIdentifier(generation), sequence(objectIdentifier(sha[maskHash]), null_));
  return sequence(
    objectIdentifier("1.2.840.113549.1.1.10"),
    sequence(
      explicit(0, sequence(objectIdentifier(sha[hash]), null_)),
      explicit(1, mask),
      ...(salt === null ? [] : [explicit(2, integer(Buffer.from([salt])))]),
      ...more,
    ),
  );
}

const read = (der: Buffer) => readSignatureAlgorithm(readElement(der));
const spki = publicKey.export({ type: "spki", format: "der" });
/** The same key, marked as one for RSASSA-PSS alone. */
const onlyPss = sequence(
  sequence(objectIdentifier("1.2.840.113549.1.1.10")),
  Buffer.from(spki.subarray(spki.indexOf(Buffer.from([0x03, 0x82])))),
);
const data = Buffer.from("data");
const signPss = (digest: string, saltLength: number, key: KeyObject = privateKey): Buffer =>
  sign(digest, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

describe("RSASSA-PSS", () => {
  for (const [digest, salt] of [
    ["sha256", 32],
    ["sha384", 48],
    ["sha512", 64],
    ["sha256", 20],
    ["sha256", 0],
  ] as const)
    it(`is read and verified with ${digest} and a salt of ${salt}`, () => {
      const algorithm = read(pss({ hash: digest, salt }));
      const key = readPublicKey(spki);
      assert.ok(algorithm && key);
      assert.equal(isSignedAs(algorithm, key, data, signPss(digest, salt)), true);
      assert.equal(isSignedAs(algorithm, key, data, signPss(digest, salt === 32 ? 31 : 32)), false);
      assert.equal(isSignedAs(algorithm, key, data, sign(digest, data, privateKey)), false);
      assert.equal(isSignedAs(algorithm, key, Buffer.from("other"), signPss(digest, salt)), false);
    });

  const refused: readonly (readonly [string, Buffer])[] = [
    ["SHA-1", pss({ hash: "sha1" })],
    ["a mask by another digest", pss({ maskHash: "sha512" })],
    ["a mask by another function", pss({ generation: "1.2.3" })],
    ["more salt than any digest has", pss({ salt: 65 })],
    ["a length of salt that is not stated", pss({ salt: null })],
    ["another trailer", pss({ more: [explicit(3, integer(Buffer.from([2])))] })],
    ["the defaults, which are SHA-1", sequence(objectIdentifier("1.2.840.113549.1.1.10"), sequence())],
    ["no parameters", sequence(objectIdentifier("1.2.840.113549.1.1.10"))],
    ["something after them", sequence(objectIdentifier("1.2.840.113549.1.1.10"), sequence(), null_)],
  ];
  for (const [what, der] of refused) it(`is refused with ${what}`, () => assert.equal(read(der), undefined));

  it("is the only thing that a key marked for it signs", () => {
    const key = readPublicKey(onlyPss);
    const algorithm = read(pss());
    const plain = read(sequence(objectIdentifier("1.2.840.113549.1.1.11"), null_));
    assert.ok(key && algorithm && plain);
    assert.equal(key.fingerprint, createHash("sha256").update(onlyPss).digest("hex"));
    assert.equal(isSignedAs(algorithm, key, data, signPss("sha256", 32)), true);
    assert.equal(isSignedAs(plain, key, data, sign("sha256", data, privateKey)), false);
    assert.equal(verifyData(key, "sha256", data, sign("sha256", data, privateKey)), false);
    assert.equal(verifyEitherPadding(key, "sha256", data, signPss("sha256", 32)), true);
    assert.equal(verifyEitherPadding(key, "sha256", data, sign("sha256", data, privateKey)), false);
  });

  it("counts beside PKCS #1 v1.5 where a format names no padding, and only there", () => {
    const key = readPublicKey(spki);
    assert.ok(key);
    assert.equal(verifyEitherPadding(key, "sha256", data, signPss("sha256", 32)), true);
    assert.equal(verifyEitherPadding(key, "sha256", data, sign("sha256", data, privateKey)), true);
    assert.equal(verifyEitherPadding(key, "sha384", data, signPss("sha256", 32)), false);
    assert.equal(verifyData(key, "sha256", data, signPss("sha256", 32)), false);
  });

  it("signs certificates", () => {
    const issuer = { name: { CN: "root" }, keys: { publicKey, privateKey } };
    const certificate = (algorithm: Buffer, saltLength: number): Buffer => {
      const body = sequence(
        explicit(0, integer(Buffer.from([2]))),
        integer(Buffer.from([7])),
        algorithm,
        encodeName(issuer.name),
        sequence(time(new Date("2026-01-01")), time(new Date("2028-01-01"))),
        encodeName(issuer.name),
        onlyPss,
        explicit(3, sequence(basicConstraints(true), keyUsage(0x06))),
      );
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      return sequence(body, algorithm, bitString(sign("sha256", body, { key: privateKey, padding, saltLength })));
    };
    const good = readCertificate(certificate(pss(), 32));
    const other = readCertificate(certificate(pss(), 20));
    assert.ok(good && other);
    assert.equal(isIssuedBy(good, good), true);
    assert.equal(isIssuedBy(other, good), false);
  });
});

describe("a signature by a key of another kind than its algorithm's", () => {
  const keys = {
    rsa: { publicKey, privateKey },
    ec: generateKeyPairSync("ec", { namedCurve: "P-256" }),
    ed25519: generateKeyPairSync("ed25519"),
  } as const;
  const named = { rsa: "1.2.840.113549.1.1.11", ec: "1.2.840.10045.4.3.2", ed25519: "1.3.101.112" } as const;
  for (const kind of ["rsa", "ec", "ed25519"] as const)
    for (const stated of ["rsa", "ec", "ed25519"] as const)
      it(`${kind === stated ? "counts" : "does not count"}: ${kind} as ${stated}`, () => {
        const algorithm = read(sequence(objectIdentifier(named[stated])));
        const key = readPublicKey(keys[kind].publicKey.export({ type: "spki", format: "der" }));
        assert.ok(algorithm && key);
        const signature = sign(kind === "ed25519" ? null : "sha256", data, keys[kind].privateKey);
        assert.equal(isSignedAs(algorithm, key, data, signature), kind === stated);
      });
});

describe("verifyPssSha256", () => {
  const digest = createHash("sha256").update(data).digest();
  const key = readPublicKey(spki);
  assert.ok(key);

  it("agrees with node:crypto", () => assert.equal(verifyPssSha256(key, digest, signPss("sha256", 32)), true));

  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const wrong: readonly (readonly [string, Buffer, Buffer])[] = [
    ["another digest", createHash("sha256").update("other").digest(), signPss("sha256", 32)],
    ["a digest of another length", digest.subarray(1), signPss("sha256", 32)],
    ["another salt", digest, signPss("sha256", 20)],
    ["another digest in it", digest, signPss("sha384", 32)],
    ["another key", digest, signPss("sha256", 32, other)],
    ["PKCS #1 v1.5", digest, sign("sha256", data, privateKey)],
    ["nothing", digest, Buffer.alloc(0)],
    ["zeros", digest, Buffer.alloc(256)],
    ["one octet less", digest, signPss("sha256", 32).subarray(1)],
  ];
  for (const [what, over, signature] of wrong)
    it(`refuses ${what}`, () => assert.equal(verifyPssSha256(key, over, signature), false));

  it("refuses every signature with a bit changed", () => {
    const signature = signPss("sha256", 32);
    for (let at = 0; at < signature.length; at++) {
      const changed = Buffer.from(signature);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(verifyPssSha256(key, digest, changed), false);
    }
  });
});
