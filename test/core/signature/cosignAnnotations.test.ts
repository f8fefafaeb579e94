import assert from "node:assert/strict";
import { cosignAnnotations, readCosignAnnotations } from "../../../src/core/signature/cosignAnnotations.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { acme, pem } from "../../helpers/keyBundle.ts";
import { createNotaryChain } from "../../helpers/notary.ts";

const { root, leaf } = createNotaryChain();
const certificate = certificatePem(leaf.der);
const issuer = certificatePem(root.der);
const base64 = (value: string | object): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64");

const body = { kind: "hashedrekord", apiVersion: "0.0.1", spec: {} };
const payload = { body: base64(body), integratedTime: 1_795_000_000, logIndex: 7, logID: "a".repeat(64) };
const bundle = { SignedEntryTimestamp: base64("promise"), Payload: payload };
const stamp = { SignedRFC3161Timestamp: base64("stamp") };
const good = {
  signature: base64("signature"),
  certificate,
  bundle: JSON.stringify(bundle),
  timestamp: JSON.stringify(stamp),
};

function read(texts: Partial<Record<keyof typeof cosignAnnotations, string>>) {
  const annotations = Object.fromEntries(
    Object.entries(cosignAnnotations).flatMap(([name, key]) => {
      const text = new Map(Object.entries(texts)).get(name);
      return text === undefined ? [] : [[key, text]];
    }),
  );
  return readCosignAnnotations({ mediaType: "x", digest: "x", size: 1, annotations });
}

function codeOf(texts: Parameters<typeof read>[0]): string {
  const outcome = read(texts);
  return "code" in outcome ? outcome.code : "read";
}

describe("readCosignAnnotations", () => {
  it("reads signature, certificate, log entry and time stamp", () => {
    assert.deepEqual(read(good), {
      signature: Buffer.from("signature"),
      signer: { kind: "certificate", der: leaf.der },
      logEntries: [
        {
          logId: Buffer.from("a".repeat(64), "hex"),
          logIndex: "7",
          kind: "hashedrekord",
          version: "0.0.1",
          integratedTime: "1795000000",
          body: Buffer.from(JSON.stringify(body)),
          promise: Buffer.from("promise"),
        },
      ],
      timestamps: [Buffer.from("stamp")],
    });
  });

  it("reads a signature by a key alone, with line breaks in it or white space around, and an empty one", () => {
    const signer = { kind: "key" };
    const bare = { signature: Buffer.from("signature"), signer, logEntries: [], timestamps: [] };
    for (const signature of [
      base64("signature"),
      ` ${base64("signature")}\n`,
      base64("signature").replace("n", "n\r\n"),
    ])
      assert.deepEqual(read({ signature }), bare);
    assert.deepEqual(read({}), { signer, logEntries: [], timestamps: [] });
  });

  it("takes so many certificates of the chain that can be read, and leaves the others", () => {
    const signerWith = (chain: string) => {
      const outcome = read({ ...good, chain });
      return "code" in outcome || outcome.signer.kind !== "certificate" ? undefined : outcome.signer.intermediates;
    };
    assert.deepEqual(signerWith(issuer), [root.der]);
    const broken = "-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----\n";
    assert.deepEqual(signerWith(broken + issuer), [root.der]);
    assert.equal(signerWith("x"), undefined);
    assert.ok((signerWith(issuer.repeat(100)) ?? []).length < 20);
  });

  const withPayload = (more: object) => ({ bundle: JSON.stringify({ ...bundle, Payload: { ...payload, ...more } }) });
  const withBody = (more: object) => withPayload({ body: base64({ ...body, ...more }) });
  const malformed: readonly (readonly [string, Parameters<typeof read>[0]])[] = [
    ["a signature that is no Base64", { signature: "%" }],
    ["a bare key for a certificate", { certificate: pem(acme) }],
    ["a key beside the certificate", { certificate: pem(acme) + certificate }],
    ["a log entry that is no JSON", { bundle: "x" }],
    ["a log entry that is no object", { bundle: "[]" }],
    ["a log entry that says a member twice", { bundle: JSON.stringify(bundle).replace("{", '{"Payload":{},') }],
    ["a log entry without promise", { bundle: JSON.stringify({ Payload: payload }) }],
    ["a log entry with an empty promise", { bundle: JSON.stringify({ ...bundle, SignedEntryTimestamp: "" }) }],
    ["a log entry with a promise that is none", { bundle: JSON.stringify({ ...bundle, SignedEntryTimestamp: 7 }) }],
    ["a log entry without payload", { bundle: JSON.stringify({ ...bundle, Payload: undefined }) }],
    ["a log entry whose payload is a list", { bundle: JSON.stringify({ ...bundle, Payload: [payload] }) }],
    ["a log entry without body", withPayload({ body: undefined })],
    ["a log entry whose body is no JSON", withPayload({ body: base64("x") })],
    ["a log entry whose body is a list", withPayload({ body: base64([body]) })],
    ["a log entry without kind", withBody({ kind: undefined })],
    ["a log entry with a kind that is none", withBody({ kind: 1 })],
    ["a log entry without version", withBody({ apiVersion: undefined })],
    ["a log entry with a version that is none", withBody({ apiVersion: 1 })],
    ["a log's name that is too short", withPayload({ logID: "a".repeat(62) })],
    ["a log's name that is too long", withPayload({ logID: "a".repeat(66) })],
    ["a log's name in capitals", withPayload({ logID: "A".repeat(64) })],
    ["no log's name", withPayload({ logID: undefined })],
    ["a log's name that is a number", withPayload({ logID: 7 })],
    ["a time that is a text", withPayload({ integratedTime: "1795000000" })],
    ["a time that is no whole number", withPayload({ integratedTime: 1.5 })],
    ["a time below zero", withPayload({ integratedTime: -1 })],
    ["no time", withPayload({ integratedTime: undefined })],
    ["an index that is a text", withPayload({ logIndex: "7" })],
    ["an index below zero", withPayload({ logIndex: -1 })],
    ["no index", withPayload({ logIndex: undefined })],
    ["a time stamp that is no JSON", { timestamp: "x" }],
    ["a time stamp that is empty", { timestamp: JSON.stringify({ SignedRFC3161Timestamp: "" }) }],
    ["a time stamp that is no Base64", { timestamp: JSON.stringify({ SignedRFC3161Timestamp: "%" }) }],
    ["a time stamp elsewhere", { timestamp: JSON.stringify({ stamp: base64("stamp") }) }],
  ];
  it("reads what the others are changed from", () => assert.equal(codeOf({ ...good, ...withPayload({}) }), "read"));
  for (const [what, texts] of malformed)
    it(`refuses ${what}`, () => assert.equal(codeOf({ ...good, ...texts }), "signature-malformed"));

  it("counts zero, and looks at nobody else's annotations", () => {
    assert.equal(codeOf({ ...good, ...withPayload({ logIndex: 0, integratedTime: 0 }) }), "read");
    const inherited = Object.create({ [cosignAnnotations.certificate]: certificate });
    const outcome = readCosignAnnotations({ mediaType: "x", digest: "x", size: 1, annotations: inherited });
    assert.ok(!("code" in outcome) && outcome.signer.kind === "key");
  });
});
