import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { cosignSignature } from "../../helpers/cosignSignature.ts";
import { acme, pem, stranger } from "../../helpers/keyBundle.ts";
import { evidenceOf, issuer, now } from "../../helpers/signedImage.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const sigstore = createTrialSigstore({ now });
const chain = base64(sigstore.authority.chain.map((der) => certificatePem(der)).join(""));
const rekorKeyData = base64(sigstore.transparencyLog.publicKey.export({ type: "spki", format: "pem" }).toString());
const email = "jane@example.com";
const signedIdentity = { matchPolicy: "MatchRepository" };
const publicKey = { keyData: base64(pem(acme)) };
const byKey = { rootOfTrust: { policyType: "PublicKey", publicKey }, signedIdentity };
const strangers = {
  rootOfTrust: { policyType: "PublicKey", publicKey: { keyData: base64(pem(stranger)) } },
  signedIdentity,
};
const fulcioCAWithRekor = {
  fulcioCAData: chain,
  rekorKeyData,
  fulcioSubject: { oidcIssuer: issuer, signedEmail: email },
};
const byEmail = { rootOfTrust: { policyType: "FulcioCAWithRekor", fulcioCAWithRekor }, signedIdentity };

function verdictOf(specs: readonly unknown[], attached: Parameters<typeof evidenceOf>[0]): Verdict {
  const text = specs
    .map((spec, index) =>
      JSON.stringify({
        apiVersion: "config.openshift.io/v1",
        kind: index === 0 ? "ClusterImagePolicy" : "ImagePolicy",
        metadata: { name: `p${index}` },
        spec,
      }),
    )
    .join("\n---\n");
  return judge(evidenceOf(attached), readPolicy([{ path: "p.yaml", text }]), { trustedRoots: [] }, now);
}

