import assert from "node:assert/strict";
import { statementType } from "../../../src/core/sign/statement.ts";
import { attachmentsIn } from "../../../src/core/verdict/attachments.ts";
import type { Descriptor, Evidence } from "../../../src/core/verdict/evidence.ts";
import type { Attachment } from "../../../src/core/verdict/verdict.ts";
import { attach, evidenceOf, image } from "../../helpers/signedImage.ts";

const digestOf = (index: number): string => `sha256:${index.toString(16).padStart(64, "0")}`;

/** Something that refers to the image and is only listed. */
const listed = (index: number, more: Partial<Descriptor>): Descriptor => ({
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  digest: digestOf(index),
  size: 1,
  ...more,
});

function told(evidence: Evidence, signed: readonly string[] = []): readonly (readonly [Attachment["kind"], string])[] {
  return attachmentsIn(evidence, new Set(signed)).map(({ kind, mediaType }) => [kind, mediaType]);
}

const holding = (mediaType: string, members: object = {}) =>
  attach([{ mediaType, bytes: Buffer.from(mediaType) }], { subject: image, ...members }, "sbom-tag");

describe("attachmentsIn", () => {
  const kinds: readonly (readonly [Attachment["kind"], string])[] = [
    ["sbom", "application/spdx+json"],
    ["sbom", "application/vnd.cyclonedx+json"],
    ["sbom", "application/vnd.syft+json"],
    ["sbom", "text/SBOM"],
    ["attestation", statementType],
    ["attestation", "application/vnd.example.attestation+json"],
    ["other", "application/vnd.example.readme"],
  ];
  for (const [kind, type] of kinds)
    it(`calls ${type} ${kind}, listed or looked at`, () => {
      assert.deepEqual(told({ ...evidenceOf([]), others: [listed(1, { artifactType: type })] }), [[kind, type]]);
      assert.deepEqual(told(evidenceOf([holding(type)])), [[kind, type]]);
    });

  it("goes by what a manifest itself holds, its layers first", () => {
    const { candidate, blobs } = holding("application/spdx+json", { artifactType: "application/vnd.example.bill" });
    const lying = { descriptor: { ...candidate.descriptor, artifactType: "application/x" }, from: candidate.from };
    const evidence = { ...evidenceOf([]), candidates: [lying], blobs };
    assert.deepEqual(attachmentsIn(evidence, new Set()), [
      { kind: "sbom", mediaType: "application/spdx+json", digest: candidate.descriptor.digest, from: "sbom-tag" },
    ]);
    const bare = attach([], { artifactType: "application/vnd.example.bill" });
    assert.deepEqual(told(evidenceOf([bare])), [["other", "application/vnd.example.bill"]]);
  });

  it("goes by what named it where nothing else says what it is", () => {
    const type = "application/vnd.oci.image.manifest.v1+json";
    assert.deepEqual(told({ ...evidenceOf([]), others: [listed(1, {})] }), [["other", type]]);
    const gone = { ...evidenceOf([holding("application/spdx+json")]), blobs: {} };
    assert.deepEqual(told(gone), [["other", type]]);
    const nameless = {
      ...gone,
      candidates: [{ descriptor: listed(2, { mediaType: "" }), from: "referrers" } as const],
    };
    assert.deepEqual(told(nameless), [["other", "unknown"]]);
    assert.deepEqual(told({ ...nameless, blobs: Object.create({ [digestOf(2)]: Buffer.from("{}") }) }), [
      ["other", "unknown"],
    ]);
  });

  it("leaves out what carries signatures, and what could not be fetched", () => {
    const { candidate, blobs } = holding("application/spdx+json");
    const evidence = { ...evidenceOf([]), candidates: [candidate], blobs };
    assert.deepEqual(told(evidence, [candidate.descriptor.digest]), []);
    const failed = { ...candidate, failure: { code: "tls", message: "No." } } as const;
    assert.deepEqual(told({ ...evidence, candidates: [failed] }), []);
  });

  it("lists each once, and so many", () => {
    const { candidate, blobs } = holding("application/spdx+json");
    const evidence = { ...evidenceOf([]), candidates: [candidate, candidate], others: [candidate.descriptor], blobs };
    assert.deepEqual(told(evidence), [["sbom", "application/spdx+json"]]);
    const others = Array.from({ length: 101 }, (_, index) => listed(index, {}));
    assert.equal(told({ ...evidenceOf([]), others }).length, 100);
  });

  it("looks at so many types of one manifest", () => {
    const plain = Array.from({ length: 8 }, (_, index) => ({ mediaType: `text/${index}`, bytes: Buffer.from("x") }));
    const sbom = { mediaType: "application/spdx+json", bytes: Buffer.from("x") };
    const kindOf = (count: number) => told(evidenceOf([attach([...plain.slice(0, count), sbom], {})]))[0]?.[0];
    assert.deepEqual([kindOf(7), kindOf(8)], ["sbom", "other"]);
  });
});
