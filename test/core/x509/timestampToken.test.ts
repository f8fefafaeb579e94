import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { verifyTimestampToken } from "../../../src/core/x509/timestampToken.ts";
import {
  boolean,
  element,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
} from "../../../src/trial/x509/der.ts";
import { extension } from "../../../src/trial/x509/issueCertificate.ts";
import { editDer } from "../../helpers/editDer.ts";
import {
  extendedKeyUsage,
  issueTestCertificate,
  keyUsage,
  codeSigningPurpose,
  type TestCertificate,
} from "../../helpers/notary.ts";
import { createStampChain, stampToken, type TokenRequest } from "../../helpers/timestamp.ts";

const data = Buffer.from("a signature");
const { root, authority } = createStampChain();
const stranger = createStampChain();
const sha1 = sequence(objectIdentifier("1.3.14.3.2.26"));

function verify(more: Partial<TokenRequest> = {}, roots: readonly Uint8Array[] = [root.der]) {
  const token = stampToken({ data, signer: authority, certificates: [authority.der], ...more });
  return verifyTimestampToken(token, data, roots);
}

function codeOf(more: Partial<TokenRequest> = {}, roots?: readonly Uint8Array[]): string {
  const outcome = verify(more, roots);
  return outcome.kind === "proven" ? "proven" : outcome.code;
}

const id1 = Buffer.from([5, 0]);

const manyAttributes = Array.from({ length: 32 }, (_, i) =>
  sequence(objectIdentifier(`1.2.3.${i}`), element(0x31, Buffer.from([5, 0]))),
);

