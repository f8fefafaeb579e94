import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { check } from "../../../src/core/rules/check.ts";
import { suppressionProblems, type Suppression } from "../../../src/core/rules/suppressions.ts";
import { decidedByRelease, releasePolicy, someDigest, verdictOn } from "../../helpers/rules.ts";

const node = "docker.io/library/node:22";
const time = new Date("2026-11-21T12:00:00Z");
const suppression: Suppression = {
  rule: "image-unsigned",
  reason: "Waiting for the publisher.",
  owner: "jane@acme.example",
  expires: "2026-11-21",
};

describe("check", () => {
  const documents = [
    readDocument("FROM node:22\nRUN cosign sign -y a/b:1\nFROM node:22\n", "test/Dockerfile"),
    readDocument("FROM node:22\n", "Dockerfile"),
  ];
  const verdicts = new Map([[node, verdictOn(node, "unsigned", { enforced: true, decidedBy: decidedByRelease })]]);
  const found = (suppressions: readonly Suppression[], options: Parameters<typeof check>[3] = { time }): string[] =>
    check(documents, verdicts, { suppressions }, options)
      .filter(({ rule }) => rule === "image-unsigned")
      .map(({ file, span }) => `${file}:${span.start}`);
  const all = ["test/Dockerfile:5", "test/Dockerfile:43", "Dockerfile:5"];

  it("runs every rule, in the order of files and positions, and passes the policy on", () => {
    const findings = check(documents, verdicts, { suppressions: [] }, { policy: releasePolicy() });
    assert.deepEqual(
      findings.map(({ file, rule }) => `${file} ${rule}`),
      [
        "test/Dockerfile image-unsigned",
        "test/Dockerfile image-without-digest",
        "test/Dockerfile sign-by-tag",
        "test/Dockerfile image-unsigned",
        "test/Dockerfile image-without-digest",
        "Dockerfile image-unsigned",
        "Dockerfile image-without-digest",
      ],
    );
    assert.match(findings[0]?.message ?? "", /requires a signature by acme\.$/);
    assert.equal(findings[0]?.severity, "error");
  });

  it("says of an image that is signed here only how it is named", () => {
    const workflow = "jobs:\n  a:\n    steps:\n      - run: cosign sign -y ghcr.io/acme/app:1\n";
    const document = readDocument(workflow, ".github/workflows/a.yml");
    const reference = "ghcr.io/acme/app:1";
    const unsigned = new Map([[reference, verdictOn(reference, "unsigned", { enforced: true })]]);
    const findings = check([document], unsigned, { suppressions: [] });
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ["sign-by-tag"],
    );
  });

  it("says once what holds for every image of a matrix", () => {
    const workflow = `jobs:\n  a:\n    strategy: { matrix: { node: [20, 22] } }\n    container: "node:\${{ matrix.node }}"\n`;
    const document = readDocument(workflow, ".github/workflows/a.yml");
    assert.equal(document.images.length, 2);
    const findings = check([document], new Map(), { suppressions: [] });
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ["image-without-digest"],
    );
  });

  it("pins each image of a matrix by a fix of its own, which says which", () => {
    const workflow = `jobs:\n  a:\n    strategy: { matrix: { i: [node:20, node:22] } }\n    container: \${{ matrix.i }}\n`;
    const document = readDocument(workflow, ".github/workflows/a.yml");
    const judged = ["20", "22"].map((tag) =>
      verdictOn(`docker.io/library/node:${tag}`, "verified", { digest: someDigest }),
    );
    const findings = check([document], new Map(judged.map((one) => [one.reference, one])), { suppressions: [] });
    assert.deepEqual(
      findings.flatMap(({ fixes }) => fixes.map(({ title, preferred }) => [title.replace(/ \(.*/u, ""), preferred])),
      [
        ["Pin node:20 to sha256:1f3a1f3a1f3a...", true],
        ["Pin node:22 to sha256:1f3a1f3a1f3a...", true],
      ],
    );
  });

  it("asks for each image's verdict by name and never walks through all of them", () => {
    const walked: string[] = [];
    const watched = new Map(verdicts);
    for (const way of ["entries", "keys", "values", "forEach", Symbol.iterator])
      Object.defineProperty(watched, way, {
        value: () => {
          walked.push(String(way));
          return [].values();
        },
      });
    const findings = check(documents, watched, { suppressions: [] });
    assert.deepEqual(walked, []);
    assert.ok(findings.some(({ rule }) => rule === "image-unsigned"));
  });

  it("speaks by static rules alone without verdicts", () => {
    const rules = check(documents, new Map(), { suppressions: [] }).map(({ rule }) => rule);
    assert.deepEqual([...new Set(rules)], ["image-without-digest", "sign-by-tag"]);
  });

  const cases: readonly (readonly [string, Partial<Suppression>, readonly string[]])[] = [
    ["a rule everywhere, on the last day too", {}, []],
    ["another rule", { rule: "image-invalid" }, all],
    ["a folder", { files: ["test"] }, ["Dockerfile:5"]],
    ["a glob of files", { files: ["**/Dockerfile"] }, []],
    ["a file that is not there", { files: ["Dockerfile.prod"] }, all],
    ["an image", { images: [node] }, []],
    ["a glob of images", { images: ["index.docker.io/library/**"] }, []],
    ["another image", { images: ["ghcr.io/**"] }, all],
    ["a file and another image", { files: ["test"], images: ["ghcr.io/**"] }, all],
    ["what has expired", { expires: "2026-11-20" }, all],
  ];
  for (const [what, part, expected] of cases) {
    it(`suppresses by ${what}`, () => assert.deepEqual(found([{ ...suppression, ...part }]), expected));
  }

  it("suppresses nothing without knowing the time", () => {
    assert.deepEqual(found([suppression], {}), all);
  });

  it("reports a suppression that has expired, with its owner", () => {
    const expired = { ...suppression, expires: "2026-11-20" };
    assert.deepEqual(suppressionProblems({ suppressions: [suppression, expired] }, ".countersign.yaml", time), [
      {
        code: "suppression-expired",
        message:
          'The suppression of image-unsigned ("Waiting for the publisher.") expired on 2026-11-20; jane@acme.example must renew or remove it.',
        file: ".countersign.yaml",
      },
    ]);
  });
});
