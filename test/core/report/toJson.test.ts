import assert from "node:assert/strict";
import { toJson } from "../../../src/core/report/toJson.ts";
import { inspectionOf } from "../../helpers/inspections.ts";
import { decidedByRelease, signatureBy, someDigest, verdictOn } from "../../helpers/rules.ts";

describe("toJson", () => {
  it("gives lines and columns from 1, in UTF-16 units, ends exclusive, and where a value is defined", () => {
    const report = JSON.parse(toJson(inspectionOf({ "app/Dockerfile": "# 😀\r\nARG V=22\r\nFROM node:$V\r\n" }))) as {
      images: unknown[];
    };
    assert.deepEqual(report.images, [
      {
        file: "app/Dockerfile",
        line: 3,
        column: 6,
        endLine: 3,
        endColumn: 13,
        text: "node:$V",
        site: "from",
        reference: "docker.io/library/node:22",
        resolution: "resolved",
        definedAt: { line: 2, column: 7, endLine: 2, endColumn: 9 },
      },
    ]);
  });

  it("gives null for a reference that is not known", () => {
    const report = JSON.parse(toJson(inspectionOf({ Dockerfile: "ARG X\nFROM $X\n" }))) as {
      images: { reference: unknown; resolution: string }[];
    };
    assert.equal(report.images[0]?.reference, null);
    assert.equal(report.images[0].resolution, "unresolved");
  });

  it("adds the verdict with its signatures and the rule that decided", () => {
    const verdict = verdictOn("docker.io/library/node:22", "verified", {
      digest: someDigest,
      decidedBy: decidedByRelease,
      signatures: [signatureBy("acme", { trusted: true, signedAt: "2026-11-21T10:00:00Z" })],
    });
    const report = JSON.parse(toJson(inspectionOf({ Dockerfile: "FROM node:22\n" }, [verdict]))) as {
      version: number;
      images: Record<string, unknown>[];
      findings: Record<string, unknown>[];
    };
    assert.equal(report.version, 1);
    const { digest, state, reason, signatures, decidedBy } = report.images[0] ?? {};
    assert.deepEqual(
      { digest, state, reason, decidedBy },
      {
        digest: someDigest,
        state: "verified",
        reason: { code: "reason-code", message: "The reason." },
        decidedBy: decidedByRelease,
      },
    );
    assert.deepEqual(signatures, [
      {
        format: "sigstore-bundle",
        valid: true,
        trusted: true,
        purpose: "signature",
        signer: { kind: "key", identity: "acme", fingerprint: "ab".repeat(32) },
        signedAt: "2026-11-21T10:00:00Z",
        manifest: someDigest,
        reasons: [],
      },
    ]);
    assert.deepEqual(report.findings, [
      {
        rule: "image-without-digest",
        severity: "note",
        confidence: "high",
        file: "Dockerfile",
        line: 1,
        column: 6,
        endLine: 1,
        endColumn: 13,
        message: "'node:22' has no digest, so what is pulled can change without notice.",
        fixes: [
          {
            title: "Pin to sha256:1f3a1f3a1f3a... (verified, signed by key acme)",
            edits: [{ file: "Dockerfile", line: 1, column: 13, endLine: 1, endColumn: 13, text: `@${someDigest}` }],
          },
        ],
      },
    ]);
  });

  it("gives arguments of the command line without a place", () => {
    const reference = "ghcr.io/acme/app:1";
    const inspection = {
      documents: [],
      references: [{ text: "ghcr.io/acme/app:1", reference }],
      verdicts: new Map([[reference, verdictOn(reference, "unsigned")]]),
      findings: [],
      problems: [{ code: "x", message: "Y." }],
    };
    const report = JSON.parse(toJson(inspection)) as { images: Record<string, unknown>[]; problems: unknown[] };
    assert.deepEqual(Object.keys(report.images[0] ?? {}), ["text", "reference", "state", "reason", "signatures"]);
    assert.deepEqual(report.problems, [{ code: "x", message: "Y." }]);
  });
});
