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

  it("holds what was asked for by its digest, with the image or without", () => {
    const reference = `registry.example/acme/app@${image.digest}`;
    const { image: _, ...unasked } = signed;
    for (const evidence of [
      { ...signed, reference },
      { ...unasked, reference },
    ])
      assert.deepEqual([...read(writeEvidence([evidence])).keys()], [reference]);
  });

  it("is not used without its images or its blobs", () => {
    const file: Loose = JSON.parse(text);
    for (const more of [{ images: {} }, { images: undefined }, { blobs: [] }, { blobs: undefined }]) {
      const result = readEvidence(JSON.stringify({ ...file, ...more }), now);
      assert.equal(result.kind === "unreadable" && result.why, "lacks its images or its blobs");
    }
  });

  it("is not used where it is something else", () => {
    for (const source of ["", "{}", "[]", "null", '{"kind":"countersign-evidence","version":1}'])
      assert.equal(readEvidence(source, now).kind, "unreadable", source);
  });

  const rich = richEvidence();
  it("holds every kind of look-up, place, answer and failure", () => {
    const [back] = read(writeEvidence([rich])).values();
    assert.deepEqual(JSON.parse(JSON.stringify(back)), JSON.parse(JSON.stringify({ ...rich, ...bytesOf(rich) })));
    const { others: _, image: __, revocations: ___, ...least } = rich;
    const [bare] = read(writeEvidence([least])).values();
    assert.deepEqual(Object.keys(bare ?? {}).toSorted(), ["blobs", "candidates", "lookups", "reference"]);
  });

  it("is not used with anything in it of another type, or a part that is needed left out", () => {
    const optional = ["image", "others", "revocations", "artifactType", "annotations", "failure", "subject"];
    const written = writeEvidence([rich]);
    let tried = 0;
    for (const [path, value] of placesIn(JSON.parse(written))) {
      const name = path.at(-1) ?? "";
      if (path[0] === "blobs" || typeof name === "number" || path.at(-2) === "annotations") continue;
      const wrong = typeof value === "string" ? [7, null, {}, "x".repeat(4097)] : ["x", null, true];
      for (const other of [...wrong, ...(optional.includes(name) ? [] : [undefined])]) {
        assert.equal(
          readEvidence(withPlace(written, path, other), now).kind,
          "unreadable",
          `${path.join(".")} ${JSON.stringify(other)}`,
        );
        tried += 1;
      }
    }
    assert.ok(tried > 200, `${tried}`);
    for (const [path, other] of [
      [["images", 0], 7],
      [["images", 0, "others", 0], 7],
      [["images", 0, "lookups", 0], 7],
      [["images", 0, "candidates", 0], 7],
      [["images", 0, "revocations", 0], 7],
      [["images", 0, "others", 0, "annotations", "a"], 7],
      [["images", 0, "others", 0, "size"], 1.5],
      [["images", 0, "others", 0, "size"], -1],
      [["images", 0, "lookups", 0, "at"], "2026-11-21T25:00:00Z"],
      [["images", 0, "lookups", 0, "at"], "21 November 2026"],
    ] as const)
      assert.equal(readEvidence(withPlace(written, path, other), now).kind, "unreadable", path.join("."));
    assert.notEqual(readEvidence(withPlace(written, ["images", 0, "others", 0, "size"], 0), now).kind, "unreadable");
  });

  it("is read within its limits, and not beyond", () => {
    const why = (source: string) => {
      const result = readEvidence(source, now);
      return result.kind === "unreadable" ? result.why : "";
    };
    const withImages = (count: number) =>
      changed((file) => {
        file.images = Array.from({ length: count }, (_, index) => ({
          ...first(file),
          reference: `r.example/a:${index}`,
        }));
        file.images.forEach((each) => Object.assign(each, { candidates: [], revocations: [], lookups: [], blobs: [] }));
      });
    assert.deepEqual([why(withImages(10_000)), why(withImages(10_001))], ["", "holds more than is read"]);
    const withBlobs = (count: number) =>
      changed(
        (file) => (file.blobs = Object.fromEntries(Array.from({ length: count }, (_, index) => [`b${index}`, ""]))),
      );
    assert.deepEqual([why(withBlobs(100_000)), why(withBlobs(100_001))], ["", "holds more than is read"]);
    const withLookups = (count: number) =>
      changed((file) => void (first(file).lookups = manyLookups().slice(0, count)));
    assert.equal(why(withLookups(1000)), "");
    assert.match(why(withLookups(1001)), /cannot be read/);
    const longest = "x".repeat(4096);
    assert.equal(why(withPlace(text, ["images", 0, "lookups", 0, "target"], longest)), "");
  });

  it("never makes the reader fail, wherever it ends", () => {
    for (let end = 0; end < text.length; end += 97)
      assert.equal(readEvidence(text.slice(0, end), now).kind, "unreadable");
  });
});

/** Evidence with everything in it that evidence can have. */
function richEvidence(): Required<Evidence> {
  const at = now.toISOString();
  const digest = `sha256:${"5".repeat(64)}`;
  const descriptor = { mediaType: "a/b", digest, size: 5, artifactType: "c/d", annotations: { a: "b" } };
  const codes = [
    "image-not-found",
    "network",
    "timeout",
    "tls",
    "authentication",
    "auth-helper-failed",
    "rate-limit",
    "registry-error",
    "digest-mismatch",
    "revocation-unknown",
    "no-trusted-root",
    "unsupported-format",
    "policy-not-understood",
    "limit-reached",
    "offline",
    "workspace-not-trusted",
    "cancelled",
  ] as const;
  const kinds = ["referrers", "referrers-tag", "signature-tag", "attestation-tag", "sbom-tag"] as const;
  const failures = codes.map((code) => ({ code, message: "What came back." }));
  return {
    reference: "registry.example/acme/app:1",
    image,
    lookups: [
      { kind: "image", target: "x", at, outcome: "found" },
      ...kinds.map((kind) => ({ kind, target: "x", at, outcome: "absent" }) as const),
      ...failures.map((failure) => ({ kind: "image", target: "x", at, outcome: "failed", failure }) as const),
    ],
    candidates: kinds.map((from) => ({ descriptor, from, failure: { code: "tls", message: "No." } })),
    others: [descriptor],
    blobs: { [digest]: Buffer.from("bytes") },
    revocations: [
      { kind: "ocsp", url: "http://ocsp.example", subject: "00", at, bytes: Buffer.from("answer") },
      { kind: "list", url: "http://crl.example", at, bytes: Buffer.from("list") },
    ],
  };
}

type Path = readonly (string | number)[];

/** Every member of JSON, with its path. */
function* placesIn(json: unknown, path: Path = []): Generator<readonly [Path, unknown]> {
  if (typeof json !== "object" || json === null) return;
  for (const [name, value] of Object.entries(json)) {
    const here = [...path, Array.isArray(json) ? Number(name) : name];
    yield [here, value];
    yield* placesIn(value, here);
  }
}

/** JSON with another value at a path; undefined leaves the member out. */
function withPlace(source: string, path: Path, value: unknown): string {
  const json = JSON.parse(source);
  const parent = path.slice(0, -1).reduce((node, name) => node[name], json);
  parent[path.at(-1) ?? ""] = value;
  return JSON.stringify(json);
}

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