describe("verifyTimestampToken", () => {
  it("proves a time, with the token's accuracy", () => {
    const accuracy = sequence(
      integer(Buffer.from([2])),
      implicit(0, Buffer.from([0x00, 0xfa])),
      implicit(1, Buffer.from([1])),
    );
    const outcome = verify({ accuracy });
    assert.ok(outcome.kind === "proven");
    assert.equal(outcome.at.toISOString(), "2026-11-20T09:00:00.000Z");
    assert.equal(outcome.earliest.toISOString(), "2026-11-20T08:59:57.749Z");
    assert.equal(outcome.latest.toISOString(), "2026-11-20T09:00:02.251Z");
    assert.equal(outcome.chain.length, 2);
  });

  it("takes the accuracy of the baseline policy where the token names none", () => {
    const outcome = verify({ policy: "0.4.0.2023.1.1" });
    assert.ok(outcome.kind === "proven");
    assert.equal(outcome.latest.toISOString(), "2026-11-20T09:00:01.000Z");
    const other = verify();
    assert.ok(other.kind === "proven");
    assert.equal(other.latest.toISOString(), "2026-11-20T09:00:00.000Z");
  });

  it("reads fractions of a second", () => {
    const outcome = verify({ time: "20261120090000.1234Z" });
    assert.ok(outcome.kind === "proven");
    assert.equal(outcome.at.toISOString(), "2026-11-20T09:00:00.123Z");
  });

  it("finds the path to a root that the token does not hold, through what it does", () => {
    const middle = issueTestCertificate({ name: { CN: "middle" }, kind: "authority", issuer: root });
    const deep = createStampChain({ issuer: middle }).authority;
    assert.equal(codeOf({ signer: deep, certificates: [middle.der, deep.der] }), "proven");
    assert.equal(codeOf({ signer: deep, certificates: [deep.der] }), "timestamp-untrusted");
  });

  const refused: readonly (readonly [string, Partial<TokenRequest>, string])[] = [
    ["of another version", { version: 2 }, "timestamp-malformed"],
    ["about another content", { contentType: "1.2.840.113549.1.7.1" }, "timestamp-malformed"],
    ["whose attributes name another content", { attributedType: "1.2.840.113549.1.7.1" }, "timestamp-wrong"],
    ["for other data", { imprint: createHash("sha256").update("other").digest() }, "timestamp-mismatch"],
    ["whose attributes are for another content", { messageDigest: Buffer.alloc(32) }, "timestamp-wrong"],
    ["whose time is none", { time: "20261120" }, "timestamp-malformed"],
    ["that names no certificate", { names: null }, "timestamp-signer"],
    ["that names a certificate it does not hold", { names: root.der }, "timestamp-signer"],
    ["without certificates", { certificates: [] }, "timestamp-signer"],
    ["whose identifier is another certificate's", { identifies: root.der }, "timestamp-signer"],
    ["whose imprint is of a refused digest", { imprintAlgorithm: sha1 }, "timestamp-malformed"],
    ["whose accuracy cannot be read", { accuracy: sequence(octetString(Buffer.alloc(1))) }, "timestamp-malformed"],
    ["that names its certificate by a refused digest", { namingAlgorithm: sha1 }, "timestamp-signer"],
    ["with two signers", { signers: 2 }, "timestamp-malformed"],
    ["with no signer", { signers: 0 }, "timestamp-malformed"],
    [
      "with more certificates than are read",
      { certificates: Array.from({ length: 33 }, () => authority.der) },
      "timestamp-malformed",
    ],
    [
      "with more attributes than are read",
      { rewriteAttributes: (own) => editDer(own, [0], (first) => [first.whole, ...manyAttributes]) },
      "timestamp-malformed",
    ],
    [
      "with a critical extension",
      { extensions: [sequence(objectIdentifier("1.2.3"), boolean(true), octetString(Buffer.alloc(1)))] },
      "timestamp-malformed",
    ],
    ["of a time when its authority was not valid", { at: new Date("2029-01-01") }, "certificate-not-valid-then"],
  ];
  for (const [title, more, code] of refused) it(`refuses a token ${title}`, () => assert.equal(codeOf(more), code));

  it("takes RSA under its own name or with its digest's, and no other algorithm's", () => {
    const rsa = createStampChain({ keys: generateKeyPairSync("rsa", { modulusLength: 2048 }) });
    const by = (algorithm: string): string => {
      const signatureAlgorithm = sequence(objectIdentifier(algorithm), Buffer.from([5, 0]));
      const { authority: signer, root: own } = rsa;
      return codeOf({ signer, certificates: [signer.der], signatureAlgorithm }, [own.der]);
    };
    assert.deepEqual(
      ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.10045.4.3.2"].map(by),
      ["proven", "proven", "timestamp-wrong", "timestamp-wrong"],
    );
    assert.equal(by("1.2.840.113549.1.1.5"), "timestamp-malformed");
  });

  it("takes a signer by its key's identifier", () => {
    const id = Buffer.from("key one");
    const named = createStampChain({ more: [extension("2.5.29.14", false, octetString(id))] });
    const by = (signer: TestCertificate, own: Buffer, octets: Buffer): string =>
      codeOf({ signer, certificates: [signer.der], identifier: implicit(0, octets) }, [own]);
    assert.equal(by(named.authority, named.root.der, id), "proven");
    assert.equal(by(named.authority, named.root.der, Buffer.from("key two")), "timestamp-signer");
    assert.equal(by(authority, root.der, id), "timestamp-signer");
    assert.equal(by(authority, root.der, Buffer.alloc(0)), "timestamp-signer");
  });

  it("refuses attributes without a value or a name", () => {
    const malformed = [
      sequence(objectIdentifier("1.2.3"), element(0x31)),
      sequence(octetString(id1), element(0x31, id1)),
    ];
    for (const more of malformed)
      assert.equal(
        codeOf({ rewriteAttributes: (own) => editDer(own, [0], (first) => [first.whole, more]) }),
        "timestamp-malformed",
      );
  });

  it("does not mind an extension that is not critical, said or not", () => {
    const value = octetString(Buffer.alloc(1));
    for (const parts of [[value], [boolean(false), value]])
      assert.equal(codeOf({ extensions: [sequence(objectIdentifier("1.2.3"), ...parts)] }), "proven");
  });

  it("refuses a token by another key than its certificate's", () => {
    const signer = { ...authority, keys: stranger.authority.keys };
    assert.equal(codeOf({ signer }), "timestamp-wrong");
  });

  it("refuses an authority that the policy does not trust, and every one where it trusts none", () => {
    assert.equal(codeOf({ signer: stranger.authority, certificates: [stranger.authority.der] }), "timestamp-untrusted");
    assert.equal(codeOf({}, []), "timestamp-untrusted");
    const both = [stranger.authority.der, stranger.root.der];
    assert.equal(codeOf({ signer: stranger.authority, certificates: both }), "timestamp-untrusted");
  });

  it("CVE-2026-39984, CVE-2026-33753: checks the certificate that signed, wherever it stands among the others", () => {
    const coder = createStampChain({
      issuer: root,
      extensions: [keyUsage(0x80), extendedKeyUsage([codeSigningPurpose], true)],
    });
    for (const certificates of [
      [authority.der, coder.authority.der],
      [coder.authority.der, authority.der],
    ]) {
      assert.equal(codeOf({ certificates }), "proven");
      assert.equal(codeOf({ signer: coder.authority, certificates }), "certificate-usage");
      // The good certificate is named, and the other one's key signed.
      assert.equal(
        codeOf({ signer: coder.authority, names: authority.der, identifies: authority.der, certificates }),
        "timestamp-wrong",
      );
    }
  });

  it("never throws, and survives no change of any byte but in what it does not rest on", () => {
    const token = stampToken({ data, signer: authority, certificates: [authority.der] });
    const accepted: number[] = [];
    for (let at = 0; at < token.length; at++) {
      const mutant = Buffer.from(token);
      mutant[at] = (mutant[at] ?? 0) ^ 0x01;
      if (verifyTimestampToken(mutant, data, [root.der]).kind === "proven") accepted.push(at);
    }
    // Neither the version of the signed data and of its signer nor the set of digests is signed, by RFC 5652.
    assert.ok(accepted.length < 24, String(accepted.length));
    for (let length = 0; length < token.length; length += 11)
      assert.equal(verifyTimestampToken(token.subarray(0, length), data, [root.der]).kind, "refused");
  });
});
