import assert from "node:assert/strict";
import { readEvidence, writeEvidence } from "../../../src/core/verdict/evidenceFile.ts";
import type { Evidence } from "../../../src/core/verdict/evidence.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { attachBundle, evidenceOf, image, keyAuthority, now, policyOf, rule } from "../../helpers/signedImage.ts";

const policy = policyOf(rule([keyAuthority(pem(acme))]));
const signed: Required<Evidence> = {
  image,
  ...evidenceOf([attachBundle(keyBundle(acme))]),
  others: [
    { mediaType: "application/spdx+json", digest: `sha256:${"5".repeat(64)}`, size: 5, annotations: { a: "b" } },
  ],
  revocations: [
    { kind: "ocsp", url: "http://ocsp.example", subject: "00", at: now.toISOString(), bytes: Buffer.from("answer") },
  ],
};
const text = writeEvidence([signed]);

interface Loose {
  version: unknown;
  images: {
    reference: string;
    image: { digest: string; size: unknown };
    lookups: { at: string; kind: string; outcome: string }[];
    candidates: { from: string; descriptor: { digest: string; size: number } }[];
    blobs: string[];
    revocations: { bytes: string }[];
  }[];
  blobs: Record<string, string>;
}

function read(source: string): ReadonlyMap<string, Evidence> {
  const result = readEvidence(source, now);
  assert.equal(result.kind, "evidence", result.kind === "unreadable" ? result.why : "");
  return result.kind === "evidence" ? result.file.evidence : new Map();
}

function changed(change: (file: Loose) => void): string {
  const file: Loose = JSON.parse(text);
  change(file);
  return JSON.stringify(file);
}

function stateOf(source: string): string {
  const result = readEvidence(source, now);
  if (result.kind === "unreadable") return "unreadable";
  const [evidence] = result.file.evidence.values();
  return evidence === undefined ? "none" : judge(evidence, policy, { trustedRoots: [] }, now).state;
}

describe("a file of evidence", () => {
  it("holds all that the verdict rests on", () => {
    const [evidence] = read(text).values();
    assert.deepEqual(
      JSON.parse(JSON.stringify(evidence)),
      JSON.parse(JSON.stringify({ ...signed, ...bytesOf(signed) })),
    );
    assert.equal(stateOf(text), "verified");
    const result = readEvidence(text, now);
    assert.equal(result.kind === "evidence" && result.file.collectedAt, "2026-11-21T11:59:01Z");
  });

  it("holds what images share once", () => {
    const other = { ...signed, reference: "registry.example/acme/app:2" };
    const both = writeEvidence([signed, other]);
    assert.equal(read(both).size, 2);
    assert.ok(both.length < text.length * 1.7);
  });

  const first = (file: Loose) => {
    const [found] = file.images;
    assert.ok(found);
    return found;
  };
  const never: readonly (readonly [string, (file: Loose) => void])[] = [
    ["another image under the tag", (file) => void (first(file).image.digest = `sha256:${"0".repeat(64)}`)],
    ["no blobs", (file) => void (file.blobs = {})],
    ["no candidates", (file) => void (first(file).candidates = [])],
    [
      "a signature's digest changed",
      (file) => first(file).candidates.forEach(({ descriptor }) => (descriptor.size += 1)),
    ],
    [
      "a signature by somebody else under the same digest",
      (file) => {
        const theirs = attachBundle(keyBundle(stranger));
        const [manifest] = Object.entries(theirs.blobs).filter(
          ([digest]) => digest === theirs.candidate.descriptor.digest,
        );
        const [candidate] = first(file).candidates;
        assert.ok(candidate && manifest);
        file.blobs[candidate.descriptor.digest] = Buffer.from(manifest[1]).toString("base64");
      },
    ],
  ];
  for (const [what, change] of never)
    it(`never verifies with ${what}`, () => assert.notEqual(stateOf(changed(change)), "verified"));

  it("never verifies with any byte of a blob changed", () => {
    for (const digest of Object.keys(JSON.parse(text).blobs))
      for (const at of [0, 10, 50]) {
        const source = changed((file) => {
          const bytes = Buffer.from(file.blobs[digest] ?? "", "base64");
          bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
          file.blobs[digest] = bytes.toString("base64");
        });
        assert.equal(stateOf(source), "unknown", `${digest} ${at}`);
      }
  });

  const unreadable: readonly (readonly [string, (file: Loose) => void, RegExp])[] = [
    ["another version", (file) => void (file.version = 2), /version 2/],
    [
      "a digest that the reference does not name",
      (file) => void (first(file).reference = `registry.example/acme/app@sha256:${"1".repeat(64)}`),
      /cannot be read/,
    ],
    ["a reference that is not written in full", (file) => void (first(file).reference = "app:1"), /cannot be read/],
    ["the same image twice", (file) => void file.images.push(first(file)), /twice/],
    ["a size that is none", (file) => void (first(file).image.size = -1), /cannot be read/],
    ["a time to come", (file) => first(file).lookups.forEach((each) => (each.at = "2026-11-21T13:00:00Z")), /not come/],
    ["a time that is none", (file) => first(file).lookups.forEach((each) => (each.at = "yesterday")), /cannot be read/],
    [
      "an outcome that is none",
      (file) => first(file).lookups.forEach((each) => (each.outcome = "?")),
      /cannot be read/,
    ],
    ["a place that is none", (file) => first(file).candidates.forEach((each) => (each.from = "?")), /cannot be read/],
    ["bytes that are no base64", (file) => void (file.blobs["sha256:0"] = "%%%%"), /base64/],
    [
      "an answer without bytes",
      (file) => first(file).revocations.forEach((each) => (each.bytes = "%")),
      /cannot be read/,
    ],
    ["more look-ups than are read", (file) => void (first(file).lookups = manyLookups()), /cannot be read/],
  ];
  for (const [what, change, why] of unreadable)
    it(`is not used with ${what}`, () => {
      const result = readEvidence(changed(change), now);
      assert.match(result.kind === "unreadable" ? result.why : "it is used", why);
    });

  it("is not used where it is something else", () => {
    for (const source of ["", "{}", "[]", "null", '{"kind":"countersign-evidence","version":1}'])
      assert.equal(readEvidence(source, now).kind, "unreadable", source);
  });

  it("never makes the reader fail, wherever it ends", () => {
    for (let end = 0; end < text.length; end += 97)
      assert.equal(readEvidence(text.slice(0, end), now).kind, "unreadable");
  });
});

function manyLookups() {
  return Array.from({ length: 1001 }, () => ({
    kind: "image",
    target: "x",
    at: "2026-11-21T11:00:00Z",
    outcome: "found",
  }));
}

/** Bytes as the reader gives them. */
function bytesOf({ blobs, revocations = [] }: Evidence): Pick<Evidence, "blobs" | "revocations"> {
  return {
    blobs: Object.fromEntries(Object.entries(blobs).map(([digest, bytes]) => [digest, Buffer.from(bytes)])),
    revocations: revocations.map((answer) => ({ ...answer, bytes: Buffer.from(answer.bytes) })),
  };
}
