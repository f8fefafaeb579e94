import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import type { Authority, PolicyRule } from "../../../src/core/policy/policy.ts";
import { curveOrder, toDerSignature, toSideBySide } from "../../../src/core/sign/ecdsaSignature.ts";
import { preAuthenticationEncoding, signatureStatement, statementType } from "../../../src/core/sign/statement.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { createTrialCertificateLog } from "../../../src/trial/sigstore/certificateLog.ts";
import { createTrialSigstore, envelopeEntry } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { acme, hintOf, keyBundle, pem, stranger, type Pair } from "../../helpers/keyBundle.ts";
import { keylessBundle } from "../../helpers/keylessBundle.ts";
import * as scene from "../../helpers/signedImage.ts";
import { bundleOf, createSigstoreScene, logEntryOf, signParts, stampResponse } from "../../helpers/sigstoreScene.ts";

const { image, now } = scene;
const ours = createTrialSigstore({ now });
const other = createTrialSigstore({ now });
const root = (name: string, text: string) => ({ name, text, source: "trial" });
const material = {
  trustedRoots: [root("ours", ours.trustedRoot), root("other", other.trustedRoot)],
  defaultRoot: "ours",
};
const withoutLogs = (text: string): string => JSON.stringify({ ...(JSON.parse(text) as object), tlogs: [] });

function verdictOf(
  bundles: readonly Uint8Array[],
  authorities: readonly Authority[],
  more: Partial<PolicyRule> = {},
): Verdict {
  const evidence = scene.evidenceOf(bundles.map((bundle) => scene.attachBundle(bundle)));
  return judge(evidence, scene.policyOf(scene.rule(authorities, more)), material, now);
}

function loggedBundle(
  pair: Pair,
  sigstore: typeof ours,
  payload = signatureStatement(image.digest),
  loggedAs = pair,
): Buffer {
  const signature = sign("sha256", preAuthenticationEncoding(statementType, payload), pair.privateKey);
  const entry = sigstore.transparencyLog.add(envelopeEntry(payload, signature, pem(loggedAs)), now);
  return Buffer.from(
    JSON.stringify({
      mediaType: scene.bundleType,
      verificationMaterial: { publicKey: { hint: hintOf(pair) }, tlogEntries: [entry] },
      dsseEnvelope: {
        payload: Buffer.from(payload).toString("base64"),
        payloadType: statementType,
        signatures: [{ sig: signature.toString("base64") }],
      },
    }),
  );
}

const statement = (predicateType: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ digest: { sha256: image.digest.slice(7) } }],
      predicateType,
      predicate: {},
    }),
  );

const bytes = (bundle: unknown): Buffer => Buffer.from(JSON.stringify(bundle));

