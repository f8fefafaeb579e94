import assert from "node:assert/strict";
import { constants, generateKeyPairSync, sign } from "node:crypto";
import type { Authority } from "../../../src/core/policy/policy.ts";
import { preAuthenticationEncoding, statementType } from "../../../src/core/sign/statement.ts";
import type { SignatureMaterial } from "../../../src/core/signature/material.ts";
import { readTrustedRoot } from "../../../src/core/signature/trustedRoot.ts";
import { verifySignature } from "../../../src/core/signature/verifySignature.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { readPublicKey } from "../../../src/core/x509/publicKey.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import * as scene from "../../helpers/signedImage.ts";
import * as sigstore from "../../helpers/sigstoreScene.ts";
import { createStampChain } from "../../helpers/timestamp.ts";

const { image, now } = scene;
const parts = sigstore.createSigstoreScene();

function judged(
  attached: ReturnType<typeof scene.attach>,
  authority: Authority = scene.keylessAuthority(),
  material = parts.material,
): Verdict {
  return judge(scene.evidenceOf([attached]), scene.policyOf(scene.rule([authority])), material, now);
}

describe("Sigstore bundles of every kind", () => {
  const bundled = (json: object, mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json") => {
    const bytes = Buffer.from(JSON.stringify(json));
    return scene.attach([{ mediaType, bytes }], { artifactType: mediaType, subject: image });
  };
  const enveloped = () => sigstore.signParts(parts, { payload: sigstore.statementOf(), envelope: true, keyless: true });
  const message = () => sigstore.signParts(parts, { payload: scene.imageBytes, envelope: false, keyless: true });

  for (const version of ["0.1", "0.2", "0.3"] as const)
    for (const kind of ["dsse 0.0.1", "intoto 0.0.2", "hashedrekord 0.0.2"] as const) {
      if (version === "0.1" && kind === "hashedrekord 0.0.2") continue;
      it(`v${version} with ${kind} is verified`, () => {
        const signed = enveloped();
        const entry = sigstore.logEntryOf(parts, kind, signed) ?? {};
        const stamps = [sigstore.stampResponse(parts, signed.signature)];
        const json = sigstore.bundleOf(signed, { version, content: "envelope", entries: [entry], stamps });
        const verdict = judged(bundled(json, json.mediaType));
        assert.equal(verdict.state, "verified", verdict.reason.message);
      });
    }

  for (const kind of ["hashedrekord 0.0.1", "hashedrekord 0.0.2"] as const)
    it(`a signature over the manifest itself, with ${kind}, is verified`, () => {
      const signed = message();
      const entry = sigstore.logEntryOf(parts, kind, signed) ?? {};
      const stamps = [sigstore.stampResponse(parts, signed.signature)];
      const verdict = judged(bundled(sigstore.bundleOf(signed, { content: "message", entries: [entry], stamps })));
      assert.equal(verdict.state, "verified", verdict.reason.message);
    });

  it("an Ed25519 signature over the manifest itself cannot be checked by its digest", () => {
    const keys = generateKeyPairSync("ed25519");
    const signature = sign(null, scene.imageBytes, keys.privateKey);
    const verifier = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
    const signed = { keys, verifier, signature, payload: scene.imageBytes, covered: scene.imageBytes };
    const verdict = judged(bundled(sigstore.bundleOf(signed, { content: "message" })), scene.keyAuthority(verifier));
    assert.deepEqual([verdict.state, verdict.reason.code], ["unknown", "unsupported-format"]);
    assert.equal(verdict.signatures[0]?.reasons[0]?.code, "signed-data-needed");
  });

  it("nor can one with a certificate", () => {
    const keys = generateKeyPairSync("ed25519");
    const signature = sign(null, scene.imageBytes, keys.privateKey);
    const certificate = parts.sigstore.authority.issue({
      publicKey: keys.publicKey,
      identity: scene.identity,
      issuer: scene.issuer,
      notBefore: now,
      log: parts.sigstore.certificateLog,
    });
    const verifier = certificatePem(certificate);
    const signed = { keys, certificate, verifier, signature, payload: scene.imageBytes, covered: scene.imageBytes };
    const stamps = [sigstore.stampResponse(parts, signature)];
    const verdict = judged(bundled(sigstore.bundleOf(signed, { content: "message", stamps })));
    assert.deepEqual([verdict.state, verdict.reason.code], ["unknown", "unsupported-format"]);
    assert.equal(verdict.signatures[0]?.reasons[0]?.code, "signed-data-needed");
  });

  for (const [what, keys, hash] of [
    ["RSA 2048 with PKCS #1 v1.5", generateKeyPairSync("rsa", { modulusLength: 2048 }), undefined],
    ["RSA 3072 with PSS", generateKeyPairSync("rsa", { modulusLength: 3072 }), "pss"],
    ["RSA 4096 with PSS", generateKeyPairSync("rsa", { modulusLength: 4096 }), "pss"],
    ["P-384", generateKeyPairSync("ec", { namedCurve: "P-384" }), undefined],
    ["P-521", generateKeyPairSync("ec", { namedCurve: "P-521" }), undefined],
    ["Ed25519", generateKeyPairSync("ed25519"), undefined],
  ] as const)
    for (const content of ["envelope", "message"] as const) {
      if (content === "message" && !what.startsWith("RSA")) continue;
      it(`a bundle by a key of ${what}, ${content}, is verified`, () => {
        const payload = content === "envelope" ? sigstore.statementOf() : scene.imageBytes;
        const covered = content === "envelope" ? preAuthenticationEncoding(statementType, payload) : payload;
        const { privateKey, publicKey } = keys;
        const digest = new Map<string, string>([
          ["P-384", "sha384"],
          ["P-521", "sha512"],
        ]).get(what);
        const padding = constants.RSA_PKCS1_PSS_PADDING;
        const how = hash === "pss" ? { key: privateKey, padding, saltLength: 32 } : privateKey;
        const signature = sign(what === "Ed25519" ? null : (digest ?? "sha256"), covered, how);
        const verifier = publicKey.export({ type: "spki", format: "pem" }).toString();
        const signed = { keys, verifier, signature, payload, covered };
        const byKey = scene.keyAuthority(verifier);
        const verdict = judged(bundled(sigstore.bundleOf(signed, { content })), byKey);
        assert.equal(verdict.state, "verified", verdict.reason.message);
        const flipped = Buffer.from(signature);
        flipped[20] = (flipped[20] ?? 0) ^ 1;
        const broken = sigstore.bundleOf({ ...signed, signature: flipped }, { content });
        assert.equal(judged(bundled(broken), byKey).state, "invalid");
      });
    }

  it("an entry of Rekor v2 proves no time", () => {
    const signed = enveloped();
    const entry = sigstore.logEntryOf(parts, "hashedrekord 0.0.2", signed) ?? {};
    assert.equal(
      judged(bundled(sigstore.bundleOf(signed, { content: "envelope", entries: [entry] }))).reason.code,
      "time-not-proven",
    );
  });

  it("a stamp does not do for an entry, where the root has logs", () => {
    const signed = enveloped();
    const stamps = [sigstore.stampResponse(parts, signed.signature)];
    const attached = bundled(sigstore.bundleOf(signed, { content: "envelope", stamps }));
    assert.deepEqual([judged(attached).state, judged(attached).reason.code], ["invalid", "log-inclusion"]);
    const withoutLogs = JSON.stringify({ ...JSON.parse(parts.trustedRoot), tlogs: [] });
    const material = {
      trustedRoots: [{ name: "trial", text: withoutLogs, source: "test" }],
      defaultRoot: "trial",
    };
    assert.equal(judged(attached, scene.keylessAuthority(), material).state, "verified");
  });

  it("an entry that the log did not promise proves no time, and stands beside a stamp that does", () => {
    const signed = enveloped();
    const entry = { ...sigstore.logEntryOf(parts, "dsse 0.0.1", signed), inclusionPromise: undefined };
    const stamps = [sigstore.stampResponse(parts, signed.signature)];
    const json = sigstore.bundleOf(signed, { content: "envelope", entries: [entry], stamps });
    const { state, signatures } = judged(bundled(json));
    assert.deepEqual([state, signatures[0]?.provenBy], ["verified", "timestamp"]);
    const alone = sigstore.bundleOf(signed, { content: "envelope", entries: [entry] });
    assert.equal(judged(bundled(alone)).reason.code, "time-not-proven");
  });

  it("an entry of Rekor v2 counts only while its log's key did", () => {
    const signed = enveloped();
    const entry = sigstore.logEntryOf(parts, "hashedrekord 0.0.2", signed) ?? {};
    const stamps = [sigstore.stampResponse(parts, signed.signature)];
    const attached = bundled(sigstore.bundleOf(signed, { content: "envelope", entries: [entry], stamps }));
    const json = JSON.parse(parts.trustedRoot);
    json.tlogs[1].publicKey.validFor = { start: "2026-01-01T00:00:00Z", end: "2026-06-01T00:00:00Z" };
    const material = {
      trustedRoots: [{ name: "trial", text: JSON.stringify(json), source: "test" }],
      defaultRoot: "trial",
    };
    assert.equal(judged(attached).state, "verified");
    assert.equal(judged(attached, scene.keylessAuthority(), material).reason.code, "log-not-valid-then");
  });

  it("a certificate counts only while its authority was trusted", () => {
    const signed = enveloped();
    const entries = [sigstore.logEntryOf(parts, "dsse 0.0.1", signed) ?? {}];
    const attached = bundled(sigstore.bundleOf(signed, { content: "envelope", entries }));
    const day = 86_400_000;
    const at = (days: number): string => new Date(now.getTime() + days * day).toISOString();
    for (const [start, end, code] of [
      [-1, 1, undefined],
      [-2, -1, "certificate-not-valid-then"],
      [1, 2, "certificate-not-valid-then"],
    ] as const) {
      const json = JSON.parse(parts.trustedRoot);
      json.certificateAuthorities[0].validFor = { start: at(start), end: at(end) };
      const root = { name: "trial", text: JSON.stringify(json), source: "test" };
      const verdict = judged(attached, scene.keylessAuthority(), { trustedRoots: [root], defaultRoot: "trial" });
      assert.equal(verdict.state, code === undefined ? "verified" : "invalid");
      if (code !== undefined) assert.equal(verdict.reason.code, code);
    }
  });

  it("an entry that its log promised counts by that time, whatever a later stamp says", () => {
    const signed = enveloped();
    const entries = [sigstore.logEntryOf(parts, "dsse 0.0.1", signed) ?? {}];
    const stamps = [sigstore.stampResponse(parts, signed.signature, { at: new Date(now.getTime() + 120_000) })];
    const json = JSON.parse(parts.trustedRoot);
    json.tlogs[0].publicKey.validFor = {
      start: "2026-01-01T00:00:00Z",
      end: new Date(now.getTime() + 1000).toISOString(),
    };
    const material = {
      trustedRoots: [{ name: "trial", text: JSON.stringify(json), source: "test" }],
      defaultRoot: "trial",
    };
    const attached = bundled(sigstore.bundleOf(signed, { content: "envelope", entries, stamps }));
    assert.equal(judged(attached, scene.keylessAuthority(), material).state, "verified");
  });

  it("a stamp that a policy asks for is one of the root that this policy means", () => {
    const signed = enveloped();
    const entries = [sigstore.logEntryOf(parts, "dsse 0.0.1", signed) ?? {}];
    const stamps = [sigstore.stampResponse(parts, signed.signature)];
    const asking = scene.policyOf(scene.rule([scene.keylessAuthority({ requiresTimestamp: { root: "theirs" } })]));
    const stateBy = (text: string, held: readonly Buffer[] = stamps): string => {
      const attached = bundled(sigstore.bundleOf(signed, { content: "envelope", entries, stamps: held }));
      const policy = { ...asking, trustedRoots: [{ name: "theirs", text, source: "test" }] };
      return judge(scene.evidenceOf([attached]), policy, parts.material, now).state;
    };
    assert.equal(stateBy(parts.trustedRoot), "verified");
    assert.equal(stateBy(parts.trustedRoot, []), "untrusted");
    assert.notEqual(stateBy(sigstore.createSigstoreScene().trustedRoot), "verified");
  });

  it("more entries or stamps than are read are refused, wherever they come from", () => {
    const signed = enveloped();
    const key = readPublicKey(signed.keys.publicKey.export({ type: "spki", format: "pem" }).toString());
    assert.ok(key);
    const entry = {
      logId: Buffer.alloc(32),
      logIndex: "0",
      kind: "x",
      version: "1",
      integratedTime: "0",
      body: Buffer.alloc(1),
    };
    const material = {
      signature: signed.signature,
      message: { kind: "envelope", payloadType: statementType, payload: signed.payload },
      signer: { kind: "key" },
      logEntries: [],
      timestamps: [],
      alsoDigests: [],
    } as const;
    const codeOf = (more: Partial<SignatureMaterial>): string => {
      const outcome = verifySignature({ ...material, ...more }, { kind: "key", key, lenient: true }, now);
      return outcome.kind === "valid" ? "valid" : outcome.reason.code;
    };
    assert.equal(codeOf({}), "valid");
    assert.equal(codeOf({ logEntries: Array.from({ length: 33 }, () => entry) }), "limit-reached");
    assert.equal(codeOf({ timestamps: Array.from({ length: 33 }, () => Buffer.alloc(1)) }), "limit-reached");
    assert.equal(codeOf({ timestamps: Array.from({ length: 32 }, () => Buffer.alloc(1)) }), "valid");
    // A bare key never stands in for a certificate.
    const read = readTrustedRoot(parts.trustedRoot, "trial");
    assert.ok(read.kind === "root");
    const byRoot = verifySignature(material, { kind: "root", root: read.root }, now);
    assert.ok(byRoot.kind === "invalid");
    assert.equal(byRoot.reason.code, "signer-kind");
  });

  describe("by a key that a policy names", () => {
    const byKey = () => sigstore.signParts(parts, { payload: sigstore.statementOf(), envelope: true, keyless: false });
    const verdictOf = (
      signed: sigstore.SignedParts,
      more: Pick<Parameters<typeof sigstore.bundleOf>[1], "entries" | "stamps">,
      material = parts.material,
    ): Verdict =>
      judged(
        bundled(sigstore.bundleOf(signed, { content: "envelope", ...more })),
        scene.keyAuthority(signed.verifier),
        material,
      );
    const v1 = (signed: sigstore.SignedParts): object => sigstore.logEntryOf(parts, "dsse 0.0.1", signed) ?? {};
    const v2 = (signed: sigstore.SignedParts): object => sigstore.logEntryOf(parts, "hashedrekord 0.0.2", signed) ?? {};

    it("are verified with an entry of their own, and not with another's", () => {
      const signed = byKey();
      const own = verdictOf(signed, { entries: [v1(signed)] });
      assert.deepEqual([own.state, own.signatures[0]?.provenBy], ["verified", "transparency-log"]);
      const sameKey = sigstore.signParts(parts, {
        payload: sigstore.statementOf(),
        envelope: true,
        keyless: false,
        keys: signed.keys,
      });
      assert.deepEqual(codeOf(verdictOf(signed, { entries: [v1(sameKey)] })), ["invalid", "log-entry-mismatch"]);
      // Its entry names a key that no policy knows.
      assert.equal(verdictOf(signed, { entries: [v1(byKey())] }).state, "untrusted");
    });

    it("are verified although a stamp is by an authority that nobody knows, which then proves no time", () => {
      const signed = byKey();
      const foreign = { stampChain: createStampChain() };
      const { state, signatures } = verdictOf(signed, { stamps: [sigstore.stampResponse(foreign, signed.signature)] });
      assert.deepEqual([state, signatures[0]?.provenBy], ["verified", undefined]);
    });

    it("are not verified where a log has them later than the clock", () => {
      const signed = byKey();
      const body = sigstore.entryBody("dsse 0.0.1", signed);
      const loggedAfter = (minutes: number): readonly string[] => {
        const at = new Date(now.getTime() + minutes * 60_000);
        return codeOf(verdictOf(signed, { entries: [parts.sigstore.transparencyLog.add(body, at)] }));
      };
      assert.equal(loggedAfter(9)[0], "verified");
      assert.deepEqual(loggedAfter(11), ["invalid", "time-ahead"]);
    });

    it("are verified where a stamp is asked for only with one of an authority of that root", () => {
      const signed = byKey();
      const asking = scene.keyAuthority(signed.verifier, { requiresTimestamp: { root: "trial" } });
      const stateWith = (stamps: readonly Buffer[]): string =>
        judged(bundled(sigstore.bundleOf(signed, { content: "envelope", entries: [v1(signed)], stamps })), asking)
          .state;
      const foreign = { stampChain: createStampChain() };
      assert.equal(stateWith([sigstore.stampResponse(parts, signed.signature)]), "verified");
      assert.equal(stateWith([]), "untrusted");
      assert.equal(stateWith([sigstore.stampResponse(foreign, signed.signature)]), "untrusted");
      assert.equal(stateWith([sigstore.stampResponse(parts, Buffer.from("other"))]), "untrusted");
    });

    it("are not verified with an entry of a log whose key did not count then", () => {
      const signed = byKey();
      const more = { entries: [v2(signed)], stamps: [sigstore.stampResponse(parts, signed.signature)] };
      const json = JSON.parse(parts.trustedRoot);
      json.tlogs[1].publicKey.validFor.end = "2026-06-01T00:00:00Z";
      const material = {
        trustedRoots: [{ name: "trial", text: JSON.stringify(json), source: "test" }],
        defaultRoot: "trial",
      };
      assert.equal(verdictOf(signed, more).state, "verified");
      assert.deepEqual(codeOf(verdictOf(signed, more, material)), ["invalid", "log-not-valid-then"]);
    });
  });

  it("a chain to the anchor of a private PKI is followed, and validated whole", () => {
    const [intermediate = Buffer.alloc(0), anchor = Buffer.alloc(0)] = parts.sigstore.authority.chain;
    const json = JSON.parse(parts.trustedRoot);
    json.certificateAuthorities[0].certChain.certificates = [{ rawBytes: anchor.toString("base64") }];
    json.ctlogs = [];
    const material = {
      trustedRoots: [{ name: "trial", text: JSON.stringify(json), source: "test" }],
      defaultRoot: "trial",
    };
    const signed = enveloped();
    const entries = [sigstore.logEntryOf(parts, "dsse 0.0.1", signed) ?? {}];
    const withChain = (chain: readonly Uint8Array[]): Verdict =>
      judged(
        bundled(sigstore.bundleOf(signed, { content: "envelope", entries, chain })),
        scene.keylessAuthority(),
        material,
      );
    assert.equal(withChain([intermediate]).state, "verified", withChain([intermediate]).reason.message);
    assert.equal(withChain([]).state, "untrusted");
    const { root } = createStampChain();
    assert.equal(withChain([root.der]).state, "untrusted");
    // What does not belong to the chain is left out of it.
    assert.equal(withChain([root.der, intermediate]).state, "verified");
  });
});

function codeOf({ state, reason }: Verdict): readonly string[] {
  return [state, reason.code];
}
