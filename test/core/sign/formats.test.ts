import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { parseReference } from "../../../src/core/image/reference.ts";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { assembleSignature, stampedBytes } from "../../../src/core/sign/assembleSignature.ts";
import { checkSignature } from "../../../src/core/sign/checkSignature.ts";
import type { SigningTerms } from "../../../src/core/sign/payload.ts";
import { planSignature, type SignaturePlan } from "../../../src/core/sign/plan.ts";
import type { SigningFormat } from "../../../src/core/sign/scheme.ts";
import type { SigningKey } from "../../../src/core/sign/signingKey.ts";
import { verifyNotaryIntegrity, readNotaryEnvelope } from "../../../src/core/signature/notation.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { createNotaryChain, extendedKeyUsage, keyUsage, signRaw, timeStampingPurpose } from "../../helpers/notary.ts";
import { createTestKey } from "../../helpers/signingKeys.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const image = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 393 };
const reference = parseReference("registry.example.com/shop/cart:1.4").value!;
const signedAt = "2026-11-21T10:00:00Z";
const nobody = { rules: [], problems: [] };

/** A key with a chain that the Notary Project accepts. */
function certifiedKey(changes: Parameters<typeof createNotaryChain>[0] = {}): {
  key: SigningKey;
  privateKey: ReturnType<typeof generateKeyPairSync>["privateKey"];
  root: string;
} {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { chain, root } = createNotaryChain({ keys, ...changes });
  const { description } = createTestKey("p256", {
    publicKey: keys.publicKey.export({ type: "spki", format: "pem" }).toString(),
    certificateChain: chain.map(certificatePem),
  });
  return { key: description, privateKey: keys.privateKey, root: certificatePem(root.der) };
}

function planned(key: SigningKey, format: SigningFormat, terms: SigningTerms = { signedAt }): SignaturePlan {
  const { value, problems } = planSignature({ reference, image, format, terms }, nobody, key);
  assert.deepEqual(problems, []);
  return value!;
}

function refusedWith(key: SigningKey, format: SigningFormat, terms: SigningTerms = { signedAt }): string | undefined {
  const { value, problems } = planSignature({ reference, image, format, terms }, nobody, key);
  assert.equal(value, undefined);
  return problems[0]?.code;
}

describe("cosign's first format", () => {
  const { description: key, privateKey } = createTestKey("p256");
  const plan = planned(key, "cosign");

  it("signs the payload as cosign writes it, byte for byte", () => {
    assert.equal(
      Buffer.from(plan.signedBytes).toString(),
      `{"critical":{"identity":{"docker-reference":"registry.example.com/shop/cart"},"image":{"docker-manifest-digest":"${digest}"},"type":"cosign container image signature"},"optional":null}`,
    );
  });

  it("goes to the signature tag of the digest", () => {
    assert.deepEqual(plan.attachment, {
      kind: "signature-tag",
      repository: "registry.example.com/shop/cart",
      fallbackTag: `sha256-${"ab".repeat(32)}.sig`,
    });
  });

  it("keeps the signature and a time stamp with the layer", () => {
    const signature = sign("sha256", plan.signedBytes, privateKey);
    const assembled = assembleSignature(plan, signature, new Date(), { timestamps: [Buffer.from("stamp")] });
    assert.ok(assembled.kind === "signature-tag");
    assert.equal(assembled.tag, plan.attachment.fallbackTag);
    assert.deepEqual(assembled.envelope.descriptor.annotations, {
      "dev.cosignproject.cosign/signature": signature.toString("base64"),
      "dev.sigstore.cosign/rfc3161timestamp": `{"SignedRFC3161Timestamp":"${Buffer.from("stamp").toString("base64")}"}`,
    });
    const manifest: { layers: unknown } = JSON.parse(Buffer.from(assembled.manifest.bytes).toString());
    assert.deepEqual(manifest.layers, [assembled.envelope.descriptor]);
    assert.deepEqual(stampedBytes(plan, signature), signature);
  });
});

