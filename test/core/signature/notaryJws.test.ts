import assert from "node:assert/strict";
import { readNotaryJws } from "../../../src/core/signature/notaryJws.ts";
import { createNotaryChain, jwsOf, payloadType, signJws, type EnvelopeRequest } from "../../helpers/notary.ts";
import { image } from "../../helpers/signedImage.ts";

const { leaf, chain } = createNotaryChain();
const usual: EnvelopeRequest = { target: image, chain, privateKey: leaf.keys.privateKey };
const scheme = "io.cncf.notary.signingScheme";
const signingTime = "io.cncf.notary.signingTime";
const authenticTime = "io.cncf.notary.authenticSigningTime";
const expiry = "io.cncf.notary.expiry";

function outcomeOf(bytes: Uint8Array): string {
  const read = readNotaryJws(bytes);
  return read.kind === "envelope" ? "read" : read.reason.code;
}

describe("readNotaryJws", () => {
  it("reads the attributes, times with their offset", () => {
    const read = readNotaryJws(
      signJws({ ...usual, protected: { crit: [scheme, expiry], [expiry]: "2026-12-01T00:00:00+08:00" } }),
    );
    assert.ok(read.kind === "envelope");
    assert.deepEqual(read.envelope.attributes, {
      scheme: "notary.x509",
      signingTime: new Date("2026-11-20T09:00:00Z"),
      expiry: new Date("2026-11-30T16:00:00Z"),
    });
  });

  it("reads the time of a signing authority", () => {
    const read = readNotaryJws(
      signJws({
        ...usual,
        protected: {
          crit: [scheme, authenticTime],
          [scheme]: "notary.x509.signingAuthority",
          [signingTime]: undefined,
          [authenticTime]: "2026-11-20T10:00:00Z",
        },
      }),
    );
    assert.ok(read.kind === "envelope");
    assert.equal(read.envelope.attributes.scheme, "notary.x509.signingAuthority");
  });

  it("names the plug-in that the signature needs", () => {
    const plugin = "io.cncf.notary.verificationPlugin";
    const read = readNotaryJws(
      signJws({ ...usual, protected: { crit: [scheme, plugin, "own"], [plugin]: "acme", own: 1 } }),
    );
    assert.ok(read.kind === "envelope");
    assert.equal(read.envelope.attributes.plugin, "acme");
  });

  it("needs a plug-in without a name where only the plug-in's version or no text stands", () => {
    const [plugin, version] = ["io.cncf.notary.verificationPlugin", "io.cncf.notary.verificationPluginMinVersion"];
    for (const header of [
      { crit: [scheme, version], [version]: "1.0.0" },
      { crit: [scheme, plugin], [plugin]: 1 },
    ]) {
      const read = readNotaryJws(signJws({ ...usual, protected: header }));
      assert.ok(read.kind === "envelope");
      assert.equal(read.envelope.attributes.plugin, "without a name");
    }
  });

  const refused: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ["without a critical list", { crit: undefined }, "signature-malformed"],
    ["with an empty critical list", { crit: [] }, "signature-malformed"],
    ["whose scheme is not critical", { crit: [expiry], [expiry]: "2027-01-01T00:00:00Z" }, "signature-malformed"],
    ["whose expiry is not critical", { [expiry]: "2027-01-01T00:00:00Z" }, "signature-malformed"],
    ["whose critical list repeats itself", { crit: [scheme, scheme] }, "signature-malformed"],
    ["whose critical list names what is not there", { crit: [scheme, expiry] }, "signature-malformed"],
    ["whose critical list names a parameter of JWS", { crit: [scheme, "cty"] }, "signature-malformed"],
    ["with an unknown critical attribute", { crit: [scheme, "own"], own: "x" }, "critical-attribute"],
    ["of an unknown scheme", { [scheme]: "notary.x510" }, "signature-malformed"],
    [
      "of an unknown scheme that has a signing authority's time",
      {
        crit: [scheme, authenticTime],
        [scheme]: "notary.x510",
        [signingTime]: undefined,
        [authenticTime]: "2026-11-20T10:00:00Z",
      },
      "signature-malformed",
    ],
    ["without a signing time", { [signingTime]: undefined }, "signature-malformed"],
    ["with a signing time that is no time", { [signingTime]: "2026-11-20" }, "signature-malformed"],
    [
      "with the signing time of the other scheme",
      { crit: [scheme, authenticTime], [authenticTime]: "2026-11-20T10:00:00Z" },
      "signature-malformed",
    ],
    ["of a signing authority without its time", { [scheme]: "notary.x509.signingAuthority" }, "signature-malformed"],
    [
      "that expire before they were made",
      { crit: [scheme, expiry], [expiry]: "2026-11-20T10:00:00+01:00" },
      "signature-malformed",
    ],
    ["with an expiry that is no time", { crit: [scheme, expiry], [expiry]: "soon" }, "signature-malformed"],
    ["with a signing time that no calendar has", { [signingTime]: "2026-13-45T10:00:00Z" }, "signature-malformed"],
    [
      "with an expiry that no calendar has",
      { crit: [scheme, expiry], [expiry]: "2027-01-01T99:00:00Z" },
      "signature-malformed",
    ],
    ["with a signing time that is no text", { [signingTime]: ["2026-11-20T10:00:00Z"] }, "signature-malformed"],
    ["about another payload", { cty: "application/json" }, "signature-malformed"],
    ["about no payload", { cty: undefined }, "signature-malformed"],
  ];
  for (const [title, header, code] of refused)
    it(`refuses envelopes ${title}`, () => assert.equal(outcomeOf(signJws({ ...usual, protected: header })), code));

  it("refuses a name that occurs twice in the protected header", () => {
    const header = `{"alg":"ES256","cty":"${payloadType}","crit":["${scheme}"],"${scheme}":"notary.x509","${scheme}":"notary.x509","${signingTime}":"2026-11-20T10:00:00Z"}`;
    assert.equal(outcomeOf(jwsOf(usual, header)), "signature-malformed");
    assert.equal(outcomeOf(jwsOf(usual, header.replace(`"${scheme}":"notary.x509",`, ""))), "read");
  });

  it("refuses an attribute that both headers have", () => {
    assert.equal(outcomeOf(signJws({ ...usual, unprotected: { [scheme]: "notary.x509" } })), "signature-malformed");
  });

  it("refuses other serializations than the flattened one", () => {
    const json: object = JSON.parse(signJws(usual).toString("utf8"));
    const { header, ...rest }: { header?: unknown } = { ...json };
    assert.equal(outcomeOf(Buffer.from(JSON.stringify(json))), "read");
    assert.equal(outcomeOf(Buffer.from(JSON.stringify({ ...json, signatures: [] }))), "signature-malformed");
    assert.equal(outcomeOf(Buffer.from(JSON.stringify(rest))), "signature-malformed");
    assert.equal(outcomeOf(Buffer.from(JSON.stringify({ ...rest, header: [header] }))), "signature-malformed");
    assert.equal(outcomeOf(Buffer.from("a.b.c")), "signature-malformed");
  });

  it("refuses Base64 that is not the only one of its bytes", () => {
    const json: { payload: string } = JSON.parse(signJws(usual).toString("utf8"));
    for (const payload of [`${json.payload}=`, ` ${json.payload}`, json.payload.replace(/.$/, "_")])
      assert.equal(outcomeOf(Buffer.from(JSON.stringify({ ...json, payload }))), "signature-malformed");
  });

  for (const [title, x5c] of [
    ["none", undefined],
    ["an empty one", []],
    ["one of Base64url", ["_-8"]],
    ["one that is too long", Array.from({ length: 9 }, () => "AAAA")],
    ["one that is no list", "AAAA"],
    ["one of numbers", [1]],
  ] as const)
    it(`refuses chains: ${title}`, () =>
      assert.equal(outcomeOf(signJws({ ...usual, unprotected: { x5c } })), "signature-malformed"));

  it("refuses a time stamp that cannot be read", () => {
    const name = "io.cncf.notary.timestampSignature";
    assert.equal(outcomeOf(signJws({ ...usual, unprotected: { [name]: "?" } })), "signature-malformed");
    assert.equal(outcomeOf(signJws({ ...usual, unprotected: { [name]: "AAAA" } })), "read");
    const stampOf = (length: number): string => Buffer.alloc(length).toString("base64");
    for (const [length, outcome] of [
      [256 * 1024, "read"],
      [256 * 1024 + 1, "signature-malformed"],
    ] as const)
      assert.equal(outcomeOf(signJws({ ...usual, unprotected: { [name]: stampOf(length) } })), outcome);
  });

  it("refuses a signature that is none", () => {
    const json: object = JSON.parse(signJws(usual).toString("utf8"));
    for (const signature of ["", "?", 1, null])
      assert.equal(outcomeOf(Buffer.from(JSON.stringify({ ...json, signature }))), "signature-malformed");
  });
});
