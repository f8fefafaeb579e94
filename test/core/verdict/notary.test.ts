import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { NotaryAuthority } from "../../../src/core/policy/policy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Evidence } from "../../../src/core/verdict/evidence.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { sequence } from "../../../src/trial/x509/der.ts";
import { createNotaryChain, signCose, signJws, signRaw, type EnvelopeRequest } from "../../helpers/notary.ts";
import {
  root,
  leaf,
  acme,
  notaryType,
  usual,
  strict,
  permissive,
  audit,
  authority,
  evidence,
  judged,
  outcome,
  jws,
} from "../../helpers/notaryJudged.ts";
import { evidenceOf, image, now, policyOf, rule } from "../../helpers/signedImage.ts";
import { createStampChain, stampToken } from "../../helpers/timestamp.ts";

const stranger = createNotaryChain();
const short = createNotaryChain({ notAfter: new Date("2026-11-20T12:00:00Z") });
const clock = createStampChain();
const expiring = (expiry: string) => ({
  crit: ["io.cncf.notary.signingScheme", "io.cncf.notary.expiry"],
  "io.cncf.notary.expiry": expiry,
});
const byAuthority = {
  crit: ["io.cncf.notary.signingScheme", "io.cncf.notary.authenticSigningTime"],
  "io.cncf.notary.signingScheme": "notary.x509.signingAuthority",
  "io.cncf.notary.signingTime": undefined,
  "io.cncf.notary.authenticSigningTime": "2026-11-20T10:00:00Z",
};

