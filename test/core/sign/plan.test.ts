import assert from "node:assert/strict";
import { createHash, sign } from "node:crypto";
import { parseReference } from "../../../src/core/image/reference.ts";
import type { Authority, PolicyRule, TrustPolicy } from "../../../src/core/policy/policy.ts";
import { assembleSignature } from "../../../src/core/sign/assembleSignature.ts";
import { checkSignature } from "../../../src/core/sign/checkSignature.ts";
import { planSignature, type SignaturePlan } from "../../../src/core/sign/plan.ts";
import type { SigningKey } from "../../../src/core/sign/signingKey.ts";
import { createTestKey } from "../../helpers/signingKeys.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const image = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 393 };
const reference = parseReference("registry.example.com/shop/cart:1.4").value!;
const source = { file: "policy/images.yaml", line: 7 };
const nobody: TrustPolicy = { rules: [], problems: [] };

function plan(key: SigningKey, policy = nobody): SignaturePlan {
  const { value, problems } = planSignature({ reference, image, format: "sigstore-bundle" }, policy, key);
  assert.deepEqual(problems, []);
  return value!;
}

function ruleWith(authorities: readonly Authority[], changes: Partial<PolicyRule> = {}): PolicyRule {
  const globs = [{ glob: "registry.example.com/shop/*", source }];
  return { name: "shop", source, mode: "enforce", globs, authorities, notUnderstood: [], ...changes };
}

function keyAuthority(publicKey: string, changes: Partial<Extract<Authority, { kind: "key" }>> = {}): Authority {
  return {
    kind: "key",
    name: "team",
    source,
    publicKeys: [publicKey],
    hashAlgorithm: "sha256",
    format: "bundle",
    ...changes,
  };
}

