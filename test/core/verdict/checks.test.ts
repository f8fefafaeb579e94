import assert from "node:assert/strict";
import { createHash, sign } from "node:crypto";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Evidence } from "../../../src/core/verdict/evidence.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { cosignSignature } from "../../helpers/cosignSignature.ts";
import { acme, hintOf, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { keylessBundle } from "../../helpers/keylessBundle.ts";
import {
  attachBundle,
  bundleType,
  evidenceOf,
  imageBytes,
  keyAuthority,
  keylessAuthority,
  now,
  policyOf,
  rule,
} from "../../helpers/signedImage.ts";

const sigstore = createTrialSigstore({ now });
const material = { trustedRoots: [{ name: "ours", text: sigstore.trustedRoot, source: "trial" }], defaultRoot: "ours" };
const policy = policyOf(rule([keyAuthority(pem(acme)), keylessAuthority()]));

/** The steps between the one that names the signature and those that follow it. */
const checked = (evidence: Evidence): readonly (readonly [string, string | undefined])[] =>
  judge(evidence, policy, material, now)
    .trace.filter(({ step, outcome }) => step === "signature" && outcome !== "note")
    .slice(1)
    .map(({ text, section }) => [text, section]);
const sections = (evidence: Evidence) => checked(evidence).map(([, section]) => section?.split(/[,;]/u)[0]);

describe("the steps of a valid signature", () => {
  const digest = "sha256:4108250765b1";

  it("say for a bundle by a key what was compared, by which specification", () => {
    const steps = checked(evidenceOf([attachBundle(keyBundle(acme))]));
    assert.equal(steps.length, 2);
    assert.match(
      steps[0]?.[0] ?? "",
      new RegExp(`^The manifest's subject and the signed statement both name ${digest}`, "u"),
    );
    assert.match(
      steps[1]?.[0] ?? "",
      /^The signature fits the signed bytes under the key [0-9a-f]{12} \(ecdsa-p256\)\.$/u,
    );
    assert.deepEqual(sections(evidenceOf([attachBundle(keyBundle(acme))])), [
      "in-toto attestation framework 1.0",
      "DSSE protocol 1.0",
    ]);
  });

  it("say so for a certificate with its log entry", () => {
    const evidence = evidenceOf([attachBundle(Buffer.from(JSON.stringify(keylessBundle(sigstore))))]);
    const steps = checked(evidence);
    assert.ok(steps.some(([text]) => /^Certificate [0-9a-f:]+ was issued under the trusted root/iu.test(text)));
    assert.ok(steps.some(([text]) => /^The log's entry of .+ holds the same signature/u.test(text)));
    assert.ok(sections(evidence).includes("RFC 5280"));
  });

  it("say so for cosign's first format", () => {
    const steps = checked(evidenceOf([cosignSignature({ pair: acme })]));
    assert.match(steps[0]?.[0] ?? "", new RegExp(`^The signed payload names ${digest}`, "u"));
    assert.equal(steps.length, 2);
  });

  it("say so for a bundle whose signature is over the manifest itself", () => {
    const bundle = {
      mediaType: bundleType,
      verificationMaterial: { publicKey: { hint: hintOf(acme) } },
      messageSignature: {
        messageDigest: { algorithm: "SHA2_256", digest: createHash("sha256").update(imageBytes).digest("base64") },
        signature: sign("sha256", imageBytes, acme.privateKey).toString("base64"),
      },
    };
    const steps = checked(evidenceOf([attachBundle(Buffer.from(JSON.stringify(bundle)))]));
    assert.deepEqual(
      steps.map(([text, section]) => `${text.slice(0, 35)} ${section}`),
      [
        "The signature is over the image's o Sigstore client specification, 4.5",
        "The signature fits the signed bytes Sigstore client specification, 4.5",
      ],
    );
  });

  it("claim nothing for one that is not valid", () => {
    assert.deepEqual(checked(evidenceOf([attachBundle(keyBundle(stranger))])), []);
    assert.deepEqual(checked(evidenceOf([attachBundle(keyBundle(acme, { digest: `sha256:${"00".repeat(32)}` }))])), []);
  });
});
