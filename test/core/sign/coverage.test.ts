import assert from "node:assert/strict";
import { manifestMediaTypes } from "../../../src/core/image/manifest.ts";
import { coverageOf, type SignatureCoverage } from "../../../src/core/sign/coverage.ts";

const { ociManifest, ociIndex, dockerList } = manifestMediaTypes;
const entry = { mediaType: ociManifest, digest: `sha256:${"ab".repeat(32)}`, size: 1 };
const index = (mediaType: string | undefined, platforms: readonly object[]): object => ({
  mediaType,
  manifests: platforms.map((platform) => ({ ...entry, platform })),
});

describe("coverageOf", () => {
  const cases: readonly (readonly [string, unknown, string, SignatureCoverage | undefined])[] = [
    ["an image", { mediaType: ociManifest, config: entry, layers: [] }, ociManifest, { kind: "image" }],
    ["an image that names no type", { config: entry, layers: [] }, ociManifest, { kind: "image" }],
    [
      "an index",
      index(ociIndex, [{ os: "linux", architecture: "arm64", variant: "v8" }]),
      ociIndex,
      { kind: "index", platforms: ["linux/arm64/v8"] },
    ],
    ["Docker's list", index(dockerList, []), dockerList, { kind: "index", platforms: [] }],
    [
      "an index with attestations and nonsense",
      index(undefined, [{ os: "unknown", architecture: "unknown" }, { os: 7 }, { os: "linux" }]),
      ociIndex,
      { kind: "index", platforms: [] },
    ],
    ["an image served as an index", { config: entry, layers: [] }, ociIndex, undefined],
    ["an index served as an image", index(undefined, []), ociManifest, undefined],
    ["a manifest that says another type", { mediaType: ociIndex, config: entry, layers: [] }, ociManifest, undefined],
    ["both at once", { config: entry, layers: [], manifests: [] }, ociManifest, undefined],
    ["a page", "<html>", ociManifest, undefined],
  ];
  for (const [what, manifest, mediaType, expected] of cases)
    it(`reads ${what}`, () => assert.deepEqual(coverageOf(Buffer.from(JSON.stringify(manifest)), mediaType), expected));
});
