import assert from "node:assert/strict";
import { filesNamedBy } from "../../../src/core/policy/containersPolicy.ts";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { cosignSignature } from "../../helpers/cosignSignature.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { attachBundle, evidenceOf, issuer, now } from "../../helpers/signedImage.ts";
import { type PolicyFile, mayHoldPolicy } from "../../../src/core/policy/policyFile.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const sigstore = createTrialSigstore({ now });
const whole = sigstore.authority.chain.map((der) => certificatePem(der)).join("");
const logKey = base64(sigstore.transparencyLog.publicKey.export({ type: "spki", format: "pem" }).toString());
const email = "jane@example.com";

const accept = { type: "insecureAcceptAnything" };
const reject = { type: "reject" };
const repository = { type: "matchRepository" };
const signed = { type: "sigstoreSigned", keyData: base64(pem(acme)), signedIdentity: repository };
const byStranger = { ...signed, keyData: base64(pem(stranger)) };
const fulcio = { caData: base64(whole), oidcIssuer: issuer, subjectEmail: email };
const identified = { type: "sigstoreSigned", fulcio, rekorPublicKeyData: logKey, signedIdentity: repository };

const path = "etc/containers/policy.json";
type Attached = ReturnType<typeof cosignSignature>;

function verdictWith(policy: unknown, attached: readonly Attached[], more: readonly PolicyFile[] = []): Verdict {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy, undefined, "\t");
  assert.ok(mayHoldPolicy(path, text));
  return judge(evidenceOf(attached), readPolicy([{ path, text }, ...more]), { trustedRoots: [] }, now);
}

const scoped = (...requirements: unknown[]): unknown => ({
  default: [reject],
  transports: { docker: { "registry.example/acme": requirements } },
});

