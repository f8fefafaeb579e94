import assert from "node:assert/strict";
import { decodePem } from "../../../src/core/base64.ts";
import { keyOfCertificationRequest } from "../../../src/core/x509/certificationRequest.ts";
import { readPublicKey } from "../../../src/core/x509/publicKey.ts";
import { createTrialEngine } from "../../../src/trial/service/engine.ts";
import { certificationRequest } from "../../../src/trial/vault/certification.ts";
import { explicit, integer, sequence } from "../../../src/trial/x509/der.ts";

describe("keyOfCertificationRequest", () => {
  const [key] = createTrialEngine({ keys: [{ name: "p256" }] }).keys;
  const der = decodePem(certificationRequest(key!), "CERTIFICATE REQUEST") ?? Buffer.alloc(0);

  it("reads the key that is to be certified", () => {
    assert.equal(keyOfCertificationRequest(der)?.fingerprint, readPublicKey(key!.description.publicKey)?.fingerprint);
  });

  it("takes nothing else for one", () => {
    const spki = Buffer.from(key!.description.publicKey.replaceAll(/-----[A-Z ]+-----|\s/g, ""), "base64");
    const zero = integer(Buffer.from([0]));
    const information = sequence(zero, sequence(), spki, explicit(0));
    const [algorithm, bits] = [sequence(), Buffer.from([3, 1, 0])];
    assert.ok(keyOfCertificationRequest(sequence(information, algorithm, bits)) !== undefined);
    for (const other of [
      Buffer.alloc(0),
      der.subarray(0, -1),
      Buffer.concat([der, Buffer.from([0])]),
      information,
      sequence(information, algorithm),
      sequence(information, bits, algorithm),
      sequence(information, algorithm, bits, zero),
      sequence(sequence(zero, sequence(), spki), algorithm, bits),
      sequence(sequence(sequence(), sequence(), spki, explicit(0)), algorithm, bits),
      sequence(sequence(zero, zero, spki, explicit(0)), algorithm, bits),
      sequence(sequence(zero, sequence(), sequence(), explicit(0)), algorithm, bits),
    ])
      assert.equal(keyOfCertificationRequest(other), undefined);
  });
});
