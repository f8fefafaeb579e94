import assert from "node:assert/strict";
import type { AssessedSignature } from "../../../src/core/verdict/assessSignature.ts";
import type { RuleDecision } from "../../../src/core/verdict/decideRule.ts";
import type { Lookup } from "../../../src/core/verdict/evidence.ts";
import {
  describeAttachment,
  describeDecision,
  describeGovernance,
  describeLookup,
  toPolicyVerdicts,
  toSignatureVerdict,
} from "../../../src/core/verdict/trace.ts";
import type { Signer } from "../../../src/core/verdict/verdict.ts";
import { rule } from "../../helpers/signedImage.ts";

const at = "2026-11-21T12:00:00.000Z";
const digest = `sha256:${"5".repeat(64)}`;
const key: Signer = { kind: "key", identity: "acme", fingerprint: "f".repeat(64), algorithm: "ecdsa-p256" };
const certificate: Signer = { kind: "certificate", identity: "jane@example.com", issuer: "https://issuer.example" };
const reason = { code: "other-image", message: "The signature is for another image." };

function signed(
  outcome: AssessedSignature["outcome"],
  more: Partial<AssessedSignature["found"]> = {},
): AssessedSignature {
  return {
    found: {
      format: "sigstore-bundle",
      manifest: digest,
      purpose: "signature",
      content: { kind: "invalid", reason },
      ...more,
    },
    outcome,
    validRoots: new Map(),
    proofs: new Set(),
  };
}

const valid = (signer: Signer, ...by: readonly ("timestamp" | "transparency-log")[]): AssessedSignature["outcome"] => ({
  kind: "valid",
  signer,
  provenTimes: by.map((each) => ({ at: new Date(at), by: each })),
});

