import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Authority, NotaryAuthority } from "../../../src/core/policy/policy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Evidence } from "../../../src/core/verdict/evidence.ts";
import type { Governance } from "../../../src/core/verdict/verdict.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { createNotaryChain, signJws } from "../../helpers/notary.ts";
import { ocspResponse, responderAt } from "../../helpers/revocation.ts";
import * as scene from "../../helpers/signedImage.ts";

const { now, image, issuer } = scene;
const sigstore = createTrialSigstore({ now });
const material = { trustedRoots: [{ name: "trial", text: sigstore.trustedRoot, source: "t" }], defaultRoot: "trial" };

function governanceOf(evidence: Evidence, ...authorities: readonly Authority[]): Governance | undefined {
  const policy = scene.policyOf(scene.rule(authorities));
  return judge(evidence, policy, material, now).signatures[0]?.governance;
}

function notary(more: Partial<NotaryAuthority> = {}): NotaryAuthority {
  const checks = {
    authenticity: "enforce",
    authenticTimestamp: "enforce",
    expiry: "enforce",
    revocation: "enforce",
  } as const;
  return {
    kind: "notary",
    name: "release",
    source: { file: "trustpolicy.json", line: 4 },
    stores: { ca: [], signingAuthority: [] },
    identities: "any",
    checks,
    verifyTimestamp: "always",
    ...more,
  };
}