for (const format of ["notation-jws", "notation-cose"] as const)
  describe(`an envelope of the Notary Project (${format})`, () => {
    const { key, privateKey } = certifiedKey();
    const derOf = (plan: SignaturePlan): Buffer => sign("sha256", plan.signedBytes, privateKey);

    it("reads back as what was planned, with time, expiry and stamp", () => {
      const plan = planned(key, format, { signedAt, expiresAt: "2026-12-21T10:00:00Z" });
      const signature = checkSignature(plan, derOf(plan)).value!;
      const response = Buffer.from("3007300302010030 00".replace(" ", ""), "hex");
      const { envelope, manifest } = assembleSignature(plan, signature, new Date("2026-11-21T10:00:01Z"), {
        timestamps: [response],
      });
      const read = readNotaryEnvelope(format, envelope.bytes);
      assert.ok(read.kind === "envelope", JSON.stringify(read));
      const proven = verifyNotaryIntegrity(read.envelope, image);
      assert.ok("attributes" in proven, JSON.stringify(proven));
      assert.deepEqual(proven.attributes, {
        scheme: "notary.x509",
        signingTime: new Date(signedAt),
        expiry: new Date("2026-12-21T10:00:00Z"),
      });
      assert.deepEqual(Buffer.from(proven.timestamp ?? []), Buffer.from("3000", "hex"));
      assert.deepEqual(Buffer.from(stampedBytes(plan, signature)), Buffer.from(proven.signature));
      const {
        artifactType,
        config,
        annotations,
      }: Record<string, Record<string, string>> = JSON.parse(Buffer.from(manifest.bytes).toString());
      assert.equal(artifactType, "application/vnd.cncf.notary.signature");
      assert.equal(config?.["mediaType"], "application/vnd.oci.empty.v1+json");
      assert.match(
        annotations?.["io.cncf.notary.x509chain.thumbprint#S256"] ?? "",
        /^\["[0-9a-f]{64}","[0-9a-f]{64}"\]$/,
      );
    });

    it("is the same for the same terms, so that a request that waited can be resumed", () => {
      assert.deepEqual(planned(key, format).signedBytes, planned(key, format).signedBytes);
      assert.notDeepEqual(
        planned(key, format).signedBytes,
        planned(key, format, { signedAt: "2026-11-21T10:00:01Z" }).signedBytes,
      );
    });

    it("refuses a signature that is none, and one in another encoding", () => {
      const plan = planned(key, format);
      assert.equal(checkSignature(plan, signRaw(privateKey, plan.signedBytes)).problems[0]?.code, "signature-encoding");
      assert.equal(
        checkSignature(plan, sign("sha256", Buffer.from("x"), privateKey)).problems[0]?.code,
        "signature-wrong",
      );
    });

    it("demands PSS of an RSA key", () => {
      const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const { chain } = createNotaryChain({ keys });
      const { description } = createTestKey("rsa2048", {
        publicKey: keys.publicKey.export({ type: "spki", format: "pem" }).toString(),
        certificateChain: chain.map(certificatePem),
        schemes: [{ scheme: "rsa-pss", hashes: ["sha256"] }],
      });
      const plan = planned(description, format);
      assert.deepEqual(plan.scheme, { scheme: "rsa-pss", hash: "sha256" });
      assert.equal(
        checkSignature(plan, sign("sha256", plan.signedBytes, keys.privateKey)).problems[0]?.code,
        "signature-wrong",
      );
      assert.deepEqual(checkSignature(plan, signRaw(keys.privateKey, plan.signedBytes)).problems, []);
      assert.equal(
        refusedWith({ ...description, schemes: [{ scheme: "rsa-pkcs1v15", hashes: ["sha256"] }] }, format),
        "key-unusable",
      );
    });

    const stamper = [keyUsage(0x80), extendedKeyUsage([timeStampingPurpose], true)];
    const [leaf = "", root = ""] = key.certificateChain ?? [];
    const refused: readonly (readonly [string, SigningKey, SigningTerms, string])[] = [
      ["an Ed25519 key", createTestKey("ed25519").description, { signedAt }, "key-unusable"],
      ["a key without a certificate", createTestKey("p256").description, { signedAt }, "certificate-missing"],
      ["a chain that cannot be read", { ...key, certificateChain: [leaf, "x"] }, { signedAt }, "certificate-missing"],
      [
        "another key's certificate",
        { ...certifiedKey().key, certificateChain: [leaf, root] },
        { signedAt },
        "certificate-other-key",
      ],
      ["a chain without its root", { ...key, certificateChain: [leaf] }, { signedAt }, "certificate-unsuitable"],
      [
        "a certificate for time stamps",
        certifiedKey({ extensions: stamper }).key,
        { signedAt },
        "certificate-unsuitable",
      ],
      ["a certificate that is not valid yet", key, { signedAt: "2020-01-01T00:00:00Z" }, "certificate-not-valid"],
      ["a certificate that is over", key, { signedAt: "2040-01-01T00:00:00Z" }, "certificate-not-valid"],
      ["no time of signing", key, {}, "signing-time-missing"],
      ["an expiry before the time of signing", key, { signedAt, expiresAt: "2026-11-21T09:59:59Z" }, "expiry-wrong"],
      ["an expiry that is no time", key, { signedAt, expiresAt: "soon" }, "expiry-wrong"],
      ["a predicate", key, { signedAt, predicate: { type: "t", json: "{}" } }, "format-without-attestations"],
    ];
    for (const [what, unfit, terms, code] of refused)
      it(`is not planned with ${what}`, () => assert.equal(refusedWith(unfit, format, terms), code));

    it("is foretold to be accepted where the trust store and the name fit", () => {
      const { key: own, root: trusted } = certifiedKey();
      const acceptance = (statement: object, store = trusted) => {
        const text = JSON.stringify({
          version: "1.0",
          trustPolicies: [
            {
              name: "release",
              registryScopes: ["*"],
              signatureVerification: { level: "strict" },
              trustStores: ["ca:acme"],
              trustedIdentities: ["*"],
              ...statement,
            },
          ],
        });
        const policy = readPolicy([
          { path: "trustpolicy.json", text },
          { path: "truststore/x509/ca/acme/root.crt", text: store },
          { path: "truststore/x509/tsa/clock/root.crt", text: store },
        ]);
        const [told] = planSignature({ reference, image, format, terms: { signedAt } }, policy, own).value!.acceptance;
        return [told?.accepts, told?.reason];
      };
      assert.deepEqual(acceptance({}), [true, "'release' trusts the key's certificate."]);
      assert.equal(acceptance({ trustedIdentities: ["x509.subject: C=US, ST=WA, O=Acme"] })[0], true);
      assert.match(String(acceptance({ trustedIdentities: ["x509.subject: C=US, ST=WA, O=B"] })[1]), /other names/);
      assert.match(String(acceptance({}, certifiedKey().root)[1]), /^None of the key's certificates/);
      assert.match(String(acceptance({ trustStores: ["ca:acme", "tsa:clock"] })[1]), /time stamp/);
    });
  });

describe("terms that do not fit a format", () => {
  const { description: key } = createTestKey("p256");
  it("are refused: an expiry where nothing can hold it", () => {
    for (const format of ["sigstore-bundle", "cosign"] as const)
      assert.equal(refusedWith(key, format, { signedAt, expiresAt: "2027-01-01T00:00:00Z" }), "format-without-expiry");
  });
  it("are refused: a predicate in cosign's first format", () =>
    assert.equal(refusedWith(key, "cosign", { predicate: { type: "t", json: "{}" } }), "format-without-attestations"));
});

describe("an attestation", () => {
  const { description: key, privateKey } = createTestKey("p256");
  const predicate = { type: "https://slsa.dev/provenance/v1", json: '{"n":12345678901234567890}' };
  const plan = planned(key, "sigstore-bundle", { signedAt, predicate });

  it("says the predicate of the image, its numbers as they stand", () => {
    assert.equal(
      Buffer.from(plan.payload).toString(),
      `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"registry.example.com/shop/cart","digest":{"sha256":"${"ab".repeat(32)}"}}],"predicateType":"https://slsa.dev/provenance/v1","predicate":{"n":12345678901234567890}}`,
    );
  });

  it("is announced by its type", () => {
    const { manifest } = assembleSignature(plan, sign("sha256", plan.signedBytes, privateKey), new Date());
    assert.match(
      Buffer.from(manifest.bytes).toString(),
      /"dev.sigstore.bundle.predicateType":"https:\/\/slsa.dev\/provenance\/v1"/,
    );
  });
});
