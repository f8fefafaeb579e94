import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readCertificate } from "../../../src/core/x509/certificate.ts";
import { encodeTimestampRequest } from "../../../src/core/x509/timestampRequest.ts";
import { checkTimestampResponse } from "../../../src/core/x509/timestampResponse.ts";
import { verifyTimestampResponse, type StampAuthority } from "../../../src/core/x509/timestampToken.ts";
import {
  createTrialTimeStampAuthority,
  type TrialTimeStampAuthority,
} from "../../../src/trial/sigstore/timeStampAuthority.ts";
import { integer, sequence } from "../../../src/trial/x509/der.ts";
import {
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  timeStampingPurpose,
  type TestCertificate,
} from "../../helpers/notary.ts";
import { createStampChain, stampToken } from "../../helpers/timestamp.ts";

const now = new Date("2026-11-22T12:00:00Z");
const data = Buffer.from("signature");

describe("a time stamp by an authority of a trusted root", () => {
  const own = createTrialTimeStampAuthority(now);
  const authorityOf = ({ chain }: TrialTimeStampAuthority, changes: Partial<StampAuthority> = {}): StampAuthority => ({
    chain: chain.map((der) => readCertificate(der)).filter((certificate) => certificate !== undefined),
    start: new Date("2026-01-01T00:00:00Z"),
    end: undefined,
    ...changes,
  });
  const problemOf = (authorities: readonly StampAuthority[]): string | undefined => {
    const nonce = randomBytes(16);
    const response = own.answer(encodeTimestampRequest(data, nonce), now);
    return checkTimestampResponse(response, { data, nonce, roots: [], authorities, now }).problems[0]?.code;
  };

  it("is taken, though the token holds no chain and no other roots are known", () => {
    assert.equal(problemOf([authorityOf(own)]), undefined);
  });

  it("is not taken of another authority, of none, or of one that does not count any more", () => {
    assert.notEqual(problemOf([authorityOf(createTrialTimeStampAuthority(now))]), undefined);
    assert.notEqual(problemOf([]), undefined);
    assert.notEqual(problemOf([authorityOf(own, { end: new Date("2026-02-01T00:00:00Z") })]), undefined);
  });

  describe("that states", () => {
    const { root, authority } = createStampChain();
    const sibling = createStampChain({ issuer: root }).authority;
    const codeOf = (signer: TestCertificate, stated: readonly TestCertificate[]): string => {
      const token = stampToken({ data, signer, certificates: [signer.der] });
      const response = sequence(sequence(integer(Buffer.from([0]))), token);
      const chain = stated.map(({ der }) => readCertificate(der)).filter((certificate) => certificate !== undefined);
      const outcome = verifyTimestampResponse(response, data, [authorityOf(own, { chain })]);
      return outcome.kind === "proven" ? "proven" : outcome.code;
    };

    it("its own certificate is not taken of another one of the same issuer", () => {
      assert.equal(codeOf(authority, [authority, root]), "proven");
      assert.equal(codeOf(sibling, [authority, root]), "timestamp-untrusted");
    });

    it("its own certificate counts as that though it says itself that it is no authority", () => {
      const extensions = [basicConstraints(false), keyUsage(0x80), extendedKeyUsage([timeStampingPurpose], true)];
      const modest = createStampChain({ issuer: root, extensions }).authority;
      assert.equal(codeOf(modest, [modest, root]), "proven");
      assert.equal(codeOf(authority, [modest, root]), "timestamp-untrusted");
    });

    it("its issuer is taken of whatever that issued for time stamps", () => {
      assert.equal(codeOf(authority, [root]), "proven");
      assert.equal(codeOf(sibling, [root]), "proven");
    });
  });
});
