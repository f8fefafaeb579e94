import assert from "node:assert/strict";
import { childrenOf, readElement } from "../../../src/core/x509/der.ts";
import { encodeTimestampRequest } from "../../../src/core/x509/timestampRequest.ts";
import { checkTimestampResponse, type TimestampQuestion } from "../../../src/core/x509/timestampResponse.ts";
import { createTrialTimeStampAuthority } from "../../../src/trial/sigstore/timeStampAuthority.ts";
import { integer, sequence } from "../../../src/trial/x509/der.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";

const now = new Date("2026-11-21T12:00:00Z");
const authority = createTrialTimeStampAuthority(now);
const stranger = createTrialTimeStampAuthority(now);
const rootOf = ({ chain }: typeof authority): string => certificatePem(chain.at(-1)!);
const data = Buffer.from("signature");
const nonce = Buffer.from("ff112233445566", "hex");
const trialPolicy = "1.3.6.1.4.1.57264.2";

const question: TimestampQuestion = { data, nonce, roots: [rootOf(authority)], now };
const ask = (what = data, by = nonce, at = now): Buffer => authority.answer(encodeTimestampRequest(what, by), at);
const codeOf = (response: Uint8Array, changes: Partial<TimestampQuestion> = {}): string | undefined =>
  checkTimestampResponse(response, { ...question, ...changes }).problems[0]?.code;

describe("asking for a time stamp", () => {
  it("encodes the request as RFC 3161 has it", () => {
    const request = Buffer.from(encodeTimestampRequest(data, nonce, "1.2.840.113549"));
    const [version, imprint, policy, asked, certificates, ...more] = childrenOf(readElement(request)) ?? [];
    const hex = [version, policy, asked, certificates].map((part) => Buffer.from(part!.whole).toString("hex"));
    // The nonce is a positive number: its first octet would make it negative.
    assert.deepEqual(hex, ["020101", "06062a864886f70d", "020800ff112233445566", "0101ff"]);
    assert.equal(childrenOf(imprint)?.[1]?.content.length, 32);
    assert.deepEqual(more, []);
  });
});

describe("an answer about a time stamp", () => {
  it("is taken where it is what was asked for", () => {
    const { value, problems } = checkTimestampResponse(ask(), { ...question, policy: trialPolicy });
    assert.deepEqual(problems, []);
    assert.deepEqual(value?.stamp.at, now);
  });

  const rejected = (status: number): Buffer => sequence(sequence(integer(Buffer.from([status]))));
  const token = (): Buffer => Buffer.from(childrenOf(readElement(ask()))![1]!.whole);
  const refused: readonly (readonly [string, Uint8Array, Partial<TimestampQuestion>, string])[] = [
    ["that is no DER", Buffer.from("<html>"), {}, "timestamp-malformed"],
    ["that is cut short", ask().subarray(0, -1), {}, "timestamp-malformed"],
    ["without a token", rejected(0), {}, "timestamp-malformed"],
    ["with more than a token", sequence(rejected(0).subarray(2), token(), token()), {}, "timestamp-malformed"],
    ["that rejects the request", rejected(2), {}, "timestamp-refused"],
    ["that rejects it and has a token", sequence(rejected(2).subarray(2), token()), {}, "timestamp-refused"],
    ["to another nonce", ask(data, Buffer.from([1])), {}, "timestamp-nonce"],
    ["about other data", ask(Buffer.from("other")), {}, "timestamp-mismatch"],
    ["under another policy", ask(), { policy: "1.2.3" }, "timestamp-policy"],
    ["of an authority that is not known", ask(), { roots: [rootOf(stranger)] }, "timestamp-untrusted"],
    ["without any root to lead to", ask(), { roots: [] }, "timestamp-untrusted"],
    ["of an hour ago", ask(data, nonce, new Date(now.getTime() - 3_600_000)), {}, "timestamp-clock"],
    ["of an hour from now", ask(data, nonce, new Date(now.getTime() + 3_600_000)), {}, "timestamp-clock"],
  ];
  for (const [what, response, changes, code] of refused)
    it(`is refused: one ${what}`, () => assert.equal(codeOf(response, changes), code));

  it("proves no other time, whatever bit of it is changed", () => {
    const response = ask();
    let refusals = 0;
    for (let at = 0; at < response.length; at++) {
      const changed = Buffer.from(response);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      const { value } = checkTimestampResponse(changed, question);
      if (value === undefined) refusals += 1;
      else assert.deepEqual(value.stamp.at, now, `bit ${at % 8} of octet ${at}`);
    }
    // Not everything is signed: the version of the container, say.
    assert.ok(refusals > response.length * 0.9, `${refusals} of ${response.length}`);
  });
});
