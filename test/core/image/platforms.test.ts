import assert from "node:assert/strict";
import { platformsOf } from "../../../src/core/image/platforms.ts";

function bytesOf(json: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(json));
}

describe("the platforms of an image", () => {
  it("are those of its index, each once, without attestations", () => {
    const platform = (os: string, architecture: string, variant?: string) => ({
      platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
    });
    const manifests = [
      platform("linux", "amd64"),
      platform("linux", "arm", "v7"),
      platform("linux", "amd64"),
      platform("unknown", "unknown"),
      {},
      "x",
    ];
    assert.deepEqual(platformsOf(bytesOf({ manifests })), ["linux/amd64", "linux/arm/v7"]);
  });

  it("are not known of what is no index", () => {
    for (const bytes of [bytesOf({ layers: [] }), bytesOf([]), bytesOf({ manifests: 3 }), Buffer.from("{")])
      assert.equal(platformsOf(bytes), undefined);
  });
});
