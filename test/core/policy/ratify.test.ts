import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { cosignSignature } from "../../helpers/cosignSignature.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { attachBundle, evidenceOf, identity, issuer, now } from "../../helpers/signedImage.ts";
import { mayHoldPolicy } from "../../../src/core/policy/policyFile.ts";

const sigstore = createTrialSigstore({ now });
const material = { trustedRoots: [{ name: "ours", text: sigstore.trustedRoot, source: "trial" }], defaultRoot: "ours" };

const noLog = { ignoreTLog: true, ignoreObserverTimestamps: true };
const key = { keys: { inline: { keys: pem(acme) } }, ...noLog };
const byStranger = { keys: { inline: { keys: pem(stranger) } }, ...noLog };
const keyless = { certificateIdentity: identity, certificateOIDCIssuer: issuer };
const verifier = (name: string, ...trustPolicies: object[]): object => ({
  name,
  type: "cosign",
  parameters: { trustPolicies },
});
const enforcer = (names: readonly string[], threshold?: number): object => ({
  type: "threshold-policy",
  parameters: {
    policy: {
      ...(threshold === undefined ? {} : { threshold }),
      rules: names.map((verifierName) => ({ verifierName })),
    },
  },
});

type Attached = ReturnType<typeof cosignSignature>;

function executor(verifiers: readonly object[], policyEnforcer: unknown, more: object = {}): string {
  return JSON.stringify({
    apiVersion: "config.ratify.sh/v2alpha1",
    kind: "Executor",
    metadata: { name: "e" },
    spec: { scopes: ["registry.example"], stores: [{ type: "registry-store" }], verifiers, policyEnforcer, ...more },
  });
}

function verdictWith(text: string, attached: readonly Attached[]): Verdict {
  assert.ok(mayHoldPolicy("e.yaml", text));
  return judge(evidenceOf(attached), readPolicy([{ path: "e.yaml", text }]), material, now);
}

