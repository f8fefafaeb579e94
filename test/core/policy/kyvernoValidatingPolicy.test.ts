import assert from "node:assert/strict";
import { readCanonicalExpression } from "../../../src/core/policy/canonicalExpression.ts";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { cosignSignature } from "../../helpers/cosignSignature.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { keylessBundle } from "../../helpers/keylessBundle.ts";
import { attachBundle, evidenceOf, identity, image, issuer, now } from "../../helpers/signedImage.ts";
import { mayHoldPolicy } from "../../../src/core/policy/policyFile.ts";

const sigstore = createTrialSigstore({ now });
const other = createTrialSigstore({ now });
const material = { trustedRoots: [{ name: "ours", text: sigstore.trustedRoot, source: "trial" }], defaultRoot: "ours" };
const ctlog = { insecureIgnoreTlog: true };
const statement = Buffer.from(
  JSON.stringify({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { sha256: image.digest.slice(7) } }],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {},
  }),
);
const signatures = (attestors: string, compare = "e > 0"): string =>
  `images.containers.map(image, verifyImageSignatures(image, [${attestors}])).all(e, ${compare})`;

const attestors: Record<string, object> = {
  key: { cosign: { key: { data: pem(acme) }, ctlog } },
  logged: { cosign: { key: { data: pem(acme) } } },
  stranger: { cosign: { key: { data: pem(stranger) }, ctlog } },
  workflow: { cosign: { keyless: { identities: [{ issuer, subject: identity }] } } },
  pattern: { cosign: { keyless: { identities: [{ issuer, subjectRegExp: "^https://github.com/acme/.*$" }] } } },
  nobody: { cosign: { keyless: { identities: [{ issuer, subject: "https://github.com/acme/*" }] } } },
  anybody: { cosign: { keyless: { identities: [{ issuer }] } } },
  own: {
    cosign: { keyless: { identities: [{ issuer, subject: identity }] }, trustedRoot: { value: other.trustedRoot } },
  },
  roots: {
    cosign: {
      keyless: {
        identities: [{ issuer, subject: identity }],
        roots: other.authority.chain.map((der) => certificatePem(der)).join(""),
      },
      ctlog: {
        insecureIgnoreSCT: true,
        rekorPubKey: other.transparencyLog.publicKey.export({ type: "spki", format: "pem" }).toString(),
      },
    },
  },
  notary: { notary: { certs: { value: "x" } } },
  kms: { cosign: { key: { kms: "awskms:///x" } } },
  elsewhere: { cosign: { key: { data: pem(acme) }, ctlog, source: { repository: "ghcr.io/x" } } },
  annotated: { cosign: { key: { data: pem(acme) }, ctlog, annotations: { a: "b" } } },
  stamped: { cosign: { key: { data: pem(acme) }, ctlog: { ...ctlog, tsaCertChain: "x" } } },
  computed: { cosign: { keyless: { identities: [{ issuer, subjectExpression: "x" }] } } },
  unlogged: { cosign: { keyless: { identities: [{ issuer, subject: identity }] }, ctlog } },
  odd: { cosign: { key: { data: pem(acme), revoked: true }, ctlog } },
  both: { cosign: { key: { data: pem(acme) }, keyless: { identities: [{ issuer }] } } },
  empty: {},
};

function policyWith(expressions: readonly string[], spec: object = {}): string {
  return JSON.stringify({
    apiVersion: "policies.kyverno.io/v1",
    kind: "ImageValidatingPolicy",
    metadata: { name: "p" },
    spec: {
      matchImageReferences: [{ glob: "registry.example/*" }],
      attestors: [],
      attestations: [
        { name: "slsa", intoto: { type: "https://slsa.dev/provenance/v1" } },
        { name: "sbom", referrer: { type: "sbom/cyclone-dx" } },
      ],
      validations: expressions.map((expression) => ({ expression, message: "no" })),
      validationActions: ["Deny"],
      ...spec,
      ...((spec as { attestors?: unknown }).attestors === undefined
        ? {
            attestors: Object.entries(attestors)
              .filter(([name]) => expressions.some((each) => each.includes(`attestors.${name}`)))
              .map(([name, body]) => ({ name, ...body })),
          }
        : {}),
    },
  });
}

