import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import type { PolicyRule } from "../../../src/core/policy/policy.ts";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import type { Problem } from "../../../src/core/problem.ts";

function publicKey(): string {
  return generateKeyPairSync("ec", { namedCurve: "P-256" })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString();
}

const pem = publicKey();
const head = "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {name: p}\n";

/** Reads a policy whose `spec` is given as data. */
function read(spec: unknown): { rule: PolicyRule; problems: readonly Problem[]; text: string } {
  const text = `${head}spec: ${JSON.stringify(spec, undefined, 1)}\n`;
  const { rules, problems } = readPolicy([{ path: "p.yaml", text }]);
  assert.equal(rules.length, 1);
  return { rule: rules[0]!, problems, text };
}

function authority(entry: unknown): ReturnType<typeof read> {
  return read({ images: [{ glob: "**" }], authorities: [entry] });
}

const identity = { issuer: "https://accounts.example.com", subject: "jane@example.com" };
const key = { key: { data: pem } };
const keyless = { keyless: { url: "https://fulcio.example.com", identities: [identity] } };

describe("readClusterImagePolicy", () => {
  it("reads a policy as people write it, with the lines of its statements", () => {
    const text = `${head}spec:
  images:
  - glob: "ghcr.io/acme/**"
  - glob: index.docker.io/acme/*
  mode: warn
  authorities:
  - name: release
    key:
      hashAlgorithm: sha512
      data: |
${pem.trim().replace(/^/gm, "        ")}
  - keyless:
      trustRootRef: ours
      identities:
      - issuer: https://accounts.example.com
        subjectRegExp: ^.*@example\\.com$
    signatureFormat: bundle
`;
    const { rules, problems } = readPolicy([{ path: "policy/images.yaml", text }]);
    const at = (line: number): unknown => ({ file: "policy/images.yaml", line });
    assert.deepEqual(problems, []);
    assert.deepEqual(rules, [
      {
        name: "p",
        source: at(1),
        mode: "warn",
        globs: [
          { glob: "ghcr.io/acme/**", source: at(6) },
          { glob: "index.docker.io/acme/*", source: at(7) },
        ],
        authorities: [
          { kind: "key", name: "release", source: at(10), publicKeys: [pem], hashAlgorithm: "sha512", format: "unset" },
          {
            kind: "keyless",
            name: "authority-1",
            source: at(18),
            identities: [
              { issuer: "https://accounts.example.com", subjectRegExp: "^.*@example\\.com$", source: at(21) },
            ],
            trustedRoot: "ours",
            format: "bundle",
          },
        ],
        notUnderstood: [],
      },
    ]);
  });

  const accepted: readonly (readonly [name: string, entry: unknown])[] = [
    ["a key", key],
    ["a keyless authority", keyless],
    ["a static authority", { static: { action: "fail", message: "no" } }],
    ["pull secrets, which are a cluster's matter", { ...key, source: [{ signaturePullSecrets: [{ name: "x" }] }] }],
    ["the log that keyless signatures have anyway", { ...keyless, ctlog: { url: "https://rekor.sigstore.dev" } }],
    ["a log of the same root", { keyless: { ...keyless.keyless, trustRootRef: "a" }, ctlog: { trustRootRef: "a" } }],
    ["an empty log", { ...key, ctlog: {} }],
    ["no exception for certificate logs", { keyless: { ...keyless.keyless, insecureIgnoreSCT: false } }],
    ["upper-case hash algorithms", { key: { data: pem, hashAlgorithm: " SHA256 " } }],
    ["both formats", { ...key, signatureFormat: "legacy" }],
  ];
  for (const [name, entry] of accepted)
    it(`understands ${name}`, () => {
      const { rule, problems } = authority(entry);
      assert.deepEqual([rule.notUnderstood, problems], [[], []]);
      assert.equal(rule.authorities.length, 1);
      assert.notEqual(rule.authorities[0]?.kind, "not-evaluated");
    });

  for (const action of ["pass", "fail"])
    it(`reads a static authority that lets images ${action}`, () => {
      const [read] = authority({ name: "fixed", static: { action } }).rule.authorities;
      assert.ok(read?.kind === "static");
      assert.deepEqual([read.name, read.action, read.source.line > 1], ["fixed", action, true]);
    });

  const root = { trustRootRef: "other" };
  const demands: readonly (readonly [name: string, entry: unknown, expected: object])[] = [
    ["a log entry beside a key", { ...key, ctlog: { url: "https://rekor.sigstore.dev" } }, { requiresLog: {} }],
    ["an entry in a log of a root", { ...key, ctlog: root }, { requiresLog: { root: "other" } }],
    ["a keyless entry in a log of another root", { ...keyless, ctlog: root }, { requiresLog: { root: "other" } }],
    [
      "a keyless entry in a log of the same root, which may have none",
      { keyless: { ...keyless.keyless, ...root }, ctlog: root },
      { trustedRoot: "other", requiresLog: { root: "other" } },
    ],
    [
      "a keyless entry in the public log",
      { keyless: { ...keyless.keyless, ...root }, ctlog: { url: "https://rekor.sigstore.dev" } },
      { trustedRoot: "other", requiresLog: {} },
    ],
    [
      "an entry in a log of a root beside a key, in bundles,",
      { ...key, signatureFormat: "bundle", ctlog: root },
      { requiresLog: { root: "other" } },
    ],
    ["a time stamp", { ...keyless, rfc3161timestamp: root }, { requiresTimestamp: { root: "other" } }],
    ["a time stamp beside a key", { ...key, rfc3161timestamp: root }, { requiresTimestamp: { root: "other" } }],
    [
      "a time stamp and no log",
      { ...key, ctlog: root, rfc3161timestamp: root },
      { requiresTimestamp: { root: "other" } },
    ],
    ["a time stamp without a root in a first-format signature", { ...keyless, rfc3161timestamp: {} }, {}],
    [
      "a time stamp without a root in a bundle",
      { ...keyless, signatureFormat: "bundle", rfc3161timestamp: {} },
      { requiresTimestamp: {} },
    ],
    [
      "a certificate log or none",
      { keyless: { ...keyless.keyless, insecureIgnoreSCT: true } },
      { ignoresCertificateLog: true },
    ],
    [
      "attestations",
      { ...key, attestations: [{ name: "a", predicateType: "https://slsa.dev/provenance/v1" }] },
      { attestations: ["https://slsa.dev/provenance/v1"] },
    ],
    [
      "attestations by cosign's short name",
      { ...keyless, attestations: [{ name: "a", predicateType: "spdxjson" }] },
      { attestations: ["https://spdx.dev/Document"] },
    ],
  ];
  for (const [name, entry, expected] of demands)
    it(`reads that ${name} is asked for`, () => {
      const { rule, problems } = authority(entry);
      const [only] = rule.authorities;
      assert.ok(only?.kind === "key" || only?.kind === "keyless", JSON.stringify(problems));
      const { requiresLog, requiresTimestamp, attestations } = only;
      const given = {
        ...(only.kind === "keyless" && {
          trustedRoot: only.trustedRoot,
          ignoresCertificateLog: only.ignoresCertificateLog,
        }),
        requiresLog,
        requiresTimestamp,
        attestations,
      };
      assert.deepEqual(JSON.parse(JSON.stringify(given)), expected);
      assert.deepEqual(rule.notUnderstood, []);
    });

  const demanding: readonly (readonly [name: string, entry: unknown])[] = [
    ["signatures in another repository", { ...key, source: [{ oci: "ghcr.io/acme/signatures" }] }],
    ["what attestations say", { ...key, attestations: [{ name: "a", predicateType: "b", policy: { type: "cue" } }] }],
    ["bundles with several roots", { ...keyless, signatureFormat: "bundle", ctlog: { trustRootRef: "other" } }],
    ["bundles with stamps of another root", { ...keyless, signatureFormat: "bundle", rfc3161timestamp: root }],
    ["a tag prefix", { ...key, source: [{ tagPrefix: "x" }] }],
    ["a key in a service", { key: { kms: "awskms:///alias/x" } }],
    ["a key in a secret", { key: { secretRef: { name: "x" } } }],
    ["a CA certificate of its own", { keyless: { "ca-cert": { data: "x" }, identities: [identity] } }],
    ["SHA-224", { key: { data: pem, hashAlgorithm: "sha224" } }],
  ];
  for (const [name, entry] of demanding)
    it(`does not evaluate an authority that demands ${name}, but leaves the others`, () => {
      const { rule } = read({ images: [{ glob: "**" }], authorities: [entry, keyless] });
      assert.deepEqual(
        rule.authorities.map(({ kind }) => kind),
        ["not-evaluated", "keyless"],
      );
      assert.deepEqual(rule.notUnderstood, []);
    });

  const other = publicKey();
  const refused: readonly (readonly [name: string, code: string, entry: unknown])[] = [
    ["an unknown field of an authority", "policy-unknown-field", { ...key, unless: "x" }],
    ["an unknown field of a key", "policy-unknown-field", { key: { data: pem, revoked: true } }],
    ["an unknown field of a keyless authority", "policy-unknown-field", { keyless: { ...keyless.keyless, x: 1 } }],
    ["an unknown field of an identity", "policy-unknown-field", { keyless: { identities: [{ ...identity, x: 1 }] } }],
    ["an unknown field of a source", "policy-unknown-field", { ...key, source: [{ x: 1 }] }],
    ["an unknown field of a log", "policy-unknown-field", { ...key, ctlog: { x: 1 } }],
    ["an unknown field of a time stamp", "policy-unknown-field", { ...key, rfc3161timestamp: { x: 1 } }],
    ["an unknown field of an attestation", "policy-unknown-field", { ...key, attestations: [{ x: 1 }] }],
    ["an unknown field of a static authority", "policy-unknown-field", { static: { action: "pass", x: 1 } }],
    ["an attestation without type", "policy-invalid", { ...key, attestations: [{ name: "a" }] }],
    ["a switch that is none", "policy-invalid", { keyless: { ...keyless.keyless, insecureIgnoreSCT: "perhaps" } }],
    ["no kind of authority", "policy-invalid", { name: "x" }],
    ["two kinds of authority", "policy-invalid", { ...key, ...keyless }],
    ["an authority that is no mapping", "policy-invalid", "x"],
    ["a key without content", "policy-invalid", { key: {} }],
    ["a key in two places", "policy-invalid", { key: { data: pem, kms: "awskms:///x" } }],
    ["a key that is none", "policy-key-invalid", { key: { data: "x" } }],
    ["a private key", "policy-key-invalid", { key: { data: pem.replaceAll("PUBLIC", "PRIVATE") } }],
    ["a certificate for a key", "policy-key-invalid", { key: { data: pem.replaceAll("PUBLIC KEY", "CERTIFICATE") } }],
    ["a hash algorithm that does not exist", "policy-invalid", { key: { data: pem, hashAlgorithm: "md5" } }],
    ["a format that does not exist", "policy-invalid", { ...key, signatureFormat: "x" }],
    ["no identities", "policy-invalid", { keyless: { url: "https://x" } }],
    ["an identity without subject", "policy-invalid", { keyless: { identities: [{ issuer: "x" }] } }],
    ["an identity without issuer", "policy-invalid", { keyless: { identities: [{ subject: "x" }] } }],
    [
      "an identity with an empty subject",
      "policy-invalid",
      { keyless: { identities: [{ issuer: "x", subject: "" }] } },
    ],
    [
      "an identity with subject and pattern",
      "policy-invalid",
      { keyless: { identities: [{ ...identity, subjectRegExp: "^x$" }] } },
    ],
    ["a pattern that is none", "policy-invalid", { keyless: { identities: [{ issuer: "x", subjectRegExp: "(" }] } }],
    [
      "a pattern that Go does not know",
      "policy-invalid",
      { keyless: { identities: [{ subject: "x", issuerRegExp: "(?=a)" }] } },
    ],
    [
      "a URL beside a CA certificate",
      "policy-invalid",
      { keyless: { url: "x", "ca-cert": { data: "x" }, identities: [identity] } },
    ],
    ["a static action that does not exist", "policy-invalid", { static: { action: "allow" } }],
    [
      "a static authority with attestations",
      "policy-invalid",
      { static: { action: "pass" }, attestations: [{ name: "x" }] },
    ],
  ];
  for (const [name, code, entry] of refused)
    it(`does not understand a rule with ${name}, even beside a good authority`, () => {
      const { rule, problems, text } = read({ images: [{ glob: "a/**" }], authorities: [entry, keyless] });
      assert.ok(rule.notUnderstood.length > 0);
      const problem = problems.find((one) => one.code === code);
      assert.ok(problem, JSON.stringify(problems));
      const line = text.slice(0, problem.span?.start).split("\n").length;
      assert.ok(line > 4 && rule.notUnderstood.some(({ source }) => source.line === line));
      assert.deepEqual(
        rule.globs.map(({ glob }) => glob),
        ["a/**"],
      );
    });

  it("counts only the first of several keys, as policy-controller does, and says so", () => {
    const { rule, problems } = authority({ key: { data: pem + other } });
    const [only] = rule.authorities;
    assert.deepEqual(only?.kind === "key" && only.publicKeys, [pem]);
    assert.deepEqual([problems.map(({ code }) => code), rule.notUnderstood], [["policy-key-ignored"], []]);
  });

  it("says where a pattern is not anchored, and what that means elsewhere", () => {
    const { rule, problems } = authority({
      keyless: { identities: [{ issuerRegExp: "^https://x$", subjectRegExp: "https://github.com/acme/" }] },
    });
    assert.deepEqual([problems.map(({ code }) => code), rule.notUnderstood], [["identity-pattern-not-anchored"], []]);
  });

  const specs: readonly (readonly [name: string, spec: unknown, globs: readonly string[]])[] = [
    ["an unknown field", { images: [{ glob: "a" }], authorities: [key], except: ["b"] }, ["a"]],
    ["an unknown field of an image", { images: [{ glob: "a", regex: "b" }], authorities: [key] }, ["a"]],
    ["a CUE policy", { images: [{ glob: "a" }], authorities: [key], policy: { type: "cue", data: "x" } }, ["a"]],
    ["a mode that does not exist", { images: [{ glob: "a" }], authorities: [key], mode: "audit" }, ["a"]],
    ["no authorities", { images: [{ glob: "a" }] }, ["a"]],
    ["authorities that are no list", { images: [{ glob: "a" }], authorities: key }, ["a"]],
    // What a rule covers must not shrink because it is written wrongly.
    ["a glob that is none", { images: [{ glob: "a" }, { glob: "b[" }], authorities: [key] }, ["a", "**"]],
    ["an image without glob", { images: [{ regex: "a" }], authorities: [key] }, ["**"]],
    ["no images", { authorities: [key] }, ["**"]],
    ["a spec that is no mapping", "x", ["**"]],
    ["too many images", { images: Array(501).fill({ glob: "a" }), authorities: [key] }, ["**"]],
    ["too many authorities", { images: [{ glob: "a" }], authorities: Array(501).fill(keyless) }, ["a"]],
  ];
  for (const [name, spec, globs] of specs)
    it(`does not understand a rule with ${name}`, () => {
      const { rule } = read(spec);
      assert.ok(rule.notUnderstood.length > 0);
      assert.equal(rule.mode, "enforce");
      assert.deepEqual(
        rule.globs.map(({ glob }) => glob),
        globs,
      );
    });

  it("does not understand unknown fields beside the spec", () => {
    const { rules } = readPolicy([
      {
        path: "p.yaml",
        text: `${head}spec: ${JSON.stringify({ images: [{ glob: "a" }], authorities: [key] })}\nextra: 1\n`,
      },
    ]);
    assert.equal(rules[0]?.notUnderstood.length, 1);
  });

  it("does not understand a version that is not known, or a policy without spec", () => {
    for (const [text, code] of [
      [
        `${head.replace("v1beta1", "v2")}spec: {images: [{glob: a}], authorities: [{static: {action: fail}}]}\n`,
        "policy-not-supported",
      ],
      [head, "policy-invalid"],
    ] as const) {
      const { rules, problems } = readPolicy([{ path: "p.yaml", text }]);
      assert.ok((rules[0]?.notUnderstood.length ?? 0) > 0, text);
      assert.ok(
        problems.some((problem) => problem.code === code),
        JSON.stringify(problems),
      );
    }
  });

  it("does not mind fields without a value", () => {
    const { rule, problems } = read({
      images: [{ glob: "a" }],
      authorities: [key],
      policy: null,
      match: [],
      mode: null,
    });
    assert.deepEqual([rule.notUnderstood, problems, rule.mode], [[], [], "enforce"]);
  });

  it("enforces unless the policy says 'warn'", () => {
    const spec = { images: [{ glob: "a" }], authorities: [key] };
    assert.deepEqual(
      [spec, { ...spec, mode: "" }, { ...spec, mode: "enforce" }, { ...spec, mode: "warn" }].map((one) => [
        read(one).rule.mode,
        read(one).rule.notUnderstood.length,
      ]),
      [
        ["enforce", 0],
        ["enforce", 0],
        ["enforce", 0],
        ["warn", 0],
      ],
    );
  });

  it("notes selectors of resources, which do not matter here", () => {
    const { rule, problems } = read({
      images: [{ glob: "a" }],
      authorities: [key],
      match: [{ resource: "pods", version: "v1" }],
    });
    assert.deepEqual([rule.notUnderstood, problems.map(({ code }) => code)], [[], ["policy-match-not-evaluated"]]);
  });
});
