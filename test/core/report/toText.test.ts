import assert from "node:assert/strict";
import { toText } from "../../../src/core/report/toText.ts";
import { inspectionOf } from "../../helpers/inspections.ts";
import { signatureBy, someDigest, verdictOn } from "../../helpers/rules.ts";

const plain = { colour: false, unicode: true, now: new Date("2026-11-21T12:00:00Z") };

describe("toText", () => {
  const files = { "a/Dockerfile": `FROM bad:1@${someDigest}\n`, Dockerfile: `FROM good:1@${someDigest}\n` };
  const good = verdictOn(`docker.io/library/good:1@${someDigest}`, "verified", {
    signatures: [signatureBy("acme", { trusted: true })],
  });
  const bad = verdictOn(`docker.io/library/bad:1@${someDigest}`, "unsigned");

  it("aligns one line per image and finding, worst last, and sums up", () => {
    const lines = toText(inspectionOf(files, [good, bad]), plain).split("\n");
    assert.match(lines[0] ?? "", /^✔ {2}Dockerfile:1:6 {4}good:1@sha256:\S+ {1,3}Verified · key acme$/);
    assert.match(lines[1] ?? "", /^⊘ {2}a\/Dockerfile:1:6 {2}bad:1@sha256:\S+ {1,3}Not signed$/);
    assert.match(lines[2] ?? "", /^• {2}a\/Dockerfile:1:6 {2}image-unsigned +'bad:1@/);
    assert.equal(lines[3], "2 images: 1 verified, 1 not signed · 1 note");
  });

  it("uses ASCII alone where the terminal knows no more, and different marks all the same", () => {
    const text = toText(inspectionOf(files, [good, bad]), { ...plain, unicode: false });
    assert.match(text, /^[\p{ASCII}]*$/u);
    assert.match(text, /^\+ {2}Dockerfile/m);
    assert.match(text, /^- {2}a\/Dockerfile/m);
  });

  it("colours marks alone, green for verified alone, and nothing without colour", () => {
    const coloured = toText(inspectionOf(files, [good, bad]), { ...plain, colour: true });
    assert.equal(coloured.split("\u001b[32m").length, 2);
    assert.ok(coloured.startsWith("\u001b[32m✔\u001b[0m  Dockerfile"));
    assert.ok(!toText(inspectionOf(files, [good, bad]), plain).includes("\u001b"));
  });

  it("lets no name or message draw on the terminal", () => {
    const reference = "docker.io/library/x:1";
    const verdict = verdictOn(reference, "invalid", { reason: { code: "c", message: "a\u001b[2J\nb\u202e." } });
    const text = toText(inspectionOf({ "a\u001b[31m/Dockerfile": "FROM x:1\n" }, [verdict]), plain);
    assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Cf}/u);
    assert.equal(text.split("\n").length, 5);
  });

  it("tells steps whole and who sees the signature where that is asked for, and draws nothing", () => {
    const long = `a\u001b[2J${"b".repeat(700)}c`;
    const trace = [
      { step: "signature", outcome: "passed", text: long, section: "RFC 5280, 6.1" },
      { step: "verdict", outcome: "failed", text: "No." },
    ] as const;
    const inspection = inspectionOf({ Dockerfile: "FROM x:1\n" }, [
      { ...good, reference: "docker.io/library/x:1", trace },
    ]);
    const text = toText({ ...inspection, steps: true }, plain);
    assert.match(text, /\n {5}✔ signature: a\ufffd\[2Jb{700}c \[RFC 5280, 6\.1\]\n {5}✘ verdict: No\.\n/u);
    assert.equal(
      / {5}• signature: .+ seen by /u.test(text),
      good.signatures.some(({ valid }) => valid),
    );
    assert.doesNotMatch(toText(inspection, plain), /RFC 5280/u);
  });

  it("says how old the evidence is that it rests on", () => {
    const evidence = { file: "kept.json", collectedAt: new Date(plain.now.getTime() - 3 * 86_400_000).toISOString() };
    const text = toText({ ...inspectionOf(files, [good]), evidence }, plain);
    assert.match(
      text,
      /\nJudged by the evidence in kept\.json, collected 3 days ago \(.+ UTC\)\. Tags may have moved since\.\n$/u,
    );
  });

  it("says that there is nothing", () => {
    assert.equal(toText({ documents: [], findings: [], problems: [] }, plain), "No image references found\n");
  });

  it("says of a reference in an inspection that it was not checked, and why", () => {
    const text = toText(inspectionOf({ Dockerfile: "ARG X\nFROM $X\n" }, []), plain);
    assert.match(text, /○ {2}Dockerfile:2:6 {2}\$X +Not checked · from · unresolved · value not known from the files/);
  });
});
