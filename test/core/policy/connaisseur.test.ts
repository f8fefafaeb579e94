import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { cosignSignature } from "../../helpers/cosignSignature.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { attachBundle, evidenceOf, identity, issuer, now } from "../../helpers/signedImage.ts";
import { mayHoldPolicy } from "../../../src/core/policy/policyFile.ts";

const sigstore = createTrialSigstore({ now });
const other = createTrialSigstore({ now });
const material = { trustedRoots: [{ name: "ours", text: sigstore.trustedRoot, source: "trial" }], defaultRoot: "ours" };
const pemOf = (key: typeof sigstore.transparencyLog.publicKey): string =>
  key.export({ type: "spki", format: "pem" }).toString();

const roots = [
  { name: "default", key: pem(acme) },
  { name: "stranger", key: pem(stranger) },
];
const validators = [
  { name: "allow", type: "static", approve: true },
  { name: "deny", type: "static", approve: false },
  { name: "default", type: "cosign", trustRoots: roots },
  { name: "workflow", type: "cosign", trustRoots: [{ name: "default", keyless: { issuer, subject: identity } }] },
  {
    name: "pattern",
    type: "cosign",
    trustRoots: [{ name: "default", keyless: { issuer, subjectRegex: "^https://github.com/acme/.*$" } }],
  },
  {
    name: "private",
    type: "cosign",
    host: {
      rekor: "https://x",
      rekorPubkey: pemOf(other.transparencyLog.publicKey),
      fulcioCert: other.authority.chain.map((der) => certificatePem(der)).join(""),
      ctLogPubkey: pemOf(other.certificateLog.publicKey),
    },
    trustRoots: [{ name: "default", keyless: { issuer, subject: identity } }],
  },
  { name: "notary", type: "notaryv1", trustRoots: roots },
  { name: "notation", type: "notation", trustRoots: [] },
  { name: "kms", type: "cosign", trustRoots: [{ name: "default", key: "awskms:///x" }] },
];
const noLog = { verifyInTransparencyLog: false };
type Attached = ReturnType<typeof cosignSignature>;

function textWith(policy: readonly unknown[], more: object = {}): string {
  return JSON.stringify({ application: { validators, policy, ...more } });
}

function verdictWith(text: string, attached: readonly Attached[]): Verdict {
  assert.ok(mayHoldPolicy("values.yaml", text));
  return judge(evidenceOf(attached), readPolicy([{ path: "values.yaml", text }]), material, now);
}

const all = (rule: object): readonly object[] => [{ pattern: "*:*", ...rule }];

