import assert from "node:assert/strict";
import { request } from "node:http";
import { isJsonObject } from "../../../src/core/json.ts";
import { createTrialEngine, type TrialEngine } from "../../../src/trial/service/engine.ts";
import { startTrialVault, type TrialVault } from "../../../src/trial/vault/startTrialVault.ts";

describe("the trial behind the interface of Vault", () => {
  let engine: TrialEngine;
  let vault: TrialVault;
  before(async () => {
    engine = createTrialEngine({
      keys: [
        { name: "dev" },
        { name: "rsa", spec: "rsa2048" },
        { name: "release", needs: ["justification", "approval"] },
      ],
    });
    vault = await startTrialVault(engine);
  });
  after(() => vault.stop());

  interface Answer {
    readonly status: number;
    readonly data: Readonly<Record<string, unknown>>;
    readonly errors: unknown;
    readonly wrapped: unknown;
  }
  async function ask(path: string, body?: object, token = engine.secrets.dev, method?: string): Promise<Answer> {
    const answer = await fetch(`${vault.url}/v1/${path}`, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: { "x-vault-token": token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json: unknown = await answer.json();
    assert.ok(isJsonObject(json));
    const data = json["data"];
    return {
      status: answer.status,
      data: isJsonObject(data) ? data : {},
      errors: json["errors"],
      wrapped: json["wrap_info"],
    };
  }
  const input = Buffer.from("hello").toString("base64");

  it("lists and describes keys", async () => {
    assert.deepEqual((await ask("transit/keys?list=true")).data["keys"], ["dev", "rsa", "release"]);
    const { data } = await ask("transit/keys/dev");
    assert.deepEqual([data["type"], data["latest_version"], data["exportable"]], ["ecdsa-p256", 1, false]);
    assert.deepEqual([(await ask("transit/keys/none")).status, (await ask("other/keys/dev")).status], [404, 404]);
  });

  it("signs with the engine's defaults, and verifies what it signed", async () => {
    const { data } = await ask("transit/sign/dev", { input });
    assert.match(String(data["signature"]), /^vault:v1:/);
    const signed = { input, signature: data["signature"] };
    assert.equal((await ask("transit/verify/dev", signed)).data["valid"], true);
    const other = { ...signed, input: Buffer.from("hallo").toString("base64") };
    assert.equal((await ask("transit/verify/dev", other)).data["valid"], false);
    const rsa = await ask("transit/sign/rsa/sha2-256", { input, signature_algorithm: "pkcs1v15" }, undefined, "PUT");
    const asked = { input, signature: rsa.data["signature"], signature_algorithm: "pkcs1v15" };
    assert.equal((await ask("transit/verify/rsa/sha2-256", asked)).data["valid"], true);
  });

  for (const [path, body] of [
    ["none", { input }],
    ["dev", {}],
    ["dev", { input: "?" }],
    ["dev", { input, key_version: 2 }],
    ["dev", { input, hash_algorithm: "md5" }],
    ["dev", { input, marshaling_algorithm: "jws" }],
    ["dev", { input, prehashed: true }],
    ["rsa", { input }],
    ["rsa", { input, signature_algorithm: "pss", salt_length: "auto" }],
    ["dev/sha2-512", { input }],
  ] as const)
    it(`refuses to sign ${path} ${JSON.stringify(body)}`, async () => {
      const { status, data } = await ask(`transit/sign/${path}`, body);
      assert.deepEqual([status, data], [400, {}]);
    });

  it("wraps what waits for an approval, and unwraps it once", async () => {
    const { wrapped } = await ask("transit/sign/release", { input });
    assert.ok(isJsonObject(wrapped));
    const { token, accessor } = wrapped;
    assert.equal((await ask("sys/wrapping/unwrap", { token })).status, 400);
    assert.equal((await ask("sys/control-group/request", { accessor })).data["approved"], false);
    assert.equal((await ask("sys/control-group/authorize", { accessor })).status, 403);
    assert.equal((await ask("sys/control-group/authorize", { accessor }, engine.secrets.lead)).data["approved"], true);
    assert.equal((await ask("sys/control-group/request", { accessor })).data["approved"], true);
    assert.match(String((await ask("sys/wrapping/unwrap", { token })).data["signature"]), /^vault:v1:/);
    assert.equal((await ask("sys/wrapping/unwrap", { token })).status, 400);
  });

  it("answers nobody without a token", async () => {
    for (const path of ["transit/keys/dev", "auth/token/lookup-self"])
      assert.equal((await ask(path, undefined, "none")).status, 403);
    assert.equal((await ask("transit/sign/dev", { input }, "none")).status, 403);
    assert.equal((await ask("auth/approle/login", { role_id: "a", secret_id: "b" }, "")).status, 400);
    assert.equal((await ask("auth/jwt/login", { role: "a", jwt: "a.b.c" }, "")).status, 400);
  });

  for (const headers of [{ host: "attacker.example" }, { origin: "https://attacker.example" }])
    it(`does not serve a page with ${JSON.stringify(headers)}`, async () => {
      const status = await new Promise((resolve, reject) => {
        request(`${vault.url}/v1/transit/keys/dev`, { headers: { ...headers, "x-vault-token": engine.secrets.dev } })
          .once("response", (response) => {
            response.resume();
            resolve(response.statusCode);
          })
          .once("error", reject)
          .end();
      });
      assert.equal(status, 403);
    });
});
