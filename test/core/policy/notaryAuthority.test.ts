import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { createNotaryChain, signJws } from "../../helpers/notary.ts";
import { attach, evidenceOf, image, now } from "../../helpers/signedImage.ts";

const ours = createNotaryChain();
const other = createNotaryChain();
const evidenceBy = ({ chain, leaf }: typeof ours) =>
  evidenceOf([
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
const cert = certificatePem(Buffer.from(ours.root.der));
const stamps = certificatePem(Buffer.from(other.root.der));

const kyverno = (certificates: object): object => ({
  apiVersion: "kyverno.io/v1",
  kind: "ClusterPolicy",
  spec: {
    validationFailureAction: "Enforce",
    rules: [
      {
        name: "r",
        verifyImages: [{ type: "Notary", imageReferences: ["*"], attestors: [{ entries: [{ certificates }] }] }],
      },
    ],
  },
});
const validating = (notary: object): object => ({
  apiVersion: "policies.kyverno.io/v1",
  kind: "ImageValidatingPolicy",
  spec: {
    validationActions: ["Deny"],
    attestors: [{ name: "notary", notary }],
    validations: [
      { expression: "images.containers.map(image, verifyImageSignatures(image, [attestors.notary])).all(e, e > 0)" },
    ],
  },
});
const connaisseur = (root: object, options: object = {}): object => ({
  validators: [{ name: "default", type: "notation", trustRoots: [{ name: "default", ...root }] }],
  policy: [{ pattern: "*:*", with: options }],
});

const ratify = (parameters: object): object => ({
  apiVersion: "config.ratify.sh/v2alpha1",
  kind: "Executor",
  spec: {
    scopes: ["registry.example"],
    stores: [],
    verifiers: [{ name: "n", type: "notation", parameters }],
    policyEnforcer: { type: "threshold-policy", parameters: { policy: { rules: [{ verifierName: "n" }] } } },
  },
});

function stateUnder(policy: object, signer: typeof ours): string {
  const read = readPolicy([{ path: "p.yaml", text: JSON.stringify(policy) }]);
  return judge(evidenceBy(signer), read, { trustedRoots: [] }, now).state;
}

describe("Notary signatures under other products' policies", () => {
  const policies: readonly (readonly [string, object])[] = [
    ["Kyverno, a certificate", kyverno({ cert })],
    ["Kyverno, a chain", kyverno({ certChain: cert })],
    ["Kyverno, an ImageValidatingPolicy", validating({ certs: { value: cert } })],
    ["Connaisseur", connaisseur({ cert })],
    ["Ratify", ratify({ certificates: [{ type: "ca", inline: cert }] })],
    [
      "Ratify, in the provider's form",
      ratify({ trustedIdentities: ["*"], certificates: [{ inline: { certs: cert } }] }),
    ],
    ["Connaisseur, any trust root", connaisseur({ cert }, { trustRoot: "*" })],
  ];
  for (const [what, policy] of policies)
    it(`${what}: the signers that the certificates vouch for, and nobody else`, () => {
      assert.equal(stateUnder(policy, ours), "verified");
      assert.notEqual(stateUnder(policy, other), "verified");
    });

  it("ask for a time stamp where they name who makes it", () => {
    assert.notEqual(stateUnder(validating({ certs: { value: cert }, tsaCerts: { value: stamps } }), ours), "verified");
    assert.notEqual(stateUnder(connaisseur({ cert, tsCert: stamps }), ours), "verified");
    const stores = [{ inline: cert }, { type: "tsa", inline: stamps }];
    assert.notEqual(stateUnder(ratify({ certificates: stores }), ours), "verified");
  });

  const obscure: readonly (readonly [string, object])[] = [
    ["certificates that are an expression", validating({ certs: { expression: "x" } })],
    [
      "time-stamp certificates that are an expression",
      validating({ certs: { value: cert }, tsaCerts: { expression: "x" } }),
    ],
    ["certificates that are none", validating({ certs: { value: "x" } })],
    ["an unknown field", validating({ certs: { value: cert }, level: "audit" })],
    ["identities", ratify({ trustedIdentities: ["x509.subject: C=US"], certificates: [{ inline: cert }] })],
    ["scopes of a verifier", ratify({ scopes: ["registry.example"], certificates: [{ inline: cert }] })],
    ["certificates elsewhere", ratify({ certificates: [{ azurekeyvault: {} }] })],
    ["signing authorities", ratify({ certificates: [{ type: "signingAuthority", inline: cert }] })],
    ["no certificates", ratify({ certificates: [] })],
    ["a lower level", connaisseur({ cert }, { verificationLevel: "audit" })],
    ["a time stamp only sometimes", connaisseur({ cert, tsCert: stamps }, { verifyTimestamp: "afterCertExpiry" })],
    ["a trust root that is not there", connaisseur({ cert }, { trustRoot: "x" })],
    ["a trust root without certificate", connaisseur({})],
  ];
  for (const [what, policy] of obscure)
    it(`is not understood for ${what}`, () => assert.equal(stateUnder(policy, ours), "unknown"));
});