describe("judge, on Notary signatures", () => {
  it("verifies JWS and COSE that a statement accepts, and says who signed", () => {
    for (const signed of bothFormats()) {
      const verdict = judged(signed, authority());
      assert.deepEqual(outcome(verdict), ["verified", undefined], verdict.reason.message);
      const { signer } = verdict.signatures[0] ?? {};
      assert.equal(signer?.identity, "CN=release, O=Acme, ST=WA, C=US");
      const spki = leaf.keys.publicKey.export({ type: "spki", format: "der" });
      assert.equal(signer?.fingerprint, createHash("sha256").update(spki).digest("hex"));
      assert.ok(signer?.algorithm);
      assert.equal(verdict.signatures[0]?.trusted, true);
    }
  });

  it("verifies the older layout of manifests", () => {
    const config = { mediaType: notaryType, digest: image.digest, size: 2 };
    const older = evidence(signJws(usual), "application/jose+json", { artifactType: undefined, config });
    assert.equal(judged(older, authority()).state, "verified");
  });

  it("trusts nobody without a policy", () => {
    const verdict = judge(jws(), policyOf(), { trustedRoots: [] }, now);
    assert.deepEqual([verdict.state, verdict.reason.code], ["untrusted", "no-policy"]);
  });

  const strangers: readonly (readonly [string, Partial<NotaryAuthority>])[] = [
    ["none of the certificates is in a store", { stores: { ca: [stranger.root.der], signingAuthority: [] } }],
    ["the certificate is in a signing authority's store only", { stores: { ca: [], signingAuthority: [root.der] } }],
    [
      "the certificate is in a store for time stamps only",
      { stores: { ca: [], signingAuthority: [], tsa: [root.der] } },
    ],
    ["the name is another one", { identities: [new Map([...acme, ["CN", "other"]])] }],
    ["no name is trusted", { identities: [] }],
  ];
  for (const [title, more] of strangers)
    it(`does not trust where ${title}`, () => {
      const refused = judged(jws(), authority(more));
      assert.deepEqual(outcome(refused), ["untrusted", "not-accepted"]);
      assert.deepEqual([refused.reason.code, refused.enforced], ["not-accepted", true]);
      assert.match(
        refused.reason.message,
        / accepts only 'release'; (?:none of its certificates|the name in its certificate) [^.;]+\.$/,
      );
      // Permissive is no less strict about who signed.
      assert.equal(judged(jws(), authority({ ...more, checks: permissive })).state, "untrusted");
      const passed = judged(jws(), authority({ ...more, checks: audit }));
      assert.deepEqual(
        [passed.state, passed.reason.code, passed.enforced],
        ["untrusted", "allowed-without-signature", false],
      );
    });

  it("trusts any name where the statement says so, and any certificate of the chain", () => {
    assert.equal(judged(jws(), authority({ identities: "any" })).state, "verified");
    assert.equal(judged(jws(), authority({ stores: { ca: [leaf.der], signingAuthority: [] } })).state, "verified");
  });

  it("never lets an audit pass what its statement enforces", () => {
    const expired = jws({ protected: expiring("2026-11-21T11:00:00Z") });
    const verdict = judged(expired, authority({ checks: { ...audit, expiry: "enforce" } }));
    assert.deepEqual([verdict.state, verdict.reason.code, verdict.enforced], ["invalid", "signature-expired", true]);
    const { text = "" } = verdict.trace.find(({ step }) => step === "policy") ?? {};
    assert.ok(text.endsWith("accepts none of the signatures: it accepts only 'release'."), text);
  });

  it("counts two signatures where a rule asks for two", () => {
    const two = evidenceOf(
      bothFormats().flatMap(({ candidates: [candidate], blobs }) =>
        candidate === undefined ? [] : [{ candidate, blobs }],
      ),
    );
    const quorum = { count: 2, of: "signatures", named: [] } as const;
    const by = (of: Evidence) => judge(of, policyOf(rule([authority()], { quorum })), { trustedRoots: [] }, now).state;
    assert.deepEqual([by(two), by(jws())], ["verified", "untrusted"]);
  });

  it("says of a stranger's signature what can be said of it at its own time", () => {
    const old = (header: NonNullable<EnvelopeRequest["protected"]>) =>
      judged(
        jws({ chain: short.chain, privateKey: short.leaf.keys.privateKey, protected: header }),
        authority({ stores: { ca: [], signingAuthority: [] } }),
      ).signatures[0];
    assert.deepEqual([old({})?.valid, old({})?.reasons[0]?.code], [false, "certificate-not-valid-then"]);
    assert.match(old({})?.signer?.identity ?? "", /^CN=release/);
    assert.equal(old(byAuthority)?.valid, true);
  });

  it("never lets an audit pass what has no signature of the image, nor a signature that is wrong", () => {
    const other = { ...image, size: image.size + 1 };
    assert.equal(judged(evidenceOf([]), authority({ checks: audit })).reason.code, "unsigned");
    const verdict = judged(jws({ target: other }), authority({ checks: audit }));
    assert.deepEqual([verdict.state, verdict.reason.code, verdict.enforced], ["invalid", "other-size", true]);
    const text = ({ trace }: Verdict) => trace.find(({ step }) => step === "policy")?.text;
    assert.match(text(verdict) ?? "", /accepts none of the signatures: it accepts only 'release'\.$/);
  });

  it("holds integrity against every level", () => {
    for (const checks of [strict, permissive, audit]) {
      const wrong = jws({ privateKey: root.keys.privateKey });
      assert.deepEqual(outcome(judged(wrong, authority({ checks }))), ["invalid", "signature-wrong"]);
    }
  });

  it("refuses what its signer let expire, unless the statement only logs it", () => {
    const expired = jws({ protected: expiring("2026-11-21T12:00:00Z") });
    assert.deepEqual(outcome(judged(expired, authority())), ["invalid", "signature-expired"]);
    assert.deepEqual(outcome(judge(expired, policyOf(), { trustedRoots: [] }, now)), ["invalid", "signature-expired"]);
    const logged = judged(expired, authority({ checks: permissive }));
    assert.equal(logged.state, "verified");
    assert.ok(logged.trace.some(({ outcome: kind, text }) => kind === "note" && text.includes("expire")));
    assert.equal(judged(jws({ protected: expiring("2026-11-21T12:00:01Z") }), authority()).state, "verified");
  });

  it("refuses a chain that is not valid now, unless the statement only logs it", () => {
    const outlived = jws({ chain: short.chain, privateKey: short.leaf.keys.privateKey });
    const stores = { ca: [short.root.der], signingAuthority: [] };
    assert.deepEqual(outcome(judged(outlived, authority({ stores }))), ["invalid", "certificate-not-valid-then"]);
    assert.equal(judged(outlived, authority({ stores, checks: permissive })).state, "verified");
  });

  it("does not call an outlived chain wrong that a time stamp may yet prove, where nobody is trusted for that", () => {
    const request = { chain: short.chain, privateKey: short.leaf.keys.privateKey };
    const nobody = (of: Evidence): Verdict => judge(of, policyOf(), { trustedRoots: [] }, now);
    assert.deepEqual(outcome(nobody(jws(request))), ["invalid", "certificate-not-valid-then"]);
    const unprotected = { "io.cncf.notary.timestampSignature": "AAAA" };
    assert.equal(nobody(jws({ ...request, unprotected })).state, "untrusted");
  });

  it("does not use a plug-in, and so cannot tell", () => {
    const plugin = {
      "io.cncf.notary.verificationPlugin": "acme",
      crit: ["io.cncf.notary.signingScheme", "io.cncf.notary.verificationPlugin"],
    };
    for (const checks of [strict, audit])
      assert.deepEqual(outcome(judged(jws({ protected: plugin }), authority({ checks }))), [
        "unknown",
        "plugin-needed",
      ]);
    const { signer } = judged(jws({ protected: plugin }), authority()).signatures[0] ?? {};
    assert.match(signer?.identity ?? "", /^CN=release/);
    const own = (ownPlugin: string) => judged(jws({ protected: plugin }), authority({ ownPlugin })).state;
    assert.deepEqual([own("acme"), own("other")], ["verified", "unknown"]);
    assert.equal(judged(jws(), authority({ ownPlugin: "acme" })).state, "verified");
  });

  it("cannot tell where the image's media type and size were not looked up", () => {
    const unasked = { ...jws(), image: { mediaType: "", digest: image.digest, size: 0 } };
    assert.equal(judged(unasked, authority()).state, "unknown");
  });

  describe("of signing authorities", () => {
    const stores = { ca: [], signingAuthority: [root.der] };
    it("believes their time, and only from their own stores", () => {
      assert.equal(judged(jws({ protected: byAuthority }), authority({ stores })).state, "verified");
      const ca = { ca: [root.der], signingAuthority: [] };
      assert.equal(judged(jws({ protected: byAuthority }), authority({ stores: ca })).state, "untrusted");
    });

    it("calls their time proven by nobody else: no stamp stands for it", () => {
      const [signature] = judged(jws({ protected: byAuthority }), authority({ stores })).signatures;
      assert.equal(signature?.valid, true);
      assert.deepEqual([signature.signedAt, signature.provenBy], [undefined, undefined]);
    });

    it("wants the chain valid at that time, not now", () => {
      const request = { chain: short.chain, privateKey: short.leaf.keys.privateKey };
      const own = { ca: [], signingAuthority: [short.root.der] };
      const at = (time: string): Evidence =>
        jws({ ...request, protected: { ...byAuthority, "io.cncf.notary.authenticSigningTime": time } });
      assert.equal(judged(at("2026-11-20T10:00:00Z"), authority({ stores: own })).state, "verified");
      const late = judged(at("2026-11-20T12:00:01Z"), authority({ stores: own }));
      assert.deepEqual(outcome(late), ["invalid", "certificate-not-valid-then"]);
    });
  });

  describe("with time stamps", () => {
    const stores = { ca: [root.der, short.root.der], signingAuthority: [], tsa: [clock.root.der] };
    const stamped = (request: Partial<EnvelopeRequest>, at: string, accuracy?: Buffer): Evidence => {
      const plain: { protected: string; payload: string; header: object } = JSON.parse(
        signJws({ ...usual, ...request }).toString(),
      );
      const signature = signRaw(
        request.privateKey ?? usual.privateKey,
        Buffer.from(`${plain.protected}.${plain.payload}`),
      );
      const token = stampToken({
        data: signature,
        signer: clock.authority,
        certificates: [clock.authority.der],
        at: new Date(at),
        ...(accuracy === undefined ? {} : { accuracy }),
      });
      const header = { ...plain.header, "io.cncf.notary.timestampSignature": token.toString("base64") };
      return evidence(Buffer.from(JSON.stringify({ ...plain, header, signature: signature.toString("base64url") })));
    };
    const ofShort = { chain: short.chain, privateKey: short.leaf.keys.privateKey };

    it("proves that an outlived certificate signed while it was valid", () => {
      const verdict = judged(stamped(ofShort, "2026-11-20T11:00:00Z"), authority({ stores }));
      assert.equal(verdict.state, "verified", verdict.reason.message);
      assert.equal(verdict.signatures[0]?.signedAt, "2026-11-20T11:00:00.000Z");
      assert.equal(verdict.signatures[0]?.provenBy, "timestamp");
    });

    it("wants the whole span of the stamp within the validity of the chain", () => {
      const late = judged(stamped(ofShort, "2026-11-20T12:00:01Z"), authority({ stores }));
      assert.deepEqual(outcome(late), ["invalid", "certificate-not-valid-then"]);
      const tenSeconds = sequence(Buffer.from([2, 1, 10]));
      const close = stamped(ofShort, "2026-11-20T11:59:55Z", tenSeconds);
      assert.deepEqual(outcome(judged(close, authority({ stores }))), ["invalid", "certificate-not-valid-then"]);
      const early = stamped({}, "2026-01-01T00:00:05Z", tenSeconds);
      assert.deepEqual(outcome(judged(early, authority({ stores }))), ["invalid", "certificate-not-valid-then"]);
    });

    it("asks for one wherever a store for them is named", () => {
      assert.deepEqual(outcome(judged(jws(), authority({ stores }))), ["invalid", "timestamp-missing"]);
      assert.equal(judged(jws(), authority({ stores, checks: permissive })).state, "verified");
      assert.equal(judged(jws(), authority({ stores, verifyTimestamp: "afterCertExpiry" })).state, "verified");
      const outlived = judged(jws(ofShort), authority({ stores, verifyTimestamp: "afterCertExpiry" }));
      assert.deepEqual(outcome(outlived), ["invalid", "timestamp-missing"]);
    });

    it("believes only authorities that the policy trusts", () => {
      const others = { ...stores, tsa: [createStampChain().root.der] };
      const verdict = judged(stamped({}, "2026-11-20T11:00:00Z"), authority({ stores: others }));
      assert.deepEqual(outcome(verdict), ["invalid", "timestamp-untrusted"]);
      // Without a store for time stamps, a stamp proves nothing.
      const none = judged(
        stamped(ofShort, "2026-11-20T11:00:00Z"),
        authority({ stores: { ca: [short.root.der], signingAuthority: [] } }),
      );
      assert.deepEqual(outcome(none), ["invalid", "certificate-not-valid-then"]);
    });

    it("does not believe a stamp from the future", () => {
      const verdict = judged(stamped({}, "2026-11-21T12:11:00Z"), authority({ stores }));
      assert.deepEqual(outcome(verdict), ["invalid", "time-ahead"]);
    });

    it("is of no other signature", () => {
      const { privateKey } = usual;
      const token = stampToken({
        data: Buffer.from("other"),
        signer: clock.authority,
        certificates: [clock.authority.der],
      });
      const unprotected = { "io.cncf.notary.timestampSignature": token.toString("base64") };
      const verdict = judged(jws({ privateKey, unprotected }), authority({ stores }));
      assert.deepEqual(outcome(verdict), ["invalid", "timestamp-mismatch"]);
    });
  });
});

function bothFormats(): readonly Evidence[] {
  return [evidence(signJws(usual)), evidence(signCose(usual), "application/cose")];
}