describe("readConnaisseur", () => {
  const own = cosignSignature({ pair: acme });
  const strangers = cosignSignature({ pair: stranger });
  const again = cosignSignature({ pair: acme, claimed: "registry.example/other" });
  const logged = cosignSignature({ pair: acme, log: sigstore.transparencyLog });
  const workflow = cosignSignature({ keyless: { sigstore } });
  const cases: readonly (readonly [string, readonly object[], readonly Attached[], Verdict["state"]])[] = [
    ["the default trust root, unlogged", all({}), [own], "untrusted"],
    ["the default trust root, logged", all({}), [logged], "verified"],
    ["the default trust root without log", all({ with: noLog }), [own], "verified"],
    ["the default trust root, a bundle", all({ with: noLog }), [attachBundle(keyBundle(acme))], "untrusted"],
    ["a named trust root", all({ with: { ...noLog, trustRoot: "stranger" } }), [own], "invalid"],
    [
      "any trust root asks for as many signatures as there are roots",
      all({ with: { ...noLog, trustRoot: "*" } }),
      [own],
      "untrusted",
    ],
    ["any trust root, all there", all({ with: { ...noLog, trustRoot: "*" } }), [own, strangers], "verified"],
    ["any trust root, counted by signatures", all({ with: { ...noLog, trustRoot: "*" } }), [own, again], "verified"],
    ["a threshold of one", all({ with: { ...noLog, trustRoot: "*", threshold: 1 } }), [own], "verified"],
    ["a threshold of two", all({ with: { ...noLog, trustRoot: "*", threshold: 2 } }), [own], "untrusted"],
    [
      "a required root, signed by the other",
      all({ with: { ...noLog, trustRoot: "*", required: ["stranger"] } }),
      [own],
      "invalid",
    ],
    ["a required root", all({ with: { ...noLog, trustRoot: "*", required: ["default"] } }), [own], "verified"],
    [
      "a required root, and a threshold that others count for",
      all({ with: { ...noLog, trustRoot: "*", threshold: 2, required: ["default"] } }),
      [own, strangers],
      "verified",
    ],
    [
      "a required root, and a threshold",
      all({ with: { ...noLog, trustRoot: "*", threshold: 2, required: ["default"] } }),
      [own],
      "untrusted",
    ],
    ["an identity", all({ validator: "workflow" }), [workflow], "verified"],
    ["an identity by pattern", all({ validator: "pattern" }), [workflow], "verified"],
    [
      "an instance of its own",
      all({ validator: "private" }),
      [cosignSignature({ keyless: { sigstore: other } })],
      "verified",
    ],
    ["an instance of its own, signed under another", all({ validator: "private" }), [workflow], "untrusted"],
    ["static approval", all({ validator: "allow" }), [], "unsigned"],
    ["static denial", all({ validator: "deny" }), [logged], "untrusted"],
    ["no pattern that fits", [{ pattern: "ghcr.io/*:*", validator: "allow" }], [logged], "untrusted"],
    [
      "the most specific pattern alone",
      [{ pattern: "*:*", validator: "deny" }, { pattern: "registry.example/acme/*:*" }],
      [logged],
      "verified",
    ],
    [
      "the most specific pattern, which denies",
      [{ pattern: "*:*" }, { pattern: "registry.example/acme/*:*", validator: "deny" }],
      [logged],
      "untrusted",
    ],
  ];
  for (const [what, policy, attached, state] of cases)
    it(`${what}: ${state}`, () => {
      const verdict = verdictWith(textWith(policy), attached);
      assert.equal(verdict.state, state, verdict.reason.message);
    });

  const obscure: readonly (readonly [string, readonly object[]])[] = [
    ["a validator that is not there", all({ validator: "missing" })],
    ["a trust root that is not there", all({ with: { trustRoot: "missing" } })],
    ["a required root that is not there", all({ with: { trustRoot: "*", required: ["missing"] } })],
    ["an unknown field", all({ unless: 1 })],
    ["an unknown option", all({ with: { trust: "x" } })],
    ["a threshold that is none", all({ with: { trustRoot: "*", threshold: "many" } })],
    ["a pattern with alternatives", [{ pattern: "{a,b}" }]],
    ["Notary v1", all({ validator: "notary" })],
    ["notation", all({ validator: "notation" })],
    ["a key in a service", all({ validator: "kms" })],
    ["certificates without log", all({ validator: "workflow", with: noLog })],
  ];
  for (const [what, policy] of obscure)
    it(`is not understood for ${what}`, () => {
      const verdict = verdictWith(textWith(policy), [logged]);
      assert.deepEqual(
        [verdict.state, verdict.reason.code],
        ["unknown", "policy-not-understood"],
        verdict.reason.message,
      );
    });

  const validator = (more: object): readonly object[] => [
    { name: "default", type: "cosign", trustRoots: roots, ...more },
  ];
  const spoilt: readonly (readonly [string, readonly object[]])[] = [
    ["an unknown field", validator({ unless: 1 })],
    ["an unknown type", [{ name: "default", type: "sigstore", trustRoots: roots }]],
    [
      "no type",
      [
        { name: "default", trustRoots: roots },
        { name: "x", type: "static", approve: true },
      ],
    ],
    ["an unknown field of static approval", [{ name: "default", type: "static", approve: true, unless: 1 }]],
    ["an approval that is none", [{ name: "default", type: "static", approve: "perhaps" }]],
    ["an unknown field of a trust root", validator({ trustRoots: [{ ...roots[0], unless: 1 }] })],
    [
      "a trust root with key and identity",
      validator({ trustRoots: [{ ...roots[0], keyless: { issuer, subject: identity } }] }),
    ],
    ["a trust root with neither", validator({ trustRoots: [{ name: "default" }] })],
    [
      "an unknown field of an identity",
      validator({ trustRoots: [{ name: "default", keyless: { issuer, subject: identity, x: 1 } }] }),
    ],
    ["no trust roots", validator({ trustRoots: [] })],
    ["an unknown field of its host", validator({ host: { unless: 1 } })],
  ];
  for (const [what, given] of spoilt)
    it(`is not understood for a validator with ${what}`, () => {
      const text = JSON.stringify({ application: { validators: given, policy: all({ with: noLog }) } });
      const verdict = verdictWith(text, [own]);
      assert.deepEqual(
        [verdict.state, verdict.reason.code],
        ["unknown", "policy-not-understood"],
        verdict.reason.message,
      );
      assert.match(verdict.reason.message, /policy is not understood|is not known|must (?:be|have)|no trust roots/);
    });

  it("covers what a pattern that is not read may fit, whatever other patterns say", () => {
    const policy = [{ pattern: "{a,b}" }, { pattern: "registry.example/acme/*:*", with: noLog }];
    assert.equal(verdictWith(textWith(policy), [own]).state, "unknown");
    const { rules } = readPolicy([{ path: "values.yaml", text: textWith(policy) }]);
    assert.deepEqual(
      rules.map(({ name, coverage, globs: [glob] }) => [name, coverage?.kind, glob?.glob]),
      [
        ["{a,b}", "wildcards", "*"],
        ["registry.example/acme/*:*", "components", "registry.example/acme/*:*"],
      ],
    );
  });

  it("takes the first of two validators of one name", () => {
    const twice = [validators[1], { ...validators[0], name: "deny" }];
    const text = JSON.stringify({ application: { validators: twice, policy: all({ validator: "deny" }) } });
    assert.equal(verdictWith(text, [own]).reason.code, "not-accepted");
  });

  it("says whether static approval or denial decided", () => {
    const decided = (name: string) => verdictWith(textWith(all({ validator: name })), [own]).reason.code;
    assert.deepEqual([decided("allow"), decided("deny")], ["allowed-without-signature", "not-accepted"]);
  });

  it("asks for a certificate's log unless the rule does not", () => {
    const authorities = (options?: object) =>
      readPolicy([
        { path: "values.yaml", text: textWith(all({ validator: "workflow", ...(options && { with: options }) })) },
      ]).rules[0]?.authorities;
    const ignores = (options?: object) =>
      authorities(options)?.map((each) => each.kind === "keyless" && each.ignoresCertificateLog);
    assert.deepEqual(
      [ignores(), ignores({ verifySCT: true }), ignores({ verifySCT: false })],
      [[undefined], [undefined], [true]],
    );
    const text = textWith(all({ validator: "private", with: { verifySCT: false } }));
    const { rules, trustedRoots = [] } = readPolicy([{ path: "values.yaml", text }]);
    assert.equal(rules[0]?.authorities[0]?.kind, "keyless");
    assert.ok(trustedRoots.every((root) => !/"ctlogs":\[\{/.test(root.text)));
    const logging = readPolicy([{ path: "values.yaml", text: textWith(all({ validator: "private" })) }]);
    assert.ok(logging.trustedRoots?.some((root) => /"ctlogs":\[\{/.test(root.text)));
  });

  it("warns where it only detects", () => {
    const enforced = (detectionMode: boolean): boolean =>
      verdictWith(textWith(all({ validator: "deny" }), { features: { detectionMode } }), [own]).enforced;
    assert.deepEqual([enforced(false), enforced(true)], [true, false]);
    const modes = readPolicy([
      { path: "values.yaml", text: textWith(all({}), { features: { detectionMode: true } }) },
    ]).rules.map(({ mode, coverage }) => [mode, coverage?.kind]);
    assert.deepEqual(modes, [
      ["warn", "components"],
      ["warn", "components"],
    ]);
  });

  it("is found in its own configuration, too, and not in other values", () => {
    const rulesOf = (value: unknown): number =>
      readPolicy([{ path: "v.yaml", text: JSON.stringify(value) }]).rules.length;
    assert.equal(rulesOf({ validators, policy: all({}) }), 2);
    assert.equal(rulesOf({ connaisseur: { application: { validators, policy: all({}) } } }), 2);
    assert.equal(rulesOf({ validators: ["x"], policy: [{ pattern: "x" }] }), 0);
    assert.equal(rulesOf({ application: { validators, policy: [{ rule: "x" }] } }), 0);
  });
});
