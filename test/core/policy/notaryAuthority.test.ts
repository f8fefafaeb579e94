import assert from "node:assert/strict";
import { toNotaryAuthority } from "../../../src/core/policy/notaryAuthority.ts";
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
    [
      "identities beside others",
      ratify({ trustedIdentities: ["*", "x509.subject: C=US"], certificates: [{ inline: cert }] }),
    ],
    ["an unknown field of a certificate", ratify({ certificates: [{ inline: cert, unless: 1 }] })],
    [
      "signing authorities beside others",
      ratify({ certificates: [{ inline: cert }, { type: "signingAuthority", inline: cert }] }),
    ],
    ["certificates beside others that are elsewhere", ratify({ certificates: [{ inline: cert }, { type: "tsa" }] })],
    ["certificates for time stamps alone", ratify({ certificates: [{ type: "tsa", inline: cert }] })],
    ["no certificates", ratify({ certificates: [] })],
    ["a lower level", connaisseur({ cert }, { verificationLevel: "audit" })],
    ["a time stamp only sometimes", connaisseur({ cert, tsCert: stamps }, { verifyTimestamp: "afterCertExpiry" })],
    ["a trust root that is not there", connaisseur({ cert }, { trustRoot: "x" })],
    ["a trust root without certificate", connaisseur({})],
    ["an unknown field of a trust root", connaisseur({ cert, unless: 1 })],
    ["a certificate for time stamps that is none", connaisseur({ cert, tsCert: "x" })],
    ["an unknown field of certificates", kyverno({ cert, unless: 1 })],
  ];
  for (const [what, policy] of obscure)
    it(`is not understood for ${what}`, () => assert.equal(stateUnder(policy, ours), "unknown"));
});

describe("toNotaryAuthority", () => {
  const source = { file: "p.yaml", line: 3 };
  const make = (certificates: string, timestampCertificates?: string) =>
    toNotaryAuthority({
      name: "n",
      source,
      certificates,
      ...(timestampCertificates === undefined ? {} : { timestampCertificates }),
    }).authority;
  const strict = {
    kind: "notary",
    name: "n",
    source,
    stores: { ca: [ours.root.der], signingAuthority: [] },
    identities: "any",
    checks: { authenticity: "enforce", authenticTimestamp: "enforce", expiry: "enforce", revocation: "enforce" },
    verifyTimestamp: "always",
  };
  const garbage = cert.replace(/\n.*\n/, "\nAAAA\n");

  it("holds signatures to everything", () => {
    assert.deepEqual(make(cert), strict);
    const stores = { ...strict.stores, tsa: [other.root.der] };
    assert.deepEqual(make(cert, stamps), { ...strict, stores });
  });

  it("takes so many certificates, and so long a text", () => {
    const kind = (text: string) => make(text).kind;
    assert.deepEqual([kind(cert.repeat(64)), kind(cert.repeat(65))], ["notary", "not-evaluated"]);
    const padded = (length: number): string => cert + " ".repeat(length - cert.length);
    assert.deepEqual([kind(padded(512 * 1024)), kind(padded(512 * 1024 + 1))], ["notary", "not-evaluated"]);
  });

  for (const [what, certificates, timestampCertificates] of [
    ["no certificate", ""],
    ["one that is none", garbage],
    ["one that is none beside another", cert + garbage],
    ["one that is no Base64", "-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----\n"],
    ["no certificate for time stamps", cert, ""],
    ["one for time stamps that is none", cert, garbage],
  ] as const)
    it(`evaluates nothing with ${what}`, () =>
      assert.deepEqual(make(certificates, timestampCertificates), {
        kind: "not-evaluated",
        name: "n",
        source,
        why: "its certificates cannot be read",
      }));
});