describe("readOpenShiftPolicy", () => {
  const own = cosignSignature({ pair: acme });
  const all = ["registry.example"];
  const app = ["other.example", "registry.example/acme/app"];
  const cases: readonly (readonly [string, readonly unknown[], Parameters<typeof evidenceOf>[0], Verdict["state"]])[] =
    [
      ["a key, and its signature", [{ scopes: all, policy: byKey }], [own], "verified"],
      ["a key, and another's signature", [{ scopes: all, policy: strangers }], [own], "invalid"],
      ["another scope", [{ scopes: ["registry.example/ac"], policy: byKey }], [own], "untrusted"],
      [
        "the more specific of two",
        [
          { scopes: all, policy: strangers },
          { scopes: app, policy: byKey },
        ],
        [own],
        "verified",
      ],
      [
        "both of the same scope",
        [
          { scopes: all, policy: strangers },
          { scopes: all, policy: byKey },
        ],
        [own],
        "untrusted",
      ],
      [
        "a log that has no entry",
        [
          {
            scopes: all,
            policy: { ...byKey, rootOfTrust: { policyType: "PublicKey", publicKey: { ...publicKey, rekorKeyData } } },
          },
        ],
        [own],
        "untrusted",
      ],
      [
        "an e-mail address",
        [{ scopes: all, policy: byEmail }],
        [cosignSignature({ keyless: { sigstore, identity: email } })],
        "verified",
      ],
      [
        "another's e-mail address",
        [{ scopes: all, policy: byEmail }],
        [cosignSignature({ keyless: { sigstore, identity: "x@example.com" } })],
        "untrusted",
      ],
      ["the default identity", [{ scopes: all, policy: { ...byKey, signedIdentity: undefined } }], [own], "untrusted"],
      [
        "the default identity by name",
        [{ scopes: all, policy: { ...byKey, signedIdentity: { matchPolicy: "MatchRepoDigestOrExact" } } }],
        [own],
        "untrusted",
      ],
      [
        "an exact repository",
        [
          {
            scopes: all,
            policy: {
              ...byKey,
              signedIdentity: {
                matchPolicy: "ExactRepository",
                exactRepository: { repository: "registry.example/acme/app" },
              },
            },
          },
        ],
        [own],
        "verified",
      ],
      [
        "a remapped prefix",
        [
          {
            scopes: all,
            policy: {
              ...byKey,
              signedIdentity: {
                matchPolicy: "RemapIdentity",
                remapIdentity: { prefix: "registry.example", signedPrefix: "quay.io" },
              },
            },
          },
        ],
        [cosignSignature({ pair: acme, claimed: "quay.io/acme/app:1" })],
        "verified",
      ],
      ["a PKI", [{ scopes: all, policy: { rootOfTrust: { policyType: "PKI", pki: {} } } }], [own], "unknown"],
      ["no scopes", [{ policy: byKey }], [own], "unknown"],
      ["no root of trust", [{ scopes: all, policy: {} }], [own], "unknown"],
      ["an unknown root of trust", [{ scopes: all, policy: { rootOfTrust: { policyType: "X" } } }], [own], "unknown"],
      [
        "an unknown match policy",
        [{ scopes: all, policy: { ...byKey, signedIdentity: { matchPolicy: "X" } } }],
        [own],
        "unknown",
      ],
      ["an unknown field", [{ scopes: all, policy: byKey, except: [] }], [own], "unknown"],
      [
        "an unknown field of the key",
        [
          {
            scopes: all,
            policy: { ...byKey, rootOfTrust: { policyType: "PublicKey", publicKey: { ...publicKey, x: 1 } } },
          },
        ],
        [own],
        "unknown",
      ],
      [
        "a key that is none",
        [{ scopes: all, policy: { ...byKey, rootOfTrust: { policyType: "PublicKey", publicKey: { keyData: "x" } } } }],
        [own],
        "unknown",
      ],
      [
        "an authority without log",
        [
          {
            scopes: all,
            policy: {
              ...byEmail,
              rootOfTrust: {
                policyType: "FulcioCAWithRekor",
                fulcioCAWithRekor: { ...fulcioCAWithRekor, rekorKeyData: undefined },
              },
            },
          },
        ],
        [own],
        "unknown",
      ],
    ];
  for (const [what, specs, attached, state] of cases)
    it(`${what}: ${state}`, () => {
      const verdict = verdictOf(specs, attached);
      assert.equal(verdict.state, state, verdict.reason.message);
    });

  const trusting = (rootOfTrust: object, more: object = {}) => ({
    scopes: all,
    policy: { rootOfTrust, signedIdentity, ...more },
  });
  const fulcio = (more: object) =>
    trusting({ policyType: "FulcioCAWithRekor", fulcioCAWithRekor: { ...fulcioCAWithRekor, ...more } });
  const spoilt: readonly (readonly [string, object])[] = [
    ["an authority that is missing", trusting({ policyType: "FulcioCAWithRekor" })],
    ["an authority without certificates", fulcio({ fulcioCAData: undefined })],
    ["an authority without subject", fulcio({ fulcioSubject: undefined })],
    ["an authority without issuer", fulcio({ fulcioSubject: { signedEmail: email } })],
    ["an authority without e-mail address", fulcio({ fulcioSubject: { oidcIssuer: issuer } })],
    ["an unknown field of an authority", fulcio({ unless: 1 })],
    ["an unknown field of a subject", fulcio({ fulcioSubject: { oidcIssuer: issuer, signedEmail: email, x: 1 } })],
    ["a key that is missing", trusting({ policyType: "PublicKey" })],
    ["a key without data", trusting({ policyType: "PublicKey", publicKey: {} })],
    ["no type of trust", trusting({ publicKey })],
    ["an unknown field of the trust", trusting({ policyType: "PublicKey", publicKey, unless: 1 })],
    ["an unknown field of the policy", trusting({ policyType: "PublicKey", publicKey }, { unless: 1 })],
    [
      "an unknown field of the identity",
      trusting({ policyType: "PublicKey", publicKey }, { signedIdentity: { ...signedIdentity, x: 1 } }),
    ],
    ["no spec", {}],
    ["too many scopes", { scopes: Array(257).fill("registry.example"), policy: byKey }],
    ["a scope that is no text", { scopes: ["registry.example", {}], policy: byKey }],
  ];
  for (const [what, spec] of spoilt)
    it(`is not understood for ${what}, and enforced`, () => {
      const { state, reason, enforced, decidedBy } = verdictOf([spec], [own]);
      assert.deepEqual(
        [state, reason.code, enforced, decidedBy?.rule],
        ["unknown", "policy-not-understood", true, "p0"],
      );
      assert.doesNotMatch(reason.message, /is not evaluated/);
    });

  it("reads as many scopes as a policy may have", () =>
    assert.equal(verdictOf([{ scopes: Array(256).fill("registry.example"), policy: byKey }], [own]).state, "verified"));

  it("says that a PKI is not evaluated", () =>
    assert.match(
      verdictOf([trusting({ policyType: "PKI", pki: {} })], [own]).reason.message,
      /'PKI' is not evaluated: certificates of a PKI of its own are not evaluated\.$/,
    ));
});
