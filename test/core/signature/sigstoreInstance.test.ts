import assert from "node:assert/strict";
import type { Authority } from "../../../src/core/policy/policy.ts";
import { signaturePredicate } from "../../../src/core/sign/statement.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { createGitHubScene } from "../../helpers/gitHubScene.ts";
import * as scene from "../../helpers/signedImage.ts";

const { now } = scene;
const gitHub = createGitHubScene();
const usual = { name: "usual", text: createTrialSigstore({ now }).trustedRoot, source: "built in" };
const slsa = "https://slsa.dev/provenance/v1";

function judged(bundle: object, authority: Authority, trustedRoots = [usual, gitHub.root]): Verdict {
  const evidence = scene.evidenceOf([scene.attachBundle(Buffer.from(JSON.stringify(bundle)))]);
  const material = { trustedRoots, defaultRoot: "usual" };
  return judge(evidence, scene.policyOf(scene.rule([authority])), material, now);
}

describe("signatures of GitHub's own Sigstore instance", () => {
  const attestation = gitHub.attest();
  const byGitHub = scene.keylessAuthority({ attestations: [slsa], trustedRoot: "github" });

  it("are verified by a policy that names its trusted root, without any log", () => {
    const verdict = judged(attestation, byGitHub);
    assert.equal(verdict.state, "verified", verdict.reason.message);
    assert.equal(verdict.signatures[0]?.provenBy, "timestamp");
  });

  it("never count by the usual root, which asks for a log: no signature chooses its own instance", () => {
    const { state } = judged(attestation, scene.keylessAuthority({ attestations: [slsa] }));
    assert.notEqual(state, "verified");
  });

  it("need their time stamp", () => {
    const { verificationMaterial, ...rest } = gitHub.attest();
    const bare = { ...rest, verificationMaterial: { ...verificationMaterial, timestampVerificationData: {} } };
    const verdict = judged(bare, byGitHub);
    assert.notEqual(verdict.state, "verified");
    assert.equal(verdict.signatures[0]?.reasons[0]?.code, "time-not-proven");
  });

  it("are unknown, in words that say what is missing, where no root of it is given", () => {
    const signature = judged(gitHub.attest(signaturePredicate), scene.keylessAuthority(), [usual]);
    assert.deepEqual([signature.state, signature.reason.code], ["unknown", "no-trusted-root"]);
    assert.match(signature.reason.message, /^It was made with GitHub's own Sigstore instance, and no trusted root/);
    assert.ok(signature.signatures[0]?.signer?.identity);
    const alone = judged(gitHub.attest(signaturePredicate), scene.keylessAuthority(), []);
    assert.equal(alone.signatures[0]?.reasons[0]?.code, "no-trusted-root");
    assert.ok(!Object.hasOwn(alone.signatures[0] ?? {}, "signer"));
    const asked = judged(attestation, scene.keylessAuthority({ attestations: [slsa] }), [usual]);
    assert.deepEqual([asked.state, asked.reason.code], ["unknown", "no-trusted-root"]);
  });

  it("do not matter as attestations that no policy asks for", () =>
    assert.equal(judged(attestation, scene.keylessAuthority(), [usual]).state, "unsigned"));

  it("are refused like all others where its root is given and they are wrong", () => {
    const other = createGitHubScene();
    const verdict = judged(other.attest(signaturePredicate), scene.keylessAuthority({ trustedRoot: "github" }));
    assert.notEqual(verdict.state, "verified");
    const wrong = gitHub.attest(signaturePredicate);
    wrong.verificationMaterial = other.attest().verificationMaterial;
    assert.notEqual(judged(wrong, scene.keylessAuthority({ trustedRoot: "github" })).state, "verified");
  });
});
