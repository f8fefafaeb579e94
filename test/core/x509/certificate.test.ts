import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { summarise } from "../../../src/core/x509/certificateNames.ts";
import { readCertificate } from "../../../src/core/x509/certificate.ts";

const rsa = { publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 };
type Algorithm = webcrypto.EcKeyGenParams & webcrypto.RsaHashedKeyGenParams & { readonly hash: string };

const algorithms = [
  ["ecdsa-p256", { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }],
  ["ecdsa-p384", { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" }],
  ["ecdsa-p521", { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" }],
  ["rsa-2048", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", ...rsa }],
] as unknown as readonly (readonly [string, Algorithm])[];

describe("readCertificate", () => {
  for (const [expected, algorithm] of algorithms) {
    it(`reads what another library writes, with ${expected}`, async () => {
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const written = await X509CertificateGenerator.createSelfSigned({
        serialNumber: "0a0b0c",
        name: "CN=Release signing, O=Acme, C=CH",
        notBefore: new Date("2026-01-02T03:04:05Z"),
        notAfter: new Date("2027-01-02T03:04:05Z"),
        signingAlgorithm: algorithm,
        keys,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.3"]),
          new SubjectAlternativeNameExtension([{ type: "email", value: "release@acme.example" }]),
        ],
      });
      const read = readCertificate(new Uint8Array(written.rawData));
      assert.ok(read !== undefined);
      assert.equal(read.publicKey.algorithm, expected);
      const { subject, issuer, serialNumber, notBefore, notAfter } = summarise(read);
      assert.equal(subject, issuer);
      for (const part of ["CN=Release signing", "O=Acme", "C=CH"]) assert.ok(subject.includes(part), subject);
      assert.deepEqual(
        [serialNumber, notBefore, notAfter],
        ["0a0b0c", "2026-01-02T03:04:05.000Z", "2027-01-02T03:04:05.000Z"],
      );
      assert.deepEqual([...read.extensions.keys()].sort(), ["2.5.29.17", "2.5.29.19", "2.5.29.37"]);
      assert.equal(read.extensions.get("2.5.29.19")?.critical, true);
    });
  }

  it("reads nothing else", () => {
    for (const bytes of [new Uint8Array(), new Uint8Array([0x30, 0]), Buffer.from("-----BEGIN CERTIFICATE-----")])
      assert.equal(readCertificate(bytes), undefined);
  });
});