type Attached = ReturnType<typeof cosignSignature>;

function verdictWith(text: string, attached: readonly Attached[]): Verdict {
  assert.ok(mayHoldPolicy("p.yaml", text));
  return judge(evidenceOf(attached), readPolicy([{ path: "p.yaml", text }]), material, now);
}

describe("readValidatingPolicy", () => {
  const own = cosignSignature({ pair: acme });
  const bundle = attachBundle(keyBundle(acme));
  const strangers = attachBundle(keyBundle(stranger));
  const bundled = (by = sigstore): Attached => attachBundle(Buffer.from(JSON.stringify(keylessBundle(by))));
  const attested = attachBundle(Buffer.from(JSON.stringify(keylessBundle(sigstore, { payload: statement }))));
  const provenance =
    "images.containers.map(image, verifyAttestationSignatures(image, attestations.slsa ,[attestors.workflow])).all(e, e > 0)";
  const cases: readonly (readonly [string, readonly string[], readonly Attached[], Verdict["state"]])[] = [
    ["a key, first format", [signatures("attestors.key")], [own], "verified"],
    ["a key, bundle", [signatures("attestors.key")], [bundle], "verified"],
    ["another's key", [signatures("attestors.stranger")], [bundle], "untrusted"],
    ["a key that needs the log", [signatures("attestors.logged")], [own], "untrusted"],
    [
      "a key that needs the log, logged",
      [signatures("attestors.logged")],
      [cosignSignature({ pair: acme, log: sigstore.transparencyLog })],
      "verified",
    ],
    ["one of two", [signatures("attestors.stranger, attestors.key")], [bundle], "verified"],
    ["two of two, by count", [signatures("attestors.stranger, attestors.key", "e > 1")], [bundle], "untrusted"],
    [
      "two of two, both there",
      [signatures("attestors.stranger, attestors.key", "e >= 2")],
      [bundle, strangers],
      "verified",
    ],
    [
      "two of two, exactly",
      [signatures("attestors.stranger, attestors.key", "e == 2")],
      [bundle, strangers],
      "verified",
    ],
    ["two validations: both", [signatures("attestors.key"), signatures("attestors.stranger")], [bundle], "untrusted"],
    ["an identity", [signatures("attestors.workflow")], [bundled()], "verified"],
    ["an identity by pattern", [signatures("attestors.pattern")], [bundled()], "verified"],
    ["no wildcards in identities", [signatures("attestors.nobody")], [bundled()], "untrusted"],
    ["any subject", [signatures("attestors.anybody")], [bundled()], "verified"],
    ["a root of its own", [signatures("attestors.own")], [bundled(other)], "verified"],
    ["a root of its own, signed under another", [signatures("attestors.own")], [bundled()], "untrusted"],
    [
      "authorities and log of its own",
      [signatures("attestors.roots")],
      [cosignSignature({ keyless: { sigstore: other } })],
      "verified",
    ],
    ["an attestation", [provenance], [attested], "verified"],
    ["an attestation, and there is a signature", [provenance], [bundled()], "untrusted"],
    ["a signature, and there is an attestation", [signatures("attestors.workflow")], [attested], "unsigned"],
  ];
  for (const [what, expressions, attached, state] of cases)
    it(`${what}: ${state}`, () => {
      const verdict = verdictWith(policyWith(expressions), attached);
      assert.equal(verdict.state, state, verdict.reason.message);
    });

  const obscure: readonly (readonly [string, readonly string[], object?])[] = [
    ...["notary", "kms", "elsewhere", "annotated", "stamped", "computed", "unlogged", "odd", "both", "empty"].map(
      (name) => [`attestor ${name}`, [signatures(`attestors.${name}`)]] as const,
    ),
    ["an attestor that is not there", [signatures("attestors.missing")]],
    ["another expression", ["variables.ok == true"]],
    [
      "another expression beside the canonical one",
      [signatures("attestors.key"), "extractPayload(image, attestations.slsa).x == 1"],
    ],
    ["an attestation that is no in-toto", [provenance.replace("slsa", "sbom")]],
    ["an expression over images", [signatures("attestors.key")], { matchImageReferences: [{ expression: "true" }] }],
    ["a glob with alternatives", [signatures("attestors.key")], { matchImageReferences: [{ glob: "{a,b}/*" }] }],
    ["an unknown field", [signatures("attestors.key")], { unless: 1 }],
    ["no validations", []],
  ];
  for (const [what, expressions, spec] of obscure)
    it(`is not understood for ${what}`, () => {
      const verdict = verdictWith(policyWith(expressions, spec), [own]);
      assert.deepEqual(
        [verdict.state, verdict.reason.code],
        ["unknown", "policy-not-understood"],
        verdict.reason.message,
      );
    });

  const readWith = (body: object, spec: object = {}) =>
    readPolicy([
      {
        path: "p.yaml",
        text: policyWith([signatures("attestors.x")], { attestors: [{ name: "x", ...body }], ...spec }),
      },
    ]);
  const keyWith = (more: object, cosign: object = {}) => ({ cosign: { key: { data: pem(acme), ...more }, ...cosign } });
  const identities = [{ issuer, subject: identity }];
  const whys: readonly (readonly [object, string])[] = [
    [{ notary: { certs: { expression: "x" } } }, "its certificates are an expression, which is not evaluated"],
    [{ notary: {} }, "its certificates are an expression, which is not evaluated"],
    [
      { notary: { certs: { value: "x" }, tsaCerts: { expression: "x" } } },
      "its certificates are an expression, which is not evaluated",
    ],
    [{ notary: { certs: { value: "x" } } }, "its certificates cannot be read"],
    [keyWith({}, { ctlog: { tsaCertChain: "x" } }), "it names a time-stamp authority, which is not evaluated"],
    [keyWith({}, { certificate: { cert: "x" } }), "certificates in the policy are not evaluated"],
    [keyWith({}, { source: { repository: "x" } }), "its signatures are kept in another place, which is not looked at"],
    [keyWith({}, { tuf: { mirror: "x" } }), "its trusted root comes from a TUF repository, which is not opened"],
    [keyWith({}, { annotations: { a: "b" } }), "it asks for annotations, which are not evaluated"],
    [keyWith({}, { trustedRoot: { expression: "x" } }), "its trusted root is an expression, which is not evaluated"],
    [
      keyWith({}, { trustedRoot: { value: other.trustedRoot } }),
      "its log is one of a trusted root of its own beside a key, which is not evaluated",
    ],
    [keyWith({ data: undefined, kms: "x" }), "its key is not in the policy, and is not looked up"],
    [keyWith({ hashAlgorithm: "sha224" }), "it uses sha224, which is not supported"],
    [
      { cosign: { keyless: { identities, additionalExtensions: { a: "b" } } } },
      "it asks for extensions of certificates, which are not evaluated",
    ],
    [
      { cosign: { keyless: { identities: [...identities, { issuer, subjectExpression: "x" }] } } },
      "its subject is an expression, which is not evaluated",
    ],
  ];
  for (const [body, why] of whys)
    it(`says why it cannot tell: ${why}`, () => {
      const [rule] = readWith(body).rules;
      const told = rule?.authorities.map((each) => (each.kind === "not-evaluated" ? each.why : each.kind));
      assert.deepEqual([told, rule?.notUnderstood], [[why], []]);
    });

  for (const [what, body] of [
    ["a log", keyWith({}, { ctlog: { x: 1 } })],
    ["a key", keyWith({ x: 1 })],
    ["a Notary attestor", { notary: { certs: { value: "x" }, x: 1 } }],
    ["an identity", { cosign: { keyless: { identities: [{ issuer, subject: identity, x: 1 }] } } }],
    ["an attestor without identities", { cosign: { keyless: { identities: [] } } }],
    ["an attestor", { ...keyWith({}), x: 1 }],
    ["a switch", keyWith({}, { ctlog: { insecureIgnoreTlog: "perhaps" } })],
  ] as const)
    it(`refuses the rule for a mistake in ${what}`, () =>
      assert.ok((readWith(body).rules[0]?.notUnderstood.length ?? 0) > 0));

  it("reads the hash of keys, and whether certificates must be logged", () => {
    const of = (body: object) => readWith(body).rules[0]?.authorities[0];
    const hashOf = (more: object) => {
      const authority = of(keyWith(more));
      return authority?.kind === "key" && authority.hashAlgorithm;
    };
    assert.deepEqual(
      [hashOf({}), hashOf({ hashAlgorithm: "sha384" }), hashOf({ hashAlgorithm: "sha512" })],
      ["sha256", "sha384", "sha512"],
    );
    const ignores = (ctlogWith: object) => {
      const authority = of({ cosign: { keyless: { identities }, ctlog: ctlogWith } });
      return authority?.kind === "keyless" && authority.ignoresCertificateLog;
    };
    assert.deepEqual([ignores({}), ignores({ insecureIgnoreSCT: true })], [undefined, true]);
  });

  it("reads a trusted root of its own beside a key that needs no log", () => {
    const [rule] = readWith(keyWith({}, { ctlog, trustedRoot: { value: other.trustedRoot } })).rules;
    assert.equal(rule?.authorities[0]?.kind, "key");
  });

  it("counts attestors, one rule for each validation", () => {
    const text = policyWith([signatures("attestors.stranger, attestors.key", "e > 1"), signatures("attestors.key")]);
    const { rules } = readPolicy([{ path: "p.yaml", text }]);
    assert.deepEqual(
      rules.map(({ name, quorum }) => [name, quorum]),
      [
        ["p/0", { count: 2, of: "authorities", named: [] }],
        ["p/1", { count: 1, of: "authorities", named: [] }],
      ],
    );
    assert.equal(readWith(keyWith({})).rules[0]?.name, "p");
  });

  it("notes conditions on resources, which do not matter here", () => {
    const codes = (matchConditions: unknown) =>
      readWith(keyWith({}), { matchConditions }).problems.map(({ code }) => code);
    assert.deepEqual([codes([{ name: "x", expression: "true" }]), codes([])], [["policy-match-not-evaluated"], []]);
  });

  it("covers all images where it names none, and others not", () => {
    const state = (spec: object) =>
      verdictWith(policyWith([signatures("attestors.stranger")], spec), [bundle]).decidedBy?.rule;
    assert.deepEqual(
      [state({ matchImageReferences: [] }), state({ matchImageReferences: [{ glob: "ghcr.io/*" }] })],
      ["p", undefined],
    );
  });

  it("enforces where it denies", () => {
    const enforced = (validationActions: unknown): boolean =>
      verdictWith(policyWith([signatures("attestors.stranger")], { validationActions }), [bundle]).enforced;
    assert.deepEqual(
      [enforced(["Deny"]), enforced(undefined), enforced(["Audit"]), enforced(["Warn", "Audit"])],
      [true, true, false, false],
    );
  });
});

describe("readCanonicalExpression", () => {
  const cases: readonly (readonly [string, object | undefined])[] = [
    [signatures("attestors.a"), { attestors: ["a"], count: 1 }],
    [signatures("attestors.a,attestors.b", "x > 1").replace("all(e", "all(x"), { attestors: ["a", "b"], count: 2 }],
    [signatures("attestors.a", "e >= 1"), { attestors: ["a"], count: 1 }],
    [signatures("attestors.a", "e >= 0"), undefined],
    [signatures("attestors.a", "e == 0"), undefined],
    [signatures("attestors.a", "e > 1"), undefined],
    [signatures("attestors.a", "x > 0"), undefined],
    [signatures("attestors.a,attestors.b", "e == 1"), undefined],
    [signatures("attestors.a").replace("all(", "exists("), undefined],
    [signatures("attestors.a").replace("(image, [", "(other, ["), undefined],
    [signatures("variables.a"), undefined],
    [signatures(""), undefined],
    [`!${signatures("attestors.a")}`, undefined],
    [`${signatures("attestors.a")} || true`, undefined],
  ];
  for (const [text, expected] of cases) it(text, () => assert.deepEqual(readCanonicalExpression(text), expected));
});