describe("the steps of a verdict", () => {
  const lookups: readonly (readonly [Lookup["kind"], string])[] = [
    ["image", "the image"],
    ["referrers", "what refers to it"],
    ["referrers-tag", "what refers to it, by tag"],
    ["signature-tag", "its signature tag"],
    ["attestation-tag", "its attestation tag"],
    ["sbom-tag", "its SBOM tag"],
  ];
  for (const [kind, what] of lookups)
    it(`say what was asked for: ${what}`, () => {
      const look = (outcome: Lookup["outcome"], more: Partial<Lookup> = {}) => {
        const { section, ...step } = describeLookup({ kind, target: "x", at, outcome, ...more });
        assert.match(section ?? "", /specification/);
        return step;
      };
      const text = `Asked for ${what} (x) at ${at}: `;
      assert.deepEqual(look("found"), { step: "look-up", outcome: "passed", text: `${text}found` });
      assert.deepEqual(look("absent"), { step: "look-up", outcome: "note", text: `${text}absent` });
      const failed = { step: "look-up", outcome: "failed" };
      assert.deepEqual(look("failed"), { ...failed, text: `${text}failed: no reason is known` });
      const failure = { code: "tls", message: "No." } as const;
      assert.deepEqual(look("failed", { failure }), { ...failed, text: `${text}failed: No.` });
    });

  it("say of a signature that is valid who made it and when, and by which specification", () => {
    const { step: whole, verdict } = toSignatureVerdict(signed(valid(certificate, "timestamp")), true, undefined);
    const { section, ...step } = whole;
    assert.match(section ?? "", /^Sigstore client specification/);
    assert.deepEqual(step, {
      step: "signature",
      outcome: "passed",
      text: `Signature (sigstore-bundle): valid, by jane@example.com (https://issuer.example) at ${at}, which a time-stamp authority proves`,
    });
    assert.deepEqual(verdict, {
      format: "sigstore-bundle",
      manifest: digest,
      purpose: "signature",
      valid: true,
      trusted: true,
      signer: certificate,
      signedAt: at,
      provenBy: "timestamp",
      reasons: [],
    });
  });

  it("say of one that no policy accepts, and of an attestation, what it is", () => {
    const unaccepted = toSignatureVerdict(signed(valid(key)), false, undefined).verdict;
    assert.deepEqual(
      [unaccepted.valid, unaccepted.trusted, unaccepted.reasons[0]?.code, "signedAt" in unaccepted],
      [true, false, "not-accepted", false],
    );
    const attestation = signed(valid(key, "transparency-log"), { purpose: "attestation", predicateType: "p" });
    const { step, verdict } = toSignatureVerdict(attestation, true, undefined);
    assert.equal(
      step.text,
      `Attestation (sigstore-bundle): valid, by key acme at ${at}, which a transparency log proves`,
    );
    assert.deepEqual(
      [verdict.purpose, verdict.predicateType, verdict.reasons[0]?.code],
      ["attestation", "p", "attestation"],
    );
  });

  it("say why one is not valid, and which section it fails by", () => {
    const { step: whole, verdict } = toSignatureVerdict(signed({ kind: "invalid", reason }), false, undefined);
    const { section, ...step } = whole;
    assert.match(section ?? "", /OCI image specification 1\.1, subject/);
    assert.deepEqual(step, {
      step: "signature",
      outcome: "failed",
      text: `Signature (sigstore-bundle): not valid: ${reason.message}`,
    });
    assert.deepEqual(
      [verdict.valid, verdict.trusted, verdict.reasons, "signer" in verdict, "predicateType" in verdict],
      [false, false, [reason], false, false],
    );
    const other = { code: "unheard-of", message: "x" };
    const sections = (["cosign", "notation-jws", "notation-cose", "unrecognised"] as const).map(
      (format) =>
        toSignatureVerdict(signed({ kind: "invalid", reason: other }, { format }), false, undefined).step.section,
    );
    const expected = [/^cosign signature/, /^Notary Project.*JWS/, /^Notary Project.*COSE/, /^none/];
    for (const [index, pattern] of expected.entries()) assert.match(sections[index] ?? "", pattern);
  });

  const names: readonly (readonly [Signer, string])[] = [
    [key, "key acme"],
    [{ kind: "key", fingerprint: "f".repeat(64) }, "key ffffffffffff"],
    [{ kind: "key" }, "key without a name"],
    [certificate, "jane@example.com (https://issuer.example)"],
    [{ kind: "certificate", identity: "CN=x" }, "CN=x"],
    [{ kind: "certificate" }, "a certificate"],
  ];
  for (const [signer, name] of names)
    it(`call a signer ${name}`, () => {
      const { text } = toSignatureVerdict(signed(valid(signer)), true, undefined).step;
      assert.equal(text, `Signature (sigstore-bundle): valid, by ${name}`);
    });

  it("answer a security team in one sentence", () => {
    assert.deepEqual(describeGovernance(undefined), []);
    const governance = {
      authority: "A",
      managedIn: "B",
      attributesFrom: "C",
      revocation: "not asked",
      validUntil: "D",
      key: "E",
      algorithm: "F",
    } as const;
    const text =
      "Signer: authority A; known from B; name vouched for by C; revocation: not asked; valid until D; key E (F).";
    assert.deepEqual(describeGovernance(governance), [{ step: "signature", outcome: "note", text }]);
  });

  for (const [kind, what] of [
    ["sbom", "An SBOM"],
    ["attestation", "An attestation"],
    ["other", "Something"],
  ] as const)
    it(`say that nobody signed ${what.toLowerCase()}`, () =>
      assert.deepEqual(describeAttachment({ kind, mediaType: "a/b", digest, from: "referrers" }), {
        step: "attachment",
        outcome: "note",
        text: `${what} (a/b, sha256:555555555555...) is attached that nobody signed; it proves nothing.`,
      }));

  const of = (name: string, mode: "enforce" | "warn" = "enforce") => rule([], { name, mode });
  const place = (name: string, mode = "enforce") => `Policy ${name} (policy/images.yaml:12, ${mode})`;
  const accepted = (name: string, note?: string): RuleDecision => ({
    kind: "accepted",
    rule: of(name),
    authority: "acme",
    signatures: [signed(valid(key))],
    ...(note === undefined ? {} : { note }),
  });
  const decisions: readonly (readonly [RuleDecision, readonly (readonly [string, string])[]])[] = [
    [accepted("a"), [["passed", `${place("a")} accepts the signature by key acme: 'acme'.`]]],
    [
      accepted("a", "Worth saying."),
      [
        ["passed", `${place("a")} accepts the signature by key acme: 'acme'.`],
        ["note", "Worth saying."],
      ],
    ],
    [
      { kind: "allowed", rule: of("b"), authority: "pass" },
      [["note", `${place("b")} lets every image pass: 'pass'. No signature was asked for.`]],
    ],
    [
      { kind: "refused", rule: of("c", "warn"), why: "accepts only 'x'" },
      [["failed", `${place("c", "warn")} accepts none of the signatures: it accepts only 'x'.`]],
    ],
    [{ kind: "not-understood", rule: of("d"), why: "x" }, [["failed", `${place("d")} is not understood: x.`]]],
  ];
  for (const [decision, steps] of decisions)
    it(`say of a rule that it ${decision.kind}`, () =>
      assert.deepEqual(
        describeDecision(decision),
        steps.map(([outcome, text]) => ({ step: "policy", outcome, text })),
      ));

  it("list what every rule says, the worst first", () => {
    const all: readonly RuleDecision[] = [
      accepted("accepts"),
      { kind: "allowed", rule: of("allows"), authority: "pass" },
      { kind: "not-understood", rule: of("dark, warns", "warn"), why: "x" },
      { kind: "refused", rule: of("refuses, warns", "warn"), why: "x" },
      { kind: "not-understood", rule: of("dark"), why: "x" },
      { kind: "refused", rule: of("refuses"), why: "accepts only 'x'" },
    ];
    const verdicts = toPolicyVerdicts(all);
    assert.deepEqual(
      verdicts.map((each) => each.rule),
      ["refuses", "dark", "refuses, warns", "dark, warns", "allows", "accepts"],
    );
    assert.deepEqual(verdicts[0], {
      policy: "policy/images.yaml",
      line: 12,
      rule: "refuses",
      mode: "enforce",
      decision: "refused",
      message: `${place("refuses")} accepts none of the signatures: it accepts only 'x'.`,
    });
  });
});
