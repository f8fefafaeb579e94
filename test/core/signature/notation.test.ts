import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { parseManifest } from "../../../src/core/image/manifest.ts";
import { notaryLayer, readNotaryEnvelope, verifyNotaryIntegrity } from "../../../src/core/signature/notation.ts";
import type { Descriptor } from "../../../src/core/verdict/evidence.ts";
import {
  createNotaryChain,
  issueTestCertificate,
  signCose,
  signJws,
  signRaw,
  type EnvelopeRequest,
} from "../../helpers/notary.ts";
import { image } from "../../helpers/signedImage.ts";

const formats = [
  ["notation-jws", signJws],
  ["notation-cose", signCose],
] as const;

/** "valid", or the code of the objection. */
function outcomeOf(format: "notation-jws" | "notation-cose", bytes: Uint8Array, of: Descriptor = image): string {
  const read = readNotaryEnvelope(format, bytes);
  if (read.kind === "invalid") return read.reason.code;
  const proven = verifyNotaryIntegrity(read.envelope, of);
  return "code" in proven ? proven.code : "valid";
}

const keyKinds = [
  ["RSA 2048", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ["RSA 3072", () => generateKeyPairSync("rsa", { modulusLength: 3072 })],
  ["P-256", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
  ["P-384", () => generateKeyPairSync("ec", { namedCurve: "P-384" })],
  ["P-521", () => generateKeyPairSync("ec", { namedCurve: "P-521" })],
] as const;

for (const [format, sign] of formats) {
  describe(`Integrity of ${format}`, () => {
    const { root, leaf, chain } = createNotaryChain();
    const usual: EnvelopeRequest = { target: image, chain, privateKey: leaf.keys.privateKey };

    for (const [kind, create] of keyKinds)
      it(`is proven for ${kind}, with the algorithm that belongs to it`, () => {
        const made = createNotaryChain({ keys: create() });
        const request = { target: image, chain: made.chain, privateKey: made.leaf.keys.privateKey };
        assert.equal(outcomeOf(format, sign(request)), "valid");
      });

    it("is proven for a signer who issued his own certificate", () => {
      const own = issueTestCertificate({ name: { C: "US", ST: "WA", O: "Acme" }, kind: "leaf" });
      assert.equal(outcomeOf(format, sign({ ...usual, chain: [own.der], privateKey: own.keys.privateKey })), "valid");
    });

    it("needs the image's digest, media type and size", () => {
      const bytes = sign(usual);
      assert.equal(outcomeOf(format, bytes, { ...image, digest: `sha256:${"0".repeat(64)}` }), "other-image");
      assert.equal(
        outcomeOf(format, bytes, { ...image, mediaType: "application/vnd.oci.image.index.v1+json" }),
        "other-media-type",
      );
      assert.equal(outcomeOf(format, bytes, { ...image, size: image.size + 1 }), "other-size");
    });

    it("needs the first certificate's key to have signed", () => {
      assert.equal(outcomeOf(format, sign({ ...usual, privateKey: root.keys.privateKey })), "signature-wrong");
    });

    it("never lets the envelope choose the algorithm", () => {
      const claims = format === "notation-jws" ? { protected: { alg: "PS256" } } : { labels: new Map([[1, -37]]) };
      assert.equal(outcomeOf(format, sign({ ...usual, ...claims })), "algorithm-refused");
    });

    for (const [size, digest] of [
      [2560, "sizes that no algorithm belongs to"],
      [1024, "sizes that nobody should rely on"],
    ] as const)
      it(`refuses RSA keys of ${digest}`, () => {
        const made = createNotaryChain({ keys: generateKeyPairSync("rsa", { modulusLength: size }) });
        const request = { target: image, chain: made.chain, privateKey: made.leaf.keys.privateKey };
        assert.match(outcomeOf(format, sign(request)), /^(?:algorithm-refused|certificate-malformed)$/);
      });

    it("refuses a payload that names no artifact, or names one twice", () => {
      const target = JSON.stringify(image);
      for (const payload of ["{}", "[]", "", `{"targetArtifact":${target},"targetArtifact":${target}}`])
        assert.equal(outcomeOf(format, sign({ ...usual, payload })), "signature-malformed");
    });

    it("checks the chain by the Notary profile", () => {
      assert.equal(outcomeOf(format, sign({ ...usual, chain: [leaf.der] })), "certificate-chain-broken");
      assert.equal(
        outcomeOf(format, sign({ ...usual, chain: [leaf.der, Buffer.from("no")] })),
        "certificate-malformed",
      );
    });

    it("survives no change of any byte", function () {
      this.timeout(60_000);
      const bytes = sign(usual);
      const accepted: number[] = [];
      for (let at = 0; at < bytes.length; at++) {
        const mutant = Buffer.from(bytes);
        mutant[at] = (mutant[at] ?? 0) ^ 0x01;
        if (outcomeOf(format, mutant) === "valid") accepted.push(at);
      }
      // The signing agent is neither signed nor read.
      const agent = format === "notation-jws" ? bytes.indexOf('"io.cncf.notary.signingAgent"') : bytes.length;
      const end = agent + '"io.cncf.notary.signingAgent":"test/1"'.length;
      assert.deepEqual(
        accepted.filter((at) => at < agent || at >= end),
        [],
      );
    });

    it("survives no truncation and nothing after it", () => {
      const bytes = sign(usual);
      for (let length = 0; length < bytes.length; length += 7)
        assert.notEqual(outcomeOf(format, bytes.subarray(0, length)), "valid");
      assert.notEqual(outcomeOf(format, Buffer.concat([bytes, Buffer.from([0x00])])), "valid");
      assert.notEqual(outcomeOf(format, Buffer.concat([bytes, bytes])), "valid");
    });
  });
}

describe("Parts of two valid envelopes", () => {
  type Parts = Readonly<Record<"payload" | "protected" | "header" | "signature", unknown>>;
  const other: Descriptor = { ...image, digest: `sha256:${"1".repeat(64)}` };
  const signed = (made: ReturnType<typeof createNotaryChain>, target: Descriptor): Parts =>
    JSON.parse(signJws({ target, chain: made.chain, privateKey: made.leaf.keys.privateKey }).toString("utf8"));
  const acme = createNotaryChain();
  const evil = createNotaryChain();
  const pairs = [
    ["of one signer for two images", signed(acme, image), signed(acme, other)],
    ["of two signers for one image", signed(acme, image), signed(evil, image)],
    ["of two signers for two images", signed(acme, image), signed(evil, other)],
  ] as const;
  for (const [title, one, two] of pairs)
    it(`${title} make no third one`, () => {
      for (let choice = 0; choice < 16; choice++) {
        const pick = (name: keyof Parts, bit: number): unknown => ((choice & bit) === 0 ? one : two)[name];
        const mixed = {
          payload: pick("payload", 1),
          protected: pick("protected", 2),
          header: pick("header", 4),
          signature: pick("signature", 8),
        };
        const isOne = [one, two].some((whole) =>
          (["payload", "protected", "header", "signature"] as const).every(
            (name) => JSON.stringify(whole[name]) === JSON.stringify(mixed[name]),
          ),
        );
        const outcome = outcomeOf("notation-jws", Buffer.from(JSON.stringify(mixed)));
        if (outcome === "valid") assert.ok(isOne, `choice ${choice}`);
      }
    });
});

describe("Salt of RSASSA-PSS", () => {
  it("must be as long as the digest", () => {
    const made = createNotaryChain({ keys: generateKeyPairSync("rsa", { modulusLength: 2048 }) });
    const { privateKey } = made.leaf.keys;
    const json: Record<string, string> = JSON.parse(
      signJws({ target: image, chain: made.chain, privateKey }).toString("utf8"),
    );
    const data = Buffer.from(`${json["protected"]}.${json["payload"]}`);
    const short = signRaw(privateKey, data, 16).toString("base64url");
    const bytes = Buffer.from(JSON.stringify({ ...json, signature: short }));
    assert.equal(outcomeOf("notation-jws", bytes), "signature-wrong");
  });
});

describe("Manifests of Notary signatures", () => {
  const jose = { mediaType: "application/jose+json", digest: image.digest, size: 1 };
  const empty = { mediaType: "application/vnd.oci.empty.v1+json", digest: image.digest, size: 2 };
  const notary = "application/vnd.cncf.notary.signature";
  const layouts: readonly (readonly [string, object, string])[] = [
    ["name their artifact type", { artifactType: notary, config: empty, layers: [jose] }, "notation-jws"],
    ["or, older, their config's", { config: { ...empty, mediaType: notary }, layers: [jose] }, "notation-jws"],
    ["hold COSE", { artifactType: notary, layers: [{ ...jose, mediaType: "application/cose" }] }, "notation-cose"],
    ["were OCI artifact manifests once", { artifactType: notary, blobs: [jose] }, "notation-jws"],
    ["have one layer, not none", { artifactType: notary, layers: [] }, "signature-malformed"],
    ["have one layer, not two", { artifactType: notary, layers: [jose, jose] }, "signature-malformed"],
    ["have a layer of a known type", { artifactType: notary, layers: [empty] }, "signature-malformed"],
    [
      "do not say that they are something else",
      { artifactType: "application/spdx+json", config: { ...empty, mediaType: notary }, layers: [jose] },
      "signature-malformed",
    ],
  ];
  for (const [title, members, expected] of layouts)
    it(title, () => {
      const { value } = parseManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, ...members })));
      assert.equal(value?.kind, "manifest");
      if (value?.kind !== "manifest") return;
      const found = notaryLayer(value);
      assert.equal("code" in found ? found.code : found.format, expected);
    });
});
