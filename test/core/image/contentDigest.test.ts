import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { bytesMatchDigest, digestOf } from "../../../src/core/image/contentDigest.ts";

const bytes = new TextEncoder().encode("hello");
const sha512 = `sha512:${createHash("sha512").update(bytes).digest("hex")}`;

describe("contentDigest", () => {
  it("computes SHA-256", () =>
    assert.equal(digestOf(bytes), "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"));
  it("matches bytes under each algorithm, and nothing else", () => {
    assert.ok(bytesMatchDigest(bytes, digestOf(bytes)));
    assert.ok(bytesMatchDigest(bytes, sha512));
    assert.ok(!bytesMatchDigest(new Uint8Array([1]), digestOf(bytes)));
    assert.ok(!bytesMatchDigest(bytes, `md5:${createHash("md5").update(bytes).digest("hex")}`));
    assert.ok(!bytesMatchDigest(bytes, digestOf(bytes).toUpperCase()));
    assert.ok(!bytesMatchDigest(bytes, ""));
  });
});
