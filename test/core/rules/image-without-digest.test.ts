import { imageWithoutDigest } from "../../../src/core/rules/image-without-digest.ts";
import { expectReports, signatureBy, someDigest, verdictOn } from "../../helpers/rules.ts";

const node = "docker.io/library/node:22";

describe("image-without-digest", () => {
  const verified = verdictOn(node, "verified", {
    digest: someDigest,
    signatures: [signatureBy("acme", { trusted: true }), signatureBy("mallory")],
  });

  it("pins to the verified digest, keeps the tag, and names the trusted signer alone", () => {
    expectReports(
      imageWithoutDigest,
      "Dockerfile",
      "FROM «node:22» AS build\n",
      [
        {
          severity: "note",
          title: "Pin to sha256:1f3a1f3a1f3a... (verified, signed by key acme)",
          fixed: `FROM node:22@${someDigest} AS build\n`,
          preferred: true,
        },
      ],
      [verified],
    );
  });

  it("edits the default that the reference comes from", () => {
    expectReports(
      imageWithoutDigest,
      "Dockerfile",
      "ARG IMAGE=node:22\nFROM «$IMAGE»\n",
      [{ fixed: `ARG IMAGE=node:22@${someDigest}\nFROM $IMAGE\n` }],
      [verified],
    );
  });

  it("writes the digest under the key that is there for one", () => {
    expectReports(
      imageWithoutDigest,
      "chart/values.yaml",
      "image:\n  repository: «node»\n  tag: '22'\n  digest: \"\"\n",
      [{ fixed: `image:\n  repository: node\n  tag: '22'\n  digest: "${someDigest}"\n` }],
      [verified],
    );
  });

  it("offers digests that are not verified only as second best, and broken ones not at all", () => {
    const unsigned = verdictOn(node, "unsigned", { digest: someDigest });
    expectReports(
      imageWithoutDigest,
      "Dockerfile",
      "FROM «node:22»\n",
      [{ title: "Pin to sha256:1f3a1f3a1f3a... (not signed)", preferred: false }],
      [unsigned],
    );
    const invalid = verdictOn(node, "invalid", { digest: someDigest });
    expectReports(imageWithoutDigest, "Dockerfile", "FROM «node:22»\n", [{ fixes: 0 }], [invalid]);
    expectReports(imageWithoutDigest, "Dockerfile", "FROM «node:22»\n", [{ fixes: 0 }]);
    const malformed = verdictOn(node, "verified", { digest: "sha256:1\nRUN evil" });
    expectReports(imageWithoutDigest, "Dockerfile", "FROM «node:22»\n", [{ fixes: 0 }], [malformed]);
  });

  const silent: readonly (readonly [string, string, string])[] = [
    ["a digest", "Dockerfile", `FROM node@${someDigest}\n`],
    ["a tag with a digest", "Dockerfile", `FROM node:22@${someDigest}\n`],
    ["scratch and stages", "Dockerfile", "FROM scratch AS a\nFROM a\nCOPY --from=a / /\n"],
    ["a variable without a value", "Dockerfile", "ARG TAG\nFROM node:$TAG\n"],
    ["an image that was built on this machine", "Dockerfile", "FROM localhost/built:1\n"],
  ];
  for (const [what, path, text] of silent) {
    it(`says nothing of ${what}`, () => expectReports(imageWithoutDigest, path, text));
  }
});
