import assert from "node:assert/strict";
import { collectRevocations } from "../../src/application/collectRevocations.ts";
import { verifyImages } from "../../src/application/verifyImages.ts";
import type { NotaryAuthority, TrustPolicy } from "../../src/core/policy/policy.ts";
import type { Evidence } from "../../src/core/verdict/evidence.ts";
import { judge } from "../../src/core/verdict/judge.ts";
import type { RevocationQuestion } from "../../src/core/x509/revocation.ts";
import { createNotaryChain, signJws } from "../helpers/notary.ts";
import { listAt, ocspResponse, responderAt, revocationList } from "../helpers/revocation.ts";
import { attach as attachTo, pushImage, startScene } from "../helpers/registryScene.ts";
import { attach, evidenceOf, image, now, policyOf, rule } from "../helpers/signedImage.ts";

const responder = "http://ocsp.example/";
const place = "http://lists.example/1.crl";
const { root, leaf, chain } = createNotaryChain({ more: [responderAt(responder), listAt(place)] });
const clock = { now: () => now };
const { signal } = new AbortController();

const evidence: Evidence = evidenceOf([
  attach(
    [
      {
        mediaType: "application/jose+json",
        bytes: signJws({ target: image, chain, privateKey: leaf.keys.privateKey }),
      },
    ],
    {
      artifactType: "application/vnd.cncf.notary.signature",
      subject: image,
    },
  ),
]);

function policyWith(more: Partial<NotaryAuthority> = {}) {
  const authority: NotaryAuthority = {
    kind: "notary",
    name: "release",
    source: { file: "trustpolicy.json", line: 4 },
    stores: { ca: [root.der], signingAuthority: [] },
    identities: "any",
    checks: { authenticity: "enforce", authenticTimestamp: "enforce", expiry: "enforce", revocation: "enforce" },
    verifyTimestamp: "always",
    ...more,
  };
  return policyOf(rule([authority]));
}

/** Collects, and gives where was asked and what the verdict then is. */
async function collected(
  answers: Readonly<Record<string, Uint8Array>>,
  policy = policyWith(),
): Promise<{ readonly asked: readonly string[]; readonly outcome: readonly string[] }> {
  const asked: string[] = [];
  const revocations = {
    ask: (question: RevocationQuestion) => {
      asked.push(question.url);
      const bytes = answers[question.url];
      return bytes === undefined ? Promise.reject(new Error("nobody is there")) : Promise.resolve(bytes);
    },
  };
  const after = await collectRevocations({ clock, revocations }, evidence, policy, { signal });
  const { state, reason } = judge(after, policy, { trustedRoots: [] }, now);
  return { asked, outcome: [state, reason.code] };
}

describe("verifyImages, with certificates that can be revoked", () => {
  it("asks only where the verdict depends on it, and judges by the answer", async () => {
    const scene = await startScene();
    try {
      const target = await pushImage(scene.registry, scene.repository, "1");
      const text = signJws({ target, chain, privateKey: leaf.keys.privateKey }).toString("utf8");
      const artifactType = "application/vnd.cncf.notary.signature";
      const mediaType = "application/jose+json";
      await attachTo(scene.registry, scene.repository, target, { artifactType, text, mediaType });
      const authority = policyWith().rules[0]?.authorities ?? [];
      const globs = [{ glob: "**", source: { file: "trustpolicy.json", line: 4 } }];
      const asked: string[] = [];
      const revocations = {
        ask({ url }: RevocationQuestion) {
          asked.push(url);
          return Promise.resolve(ocspResponse({ certificate: leaf, issuer: root }));
        },
      };
      const stateUnder = async (policy: TrustPolicy): Promise<string | undefined> => {
        const ports = { registry: scene.registry, clock, revocations };
        const reference = { ...scene.repository, tag: "1" };
        const verdicts = await verifyImages(ports, [reference], policy, { trustedRoots: [] }, { signal });
        return [...verdicts.values()][0]?.state;
      };
      assert.equal(await stateUnder(policyOf()), "untrusted");
      assert.deepEqual(asked, []);
      assert.equal(await stateUnder(policyOf(rule(authority, { globs }))), "verified");
      assert.deepEqual(asked, [responder]);
    } finally {
      await scene.stop();
    }
  });
});

describe("collectRevocations", () => {
  const good = ocspResponse({ certificate: leaf, issuer: root });
  const revokedAt = new Date("2026-11-10T00:00:00Z");

  it("asks the responder, and judges by its answer", async () => {
    assert.deepEqual(await collected({ [responder]: good }), { asked: [responder], outcome: ["verified", "verified"] });
    const revoked = ocspResponse({ certificate: leaf, issuer: root, status: revokedAt });
    assert.deepEqual(await collected({ [responder]: revoked }), {
      asked: [responder],
      outcome: ["invalid", "certificate-revoked"],
    });
  });

  it("fetches the list where the responder is silent", async () => {
    const list = revocationList({ issuer: root });
    assert.deepEqual(await collected({ [place]: list }), {
      asked: [responder, place],
      outcome: ["verified", "verified"],
    });
    const revoked = revocationList({ issuer: root, revoked: [{ certificate: leaf, at: revokedAt }] });
    assert.deepEqual((await collected({ [place]: revoked })).outcome, ["invalid", "certificate-revoked"]);
  });

  it("asks everybody once, and cannot tell where nobody answers", async () => {
    assert.deepEqual(await collected({}), { asked: [responder, place], outcome: ["unknown", "revocation-unknown"] });
  });

  it("never asks on behalf of a signer whom the policy does not know", async () => {
    const strangers = policyWith({ stores: { ca: [createNotaryChain().root.der], signingAuthority: [] } });
    assert.deepEqual((await collected({ [responder]: good }, strangers)).asked, []);
    assert.deepEqual((await collected({ [responder]: good }, policyOf())).asked, []);
  });

  it("asks nobody where the policy does not insist", async () => {
    const checks = {
      authenticity: "enforce",
      authenticTimestamp: "enforce",
      expiry: "enforce",
      revocation: "skip",
    } as const;
    assert.deepEqual(await collected({}, policyWith({ checks })), { asked: [], outcome: ["verified", "verified"] });
  });

  it("asks nobody without the means to, or once it is cancelled", async () => {
    assert.equal(await collectRevocations({ clock }, evidence, policyWith(), { signal }), evidence);
    const revocations = { ask: () => Promise.reject(new Error("must not be asked")) };
    const aborted = { signal: AbortSignal.abort() };
    assert.equal(await collectRevocations({ clock, revocations }, evidence, policyWith(), aborted), evidence);
  });
});
