import assert from "node:assert/strict";
import type { NotaryAuthority } from "../../../src/core/policy/policy.ts";
import type { Evidence } from "../../../src/core/verdict/evidence.ts";
import { revocationQuestions } from "../../../src/core/verdict/revocationQuestions.ts";
import { acme, keyBundle } from "../../helpers/keyBundle.ts";
import { createNotaryChain, signJws } from "../../helpers/notary.ts";
import { listAt, responderAt } from "../../helpers/revocation.ts";
import { attach, attachBundle, evidenceOf, image, now, policyOf, rule } from "../../helpers/signedImage.ts";

const responder = "http://ocsp.acme.example";
const list = "http://crl.acme.example/list";
const asking = createNotaryChain({ more: [responderAt(responder)] });
const listing = createNotaryChain({ more: [listAt(list)] });

function signedBy({ chain, leaf }: typeof asking, more: object = {}) {
  const bytes = signJws({ target: image, chain, privateKey: leaf.keys.privateKey, ...more });
  return attach([{ mediaType: "application/jose+json", bytes }], {
    artifactType: "application/vnd.cncf.notary.signature",
    subject: image,
  });
}

function authority(...chains: readonly (typeof asking)[]): NotaryAuthority {
  return {
    kind: "notary",
    name: "release",
    source: { file: "trustpolicy.json", line: 4 },
    stores: { ca: chains.map(({ root }) => root.der), signingAuthority: [] },
    identities: "any",
    checks: {
      authenticity: "enforce",
      authenticTimestamp: "enforce",
      expiry: "enforce",
      revocation: "enforce",
    },
    verifyTimestamp: "always",
  };
}

function asked(evidence: Evidence, ...authorities: readonly NotaryAuthority[]): readonly string[] {
  return revocationQuestions(evidence, policyOf(rule(authorities)), now).map(({ kind, url }) => `${kind} ${url}`);
}

describe("revocationQuestions", () => {
  it("asks about the certificate of a signer whom a policy knows, where it says", () => {
    assert.deepEqual(asked(evidenceOf([signedBy(asking)]), authority(asking)), [`ocsp ${responder}`]);
    assert.deepEqual(asked(evidenceOf([signedBy(listing)]), authority(listing)), [`list ${list}`]);
  });

  it("asks about all of them, and each once", () => {
    const all = evidenceOf([signedBy(asking), signedBy(listing), attachBundle(keyBundle(acme))]);
    const both = [`ocsp ${responder}`, `list ${list}`];
    assert.deepEqual(asked(all, authority(asking, listing)), both);
    assert.deepEqual(asked(all, authority(asking), authority(listing), authority(asking)), both);
  });

  it("asks one responder about two certificates, and for one list once", () => {
    const sibling = createNotaryChain({ more: [responderAt(responder)] });
    const lists = createNotaryChain({ more: [listAt(list)] });
    const evidence = evidenceOf([signedBy(asking), signedBy(sibling), signedBy(listing), signedBy(lists)]);
    assert.deepEqual(asked(evidence, authority(asking, sibling, listing, lists)), [
      `ocsp ${responder}`,
      `ocsp ${responder}`,
      `list ${list}`,
    ]);
  });

  it("asks nothing for a stranger, for another image, without a policy, and where the image is not known", () => {
    const evidence = evidenceOf([signedBy(asking)]);
    assert.deepEqual(asked(evidence, authority(listing)), []);
    const target = { ...image, digest: `sha256:${"00".repeat(32)}` };
    assert.deepEqual(asked(evidenceOf([signedBy(asking, { target })]), authority(asking)), []);
    assert.deepEqual(revocationQuestions(evidence, policyOf(), now), []);
    const elsewhere = rule([authority(asking)], {
      globs: [{ glob: "other.example/**", source: { file: "trustpolicy.json", line: 1 } }],
    });
    assert.deepEqual(revocationQuestions(evidence, policyOf(elsewhere), now), []);
    const later = new Date("2036-11-21T12:00:00Z");
    assert.deepEqual(revocationQuestions(evidence, policyOf(rule([authority(asking)])), later), []);
    const { image: _, ...unresolved } = evidence;
    assert.deepEqual(asked(unresolved, authority(asking)), []);
  });

  it("asks so many questions and no more", function () {
    this.timeout(60_000);
    const many = Array.from({ length: 17 }, (_, index) =>
      createNotaryChain({ more: [responderAt(`http://ocsp${index}.acme.example`)] }),
    );
    assert.equal(asked(evidenceOf(many.map((each) => signedBy(each))), authority(...many)).length, 16);
  });
});