describe("readContainersPolicy", () => {
  const own = cosignSignature({ pair: acme });
  const logged = cosignSignature({ pair: acme, log: sigstore.transparencyLog });
  const tagged = cosignSignature({ pair: acme, claimed: "registry.example/acme/app:1" });
  const jane = cosignSignature({ keyless: { sigstore, identity: email } });
  const john = cosignSignature({ keyless: { sigstore, identity: "john@example.com" } });
  const cases: readonly (readonly [string, unknown, readonly Attached[], Verdict["state"], string?])[] = [
    ["a key, and its signature", scoped(signed), [own], "verified", "registry.example/acme"],
    ["a key, and another's signature", scoped(byStranger), [own], "invalid"],
    ["a key, and no signature", scoped(signed), [], "unsigned"],
    [
      "a key, and a bundle, which nobody who reads this policy sees",
      scoped(signed),
      [attachBundle(keyBundle(acme))],
      "untrusted",
    ],
    [
      "two keys in one requirement: either",
      scoped({ ...signed, keyData: undefined, keyDatas: [signed.keyData, byStranger.keyData] }),
      [own],
      "verified",
    ],
    ["two requirements: both", scoped(signed, byStranger), [own], "untrusted"],
    [
      "two requirements, and both signed",
      scoped(signed, byStranger),
      [own, cosignSignature({ pair: stranger })],
      "verified",
    ],
    ["a signature, and anything", scoped(accept, signed), [own], "verified"],
    ["a signature, and nothing", scoped(reject, signed), [own], "untrusted"],
    ["anything", scoped(accept), [own], "untrusted"],
    ["anything, and unsigned", scoped(accept), [], "unsigned"],
    [
      "the default where no scope fits",
      { default: [signed], transports: { docker: { "other.example": [reject] } } },
      [own],
      "verified",
      "default",
    ],
    [
      "the transport's default before the file's",
      { default: [reject], transports: { docker: { "": [signed] } } },
      [own],
      "verified",
      "docker, default",
    ],
    [
      "another transport's scope never",
      { default: [signed], transports: { "docker-daemon": { "": [reject] } } },
      [own],
      "verified",
    ],
    [
      "the most specific scope alone, however strict the others",
      {
        default: [reject],
        transports: { docker: { "registry.example": [reject], "registry.example/acme/app": [signed] } },
      },
      [own],
      "verified",
    ],
    [
      "the most specific scope alone, however lax the others",
      {
        default: [accept],
        transports: { docker: { "registry.example": [signed], "registry.example/acme/app": [byStranger] } },
      },
      [own],
      "untrusted",
    ],
    [
      "a scope of another repository with the same beginning",
      { default: [reject], transports: { docker: { "registry.example/ac": [signed] } } },
      [own],
      "untrusted",
    ],
    ["a log entry, and none is there", scoped({ ...signed, rekorPublicKeyData: logKey }), [own], "untrusted"],
    ["a log entry, as it is there", scoped({ ...signed, rekorPublicKeyData: logKey }), [logged], "verified"],
    [
      "an entry in another log",
      scoped({ ...signed, rekorPublicKeyData: base64(pem(stranger)) }),
      [logged],
      "untrusted",
    ],
    ["an e-mail address, and its signature", scoped(identified), [jane], "verified"],
    ["an e-mail address, and another's signature", scoped(identified), [john], "untrusted"],
    [
      "an e-mail address of another issuer",
      scoped({ ...identified, fulcio: { ...fulcio, oidcIssuer: "https://x.example" } }),
      [jane],
      "untrusted",
    ],
    [
      "an e-mail address, logged elsewhere",
      scoped({ ...identified, rekorPublicKeyData: base64(pem(stranger)) }),
      [jane],
      "invalid",
    ],
    [
      "the default identity, which cosign's claim does not fit",
      scoped({ ...signed, signedIdentity: undefined }),
      [own],
      "untrusted",
    ],
    [
      "the default identity, and a claim with the tag",
      scoped({ ...signed, signedIdentity: undefined }),
      [tagged],
      "verified",
    ],
    [
      "an exact repository",
      scoped({ ...signed, signedIdentity: { type: "exactRepository", dockerRepository: "ghcr.io/acme/app" } }),
      [own],
      "untrusted",
    ],
    [
      "a prefix that is signed under another name",
      scoped({
        ...signed,
        signedIdentity: { type: "remapIdentity", prefix: "registry.example", signedPrefix: "ghcr.io" },
      }),
      [cosignSignature({ pair: acme, claimed: "ghcr.io/acme/app:1" })],
      "verified",
    ],
    ["a default alone", { default: [signed] }, [own], "verified", "default"],
    ["a base layer, which nobody satisfies", scoped({ type: "signedBaseLayer" }), [own], "untrusted"],
    ["fifty requirements", scoped(...Array.from({ length: 50 }, () => signed)), [own], "verified"],
    ["a key that is none", scoped({ ...signed, keyData: base64("x") }), [own], "unknown", "registry.example/acme"],
    [
      "an authority that is none",
      scoped({ ...identified, fulcio: { ...fulcio, caData: base64("x") } }),
      [jane],
      "unknown",
    ],
    ["a log key that is none", scoped({ ...signed, rekorPublicKeyData: base64("x") }), [logged], "unknown"],
    ["a GPG key", scoped({ type: "signedBy", keyType: "GPGKeys", keyPath: "/x" }), [own], "unknown"],
    ["a PKI", scoped({ type: "sigstoreSigned", pki: { caRootsPath: "/x", subjectEmail: email } }), [own], "unknown"],
    [
      "a key in a file that is elsewhere",
      scoped({ ...signed, keyData: undefined, keyPath: "/etc/pki/acme.pub" }),
      [own],
      "unknown",
    ],
  ];
  for (const [what, policy, attached, state, rule] of cases)
    it(`${what}: ${state}`, () => {
      const verdict = verdictWith(policy, attached);
      assert.equal(verdict.state, state, verdict.reason.message);
      if (rule !== undefined) assert.equal(verdict.decidedBy?.rule, rule);
    });

  const whys: readonly (readonly [unknown, string])[] = [
    [
      scoped({ ...signed, keyData: undefined, keyPath: "/etc/pki/acme.pub" }),
      "'/etc/pki/acme.pub' is not in the workspace, and files elsewhere are not read",
    ],
    [
      scoped({ ...signed, rekorPublicKeyPath: "/log.pub" }),
      "'/log.pub' is not in the workspace, and files elsewhere are not read",
    ],
    [
      scoped({ ...identified, fulcio: { ...fulcio, caData: undefined, caPath: "/ca.pem" } }),
      "'/ca.pem' is not in the workspace, and files elsewhere are not read",
    ],
    [
      scoped({ type: "sigstoreSigned", pki: { caRootsPath: "/x", subjectEmail: email } }),
      "certificates of a PKI of its own ('pki') are not evaluated",
    ],
  ];
  for (const [policy, why] of whys)
    it(`says why it cannot tell: ${why}`, () => {
      const { message } = verdictWith(policy, [own]).reason;
      assert.ok(message.endsWith(` is not understood: 'sigstoreSigned' is not evaluated: ${why}.`), message);
    });

  describe("with the anchor of an authority alone", () => {
    const [issuing = "", anchor = ""] = sigstore.authority.chain.map((der) => certificatePem(der));
    const policy = scoped({ ...identified, fulcio: { ...fulcio, caData: base64(anchor) } });
    const brought = (certificates: string): Attached =>
      cosignSignature({ keyless: { sigstore, identity: email }, chain: certificates });
    const strangers = createTrialSigstore({ now })
      .authority.chain.map((der) => certificatePem(der))
      .join("");
    const chains: readonly (readonly [string, string, Verdict["state"]])[] = [
      ["the issuer and the anchor", issuing + anchor, "verified"],
      ["the issuer", issuing, "verified"],
      ["the issuer after others", strangers + issuing, "verified"],
      ["the anchor", anchor, "untrusted"],
      ["others", strangers, "untrusted"],
      ["nothing that can be read", "-----BEGIN CERTIFICATE-----x-----END CERTIFICATE-----", "untrusted"],
      ["nothing", "", "untrusted"],
    ];
    for (const [what, chain, state] of chains)
      it(`accepts what the signature brings where it leads there: ${what}: ${state}`, () => {
        const verdict = verdictWith(policy, [brought(chain)]);
        assert.equal(verdict.state, state, verdict.reason.message);
      });

    it("does not take a certificate that the signature brings for an anchor", () => {
      const other = createTrialSigstore({ now });
      const chain = other.authority.chain.map((der) => certificatePem(der)).join("");
      const forged = cosignSignature({ keyless: { sigstore: other, identity: email }, chain });
      assert.equal(verdictWith(policy, [forged]).state, "untrusted");
    });
  });

  it("names the requirement's own line", () => {
    const text = JSON.stringify(scoped(signed, byStranger), undefined, 2);
    const { decidedBy } = verdictWith(text, [own]);
    const line = text.split("\n").findIndex((each) => each.includes(byStranger.keyData)) + 1;
    assert.ok(
      decidedBy !== undefined && line - decidedBy.line <= 2 && line > decidedBy.line,
      JSON.stringify(decidedBy),
    );
  });

  it("says that a signature by the right key claims another name", () => {
    assert.match(
      verdictWith(scoped({ ...signed, signedIdentity: undefined }), [own]).reason.message,
      /claims another name/,
    );
  });

  it("says that a bundle by the right key exists and is not looked at", () => {
    assert.match(verdictWith(scoped(signed), [attachBundle(keyBundle(acme))]).reason.message, /bundle by it exists/);
  });

  const inFile = scoped({ ...signed, keyData: undefined, keyPath: "/etc/pki/acme.pub" });
  const places: readonly (readonly [string, Verdict["state"]])[] = [
    ["etc/pki/acme.pub", "verified"],
    ["/etc/pki/acme.pub", "verified"],
    ["other/etc/pki/acme.pub", "unknown"],
    ["acme.pub", "unknown"],
  ];
  for (const [place, state] of places)
    it(`looks for a key file under the root of the policy's own tree: ${place}`, () =>
      assert.equal(verdictWith(inFile, [own], [{ path: place, text: pem(acme) }]).state, state));

  const spoilt: readonly (readonly [string, unknown])[] = [
    ["no default", { transports: { docker: { "": [accept] } } }],
    ["an unknown field", { default: [accept], extra: 1 }],
    ["an unknown field of a requirement", scoped({ ...accept, unless: 1 })],
    [
      "an unknown field of a requirement for another image",
      { default: [signed], transports: { docker: { "x.example": [{ ...reject, x: 1 }] } } },
    ],
    [
      "an unknown field of a requirement for another transport",
      { default: [signed], transports: { dir: { "": [{ ...reject, x: 1 }] } } },
    ],
    ["an unused default with a mistake", { default: [{ type: "x" }], transports: { docker: { "": [signed] } } }],
    ["an unknown requirement", scoped({ type: "signedByFriends" })],
    ["no requirements", scoped()],
    ["transports that are none", { default: [accept], transports: [] }],
    ["scopes that are none", { default: [accept], transports: { docker: [] } }],
    ["two kinds of signers", scoped({ ...signed, fulcio })],
    ["no signer", scoped({ type: "sigstoreSigned" })],
    ["an unknown field of a base layer", scoped({ type: "signedBaseLayer", unless: 1 })],
    ["an unknown field of a GPG key", scoped({ type: "signedBy", keyType: "GPGKeys", keyPath: "/x", unless: 1 })],
    [
      "an unknown identity of a GPG key",
      scoped({ type: "signedBy", keyType: "GPGKeys", keyPath: "/x", signedIdentity: { type: "matchAll" } }),
    ],
    ["an unknown field of a PKI", scoped({ type: "sigstoreSigned", pki: { unless: 1 } })],
    ["an unknown field of a certificate authority", scoped({ ...identified, fulcio: { ...fulcio, unless: 1 } })],
    ["an empty list of keys", scoped({ ...signed, keyData: undefined, keyDatas: [] })],
    ["an empty list of key files", scoped({ ...signed, keyData: undefined, keyPaths: [] })],
    ["an empty list of log keys", scoped({ ...signed, rekorPublicKeyDatas: [] })],
    ["an empty path", scoped({ ...signed, keyData: undefined, keyPath: "" })],
    ["an empty key", scoped({ ...signed, keyData: "" })],
    ["two lists of log keys", scoped({ ...signed, rekorPublicKeyData: logKey, rekorPublicKeyDatas: [logKey] })],
    ["a certificate authority in two places", scoped({ ...identified, fulcio: { ...fulcio, caPath: "/x" } })],
    ["a certificate authority without issuer", scoped({ ...identified, fulcio: { ...fulcio, oidcIssuer: undefined } })],
    ["too many requirements", scoped(...Array.from({ length: 51 }, () => accept))],
    [
      "too many scopes",
      {
        default: [reject],
        transports: { docker: Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`r${index}`, [reject]])) },
      },
    ],
    ["two kinds of log keys", scoped({ ...signed, rekorPublicKeyData: logKey, rekorPublicKeyPath: "/x" })],
    ["a certificate authority without log", scoped({ ...identified, rekorPublicKeyData: undefined })],
    [
      "a certificate authority without e-mail address",
      scoped({ ...identified, fulcio: { ...fulcio, subjectEmail: undefined } }),
    ],
    [
      "a certificate authority without certificates",
      scoped({ ...identified, fulcio: { ...fulcio, caData: undefined } }),
    ],
    ["a PKI with a log", scoped({ type: "sigstoreSigned", pki: {}, rekorPublicKeyData: logKey })],
    ["a key that is no Base64", scoped({ ...signed, keyData: pem(acme) })],
    ["an unknown identity", scoped({ ...signed, signedIdentity: { type: "matchAll" } })],
    [
      "an identity with a field too many",
      scoped({ ...signed, signedIdentity: { type: "matchRepository", prefix: "x" } }),
    ],
    ["an identity with a field too few", scoped({ ...signed, signedIdentity: { type: "exactRepository" } })],
    [
      "an exact reference without tag",
      scoped({ ...signed, signedIdentity: { type: "exactReference", dockerReference: "ghcr.io/a/b" } }),
    ],
    ["a field twice", `{"default": [{"type": "reject"}], "default": [{"type": "insecureAcceptAnything"}]}`],
    ["a comment", `{"default": [{"type": "insecureAcceptAnything"}]} # no JSON`],
  ];
  for (const [what, policy] of spoilt)
    it(`is rejected as a whole for ${what}`, () => {
      const verdict = verdictWith(policy, [own]);
      assert.deepEqual(
        [verdict.state, verdict.reason.code],
        ["unknown", "policy-not-understood"],
        verdict.reason.message,
      );
      assert.deepEqual([verdict.decidedBy?.rule, verdict.enforced], ["rejected", true], verdict.reason.message);
    });

  it("says which files it names, wherever they may be", () => {
    const named = scoped({
      ...signed,
      keyData: undefined,
      keyPaths: ["/etc/pki/a.pub", "b.pub"],
      rekorPublicKeyPath: "/x/log.pub",
    });
    assert.deepEqual(filesNamedBy("image/etc/containers/policy.json", JSON.stringify(named)), [
      "image/etc/pki/a.pub",
      "/etc/pki/a.pub",
      "image/etc/containers/b.pub",
      "b.pub",
      "image/x/log.pub",
      "/x/log.pub",
    ]);
    assert.deepEqual(filesNamedBy("policy.json", JSON.stringify(scoped({ type: "x", keyPath: 1 }))), []);
    assert.deepEqual(filesNamedBy("other.json", '{"keyPath": "/etc/shadow"}'), []);
  });

  it("is told from other JSON", () => {
    assert.ok(!mayHoldPolicy("a.json", '{"default": ["x"], "type": "reject"}'));
    assert.ok(!mayHoldPolicy("a.yaml", '"default": [{"type": "reject"}]'));
    assert.ok(!mayHoldPolicy("key.pem", "-----BEGIN PRIVATE KEY-----"));
    assert.ok(mayHoldPolicy("key.pub", pem(acme)));
  });
});
