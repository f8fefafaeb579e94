import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { cosignSignature } from "../../helpers/cosignSignature.ts";
import { acme, pem, stranger } from "../../helpers/keyBundle.ts";
import { keylessBundle } from "../../helpers/keylessBundle.ts";
import { attachBundle, evidenceOf, identity, issuer, now } from "../../helpers/signedImage.ts";

const sigstore = createTrialSigstore({ now });
const material = { trustedRoots: [{ name: "ours", text: sigstore.trustedRoot, source: "trial" }], defaultRoot: "ours" };
const rekor = { ignoreTlog: true };
const key = { keys: { publicKeys: pem(acme), rekor } };
const second = { keys: { publicKeys: pem(stranger), rekor } };
const keyless = { keyless: { issuer, subject: identity } };
const images = { imageReferences: ["registry.example/*"] };

function policyWith(entries: readonly unknown[], spec: object = {}): string {
  return JSON.stringify({
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "check" },
    spec: { validationFailureAction: "Enforce", rules: [{ name: "images", verifyImages: entries }], ...spec },
  });
}

function verdictWith(text: string, attached: Parameters<typeof evidenceOf>[0]) {
  return judge(evidenceOf(attached), readPolicy([{ path: "p.yaml", text }]), material, now);
}

const set = (entries: readonly unknown[], count?: number): object => ({
  entries,
  ...(count === undefined ? {} : { count }),
});
const by = (...sets: readonly object[]): object => ({ ...images, attestors: sets });

