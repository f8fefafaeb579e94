import assert from "node:assert/strict";
import type { NotaryAuthority, TrustPolicy } from "../../../src/core/policy/policy.ts";
import { coveringRules } from "../../../src/core/policy/coverage.ts";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { createNotaryChain, issueTestCertificate } from "../../helpers/notary.ts";
import { createStampChain } from "../../helpers/timestamp.ts";
import { mayHoldPolicy } from "../../../src/core/policy/policyFile.ts";

const { root, leaf } = createNotaryChain();
const own = issueTestCertificate({ name: { O: "own" }, kind: "leaf" });
const stamps = createStampChain();
const issuing = issueTestCertificate({ name: { O: "issuing" }, kind: "authority", issuer: root });
const named = issueTestCertificate({
  name: { O: "root" },
  kind: "authority",
  issuer: issueTestCertificate({ name: { O: "root" }, kind: "authority" }),
});

const statement = {
  name: "release",
  registryScopes: ["registry.example/acme/app"],
  signatureVerification: { level: "strict" },
  trustStores: ["ca:acme"],
  trustedIdentities: ["x509.subject: C=US, ST=WA, O=Acme"],
};

const stores = {
  "policy/truststore/x509/ca/acme/root.crt": certificatePem(root.der),
  "policy/truststore/x509/ca/own/own.pem": certificatePem(own.der),
  "policy/truststore/x509/ca/both/both.cer": certificatePem(root.der) + certificatePem(own.der),
  "policy/truststore/x509/ca/leaf/leaf.crt": certificatePem(leaf.der),
  "policy/truststore/x509/ca/mixed/root.crt": certificatePem(root.der),
  "policy/truststore/x509/ca/mixed/text.crt": "no certificate",
  "policy/truststore/x509/ca/broken/broken.crt": certificatePem(root.der.subarray(0, 200)),
  "policy/truststore/x509/signingAuthority/acme/root.crt": certificatePem(root.der),
  "policy/truststore/x509/tsa/clock/root.crt": certificatePem(stamps.root.der),
  "policy/truststore/x509/tsa/stamps/stamps.crt": certificatePem(stamps.authority.der),
  "policy/truststore/x509/tsa/own/own.crt": certificatePem(own.der),
  "policy/truststore/x509/tsa/issuing/issuing.crt": certificatePem(issuing.der),
  "policy/truststore/x509/tsa/named/named.crt": certificatePem(named.der),
  "elsewhere/truststore/x509/ca/far/root.crt": certificatePem(root.der),
};

function read(
  document: unknown,
  path = "policy/trustpolicy.json",
  more: Readonly<Record<string, string>> = {},
): TrustPolicy {
  const text = typeof document === "string" ? document : JSON.stringify(document, undefined, 2);
  const files = Object.entries({ [path]: text, ...stores, ...more }).map(([name, content]) => ({
    path: name,
    text: content,
  }));
  return readPolicy(files.filter((file) => mayHoldPolicy(file.path, file.text)));
}

function withStatement(more: object): TrustPolicy {
  return read({ version: "1.0", trustPolicies: [{ ...statement, ...more }] });
}

function authorityOf(policy: TrustPolicy): NotaryAuthority {
  const [authority] = policy.rules[0]?.authorities ?? [];
  assert.ok(authority?.kind === "notary", JSON.stringify(policy.problems));
  return authority;
}

const whyNot = ({ rules }: TrustPolicy): readonly string[] =>
  rules.flatMap(({ notUnderstood }) => notUnderstood.map(({ what }) => what));

