import assert from "node:assert/strict";
import type { Authority } from "../../../src/core/policy/policy.ts";
import type { DraftRequest } from "../../../src/core/policy/draftRule.ts";
import { signatureStatement } from "../../../src/core/sign/statement.ts";
import { draftRequestsOf } from "../../../src/core/verdict/draftRequests.ts";
import type { Evidence } from "../../../src/core/verdict/evidence.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { createNotaryChain, signJws } from "../../helpers/notary.ts";
import * as scene from "../../helpers/signedImage.ts";
import { bundleOf, createSigstoreScene, logEntryOf, signParts, statementOf } from "../../helpers/sigstoreScene.ts";

const { image, now } = scene;
const sigstore = createSigstoreScene();
const other = createSigstoreScene();
const { root, leaf, chain } = createNotaryChain();

function drafts(
  attached: readonly ReturnType<typeof scene.attach>[],
  more: Partial<Evidence> = {},
): readonly DraftRequest[] {
  const authorities: readonly Authority[] = [scene.keyAuthority(pem(acme)), scene.keylessAuthority()];
  const evidence = { ...scene.evidenceOf(attached), ...more };
  const verdict = judge(evidence, scene.policyOf(scene.rule(authorities)), sigstore.material, now);
  return draftRequestsOf(evidence, verdict, ["no key", pem(stranger), pem(acme)]);
}

function keyless(scope = sigstore, payload = signatureStatement(image.digest)) {
  const parts = signParts(scope, { payload, envelope: true, keyless: true });
  const entries = [logEntryOf(scope, "dsse 0.0.1", parts) ?? {}];
  return scene.attachBundle(Buffer.from(JSON.stringify(bundleOf(parts, { content: "envelope", entries }))));
}

const notary = scene.attach(
  [
    {
      mediaType: "application/jose+json",
      bytes: signJws({ target: image, chain, privateKey: leaf.keys.privateKey }),
    },
  ],
  { artifactType: "application/vnd.cncf.notary.signature", subject: image },
);

describe("draftRequestsOf", () => {
  const common = { reference: "registry.example/acme/app:1" };

  it("names the key that made a signature, and the identity", () =>
    assert.deepEqual(drafts([scene.attachBundle(keyBundle(acme)), keyless()]), [
      { ...common, signer: { kind: "key", publicKey: pem(acme) }, format: "sigstore-bundle", logged: false },
      {
        ...common,
        signer: { kind: "identity", issuer: scene.issuer, subject: scene.identity },
        format: "sigstore-bundle",
        logged: true,
      },
    ]));

  it("names the certificates of a Notary signature, its own and the last of its chain, as PEM", () => {
    const [draft, ...more] = drafts([notary]);
    assert.ok(draft?.signer.kind === "certificate");
    assert.deepEqual([draft.format, draft.logged, more.length], ["notation-jws", false, 0]);
    for (const [text, certificate] of [
      [draft.signer.leaf, leaf],
      [draft.signer.root, root],
    ] as const) {
      assert.match(text, /^-----BEGIN CERTIFICATE-----\n(?:[\w+/=]{1,64}\n)+-----END CERTIFICATE-----\n$/);
      assert.equal(text.replaceAll(/-.*-|\n/g, ""), certificate.der.toString("base64"));
    }
  });

  it("names nobody whose signature does not hold, and no key that is not at hand", () => {
    assert.deepEqual(drafts([scene.attachBundle(keyBundle(stranger))]), []);
    assert.deepEqual(drafts([keyless(other)]), []);
    const evidence = scene.evidenceOf([scene.attachBundle(keyBundle(acme))]);
    const policy = scene.policyOf(scene.rule([scene.keyAuthority(pem(acme))]));
    assert.deepEqual(draftRequestsOf(evidence, judge(evidence, policy, sigstore.material, now), [pem(stranger)]), []);
  });

  it("names nobody for an attestation", () =>
    assert.deepEqual(drafts([keyless(sigstore, statementOf("https://slsa.dev/provenance/v1"))]), []));

  it("has nothing to say of an image that is not known, or of signatures that were not judged", () => {
    const evidence = scene.evidenceOf([scene.attachBundle(keyBundle(acme))]);
    const verdict = judge(evidence, scene.policyOf(), sigstore.material, now);
    const { image: _, ...unresolved } = evidence;
    assert.deepEqual(draftRequestsOf(unresolved, verdict, [pem(acme)]), []);
    assert.deepEqual(draftRequestsOf(evidence, { ...verdict, signatures: [] }, [pem(acme)]), []);
  });

  it("keeps to the signature that a signer made, where another comes first", () => {
    const [first] = drafts([scene.attachBundle(keyBundle(stranger)), keyless()]);
    assert.equal(first?.signer.kind, "identity");
  });
});
