import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { verifyBundleForFile, type BundleQuestion } from "../../../src/core/signature/verifyBundle.ts";
import { createTrialSigstore, dataEntry } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { keylessBundle } from "../../helpers/keylessBundle.ts";
import { bundleType, identity, imageBytes, issuer, now } from "../../helpers/signedImage.ts";

describe("verifyBundleForFile", () => {
  const sigstore = createTrialSigstore({ now });
  const file = Buffer.from("a file");
  const sha256 = createHash("sha256").update(file).digest();

  function fileBundle(curve: string, digest: string): string {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: curve });
    const notBefore = new Date(now.getTime() - 60_000);
    const certificate = sigstore.authority.issue({
      publicKey,
      identity,
      issuer,
      notBefore,
      log: sigstore.certificateLog,
    });
    const signature = sign(digest, file, privateKey);
    const entry = sigstore.transparencyLog.add(dataEntry(file, signature, certificatePem(certificate)), now);
    return JSON.stringify({
      mediaType: bundleType,
      verificationMaterial: { certificate: { rawBytes: certificate.toString("base64") }, tlogEntries: [entry] },
      messageSignature: {
        messageDigest: { algorithm: "SHA2_256", digest: sha256.toString("base64") },
        signature: signature.toString("base64"),
      },
    });
  }

  const base: BundleQuestion = {
    bundleText: fileBundle("P-256", "sha256"),
    artifact: { bytes: file },
    trustedRootText: sigstore.trustedRoot,
    identity,
    issuer,
    time: now,
  };
  const { identity: _identity, ...withoutIdentity } = base;
  const { issuer: _issuer, ...withoutIssuer } = base;
  const { trustedRootText: _root, ...withoutRoot } = base;
  const ownKey = generateKeyPairSync("ec", { namedCurve: "P-256" })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString();

  const cases: readonly (readonly [string, BundleQuestion, string])[] = [
    ["a file", base, "verified"],
    ["a file by its digest", { ...base, artifact: { sha256: sha256.toString("hex") } }, "verified"],
    [
      "a statement about a file",
      { ...base, bundleText: JSON.stringify(keylessBundle(sigstore)), artifact: { bytes: imageBytes } },
      "verified",
    ],
    ["P-384", { ...base, bundleText: fileBundle("P-384", "sha384") }, "verified"],
    ["another file", { ...base, artifact: { bytes: Buffer.from("b") } }, "other-subject"],
    ["another file by its digest", { ...base, artifact: { sha256: "00".repeat(32) } }, "other-subject"],
    ["a digest that is none", { ...base, artifact: { sha256: "xyz" } }, "digest-malformed"],
    [
      "a statement about another file",
      { ...base, bundleText: JSON.stringify(keylessBundle(sigstore)) },
      "other-subject",
    ],
    ["another identity", { ...base, identity: "https://github.com/acme/app" }, "other-identity"],
    ["the identity as a pattern", { ...base, identity: ".*" }, "other-identity"],
    ["another issuer", { ...base, issuer: "https://example.com" }, "other-issuer"],
    ["no identity", withoutIdentity, "signer-missing"],
    ["no issuer", withoutIssuer, "signer-missing"],
    ["an empty identity", { ...base, identity: "" }, "signer-missing"],
    ["a key that did not sign", { ...base, keyPem: ownKey }, "signer-kind"],
    ["a key that is none", { ...base, keyPem: "x" }, "key-unreadable"],
    ["the public root", withoutRoot, "unknown-authority"],
    ["a root that cannot be used", { ...base, trustedRootText: "{}" }, "trusted-root-unreadable"],
    ["no bundle", { ...base, bundleText: "" }, "signature-malformed"],
  ];
  for (const [what, question, code] of cases)
    it(`${what}: ${code}`, () => {
      const { verified, reason } = verifyBundleForFile(question);
      assert.deepEqual([verified, reason.code], [code === "verified", code], reason.message);
    });

  it("needs no default digest, which the editor's library does not have", () => {
    const module = join(import.meta.dirname, "..", "..", "..", "src", "core", "signature", "verifyBundle.ts");
    const script = `import { verifyBundleForFile } from ${JSON.stringify(module)};
      const question = JSON.parse(process.argv[1]);
      const answer = verifyBundleForFile({ ...question, artifact: { bytes: Buffer.from("a file") }, time: new Date(question.time) });
      console.log(answer.reason.code);`;
    const preload = join(import.meta.dirname, "..", "..", "helpers", "boringssl.mjs");
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", preload, "--input-type=module", "-e", script, JSON.stringify(base)],
      { encoding: "utf8", timeout: 20_000 },
    );
    assert.equal(stdout.trim(), "verified", stderr);
  });
});