describe("readNotaryTrustPolicy", () => {
  it("reads a statement with its place, stores and identities", () => {
    const policy = read({ version: "1.0", trustPolicies: [statement] });
    assert.deepEqual(policy.problems, []);
    const [rule] = policy.rules;
    assert.deepEqual(
      [rule?.name, rule?.mode, rule?.source],
      ["release", "enforce", { file: "policy/trustpolicy.json", line: 4 }],
    );
    const authority = authorityOf(policy);
    assert.deepEqual(authority.stores, { ca: [root.der], signingAuthority: [] });
    assert.deepEqual(authority.identities, [
      new Map([
        ["C", "US"],
        ["ST", "WA"],
        ["O", "Acme"],
      ]),
    ]);
    assert.equal(authority.verifyTimestamp, "always");
  });

  it("reads every kind of store, and several certificates of one file", () => {
    const trustStores = ["ca:both", "ca:own", "signingAuthority:acme", "tsa:clock"];
    const { stores: found } = authorityOf(withStatement({ trustStores }));
    assert.deepEqual(found, { ca: [root.der, own.der, own.der], signingAuthority: [root.der], tsa: [stamps.root.der] });
  });

  const unusable: readonly (readonly [string, string])[] = [
    ["that is not there", "ca:absent"],
    ["that is elsewhere", "ca:far"],
    ["of another kind", "signingAuthority:own"],
    ["with a certificate that somebody else issued", "ca:leaf"],
    ["with a file that is none", "ca:mixed"],
    ["with a certificate that is broken", "ca:broken"],
    ["for time stamps with what is no root", "tsa:stamps"],
    ["for time stamps with what is no authority's", "tsa:own"],
    ["for time stamps with an authority that is no root", "tsa:issuing"],
    ["for time stamps that only bears a root's name", "tsa:named"],
    ["that leads out of its folder", "ca:.."],
  ];
  for (const [title, store] of unusable)
    it(`does not understand a statement with a store ${title}, and only that one`, () => {
      const other = { ...statement, name: "other", registryScopes: ["registry.example/other"] };
      const policy = read({ version: "1.0", trustPolicies: [{ ...statement, trustStores: [store] }, other] });
      assert.deepEqual(
        policy.rules.map(({ notUnderstood }) => notUnderstood.length),
        [1, 0],
      );
    });

  it("takes what a level enforces, and overrides", () => {
    const checksOf = (signatureVerification: object) => authorityOf(withStatement({ signatureVerification })).checks;
    assert.deepEqual(checksOf({ level: "permissive" }), {
      authenticity: "enforce",
      authenticTimestamp: "log",
      expiry: "log",
      revocation: "log",
    });
    const enforced = {
      authenticity: "enforce",
      authenticTimestamp: "enforce",
      expiry: "enforce",
      revocation: "enforce",
    };
    assert.deepEqual(checksOf({ level: "strict" }), enforced);
    assert.deepEqual(checksOf({ level: "audit" }), {
      authenticity: "log",
      authenticTimestamp: "log",
      expiry: "log",
      revocation: "log",
    });
    for (const check of Object.keys(enforced))
      assert.deepEqual(checksOf({ level: "strict", override: { [check]: "log" } }), { ...enforced, [check]: "log" });
    assert.equal(checksOf({ level: "strict", override: { revocation: "skip" } }).revocation, "skip");
    assert.deepEqual(
      checksOf({
        level: "audit",
        override: { authenticity: "enforce", expiry: "enforce", authenticTimestamp: "enforce" },
      }),
      {
        authenticity: "enforce",
        authenticTimestamp: "enforce",
        expiry: "enforce",
        revocation: "log",
      },
    );
    assert.equal(withStatement({ signatureVerification: { level: "audit" } }).rules[0]?.mode, "warn");
  });

  it("takes when a time stamp is asked for", () => {
    const of = (verifyTimestamp: string) =>
      withStatement({ signatureVerification: { level: "strict", verifyTimestamp } });
    assert.equal(authorityOf(of("afterCertExpiry")).verifyTimestamp, "afterCertExpiry");
    assert.equal(authorityOf(of("always")).verifyTimestamp, "always");
    assert.equal(whyNot(of("never")).length, 1);
  });

  it("lets every image pass where verification is skipped", () => {
    const [rule] = withStatement({
      signatureVerification: { level: "skip" },
      trustStores: [],
      trustedIdentities: [],
    }).rules;
    assert.equal(rule?.mode, "warn");
    assert.deepEqual(
      rule?.authorities.map((authority) => authority.kind === "static" && authority.action),
      ["pass"],
    );
  });

  const refused: readonly (readonly [string, object])[] = [
    ["another version", { document: { version: "2.0" } }],
    ["no version", { document: { version: undefined } }],
    ["an unknown field", { document: { extra: 1 } }],
    ["no statements", { document: { trustPolicies: [] } }],
    ["an unknown field in a statement", { extra: 1 }],
    ["no name", { name: "" }],
    ["no scopes", { registryScopes: [] }],
    ["'*' beside another scope", { registryScopes: ["*", "registry.example/x"] }],
    ["a part of a scope as '*'", { registryScopes: ["registry.example/*"] }],
    ["a scope with a tag", { registryScopes: ["registry.example/acme/app:1"] }],
    ["a scope without a registry", { registryScopes: ["node"] }],
    ["an unknown level", { signatureVerification: { level: "lax" } }],
    ["no verification", { signatureVerification: undefined }],
    ["an unknown field of the verification", { signatureVerification: { level: "strict", extra: 1 } }],
    ["an override of integrity", { signatureVerification: { level: "strict", override: { integrity: "log" } } }],
    [
      "an override that skips authenticity",
      { signatureVerification: { level: "strict", override: { authenticity: "skip" } } },
    ],
    ["an override by an unknown action", { signatureVerification: { level: "strict", override: { expiry: "warn" } } }],
    [
      "an override of revocation by an unknown action",
      { signatureVerification: { level: "strict", override: { revocation: "warn" } } },
    ],
    ["an override that skips expiry", { signatureVerification: { level: "strict", override: { expiry: "skip" } } }],
    [
      "an override that skips time stamps",
      { signatureVerification: { level: "strict", override: { authenticTimestamp: "skip" } } },
    ],
    [
      "a time stamp asked for by an unknown word",
      { signatureVerification: { level: "strict", verifyTimestamp: "no" } },
    ],
    ["too many stores", { trustStores: Array(51).fill("ca:acme") }],
    [
      "too many identities",
      { trustedIdentities: Array.from({ length: 101 }, (_, index) => `x509.subject: C=US, ST=WA, O=Acme ${index}`) },
    ],
    ["a scope with a digest", { registryScopes: [`registry.example/acme/app@sha256:${"0".repeat(64)}`] }],
    [
      "stores where verification is skipped, and no identities",
      { signatureVerification: { level: "skip" }, trustedIdentities: [] },
    ],
    [
      "identities where verification is skipped, and no stores",
      { signatureVerification: { level: "skip" }, trustStores: [] },
    ],
    ["stores where verification is skipped", { signatureVerification: { level: "skip" } }],
    [
      "an override where verification is skipped",
      { signatureVerification: { level: "skip", override: { expiry: "log" } }, trustStores: [], trustedIdentities: [] },
    ],
    ["no stores", { trustStores: [] }],
    ["a store of an unknown kind", { trustStores: ["pgp:acme"] }],
    ["a store's name with a slash", { trustStores: ["ca:a/b"] }],
    ["no identities", { trustedIdentities: [] }],
    ["an identity of another kind", { trustedIdentities: ["did:acme"] }],
    ["an identity without a state", { trustedIdentities: ["x509.subject: C=US, O=Acme"] }],
    ["'*' beside another identity", { trustedIdentities: ["*", ...statement.trustedIdentities] }],
    [
      "identities that overlap",
      { trustedIdentities: [...statement.trustedIdentities, "x509.subject: C=US, ST=WA, O=Acme, CN=x"] },
    ],
  ];
  for (const [title, { document, ...more }] of refused as readonly (readonly [string, { document?: object }])[])
    it(`understands no statement of a document with ${title}`, () => {
      const other = { ...statement, name: "other", registryScopes: ["registry.example/other"] };
      const policy = read({ version: "1.0", trustPolicies: [{ ...statement, ...more }, other], ...document });
      assert.ok(policy.rules.length > 0);
      assert.ok(policy.rules.every(({ notUnderstood }) => notUnderstood.length > 0));
    });

  it("reads as many stores, identities and statements as a policy may have", () => {
    const trustedIdentities = Array.from({ length: 100 }, (_, index) => `x509.subject: C=US, ST=WA, O=Acme ${index}`);
    assert.deepEqual(whyNot(withStatement({ trustStores: Array(50).fill("ca:acme"), trustedIdentities })), []);
    const statements = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...statement,
        name: `n${index}`,
        registryScopes: [`r.example/${index}`],
      }));
    assert.deepEqual(whyNot(read({ version: "1.0", trustPolicies: statements(500) })), []);
    const { rules } = read({ version: "1.0", trustPolicies: statements(501) });
    assert.ok(rules.every(({ notUnderstood }) => notUnderstood.length > 0));
  });

  it("covers everything, and enforces, where it has no statement", () => {
    const [rule, ...more] = read({ version: "1.0", trustPolicies: [] }).rules;
    assert.deepEqual(
      [rule?.name, rule?.mode, rule?.globs.map(({ glob }) => glob), rule?.authorities, more.length],
      ["trust policy", "enforce", ["**"], [], 0],
    );
  });

  it("keeps name, place and scopes of a statement that is not understood", () => {
    const [rule] = withStatement({ trustStores: [] }).rules;
    assert.deepEqual(
      [rule?.name, rule?.mode, rule?.globs.map(({ glob }) => glob)],
      ["release", "enforce", ["registry.example/acme/app"]],
    );
  });

  it("takes identities as they stand, '*' for any", () => {
    assert.equal(authorityOf(withStatement({ trustedIdentities: ["*"] })).identities, "any");
    assert.equal(
      authorityOf(withStatement({ signatureVerification: { level: "strict", verifyTimestamp: "" } })).verifyTimestamp,
      "always",
    );
  });

  it("refuses names and scopes that two statements share", () => {
    const shared = [
      [statement, { ...statement, registryScopes: ["registry.example/other"] }],
      [statement, { ...statement, name: "other" }],
    ];
    for (const trustPolicies of shared) assert.ok(whyNot(read({ version: "1.0", trustPolicies })).length > 0);
  });

  it("refuses JSON that says a member twice", () => {
    const text = JSON.stringify({ version: "1.0", trustPolicies: [statement] });
    assert.ok(whyNot(read(text.replace('"version":"1.0"', '"version":"1.0","version":"1.0"'))).length > 0);
  });

  it("covers exactly the repositories, and with '*' those that no other statement names", () => {
    const policy = read({
      version: "1.0",
      trustPolicies: [{ ...statement, name: "rest", registryScopes: ["*"] }, statement],
    });
    assert.deepEqual(whyNot(policy), []);
    const covering = (name: string): readonly string[] => coveringRules(policy.rules, name).map((rule) => rule.name);
    assert.deepEqual(covering("registry.example/acme/app:1"), ["release"]);
    assert.deepEqual(covering(`registry.example/acme/app@sha256:${"0".repeat(64)}`), ["release"]);
    assert.deepEqual(covering("registry.example/acme/app/more:1"), ["rest"]);
    assert.deepEqual(covering("registry.example/acme:1"), ["rest"]);
    assert.deepEqual(covering("other.example/acme/app:1"), ["rest"]);
  });

  it("prefers the policy with the newer name, and leaves the one for files alone", () => {
    const document = JSON.stringify({ version: "1.0", trustPolicies: [statement] });
    const policy = read(document, "policy/trustpolicy.oci.json", { "policy/trustpolicy.json": document });
    assert.deepEqual(
      policy.rules.map(({ source }) => source.file),
      ["policy/trustpolicy.oci.json"],
    );
    assert.equal(mayHoldPolicy("policy/trustpolicy.blob.json", document), false);
    assert.equal(mayHoldPolicy("package.json", "{}"), false);
  });
});
