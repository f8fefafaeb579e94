import assert from "node:assert/strict";
import { readSigstoreOptions } from "../../../src/core/policy/sigstoreOptions.ts";

const good = { signingConfig: "sigstore/signing_config.json", trustedRoot: "sigstore/trusted_root.json" };

describe("readSigstoreOptions", () => {
  it("reads all that can be said, and what counts where nothing is", () => {
    assert.deepEqual(readSigstoreOptions(good).value, { ...good, clientId: "sigstore", signIn: "browser" });
    const all = { ...good, clientId: "acme-signing", signIn: "device", caFile: "ca.pem" };
    assert.deepEqual(readSigstoreOptions(all).value, all);
  });

  for (const [what, options, words] of [
    ["no signing configuration", { trustedRoot: "a" }, /'signingConfig' must name/u],
    ["no trusted root", { signingConfig: "a" }, /'trustedRoot' must name/u],
    ["a file elsewhere", { ...good, trustedRoot: "../a" }, /must not lead out/u],
    ["another way to sign in", { ...good, signIn: "password" }, /one of browser, device/u],
    ["a client of several words", { ...good, clientId: "a b" }, /name of a client/u],
    ["an unknown option", { ...good, url: "a" }, /'url' is not a known option/u],
  ] as const)
    it(`refuses ${what}`, () => {
      const { value, wrong } = readSigstoreOptions(options);
      assert.equal(value, undefined);
      assert.match(wrong.join(" "), words);
    });
});