describe("readExecutor", () => {
  const own = cosignSignature({ pair: acme });
  const strangers = cosignSignature({ pair: stranger });
  const logged = cosignSignature({ pair: acme, log: sigstore.transparencyLog });
  const workflow = cosignSignature({ keyless: { sigstore } });
  const a = verifier("a", key);
  const b = verifier("b", byStranger);
  const both = [a, b];
  const cases: readonly (readonly [string, string, readonly Attached[], Verdict["state"]])[] = [
    ["a key, and its signature", executor([a], enforcer(["a"])), [own], "verified"],
    ["a key, and another's", executor([b], enforcer(["b"])), [own], "invalid"],
    ["a key, and a bundle", executor([a], enforcer(["a"])), [attachBundle(keyBundle(acme))], "untrusted"],
    [
      "one of two keys",
      executor([verifier("a", { keys: { inline: { keys: pem(stranger) + pem(acme) } }, ...noLog })], enforcer(["a"])),
      [own],
      "verified",
    ],
    ["a key that needs the log", executor([verifier("a", { keys: key.keys })], enforcer(["a"])), [own], "untrusted"],
    [
      "a key that needs the log, logged",
      executor([verifier("a", { keys: key.keys })], enforcer(["a"])),
      [logged],
      "verified",
    ],
    ["an identity", executor([verifier("a", keyless)], enforcer(["a"])), [workflow], "verified"],
    [
      "another identity",
      executor([verifier("a", { ...keyless, certificateIdentity: "x" })], enforcer(["a"])),
      [workflow],
      "untrusted",
    ],
    [
      "an identity by pattern",
      executor(
        [verifier("a", { certificateIdentityRegex: "^https://.*$", certificateOIDCIssuer: issuer })],
        enforcer(["a"]),
      ),
      [workflow],
      "verified",
    ],
    ["two verifiers without threshold: both", executor(both, enforcer(["a", "b"])), [own], "untrusted"],
    ["two verifiers, both there", executor(both, enforcer(["a", "b"])), [own, strangers], "verified"],
    ["one of two verifiers", executor(both, enforcer(["a", "b"], 1)), [own], "verified"],
    ["a verifier that the enforcer does not name", executor(both, enforcer(["b"])), [own], "invalid"],
    [
      "the most specific scope alone",
      executor(
        [
          verifier(
            "a",
            { ...byStranger, scopes: ["registry.example"] },
            { ...key, scopes: ["registry.example/acme/app"] },
          ),
        ],
        enforcer(["a"]),
        {
          scopes: ["registry.example", "registry.example/acme/app"],
        },
      ),
      [own],
      "verified",
    ],
    [
      "a scope without a trust policy",
      executor([verifier("a", { ...key, scopes: ["other.example"] })], enforcer(["a"]), {
        scopes: ["other.example", "registry.example"],
      }),
      [logged],
      "untrusted",
    ],
  ];
  for (const [what, text, attached, state] of cases)
    it(`${what}: ${state}`, () => {
      const verdict = verdictWith(text, attached);
      assert.equal(verdict.state, state, verdict.reason.message);
    });

  it("refuses what it covers and has no trust policy for", () => {
    const text = executor([verifier("a", { ...key, scopes: ["other.example"] })], enforcer(["a"]), {
      scopes: ["other.example", "registry.example"],
    });
    assert.equal(verdictWith(text, [logged]).decidedBy?.rule, "e");
  });

  it("covers only its scopes", () => {
    const text = executor([b], enforcer(["b"]), { scopes: ["ghcr.io"] });
    assert.equal(verdictWith(text, [own]).decidedBy, undefined);
  });

  it("reads one rule of several verifiers, which counts authorities", () => {
    const { rules } = readPolicy([{ path: "e.yaml", text: executor(both, enforcer(["a", "b"], 1)) }]);
    const [rule, ...more] = rules;
    assert.deepEqual(
      [rule?.name, rule?.mode, rule?.coverage?.kind, rule?.quorum, rule?.authorities.length, more.length],
      ["e", "enforce", "registries", { count: 1, of: "authorities", named: [] }, 2, 0],
    );
    const twice = [own, cosignSignature({ pair: acme, claimed: "registry.example/other" })];
    assert.equal(verdictWith(executor(both, enforcer(["a", "b"], 2)), twice).state, "untrusted");
  });

  it("reads thresholds as numbers of verifiers, none as all of them", () => {
    const countOf = (threshold: unknown) => {
      const parameters = { policy: { threshold, rules: [{ verifierName: "a" }, { verifierName: "b" }] } };
      const [rule] = readPolicy([
        { path: "e.yaml", text: executor(both, { type: "threshold-policy", parameters }) },
      ]).rules;
      return rule?.notUnderstood.length === 0 ? rule.quorum?.count : "not understood";
    };
    assert.deepEqual([0, 1, 2, 3, -1, 0.5, "1e0", "many", ""].map(countOf), [
      2,
      1,
      2,
      ...Array.from({ length: 5 }, () => "not understood"),
      2,
    ]);
  });

  it("states the trusted roots of its verifiers", () => {
    const keylessOnly = [verifier("a", { ...keyless, ignoreCTLog: true })];
    const { rules } = readPolicy([{ path: "e.yaml", text: executor(keylessOnly, enforcer(["a"])) }]);
    const [authority] = rules[0]?.authorities ?? [];
    assert.ok(authority?.kind === "keyless");
    assert.deepEqual([authority.ignoresCertificateLog, authority.requiresLog], [true, {}]);
    assert.deepEqual(
      authority.identities.map(({ issuer: by, subject }) => [by, subject]),
      [[issuer, identity]],
    );
  });

  it("lets several verifiers have the executor's own scopes, in any order", () => {
    const scopes = ["x.example", "registry.example"];
    const text = executor(
      [verifier("a", { ...key, scopes: scopes.toReversed() }), verifier("b", { ...byStranger, scopes })],
      enforcer(["a", "b"]),
      { scopes },
    );
    assert.equal(verdictWith(text, [own, strangers]).state, "verified");
  });

  const good = enforcer(["a"]);
  const obscure: readonly (readonly [string, string])[] = [
    ["no enforcer", executor([a], undefined)],
    ["another enforcer", executor([a], { type: "rego" })],
    [
      "nested rules",
      executor([a], { ...good, parameters: { policy: { rules: [{ rules: [{ verifierName: "a" }] }] } } }),
    ],
    ["a threshold of too many", executor([a], enforcer(["a"], 2))],
    ["a verifier that is not there", executor([a], enforcer(["b"]))],
    ["notation", executor([{ name: "a", type: "notation", parameters: {} }], good)],
    ["an unknown field", executor([a], good, { unless: 1 })],
    ["an unknown field of a trust policy", executor([verifier("a", { ...key, unless: 1 })], good)],
    ["an unknown field of a verifier", executor([{ ...a, unless: 1 }], good)],
    ["keys elsewhere", executor([verifier("a", { ...noLog, keys: { azurekeyvault: {} } })], good)],
    ["keys that are none", executor([verifier("a", { ...noLog, keys: { inline: { keys: "x" } } })], good)],
    ["a proven time without a log", executor([verifier("a", { keys: key.keys, ignoreTLog: true })], good)],
    ["nobody in particular", executor([verifier("a", {})], good)],
    ["certificates without log", executor([verifier("a", { ...keyless, ignoreTLog: true })], good)],
    [
      "scopes of several verifiers",
      executor([verifier("a", { ...key, scopes: ["x.example"] }), b], enforcer(["a", "b"]), {
        scopes: ["x.example", "registry.example"],
      }),
    ],
    ["scopes that are not the executor's", executor([verifier("a", { ...key, scopes: ["x.example"] })], good)],
    ["no scopes", executor([a], good, { scopes: [] })],
    ["too many scopes", executor([a], good, { scopes: Array(201).fill("registry.example") })],
    [
      "as many other scopes of several verifiers",
      executor([verifier("a", { ...key, scopes: ["x.example", "x.example"] }), b], enforcer(["a", "b"]), {
        scopes: ["x.example", "registry.example"],
      }),
    ],
    ["several trust policies of several verifiers", executor([verifier("a", key, key), b], enforcer(["a", "b"]))],
    [
      "scopes of the second of several verifiers",
      executor([a, verifier("b", { ...byStranger, scopes: ["x.example"] })], enforcer(["a", "b"]), {
        scopes: ["x.example", "registry.example"],
      }),
    ],
    ["a verifier without trust policies", executor([verifier("a")], good)],
    ["more trust policies than are read", executor([verifier("a", ...Array<object>(201).fill(key))], good)],
    ["another type of verifier", executor([{ ...a, type: "x" }], good)],
    ["a verifier without parameters", executor([{ name: "a", type: "cosign" }], good)],
    ["no rules of the enforcer", executor([a], enforcer([]))],
    ["an enforcer without policy", executor([a], { type: "threshold-policy", parameters: {} })],
    ["an unknown field of the enforcer", executor([a], { ...good, unless: 1 })],
    [
      "one key of two that is none",
      executor(
        [
          verifier("a", {
            ...noLog,
            keys: { inline: { keys: pem(acme) + pem(acme).replaceAll("PUBLIC", "PRIVATE") } },
          }),
        ],
        good,
      ),
    ],
    [
      "keys in two places",
      executor([verifier("a", { ...noLog, keys: { inline: { keys: pem(acme) }, azurekeyvault: {} } })], good),
    ],
  ];
  for (const [what, text] of obscure)
    it(`is not understood for ${what}`, () => {
      const verdict = verdictWith(text, [own]);
      assert.deepEqual(
        [verdict.state, verdict.reason.code],
        ["unknown", "policy-not-understood"],
        verdict.reason.message,
      );
      assert.equal(verdict.enforced, true);
    });
});

describe("readFirstVerifier", () => {
  const stateFor = (scopes: readonly string[] | undefined): string => {
    const text = JSON.stringify({
      apiVersion: "config.ratify.deislabs.io/v1beta1",
      kind: "Verifier",
      metadata: { name: "v" },
      spec: {
        name: "cosign",
        parameters: scopes === undefined ? {} : { trustPolicies: [{ name: "p", scopes }] },
      },
    });
    const verdict = verdictWith(text, [cosignSignature({ pair: acme })]);
    return verdict.reason.code;
  };
  const cases: readonly (readonly [readonly string[] | undefined, boolean])[] = [
    [["*"], true],
    [["registry.example/*"], true],
    [["registry.example/acme/app"], true],
    [["registry.example/acme/other"], false],
    [undefined, true],
  ];
  for (const [scopes, covered] of cases)
    it(`${scopes === undefined ? "without scopes" : scopes.join(", ")}: ${covered ? "covers the image" : "does not"}`, () =>
      assert.equal(stateFor(scopes) === "policy-not-understood", covered));
});