describe("an authority's demands", () => {
  const logs: readonly (readonly [string, Buffer, { root?: string }, Verdict["state"]])[] = [
    ["in the default root's log, as asked", loggedBundle(acme, ours), {}, "verified"],
    ["in the named root's log, as asked", loggedBundle(acme, other), { root: "other" }, "verified"],
    ["in another root's log", loggedBundle(acme, other), {}, "untrusted"],
    ["in no log", keyBundle(acme), {}, "untrusted"],
    ["and the root is not known", loggedBundle(acme, ours), { root: "nobody" }, "unknown"],
  ];
  for (const [what, bundle, requiresLog, state] of logs)
    it(`a key's signature, ${what}: ${state}`, () => {
      const verdict = verdictOf([bundle], [scene.keyAuthority(pem(acme), { requiresLog })]);
      assert.equal(verdict.state, state, verdict.reason.message);
    });

  it("does not take an entry for one that names another key for the same signature", () => {
    const bundle = loggedBundle(acme, ours, signatureStatement(image.digest), stranger);
    const { state, reason } = verdictOf([bundle], [scene.keyAuthority(pem(acme), { requiresLog: {} })]);
    assert.deepEqual([state, reason.code], ["invalid", "log-entry-mismatch"]);
  });

  it("does not take an entry with a broken promise for one", () => {
    const bundle = JSON.parse(loggedBundle(acme, ours).toString());
    delete bundle.verificationMaterial.tlogEntries[0].inclusionProof;
    assert.notEqual(verdictOf([bytes(bundle)], [scene.keyAuthority(pem(acme), { requiresLog: {} })]).state, "verified");
  });

  it("does not take an entry for one whose proof or promise does not hold", () => {
    const asks = [scene.keyAuthority(pem(acme), { requiresLog: { root: "other" } })];
    for (const part of ["inclusionProof", "inclusionPromise"] as const) {
      const bundle = JSON.parse(loggedBundle(acme, other).toString());
      const foreign = JSON.parse(loggedBundle(acme, other).toString());
      bundle.verificationMaterial.tlogEntries[0][part] = foreign.verificationMaterial.tlogEntries[0][part];
      assert.notEqual(verdictOf([bytes(bundle)], asks).state, "verified", part);
    }
  });

  it("looks for log entries in the configured root before the one that the policy states", () => {
    const evidence = scene.evidenceOf([scene.attachBundle(loggedBundle(acme, other))]);
    const rules = [scene.rule([scene.keyAuthority(pem(acme), { requiresLog: { root: "theirs" } })])];
    const policy = { rules, problems: [], trustedRoots: [root("theirs", other.trustedRoot)] };
    assert.equal(judge(evidence, policy, material, now).state, "verified");
    const configured = { ...material, trustedRoots: [root("theirs", ours.trustedRoot)] };
    assert.equal(judge(evidence, policy, configured, now).state, "untrusted");
  });

  it("minds neither entries nor stamps of others beside those that it asks for", () => {
    const [one, two] = [createSigstoreScene(), createSigstoreScene()];
    const payload = signatureStatement(image.digest);
    const parts = signParts(one, { payload, envelope: true, keyless: false, keys: acme });
    const entries = [logEntryOf(one, "dsse 0.0.1", parts) ?? {}];
    const stamps = [stampResponse(two, parts.signature)];
    const evidence = scene.evidenceOf([
      scene.attachBundle(bytes(bundleOf(parts, { content: "envelope", entries, stamps }))),
    ]);
    const roots = { trustedRoots: [root("one", one.trustedRoot), root("two", two.trustedRoot)], defaultRoot: "one" };
    const stateBy = (more: Parameters<typeof scene.keyAuthority>[1]): string =>
      judge(evidence, scene.policyOf(scene.rule([scene.keyAuthority(pem(acme), more)])), roots, now).state;
    const [first, second] = [{ root: "one" }, { root: "two" }];
    assert.equal(stateBy({ requiresLog: first }), "verified");
    assert.equal(stateBy({ requiresTimestamp: second }), "verified");
    assert.equal(stateBy({ requiresLog: first, requiresTimestamp: second }), "verified");
    assert.equal(stateBy({ requiresLog: second }), "untrusted");
    assert.equal(stateBy({ requiresTimestamp: first }), "untrusted");
  });

  it("says what a signature by the right key lacks", () => {
    const { reason } = verdictOf([keyBundle(acme)], [scene.keyAuthority(pem(acme), { requiresLog: {} })]);
    assert.match(reason.message, /without the log entry/);
    const stamped = verdictOf([keyBundle(acme)], [scene.keyAuthority(pem(acme), { requiresTimestamp: {} })]);
    assert.match(
      stamped.reason.message,
      /a signature by it exists, without the time stamp that the policy asks for\.$/,
    );
  });

  it("refuses what no time-stamp authority stamped, by key and by certificate", () => {
    const requiresTimestamp = { root: "other" };
    assert.equal(
      verdictOf([loggedBundle(acme, ours)], [scene.keyAuthority(pem(acme), { requiresTimestamp })]).state,
      "untrusted",
    );
    const keyless = scene.keylessAuthority({ requiresTimestamp: {} });
    assert.equal(verdictOf([bytes(keylessBundle(ours))], [keyless]).state, "untrusted");
  });

  it("takes authorities from one root and logs from another", () => {
    const split = (trustedRoot: string, log: string) => [
      scene.keylessAuthority({ trustedRoot, requiresLog: { root: log } }),
    ];
    const own = bytes(keylessBundle(ours));
    assert.equal(verdictOf([own], split("ours", "ours")).state, "verified");
    assert.equal(verdictOf([own], split("ours", "other")).state, "untrusted");
    assert.equal(verdictOf([own], split("other", "ours")).state, "untrusted");
    // The certificate is of the one, the entry in the other's log.
    const mixed = keylessBundle({ ...ours, transparencyLog: other.transparencyLog });
    assert.equal(verdictOf([bytes(mixed)], split("ours", "other")).state, "verified");
    assert.notEqual(verdictOf([bytes(mixed)], [scene.keylessAuthority()]).state, "verified");
  });

  it("takes the root of each policy for a name that two policies give to different ones", () => {
    const evidence = scene.evidenceOf([scene.attachBundle(bytes(keylessBundle(ours)))]);
    const rules = [scene.rule([scene.keylessAuthority({ trustedRoot: "ours", requiresLog: { root: "theirs" } })])];
    const stateBy = (text: string): string =>
      judge(evidence, { rules, problems: [], trustedRoots: [root("theirs", text)] }, material, now).state;
    assert.deepEqual(
      [ours, other, ours].map(({ trustedRoot }) => stateBy(trustedRoot)),
      ["verified", "untrusted", "verified"],
    );
  });

  it("cannot tell where a log is asked for and the root knows none, though a stamp proves the time", () => {
    const stamped = createSigstoreScene();
    const parts = signParts(stamped, { payload: signatureStatement(image.digest), envelope: true, keyless: true });
    const stamps = [stampResponse(stamped, parts.signature)];
    const evidence = scene.evidenceOf([scene.attachBundle(bytes(bundleOf(parts, { content: "envelope", stamps })))]);
    const bare = withoutLogs(stamped.trustedRoot);
    const roots = { trustedRoots: [root("full", stamped.trustedRoot), root("bare", bare)], defaultRoot: "bare" };
    const stateBy = (more: Parameters<typeof scene.keylessAuthority>[0]): string =>
      judge(evidence, scene.policyOf(scene.rule([scene.keylessAuthority(more)])), roots, now).state;
    assert.deepEqual(
      [{}, { requiresLog: {} }, { requiresLog: { root: "bare" } }, { trustedRoot: "full", requiresLog: {} }].map(
        stateBy,
      ),
      ["verified", "unknown", "unknown", "unknown"],
    );
  });

  it("cannot tell where a log is asked for and the root knows none", () => {
    const roots = [root("ours", ours.trustedRoot), root("bare", withoutLogs(ours.trustedRoot))];
    const evidence = scene.evidenceOf([scene.attachBundle(bytes(keylessBundle(ours)))]);
    const policy = scene.policyOf(scene.rule([scene.keylessAuthority({ requiresLog: { root: "bare" } })]));
    assert.equal(judge(evidence, policy, { trustedRoots: roots, defaultRoot: "ours" }, now).state, "unknown");
  });

  it("accepts a certificate that is in no log only where the policy says so", () => {
    const bundle = bytes(keylessBundle(ours, { certificate: { log: undefined as never } }));
    assert.equal(verdictOf([bundle], [scene.keylessAuthority()]).state, "invalid");
    assert.equal(verdictOf([bundle], [scene.keylessAuthority({ ignoresCertificateLog: true })]).state, "verified");
    const foreign = bytes(keylessBundle(ours, { certificate: { log: createTrialCertificateLog() } }));
    assert.equal(verdictOf([foreign], [scene.keylessAuthority()]).state, "invalid");
    assert.equal(verdictOf([foreign], [scene.keylessAuthority({ ignoresCertificateLog: true })]).state, "verified");
  });

  it("validates the path of a certificate that is in no log all the same", () => {
    const late = new Date(now.getTime() + 9.5 * 60_000);
    for (const variation of [
      { loggedAt: late },
      { certificate: { extendedKeyUsages: ["1.3.6.1.5.5.7.3.4"] } },
      { entry: (own: object) => ({ ...own, kind: "rekord" }) as never },
    ])
      assert.notEqual(
        verdictOf([bytes(keylessBundle(ours, variation))], [scene.keylessAuthority({ ignoresCertificateLog: true })])
          .state,
        "verified",
      );
  });

  it("judges by a root that the policy states, unless one of that name is configured", () => {
    const stated = createTrialSigstore({ now });
    const evidence = scene.evidenceOf([scene.attachBundle(bytes(keylessBundle(stated)))]);
    const rules = [scene.rule([scene.keylessAuthority({ trustedRoot: "theirs" })])];
    const policy = { rules, problems: [], trustedRoots: [root("theirs", stated.trustedRoot)] };
    assert.equal(judge(evidence, policy, material, now).state, "verified");
    const configured = { ...material, trustedRoots: [root("theirs", other.trustedRoot)] };
    assert.equal(judge(evidence, policy, configured, now).state, "untrusted");
    assert.equal(
      judge(evidence, { ...policy, rules: [scene.rule([scene.keylessAuthority()])] }, material, now).state,
      "untrusted",
    );
  });
});

