import assert from "node:assert/strict";
import { isTransitKeyName, readVaultOptions } from "../../../src/core/policy/vaultOptions.ts";

describe("options of a vault service", () => {
  it("has defaults", () =>
    assert.deepEqual(readVaultOptions({}), {
      value: { mount: "transit", keys: [], jwtVariable: "VAULT_ID_TOKEN" },
      wrong: [],
    }));

  it("reads every field", () =>
    assert.deepEqual(
      readVaultOptions({
        namespace: "team/signing/",
        mount: "release/transit",
        keys: "app, api",
        authentication: "jwt",
        authMount: "ci",
        role: "signer",
        jwtVariable: "CI_TOKEN",
        audience: "vault",
        caFile: "ca.pem",
      }).value,
      {
        namespace: "team/signing",
        mount: "release/transit",
        keys: ["app", "api"],
        authentication: "jwt",
        authMount: "ci",
        role: "signer",
        jwtVariable: "CI_TOKEN",
        audience: "vault",
        caFile: "ca.pem",
      },
    ));

  for (const [options, words] of [
    [{ tokn: "x" }, /'tokn' is not a known option/],
    [{ mount: "../sys" }, /'mount' must be a path/],
    [{ mount: "a//b" }, /'mount'/],
    [{ mount: "/transit" }, /'mount'/],
    [{ mount: "" }, /'mount'/],
    [{ namespace: "a b" }, /'namespace'/],
    [{ authMount: "jwt?x" }, /'authMount'/],
    [{ authentication: "userpass" }, /'authentication' must be one of token, approle, jwt/],
    [{ authentication: "jwt" }, /'role' is required/],
    [{ jwtVariable: "A=B" }, /'jwtVariable'/],
    [{ keys: "a/b" }, /not the name of a transit key/],
    [{ keys: Array.from({ length: 101 }, (_, index) => `k${index}`).join(",") }, /more than 100 entries/],
    [{ callbackPort: "80" }, /'callbackPort' must be a port/],
    [{ callbackPort: "1000" }, /from 1024/],
    [{ callbackPort: "65536" }, /to 65535/],
    [{ role: " " }, /'role' must be a name/],
    [{ caFile: "/etc/ca.pem" }, /'caFile' must be relative/],
  ] as const)
    it(`says what is wrong with ${JSON.stringify(options).slice(0, 60)}`, () => {
      const { value, wrong } = readVaultOptions(options);
      assert.equal(value, undefined);
      assert.match(wrong.join(" "), words);
    });

  it("knows names of keys", () => {
    for (const name of ["a", "release", "app-1.2_x"]) assert.equal(isTransitKeyName(name), true, name);
    for (const name of ["", "..", "a/b", "a?b", "-a", "a%2f", "a b", "a".repeat(300)])
      assert.equal(isTransitKeyName(name), false, name);
  });
});