describe("planSignature", () => {
  const { description: dev, privateKey } = createTestKey("p256");
  const stranger = createTestKey("p256").description.publicKey;

  it("writes the statement as cosign 3 does, byte for byte", () => {
    assert.equal(
      Buffer.from(plan(dev).payload).toString(),
      `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"${"ab".repeat(32)}"},"annotations":{}}],` +
        '"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}',
    );
  });

  it("signs the hash of the DSSE pre-authentication encoding", () => {
    const { payload, signedBytes, digest: hash } = plan(dev);
    const encoded = Buffer.from(
      `DSSEv1 28 application/vnd.in-toto+json ${payload.length} ${Buffer.from(payload).toString()}`,
    );
    assert.deepEqual(Buffer.from(signedBytes), encoded);
    assert.deepEqual(Buffer.from(hash), createHash("sha256").update(encoded).digest());
  });

  it("says where the signature goes and how cosign would do it", () => {
    const { attachment, artifact, commands, reference: asked } = plan(dev);
    assert.equal(asked, "registry.example.com/shop/cart:1.4");
    assert.equal(artifact, `registry.example.com/shop/cart@${digest}`);
    assert.deepEqual(attachment, {
      kind: "referrer",
      repository: "registry.example.com/shop/cart",
      fallbackTag: `sha256-${"ab".repeat(32)}`,
    });
    assert.ok(commands.verify.endsWith(`--key dev.pub --insecure-ignore-tlog ${artifact}`));
  });

  it("quotes the name of a key in the commands", () => {
    const { commands } = plan({ ...dev, name: "x'; rm -rf ~; '" });
    assert.ok(commands.verify.includes(`--key 'x'\\''; rm -rf ~; '\\''.pub' `), commands.verify);
  });

  for (const [spec, scheme] of [
    ["p256", "ecdsa"],
    ["p384", "ecdsa"],
    ["p521", "ecdsa"],
    ["rsa2048", "rsa-pkcs1v15"],
  ] as const) {
    it(`signs with SHA-256 by a key of ${spec}, which cosign checks with`, () => {
      const key = createTestKey(spec);
      const planned = plan(key.description);
      assert.deepEqual(planned.scheme, { scheme, hash: "sha256" });
      const signature = sign("sha256", planned.signedBytes, key.privateKey);
      assert.deepEqual(checkSignature(planned, signature), { value: signature, problems: [] });
    });
  }

  const refused: readonly (readonly [string, SigningKey, string])[] = [
    ["a disabled key", { ...dev, state: "disabled" }, "key-not-enabled"],
    ["an expired key", { ...dev, state: "expired" }, "key-not-enabled"],
    ["an Ed25519 key that only signs digests", createTestKey("ed25519", { schemes: [] }).description, "key-unusable"],
    ["a key that only signs SHA-384", { ...dev, schemes: [{ scheme: "ecdsa", hashes: ["sha384"] }] }, "key-unusable"],
    [
      "an RSA key for PSS alone",
      { ...createTestKey("rsa2048").description, schemes: [{ scheme: "rsa-pss", hashes: ["sha256"] }] },
      "key-unusable",
    ],
    ["a key that is not what it is described as", { ...dev, spec: "p384" }, "key-description-wrong"],
    ["a key without a public key", { ...dev, publicKey: "" }, "key-description-wrong"],
    [
      "a private key in the place of the public one",
      { ...dev, publicKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString() },
      "key-description-wrong",
    ],
  ];
  for (const [what, key, code] of refused) {
    it(`refuses ${what} before anything is sent`, () => {
      const { value, problems } = planSignature({ reference, image, format: "sigstore-bundle" }, nobody, key);
      assert.equal(value, undefined);
      assert.deepEqual(
        problems.map((problem) => problem.code),
        [code],
      );
    });
  }

  const accepted: readonly (readonly [string, PolicyRule, boolean, RegExp])[] = [
    ["this key", ruleWith([keyAuthority(dev.publicKey)]), true, /is this key\.$/],
    ["this key beside others", ruleWith([keyAuthority(stranger), keyAuthority(dev.publicKey)]), true, /is this key/],
    ["another key", ruleWith([keyAuthority(stranger)]), false, /another key/],
    [
      "this key with another hash",
      ruleWith([keyAuthority(dev.publicKey, { hashAlgorithm: "sha512" })]),
      false,
      /sha512/,
    ],
    [
      "this key in the first format",
      ruleWith([keyAuthority(dev.publicKey, { format: "legacy" })]),
      false,
      /first format/,
    ],
    [
      "this key without saying a format",
      ruleWith([keyAuthority(dev.publicKey, { format: "unset" })]),
      true,
      /policy-controller/,
    ],
    [
      "identities",
      ruleWith([{ kind: "keyless", name: "ci", source, identities: [], format: "any" }]),
      false,
      /identity provider/,
    ],
    ["everything", ruleWith([{ kind: "static", name: "all", source, action: "pass" }]), true, /every image/],
    ["nothing", ruleWith([{ kind: "static", name: "none", source, action: "fail" }]), false, /refuses every image/],
    [
      "what is not evaluated",
      ruleWith([{ kind: "not-evaluated", name: "kms", source, why: "it is in a KMS." }]),
      false,
      /KMS/,
    ],
    ["nobody", ruleWith([]), false, /names nobody/],
    [
      "something that is not understood",
      ruleWith([keyAuthority(dev.publicKey)], { notUnderstood: [{ what: "a CUE policy", source }] }),
      false,
      /CUE/,
    ],
  ];
  for (const [what, rule, accepts, reason] of accepted) {
    it(`foretells that a rule for ${what} ${accepts ? "accepts" : "does not accept"}`, () => {
      const [foretold] = plan(dev, { rules: [rule], problems: [] }).acceptance;
      assert.equal(foretold?.accepts, accepts);
      assert.match(foretold?.reason ?? "", reason);
      assert.deepEqual([foretold?.rule, foretold?.mode, foretold?.source], ["shop", "enforce", source]);
    });
  }

  it("leaves out the rules for other images", () => {
    const rule = ruleWith([keyAuthority(dev.publicKey)], { globs: [{ glob: "registry.example.com/other/*", source }] });
    assert.deepEqual(plan(dev, { rules: [rule], problems: [] }).acceptance, []);
  });
});

