import assert from "node:assert/strict";
import { readBundle } from "../../../src/core/signature/bundle.ts";

const bytes = Buffer.from("bytes").toString("base64");

const entry = {
  logIndex: "7",
  logId: { keyId: bytes },
  kindVersion: { kind: "hashedrekord", version: "0.0.1" },
  integratedTime: "1700000000",
  inclusionPromise: { signedEntryTimestamp: bytes },
  inclusionProof: {
    logIndex: "7",
    treeSize: "8",
    rootHash: bytes,
    hashes: [bytes],
    checkpoint: { envelope: "log\n8\nroot\n" },
  },
  canonicalizedBody: bytes,
};

/** A bundle that reads; nothing of it verifies. */
const bundle = {
  mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
  verificationMaterial: { certificate: { rawBytes: bytes }, tlogEntries: [entry] },
  messageSignature: { messageDigest: { algorithm: "SHA2_256", digest: bytes }, signature: bytes },
};

const dsseEnvelope = {
  payloadType: "application/vnd.in-toto+json",
  payload: bytes,
  signatures: [{ sig: bytes }],
};

type Change = readonly [path: string, value: unknown];

/** The bundle with values at paths replaced; undefined removes one. */
function changed(changes: readonly Change[]): string {
  const json: unknown = JSON.parse(JSON.stringify(bundle));
  for (const [path, value] of changes) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let place = json;
    for (const key of keys) place = Reflect.get(Object(place), key);
    if (value === undefined) Reflect.deleteProperty(Object(place), last);
    else Reflect.set(Object(place), last, value);
  }
  return JSON.stringify(json);
}

function codeOf(...changes: readonly Change[]): string {
  const read = readBundle(changed(changes));
  return read.kind === "read" ? "read" : read.reason.code;
}

const first = "verificationMaterial.tlogEntries.0";
const mediaType = (version: string): Change => [
  "mediaType",
  `application/vnd.dev.sigstore.bundle+json;version=${version}`,
];
const chainOf = (...certificates: readonly string[]): readonly Change[] => [
  ["verificationMaterial.certificate", undefined],
  ["verificationMaterial.x509CertificateChain", { certificates: certificates.map((rawBytes) => ({ rawBytes })) }],
];

describe("readBundle", () => {
  it("reads a bundle of each version", () => {
    assert.equal(codeOf(), "read");
    for (const version of ["0.1", "0.2", "0.3"]) assert.equal(codeOf(mediaType(version)), "read");
  });

  it("gives every certificate of a chain, the signer's first", () => {
    const texts = ["leaf", "issuer"].map((name) => Buffer.from(name).toString("base64"));
    const read = readBundle(changed(chainOf(...texts)));
    assert.ok(read.kind === "read" && read.value.signer.kind === "certificate");
    assert.equal(Buffer.from(read.value.signer.der).toString(), "leaf");
    assert.deepEqual(
      read.value.signer.intermediates?.map((der) => Buffer.from(der).toString()),
      ["issuer"],
    );
  });

  const refused: readonly (readonly [string, ...Change[]])[] = [
    ["two signatures", ["dsseEnvelope", dsseEnvelope]],
    ["no signature", ["messageSignature", undefined]],
    ["two signers", ["verificationMaterial.publicKey", { hint: "a" }]],
    ["no signer", ["verificationMaterial.certificate", undefined]],
    ["a chain with a certificate that cannot be read", ...chainOf(bytes, "*")],
    ["a promise that cannot be read, beside a proof", [`${first}.inclusionPromise.signedEntryTimestamp`, "*"]],
    ["a promise of another kind", [`${first}.inclusionPromise`, bytes]],
    [
      "a proof that cannot be read, beside a promise, where a promise would do",
      mediaType("0.1"),
      [`${first}.inclusionProof.rootHash`, "*"],
    ],
    ["a proof with a hash that cannot be read", [`${first}.inclusionProof.hashes.1`, "*"]],
    ["a proof without a checkpoint", [`${first}.inclusionProof.checkpoint`, undefined]],
    ["an entry without a log", [`${first}.logId`, undefined]],
    ["an entry without a kind", [`${first}.kindVersion`, undefined]],
    ["a digest that is no Base64", ["messageSignature.messageDigest.digest", "*"]],
    ["a signature that is no Base64", ["messageSignature.signature", "*"]],
  ];
  for (const [title, ...changes] of refused)
    it(`refuses ${title}`, () => {
      assert.equal(codeOf(...changes), "signature-malformed");
    });

  const unproven: readonly (readonly [string, string, string])[] = [
    ["without a promise in v0.1, whatever it proves", "0.1", "inclusionPromise"],
    ["without a proof in v0.2, whatever it promises", "0.2", "inclusionProof"],
    ["without a proof in v0.3, whatever it promises", "0.3", "inclusionProof"],
  ];
  for (const [title, version, member] of unproven)
    it(`refuses an entry ${title}`, () => {
      assert.equal(codeOf(mediaType(version), [`${first}.${member}`, undefined]), "log-inclusion");
    });

  it("refuses another version", () => {
    assert.equal(codeOf(["mediaType", "application/vnd.dev.sigstore.bundle.v0.4+json"]), "bundle-version");
  });
});