describe("attestations that a policy asks for", () => {
  const provenance = "https://slsa.dev/provenance/v1";
  const bill = "https://spdx.dev/Document";
  const attested = (type: string, by = ours): Buffer => bytes(keylessBundle(by, { payload: statement(type) }));
  const asks = (...attestations: string[]) => [scene.keylessAuthority({ attestations })];
  const cases: readonly (readonly [string, readonly Buffer[], readonly Authority[], Verdict["state"]])[] = [
    ["one of the type", [attested(provenance)], asks(provenance), "verified"],
    ["one of another type", [attested(bill)], asks(provenance), "unsigned"],
    ["one of two types", [attested(provenance)], asks(provenance, bill), "unsigned"],
    ["both types", [attested(bill), attested(provenance)], asks(provenance, bill), "verified"],
    ["the type, by a stranger", [attested(provenance, createTrialSigstore({ now }))], asks(provenance), "unsigned"],
    ["a signature instead", [bytes(keylessBundle(ours))], asks(provenance), "untrusted"],
    ["an attestation where a signature is asked for", [attested(provenance)], [scene.keylessAuthority()], "unsigned"],
  ];
  for (const [what, bundles, authorities, state] of cases)
    it(`${what}: ${state}`, () => {
      const verdict = verdictOf(bundles, authorities);
      assert.equal(verdict.state, state, verdict.reason.message);
    });
});