describe("readAttestorEntry", () => {
  const own = cosignSignature({ pair: acme });
  const logged = cosignSignature({ pair: acme, log: sigstore.transparencyLog });
  const workflow = cosignSignature({ keyless: { sigstore } });
  const bundled = attachBundle(Buffer.from(JSON.stringify(keylessBundle(sigstore))));
  const keysWith = (more: object) => by(set([{ keys: { ...key.keys, ...more } }]));
  const keylessWith = (more: object) => by(set([{ keyless: { ...keyless.keyless, ...more } }]));
  const whys: readonly (readonly [object, string])[] = [
    [by(set([{ ...key, annotations: { a: "b" } }])), "it asks for annotations, which are not evaluated"],
    [
      by(set([{ ...key, repository: "ghcr.io/x" }])),
      "its signatures are kept in another repository, which is not looked at",
    ],
    [by(set([{ attestor: set([key]) }])), "attestors within attestors are not evaluated"],
    [by(set([{ certificates: { cert: "x" } }])), "certificates in the policy are not evaluated"],
    [keysWith({ ctlog: { tsaCertChain: "x" } }), "it names a time-stamp authority, which is not evaluated"],
    [keylessWith({ ctlog: { tsaCertChain: "x" } }), "it names a time-stamp authority, which is not evaluated"],
    [keysWith({ signatureAlgorithm: "sha224" }), "it uses sha224, which is not supported"],
    [by(set([{ ...key, signatureAlgorithm: "sha224" }])), "it uses sha224, which is not supported"],
    [keysWith({ publicKeys: "k8s://x/y" }), "its key is kept in the cluster or a service, and is not looked up"],
    [keysWith({ publicKeys: "awskms://x" }), "its key is kept in the cluster or a service, and is not looked up"],
    [keysWith({ publicKeys: "{{ x }}" }), "its key is kept in the cluster or a service, and is not looked up"],
    [keysWith({ publicKeys: undefined, kms: "x" }), "its key is not in the policy, and is not looked up"],
    [keylessWith({ subject: "{{ x }}" }), "it depends on variables of the cluster"],
    [keylessWith({ subject: undefined, subjectRegExp: "{{ x }}" }), "it depends on variables of the cluster"],
    [keylessWith({ subjectRegExp: "x" }), "'subject' beside 'subjectRegExp' is not evaluated"],
    [keylessWith({ issuer: undefined, issuerRegExp: "(" }), "the pattern of its issuer cannot be used"],
    [
      keylessWith({ additionalExtensions: { a: "b" } }),
      "it asks for extensions of certificates, which are not evaluated",
    ],
    [{ ...by(set([key])), type: "Notary" }, "only certificates vouch for signatures of the Notary Project"],
    [
      { ...images, type: "Notary", attestations: [{ type: "x", attestors: [set([{ certificates: { cert: "x" } }])] }] },
      "attestations that the Notary Project signs are not evaluated",
    ],
    [{ ...images, subject: identity }, "it names no issuer"],
    [{ ...images, issuer, roots: "x" }, "authorities in the old fields are not evaluated"],
    [{ ...images, issuer, type: "Notary" }, "authorities in the old fields are not evaluated"],
  ];
  for (const [entry, why] of whys)
    it(`says why it cannot tell: ${why}`, () => {
      const { rules } = readPolicy([{ path: "p.yaml", text: policyWith([entry]) }]);
      const reasons = rules.flatMap(({ authorities }) =>
        authorities.map((each) => (each.kind === "not-evaluated" ? each.why : each.kind)),
      );
      if (rules.every(({ notUnderstood }) => notUnderstood.length === 0)) assert.deepEqual(reasons, [why]);
      assert.equal(verdictWith(policyWith([entry]), [own, workflow]).state, "unknown");
    });

  it("does not evaluate a rule that asks for annotations or another repository, in the old fields either", () => {
    for (const more of [{ annotations: { a: "b" } }, { repository: "ghcr.io/x" }])
      assert.equal(verdictWith(policyWith([{ ...images, key: pem(acme), ...more }]), [logged]).state, "unknown");
  });

  for (const [what, entry] of [
    ["a certificate log", keysWith({ ctlog: { x: 1 } })],
    ["certificates", { ...by(set([{ certificates: { cert: "x", x: 1 } }])), type: "Notary" }],
    ["an attestation", { ...images, attestations: [{ type: "x", attestors: [set([key])], x: 1 }] }],
    ["an attestation without type", { ...images, attestations: [{ attestors: [set([key])] }] }],
    ["a switch that is none", keysWith({ rekor: { ignoreTlog: "perhaps" } })],
    ["a count that is none", by({ entries: [key], count: "1e0" })],
    ["a count below none", by({ entries: [key], count: -1 })],
    ["too many entries", by(set(Array<object>(101).fill(key), 1))],
  ] as const)
    it(`refuses the rule for ${what}`, () => {
      const { rules } = readPolicy([{ path: "p.yaml", text: policyWith([entry]) }]);
      assert.ok(rules.length > 0 && rules.every(({ notUnderstood }) => notUnderstood.length > 0));
    });

  it("reads what each set asks for", () => {
    const text = policyWith([{ ...by(set([key, second]), set([keyless], 1)), type: "Cosign" }]);
    const { rules } = readPolicy([{ path: "p.yaml", text }]);
    assert.deepEqual(
      rules.map(({ name, mode, quorum, authorities }) => [name, mode, quorum, authorities.map((each) => each.name)]),
      [
        ["check/images", "enforce", { count: 2, of: "authorities", named: [] }, ["keys-0", "keys-1"]],
        ["check/images", "enforce", { count: 1, of: "authorities", named: [] }, ["keyless-0"]],
      ],
    );
    const two = by(set([{ keys: { publicKeys: pem(acme) + pem(stranger), signatureAlgorithm: "sha512", rekor } }]));
    const [split] = readPolicy([{ path: "p.yaml", text: policyWith([two]) }]).rules;
    assert.deepEqual(
      split?.authorities.map((each) => [each.name, each.kind === "key" && each.hashAlgorithm]),
      [
        ["keys-0-0", "sha512"],
        ["keys-0-1", "sha512"],
      ],
    );
    const attesting = { ...images, attestations: [{ type: "a", attestors: [set([key])] }] };
    const [attestingRule] = readPolicy([{ path: "p.yaml", text: policyWith([attesting]) }]).rules;
    const [authority] = attestingRule?.authorities ?? [];
    assert.deepEqual(
      [attestingRule?.name, authority?.kind === "key" && authority.attestations],
      ["check/images: a", ["a"]],
    );
  });

  it("takes the hash of keys before that of their entry", () => {
    const hashOf = (entry: object) => {
      const [authority] =
        readPolicy([{ path: "p.yaml", text: policyWith([by(set([entry]))]) }]).rules[0]?.authorities ?? [];
      return authority?.kind === "key" && authority.hashAlgorithm;
    };
    const outer = { ...key, signatureAlgorithm: "sha384" };
    const inner = { ...outer, keys: { ...key.keys, signatureAlgorithm: "sha512" } };
    assert.deepEqual([hashOf(key), hashOf(outer), hashOf(inner)], ["sha256", "sha384", "sha512"]);
  });

  it("asks for a certificate's log unless the policy does not", () => {
    const ignores = (more: object) => {
      const [authority] =
        readPolicy([{ path: "p.yaml", text: policyWith([keylessWith(more)]) }]).rules[0]?.authorities ?? [];
      return authority?.kind === "keyless" && authority.ignoresCertificateLog;
    };
    assert.deepEqual([ignores({}), ignores({ ctlog: { ignoreSCT: true } })], [undefined, true]);
  });

  it("says where an identity leaves a side open, and where a rule is narrowed", () => {
    const codes = (more: object, rule: object = {}) => {
      const rules = [{ name: "images", ...rule, verifyImages: [keylessWith(more)] }];
      return readPolicy([{ path: "p.yaml", text: policyWith([], { rules }) }]).problems.map(({ code }) => code);
    };
    assert.deepEqual(codes({}), []);
    assert.deepEqual(codes({ issuer: undefined }), ["identity-open"]);
    assert.deepEqual(codes({ issuer: undefined, issuerRegExp: "^x$" }), []);
    for (const field of ["exclude", "preconditions", "celPreconditions"])
      assert.deepEqual(codes({}, { [field]: { any: [] } }), ["policy-match-not-evaluated"]);
  });

  it("takes each other sign of an identity as it stands", () => {
    const pattern = {
      ...keyless.keyless,
      subject: "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/mai?",
    };
    assert.equal(verdictWith(policyWith([by(set([{ keyless: pattern }]))]), [workflow]).state, "verified");
    const exact = { ...by(set([{ keyless: pattern }])), type: "SigstoreBundle" };
    assert.equal(verdictWith(policyWith([exact]), [bundled]).state, "untrusted");
    const dots = { ...keyless.keyless, subject: "https://githubxcom/*" };
    assert.equal(verdictWith(policyWith([by(set([{ keyless: dots }]))]), [workflow]).state, "untrusted");
    const literal = { ...keyless.keyless, issuer: issuer.replaceAll(".", "?").replace("?com", ".co*") };
    assert.equal(verdictWith(policyWith([by(set([{ keyless: literal }]))]), [workflow]).state, "verified");
  });
});