describe("checkSignature", () => {
  const key = createTestKey("p256");
  const planned = plan(key.description);
  const good = sign("sha256", planned.signedBytes, key.privateKey);
  const sideBySide = sign("sha256", planned.signedBytes, { key: key.privateKey, dsaEncoding: "ieee-p1363" });
  const padded = (der: Buffer): Buffer => Buffer.concat([Buffer.from([0x30, 0x81, der[1]!]), der.subarray(2)]);

  const cases: readonly (readonly [string, Uint8Array, string, RegExp])[] = [
    ["nothing", Buffer.alloc(0), "signature-encoding", /0 bytes/],
    ["r and s side by side", sideBySide, "signature-encoding", /side by side/],
    ["bytes after the DER", Buffer.concat([good, Buffer.from([0])]), "signature-encoding", /not an ECDSA signature/],
    ["DER cut short", good.subarray(0, -1), "signature-encoding", /not an ECDSA signature/],
    ["a length in a longer form than needed", padded(good), "signature-encoding", /not an ECDSA signature/],
    ["r and s of zero", Buffer.from("3006020100020100", "hex"), "signature-encoding", /not an ECDSA signature/],
    ["a megabyte", Buffer.alloc(1024 * 1024), "signature-encoding", /1048576 bytes/],
    [
      "a signature by another key",
      sign("sha256", planned.signedBytes, createTestKey("p256").privateKey),
      "signature-wrong",
      /'dev'/,
    ],
    [
      "a signature over something else",
      sign("sha256", Buffer.from("else"), key.privateKey),
      "signature-wrong",
      /'dev'/,
    ],
    [
      "a signature over the hash, hashed again",
      sign("sha256", planned.digest, key.privateKey),
      "signature-wrong",
      /'dev'/,
    ],
  ];
  for (const [what, signature, code, message] of cases) {
    it(`refuses ${what}`, () => {
      const { value, problems } = checkSignature(planned, signature);
      assert.equal(value, undefined);
      assert.equal(problems[0]?.code, code);
      assert.match(problems[0]?.message ?? "", message);
    });
  }

  it("refuses an RSA signature with PSS, which cosign does not accept", () => {
    const rsa = createTestKey("rsa2048");
    const rsaPlan = plan(rsa.description);
    const signature = sign("sha256", rsaPlan.signedBytes, { key: rsa.privateKey, padding: 6, saltLength: 32 });
    assert.equal(checkSignature(rsaPlan, signature).problems[0]?.code, "signature-wrong");
  });
});

describe("assembleSignature", () => {
  const { description } = createTestKey("p256");
  const planned = plan(description);
  const assembled = assembleSignature(planned, Buffer.from("signature"), new Date("2026-11-21T21:46:51.123Z"));

  it("lays the bundle out as cosign 3 does", () => {
    const spki = Buffer.from(description.publicKey.replace(/-----.*-----|\s/g, ""), "base64");
    assert.deepEqual(JSON.parse(Buffer.from(assembled.envelope.bytes).toString()), {
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial: { publicKey: { hint: createHash("sha256").update(spki).digest("base64") } },
      dsseEnvelope: {
        payload: Buffer.from(planned.payload).toString("base64"),
        payloadType: "application/vnd.in-toto+json",
        signatures: [{ sig: Buffer.from("signature").toString("base64") }],
      },
    });
  });

  it("lays the manifest out as cosign 3 does", () => {
    const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    assert.deepEqual(JSON.parse(Buffer.from(assembled.manifest.bytes).toString()), {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: {
        mediaType: "application/vnd.oci.empty.v1+json",
        digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        size: 2,
        artifactType: bundleType,
      },
      layers: [
        { mediaType: bundleType, digest: assembled.envelope.descriptor.digest, size: assembled.envelope.bytes.length },
      ],
      annotations: {
        "dev.sigstore.bundle.content": "dsse-envelope",
        "dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1",
        "org.opencontainers.image.created": "2026-11-21T21:46:51Z",
      },
      subject: image,
      artifactType: bundleType,
    });
  });
});
