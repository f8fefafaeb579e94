import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const preload = join(import.meta.dirname, "boringssl.mjs");

describe("the stand-in for the editor's crypto library", () => {
  const run = (script: string) =>
    spawnSync(process.execPath, ["--import", preload, "--input-type=module", "-e", script], { encoding: "utf8" });
  const keys = `import { generateKeyPairSync, sign, verify } from "node:crypto";
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const edwards = generateKeyPairSync("ed25519");`;

  it("has no default digest for EC keys", () => {
    const { status, stderr } = run(
      `${keys} verify(undefined, Buffer.from("x"), publicKey, sign("sha256", Buffer.from("x"), privateKey));`,
    );
    assert.notEqual(status, 0);
    assert.match(stderr, /ERR_OSSL_EVP_NO_DEFAULT_DIGEST/);
  });

  it("leaves named digests and Ed25519 alone", () => {
    const { status, stderr } = run(`${keys}
      const named = verify("sha256", Buffer.from("x"), publicKey, sign("sha256", Buffer.from("x"), privateKey));
      const unnamed = verify(null, Buffer.from("x"), edwards.publicKey, sign(null, Buffer.from("x"), edwards.privateKey));
      if (!named || !unnamed) process.exit(3);`);
    assert.equal(status, 0, stderr);
  });
});
