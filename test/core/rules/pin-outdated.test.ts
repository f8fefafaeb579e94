import { pinOutdated } from "../../../src/core/rules/pin-outdated.ts";
import { expectReports, signatureBy, someDigest, verdictOn } from "../../helpers/rules.ts";

const node = "docker.io/library/node:22";
const old = `sha256:${"0b".repeat(32)}`;

describe("pin-outdated", () => {
  const signed = [signatureBy("acme", { trusted: true }), signatureBy("mallory")];
  const verified = verdictOn(node, "verified", { digest: someDigest, signatures: signed });

  it("says what the tag names now and who signed it, and replaces the digest alone", () => {
    expectReports(
      pinOutdated,
      "Dockerfile",
      `# a\r\nFROM «node:22@${old}» AS build # c\r\n`,
      [
        {
          severity: "note",
          message:
            /^The tag of 'node:22@sha256:0b.*' has moved from sha256:0b0b0b0b0b0b\.\.\. to sha256:1f3a1f3a1f3a\.\.\. \(verified, signed by key acme\), so/,
          title: "Refresh to sha256:1f3a1f3a1f3a... (verified, signed by key acme)",
          fixed: `# a\r\nFROM node:22@${someDigest} AS build # c\r\n`,
          preferred: true,
        },
      ],
      [verified],
    );
  });

  it("edits the literal that the digest comes from", () => {
    expectReports(
      pinOutdated,
      "Dockerfile",
      `ARG IMAGE=node:22@${old}\nFROM «$IMAGE»\n`,
      [{ fixed: `ARG IMAGE=node:22@${someDigest}\nFROM $IMAGE\n` }],
      [verified],
    );
    expectReports(
      pinOutdated,
      "chart/values.yaml",
      `image:\n  repository: «node»\n  tag: '22' # x\n  digest: "${old}"\n`,
      [{ fixed: `image:\n  repository: node\n  tag: '22' # x\n  digest: "${someDigest}"\n` }],
      [verified],
    );
  });

  it("does not prefer what is not verified, and offers nothing that is broken", () => {
    const unsigned = verdictOn(node, "unsigned", { digest: someDigest });
    const text = `FROM «node:22@${old}»\n`;
    expectReports(pinOutdated, "Dockerfile", text, [{ preferred: false, message: /\(not signed\)/ }], [unsigned]);
    const invalid = verdictOn(node, "invalid", { digest: someDigest });
    expectReports(pinOutdated, "Dockerfile", text, [{ fixes: 0 }], [invalid]);
  });

  const silent: readonly (readonly [name: string, text: string])[] = [
    ["a pin that is what the tag names", `FROM node:22@${someDigest}\n`],
    ["a tag alone", "FROM node:22\n"],
    ["a digest alone", `FROM node@${old}\n`],
    ["another tag", `FROM node:23@${old}\n`],
  ];
  for (const [name, text] of silent)
    it(`is silent about ${name}`, () => expectReports(pinOutdated, "Dockerfile", text, [], [verified]));

  it("is silent where nobody asked, and where the tag could not be found", () => {
    expectReports(pinOutdated, "Dockerfile", `FROM node:22@${old}\n`);
    expectReports(pinOutdated, "Dockerfile", `FROM node:22@${old}\n`, [], [verdictOn(node, "unknown")]);
  });
});
