import assert from "node:assert/strict";
import { publicGoodRoot } from "../../../src/core/signature/publicGoodRoot.ts";
import { readTrustedRoot } from "../../../src/core/signature/trustedRoot.ts";

interface Loose {
  mediaType: string;
  tlogs: { publicKey: { rawBytes: string; validFor: { start?: string; end?: string | null } }; logId?: object }[];
  ctlogs: { publicKey: { validFor: { start?: string } } }[];
  certificateAuthorities: { certChain: { certificates: { rawBytes: string }[] }; validFor: { start?: string } }[];
  timestampAuthorities: { validFor: { start?: string } }[];
}

describe("readTrustedRoot", () => {
  const { text } = publicGoodRoot();
  const after = (change: (root: Loose) => void): string => {
    const root = JSON.parse(text) as Loose;
    change(root);
    return readTrustedRoot(JSON.stringify(root), "x").kind;
  };

  it("reads the public-good root, with its logs and authorities", () => {
    const read = readTrustedRoot(text, "public good");
    assert.ok(read.kind === "root");
    assert.ok(
      read.root.logs.some(({ id }) => id === "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d"),
    );
    assert.ok(read.root.authorities.length >= 2 && read.root.certificateLogs.length >= 2);
  });

  it("takes null for absent", () => {
    assert.equal(
      after((root) => (root.tlogs[0]!.publicKey.validFor.end = null)),
      "root",
    );
  });

  const changes: readonly (readonly [string, (root: Loose) => void])[] = [
    ["of another media type", (root) => (root.mediaType = "application/json")],
    ["with a log key without a start", (root) => delete root.tlogs[0]!.publicKey.validFor.start],
    ["with a certificate log's key without a start", (root) => delete root.ctlogs[0]!.publicKey.validFor.start],
    ["with an authority without a start", (root) => delete root.certificateAuthorities[0]!.validFor.start],
    ["with a time-stamp authority without a start", (root) => delete root.timestampAuthorities[0]!.validFor.start],
    ["with a start that is no time", (root) => (root.tlogs[0]!.publicKey.validFor.start = "yesterday")],
    ["with a log without an identifier", (root) => delete root.tlogs[0]!.logId],
    ["with a log without a key", (root) => (root.tlogs[0]!.publicKey.rawBytes = "")],
    ["with an authority without a chain", (root) => (root.certificateAuthorities[0]!.certChain.certificates = [])],
    [
      "with a certificate that cannot be read",
      (root) => (root.certificateAuthorities[0]!.certChain.certificates[0]!.rawBytes = "AAAA"),
    ],
    ["with more logs than are read", (root) => (root.tlogs = Array(65).fill(root.tlogs[0]))],
  ];
  for (const [what, change] of changes) it(`refuses one ${what}`, () => assert.equal(after(change), "refused"));

  it("refuses what is no JSON", () => assert.equal(readTrustedRoot("{", "x").kind, "refused"));
});