describe("a quorum", () => {
  const first = scene.keyAuthority(pem(acme), { name: "first" });
  const second = scene.keyAuthority(pem(stranger), { name: "second" });
  const one = keyBundle(acme);
  const two = keyBundle(stranger);
  const again = loggedBundle(acme, ours);
  const quorum = (count: number, of: "authorities" | "signatures" = "authorities", named: readonly string[] = []) => ({
    quorum: { count, of, named },
  });
  const cases: readonly (readonly [string, readonly Buffer[], Partial<PolicyRule>, Verdict["state"]])[] = [
    ["of one, one signed", [one], quorum(1), "verified"],
    ["of two, one signed", [one], quorum(2), "untrusted"],
    ["of two, one signed twice", [one, again], quorum(2), "untrusted"],
    ["of two signatures, one signed twice", [one, again], quorum(2, "signatures"), "verified"],
    ["of two signatures, one signed once", [one], quorum(2, "signatures"), "untrusted"],
    ["of two, both signed", [one, two], quorum(2), "verified"],
    ["of one, and the other is named", [one], quorum(1, "authorities", ["second"]), "untrusted"],
    ["of one, and the named one signed", [two], quorum(1, "authorities", ["second"]), "verified"],
    ["of none", [], quorum(0), "unsigned"],
  ];
  for (const [what, bundles, more, state] of cases)
    it(`${what}: ${state}`, () => {
      const verdict = verdictOf(bundles, [first, second], more);
      assert.equal(verdict.state, state, verdict.reason.message);
    });

  it("of two signatures counts no attestation that was not asked for", () => {
    const [asked, unasked] = ["https://slsa.dev/provenance/v1", "https://spdx.dev/Document"] as const;
    const of = (...types: readonly string[]): Buffer[] =>
      types.map((type) => bytes(keylessBundle(ours, { payload: statement(type) })));
    const stateOf = (bundles: readonly Buffer[]): string =>
      verdictOf(bundles, [scene.keylessAuthority({ attestations: [asked] })], quorum(2, "signatures")).state;
    assert.equal(stateOf(of(asked, asked)), "verified");
    assert.equal(stateOf(of(asked, unasked)), "unsigned");
  });

  it("counts a signature once though anybody can turn it into another that is as valid", () => {
    const json = JSON.parse(one.toString());
    const order = curveOrder("prime256v1") ?? 0n;
    const numbers = toSideBySide(Buffer.from(json.dsseEnvelope.signatures[0].sig, "base64"), "prime256v1") ?? one;
    const second = order - BigInt(`0x${Buffer.from(numbers).subarray(32).toString("hex")}`);
    const turned = Buffer.concat([numbers.subarray(0, 32), Buffer.from(second.toString(16).padStart(64, "0"), "hex")]);
    json.dsseEnvelope.signatures[0].sig = Buffer.from(toDerSignature(turned, "prime256v1") ?? []).toString("base64");
    assert.equal(verdictOf([bytes(json)], [first]).state, "verified");
    assert.equal(verdictOf([one, bytes(json)], [first], quorum(2, "signatures")).state, "untrusted");
    assert.equal(verdictOf([one, bytes(json), again], [first], quorum(2, "signatures")).state, "verified");
  });

  it("counts signatures by other keys by the whole of them", () => {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = scene.keyAuthority(pem(pair));
    const payload = Buffer.concat([signatureStatement(image.digest), Buffer.from(" ")]);
    const [plain, logged] = [keyBundle(pair), loggedBundle(pair, ours, payload)];
    assert.equal(verdictOf([plain, logged], [key], quorum(2, "signatures")).state, "verified");
    assert.equal(verdictOf([plain, loggedBundle(pair, ours)], [key], quorum(2, "signatures")).state, "untrusted");
  });
});