describe("what a verdict tells a security team of the signer", () => {
  it("of a workload's certificate", () => {
    const bundle = sigstore.signImageKeyless({ digest: image.digest, identity: scene.identity, issuer });
    const told = governanceOf(scene.evidenceOf([scene.attachBundle(bundle)]), scene.keylessAuthority());
    assert.match(told?.authority ?? "", /Countersign TRIAL identity issuing/);
    assert.match(told?.validUntil ?? "", /^2026-11-21T12:09:00/);
    assert.match(told?.key ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual(
      [told?.managedIn, told?.attributesFrom, told?.revocation, told?.algorithm],
      ["trusted root 'trial'", issuer, "not asked", "ecdsa-p256"],
    );
  });

  it("of a key that a policy names", () => {
    const told = governanceOf(scene.evidenceOf([scene.attachBundle(keyBundle(acme))]), scene.keyAuthority(pem(acme)));
    assert.deepEqual(told, {
      authority: "none: a key without a certificate",
      managedIn: "'acme' of policy policy/images.yaml:12",
      attributesFrom: "the policy, which names the key",
      revocation: "not revocable",
      validUntil: "no end",
      key: told?.key,
      algorithm: "ecdsa-p256",
    });
  });

  it("of a certificate that counts by a root of parts: the root of the certificates", () => {
    const bundle = sigstore.signImageKeyless({ digest: image.digest, identity: scene.identity, issuer });
    const other = { name: "other", text: createTrialSigstore({ now }).trustedRoot, source: "t" };
    const trustedRoots = [other, ...material.trustedRoots];
    const authority = scene.keylessAuthority({ trustedRoot: "trial", ignoresCertificateLog: true });
    const policy = scene.policyOf(scene.rule([authority]));
    const evidence = scene.evidenceOf([scene.attachBundle(bundle)]);
    const composed = judge(evidence, policy, { trustedRoots, defaultRoot: "other" }, now);
    assert.deepEqual(
      [composed.state, composed.signatures[0]?.governance?.managedIn],
      ["verified", "trusted root 'trial'"],
    );
  });

  it("of a certificate of an authority that nobody knows: what it says itself, and that nobody vouches for it", () => {
    const foreign = createTrialSigstore({ now });
    const bundle = foreign.signImageKeyless({ digest: image.digest, identity: scene.identity, issuer });
    const told = governanceOf(scene.evidenceOf([scene.attachBundle(bundle)]), scene.keylessAuthority());
    assert.deepEqual([told?.managedIn, told?.attributesFrom], ["not known", "not known"]);
    assert.match(told?.authority ?? "", /identity issuing/);
  });

  it("of one of several keys: where that one stands", () => {
    const at = (line: number) => ({ source: { file: "policy/images.yaml", line } });
    const others = scene.keyAuthority(pem(stranger), { name: "other", ...at(7) });
    const own = scene.keyAuthority(pem(acme), { name: "own", ...at(9) });
    const named = scene.keylessAuthority({ name: "own", ...at(8) });
    const told = governanceOf(scene.evidenceOf([scene.attachBundle(keyBundle(acme))]), others, named, own);
    assert.equal(told?.managedIn, "'own' of policy policy/images.yaml:9");
  });

  it("of a key that nobody knows: that it is not known", () => {
    const told = governanceOf(
      scene.evidenceOf([scene.attachBundle(keyBundle(stranger))]),
      scene.keyAuthority(pem(acme)),
    );
    assert.deepEqual([told?.managedIn, told?.attributesFrom, told?.algorithm], ["not known", "not known", "not known"]);
  });

  describe("of a certificate in a trust store", () => {
    const url = "http://ocsp.acme.example";
    const revocable = createNotaryChain({ more: [responderAt(url)] });
    const plain = createNotaryChain();
    const evidenceOf = (own: ReturnType<typeof createNotaryChain>): Evidence =>
      scene.evidenceOf([
        scene.attach(
          [
            {
              mediaType: "application/jose+json",
              bytes: signJws({ target: image, chain: own.chain, privateKey: own.leaf.keys.privateKey }),
            },
          ],
          { artifactType: "application/vnd.cncf.notary.signature", subject: image },
        ),
      ]);
    const answered = (status: "good" | "unknown" | Date): Evidence => {
      const { leaf, root } = revocable;
      const bytes = ocspResponse({ certificate: leaf, issuer: root, status });
      const subject = createHash("sha256").update(leaf.der).digest("hex");
      return { ...evidenceOf(revocable), revocations: [{ kind: "ocsp", url, subject, at: now.toISOString(), bytes }] };
    };
    const store = (own: ReturnType<typeof createNotaryChain>) => ({ ca: [own.root.der], signingAuthority: [] });
    const skipping = { ...notary().checks, revocation: "skip" } as const;
    const logging = { ...notary().checks, revocation: "log" } as const;
    const cases: readonly (readonly [string, Evidence, NotaryAuthority, Governance["revocation"]])[] = [
      ["that names no place to ask", evidenceOf(plain), notary({ stores: store(plain) }), "not revocable"],
      ["that is not revoked", answered("good"), notary({ stores: store(revocable) }), "not revoked"],
      ["that is revoked", answered(new Date("2026-11-01")), notary({ stores: store(revocable) }), "revoked"],
      [
        "that is revoked, where that is only logged",
        answered(new Date("2026-11-01")),
        notary({ stores: store(revocable), checks: logging }),
        "revoked",
      ],
      ["of which nobody told", evidenceOf(revocable), notary({ stores: store(revocable) }), "not known"],
      [
        "of which nobody told, where that is only logged",
        evidenceOf(revocable),
        notary({ stores: store(revocable), checks: logging }),
        "not known",
      ],
      ["where nobody asks", evidenceOf(revocable), notary({ stores: store(revocable), checks: skipping }), "not asked"],
    ];
    for (const [what, evidence, authority, expected] of cases)
      it(what, () => {
        const told = governanceOf(evidence, authority);
        assert.equal(told?.revocation, expected);
        assert.equal(told.managedIn, "'release' of policy trustpolicy.json:4");
        assert.match(told.authority, /CN=root/);
      });

    it("of one whom no store knows", () => {
      const told = governanceOf(evidenceOf(plain), notary({ stores: store(revocable) }));
      assert.deepEqual([told?.managedIn, told?.revocation], ["not known", "not known"]);
    });
  });
});
