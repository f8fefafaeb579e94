import assert from "node:assert/strict";
import {
  decisiveSignature,
  describeAge,
  describeSigner,
  printable,
  stateWord,
  summarise,
  worstFirst,
} from "../../../src/core/report/words.ts";
import type { Signer, SignatureVerdict, Verdict, VerdictState } from "../../../src/core/verdict/verdict.ts";

const now = new Date("2026-11-21T12:00:00Z");
const actions = "https://token.actions.githubusercontent.com";
const workflow = "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main";

function signature(part: Partial<SignatureVerdict>): SignatureVerdict {
  return {
    format: "sigstore-bundle",
    manifest: "sha256:0",
    purpose: "signature",
    valid: true,
    trusted: false,
    reasons: [],
    ...part,
  };
}

function verdict(state: VerdictState, part: Partial<Verdict> = {}): Verdict {
  return {
    state,
    reason: { code: "c", message: "The log entry is for another certificate." },
    reference: "ghcr.io/acme/app:1.4",
    signatures: [],
    enforced: false,
    trace: [],
    ...part,
  };
}

describe("words", () => {
  it("has one word for each state, and no two alike", () => {
    assert.equal(new Set(worstFirst.map(stateWord)).size, 5);
  });

  const signers: readonly [string, Signer, string][] = [
    [
      "a workflow",
      { kind: "certificate", identity: workflow, issuer: actions },
      "release.yml@acme/app via GitHub Actions",
    ],
    [
      "a pipeline",
      {
        kind: "certificate",
        identity: "https://gitlab.com/acme/app//.gitlab-ci.yml@refs/heads/main",
        issuer: "https://gitlab.com",
      },
      ".gitlab-ci.yml@acme/app via GitLab",
    ],
    [
      "a person",
      { kind: "certificate", identity: "jane@example.com", issuer: "https://accounts.google.com" },
      "jane@example.com via Google",
    ],
    ["a named key", { kind: "key", identity: "acme-release" }, "key acme-release"],
    ["a key without a name", { kind: "key", fingerprint: "1f3a567890abcdef" }, "key 1f3a567890ab"],
    [
      "a workflow's path on another host",
      { kind: "certificate", identity: workflow.replace("github.com", "github.example"), issuer: actions },
      "https://github.example/acme/app/.github/workflows/release.yml@refs/heads/main via GitHub Actions",
    ],
    [
      "a workflow that another issuer vouches for",
      { kind: "certificate", identity: workflow, issuer: "https://evil.example" },
      `${workflow} via https://evil.example`,
    ],
    [
      "an issuer that only begins like a known one",
      { kind: "certificate", identity: "jane@example.com", issuer: "https://accounts.google.com.evil.example" },
      "jane@example.com via https://accounts.google.com.evil.example",
    ],
  ];
  for (const [name, signer, expected] of signers) {
    it(`names ${name}`, () => assert.equal(describeSigner(signer), expected));
  }

  const summaries: readonly [Verdict, string][] = [
    [
      verdict("verified", {
        signatures: [
          signature({
            trusted: true,
            signedAt: "2026-11-18T12:00:00Z",
            signer: { kind: "certificate", identity: workflow, issuer: actions },
          }),
        ],
      }),
      "Verified · release.yml@acme/app via GitHub Actions · 3 days ago",
    ],
    [verdict("verified"), "Verified · accepted by policy"],
    [
      verdict("untrusted", { signatures: [signature({ signer: { kind: "key", fingerprint: "abcdef0123456789" } })] }),
      "Signed, not trusted · key abcdef012345",
    ],
    [verdict("unsigned"), "Not signed"],
    [verdict("invalid"), "Invalid signature · the log entry is for another certificate"],
    [
      verdict("unknown", { reason: { code: "authentication", message: "m" } }),
      "Could not check · ghcr.io asks for a login",
    ],
  ];
  for (const [given, expected] of summaries) {
    it(`sums up: ${expected}`, () => assert.equal(summarise(given, now), expected));
  }

  it("never credits a verified image to a signer that the policy did not accept", () => {
    const other = signature({ signer: { kind: "key", identity: "mallory" } });
    const accepted = signature({ trusted: true, signer: { kind: "key", identity: "acme" } });
    assert.equal(decisiveSignature(verdict("verified", { signatures: [other, accepted] })), accepted);
    assert.equal(decisiveSignature(verdict("verified", { signatures: [other] })), undefined);
  });

  it("does not show an attestation's signer as the image's", () => {
    const attestation = signature({ purpose: "attestation", trusted: true });
    assert.equal(decisiveSignature(verdict("verified", { signatures: [attestation] })), undefined);
  });

  const ages: readonly [string, string][] = [
    ["2026-11-21T11:59:30Z", "just now"],
    ["2026-11-21T11:59:00Z", "1 minute ago"],
    ["2026-11-21T10:00:00Z", "2 hours ago"],
    ["2026-11-18T11:00:00Z", "3 days ago"],
    ["2026-08-01T12:00:00Z", "3 months ago"],
    ["2023-11-01T12:00:00Z", "3 years ago"],
    ["2026-11-21T14:00:00Z", "in 2 hours"],
    ["yesterday", "yesterday"],
  ];
  for (const [at, expected] of ages) {
    it(`dates ${at}: ${expected}`, () => assert.equal(describeAge(at, now), expected));
  }

  it("disarms control and direction characters, and bounds text from outside", () => {
    assert.equal(printable("a\u202Eb\u0007\nc"), "a\u{FFFD}b\u{FFFD}c");
    assert.equal(printable("x".repeat(1000)).length, 300);
  });
});
