import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import type { Verdict, VerdictState } from "../../../src/core/verdict/verdict.ts";
import type { ImageStatus } from "../../../src/extension/marks.ts";
import { filterImages, groupImages, imagesOf, splitName } from "../../../src/extension/tree/grouping.ts";

const now = new Date("2026-11-21T12:00:00Z");
const states: Readonly<Record<string, VerdictState>> = {
  "docker.io/library/node:22": "verified",
  "ghcr.io/acme/app:1": "unsigned",
  "ghcr.io/acme/web:2": "invalid",
};

function statusOf(reference: string): ImageStatus {
  const state = states[reference];
  if (state === undefined) return { kind: "not-checked", why: "not asked" };
  const reason = { code: state, message: "Because." };
  const verdict: Verdict = { state, reason, reference, signatures: [], enforced: true, trace: [] };
  return { kind: "judged", verdict };
}

const documents = [
  readDocument("FROM node:22 AS a\nFROM ghcr.io/acme/app:1\nFROM ghcr.io/acme/other:3\n", "Dockerfile"),
  readDocument("FROM node:22\nFROM ghcr.io/acme/web:2\nARG TAG\nFROM ghcr.io/acme/app:$TAG\n", "web/Dockerfile"),
];

describe("the images of a workspace", () => {
  const images = imagesOf(documents, statusOf);

  it("are each listed once, with every use", () => {
    assert.deepEqual(
      images.map(({ name, uses }) => [name, uses.length]),
      [
        ["node:22", 2],
        ["ghcr.io/acme/app:1", 1],
        ["ghcr.io/acme/other:3", 1],
        ["ghcr.io/acme/web:2", 1],
      ],
    );
  });

  it("leave out what is only partly known: it would be another image", () => {
    assert.ok(!images.some(({ reference }) => reference === "ghcr.io/acme/app"));
  });

  it("group by verdict with the worst first", () => {
    assert.deepEqual(
      groupImages(images, "verdict").map(({ label, images: list }) => [label, list.length]),
      [
        ["Invalid signature", 1],
        ["Not signed", 1],
        ["Not checked", 1],
        ["Verified", 1],
      ],
    );
  });

  it("stand in the order of their numbers", () => {
    const named = readDocument("FROM acme/app:10\nFROM acme/app:9\nFROM acme/app:1\n", "Dockerfile");
    const [group] = groupImages(imagesOf([named], statusOf), "verdict");
    assert.deepEqual(
      group?.images.map(({ name }) => name),
      ["acme/app:1", "acme/app:9", "acme/app:10"],
    );
  });

  it("group by file, an image under each file that uses it, the worst file first", () => {
    assert.deepEqual(
      groupImages(images, "file").map(({ label, images: list }) => [label, list.map(({ name }) => name)]),
      [
        ["web/Dockerfile", ["ghcr.io/acme/web:2", "node:22"]],
        ["Dockerfile", ["ghcr.io/acme/app:1", "ghcr.io/acme/other:3", "node:22"]],
      ],
    );
  });

  it("group by registry", () => {
    assert.deepEqual(
      groupImages(images, "registry").map(({ label }) => label),
      ["ghcr.io", "docker.io"],
    );
  });

  const filters: readonly [string, readonly string[]][] = [
    ["", ["node:22", "ghcr.io/acme/app:1", "ghcr.io/acme/other:3", "ghcr.io/acme/web:2"]],
    ["NODE", ["node:22"]],
    ["not signed", ["ghcr.io/acme/app:1"]],
    ["acme web/", ["ghcr.io/acme/web:2"]],
    ["nothing", []],
  ];
  for (const [filter, expected] of filters) {
    it(`are filtered by "${filter}"`, () => {
      assert.deepEqual(
        filterImages(images, filter, now).map(({ name }) => name),
        expected,
      );
    });
  }

  it("are named by their path before their host", () => {
    assert.deepEqual(splitName("127.0.0.1:5000/shop/web:2.0"), { path: "shop/web:2.0", registry: "127.0.0.1:5000" });
    assert.deepEqual(splitName("node:22"), { path: "node:22", registry: "" });
  });
});
