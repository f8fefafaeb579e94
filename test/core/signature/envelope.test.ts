import assert from "node:assert/strict";
import { readEnvelope } from "../../../src/core/signature/envelope.ts";

const good = {
  payloadType: "application/vnd.in-toto+json",
  payload: "e30=",
  signatures: [{ keyid: "x", sig: "AAAA" }],
};

describe("readEnvelope", () => {
  it("reads the payload, its type and the one signature", () => {
    const read = readEnvelope(Buffer.from(JSON.stringify(good)));
    assert.ok(!("code" in read));
    assert.deepEqual(
      [read.payloadType, Buffer.from(read.payload).toString(), Buffer.from(read.signature).toString("hex")],
      [good.payloadType, "{}", "000000"],
    );
  });

  const wrong: readonly unknown[] = [
    null,
    [],
    "x",
    7,
    {},
    { ...good, signatures: undefined },
    { ...good, signatures: {} },
    { ...good, signatures: { 0: good.signatures[0], length: 1 } },
    { ...good, signatures: [] },
    { ...good, signatures: [...good.signatures, ...good.signatures] },
    { ...good, signatures: [null] },
    { ...good, signatures: ["AAAA"] },
    { ...good, signatures: [{ sig: "" }] },
    { ...good, signatures: [{ sig: "A A A" }] },
    { ...good, signatures: [{ sig: 7 }] },
    { ...good, payload: undefined },
    { ...good, payload: "" },
    { ...good, payload: "%" },
    { ...good, payloadType: undefined },
    { ...good, payloadType: 7 },
  ];
  for (const json of wrong)
    it(`refuses ${JSON.stringify(json).slice(0, 120)}`, () => {
      const read = readEnvelope(Buffer.from(JSON.stringify(json)));
      assert.ok("code" in read);
      assert.equal(read.code, "signature-malformed");
    });

  it("refuses a name that comes twice, and what is no JSON", () => {
    const text = JSON.stringify(good);
    for (const source of [text.replace("{", '{"payload":"e30=",'), `${text}x`, "", "\u0000"])
      assert.ok("code" in readEnvelope(Buffer.from(source)));
  });
});
