import assert from "node:assert/strict";
import { serveLoopback } from "../../../../src/trial/loopback.ts";
import {
  createIdentityProvider,
  memorySecrets,
  startVaultScene,
  vaultRequest,
  type VaultScene,
} from "../../../helpers/vaultScene.ts";

const options = { signal: new AbortController().signal };
const hour = 3600;

describe("signing in to Vault", () => {
  const provider = createIdentityProvider();
  const appRole = { roleId: "role-1", secretId: "secret-id-of-a-role" };
  let now = new Date();
  let scene: VaultScene;
  let jwt: string;

  before(async () => {
    const logins = { appRole, jwt: { role: "signer", audience: "vault.example", publicKey: provider.publicKey } };
    scene = await startVaultScene({ specs: ["p256"], logins, now: () => now });
  });
  after(() => scene.stop());
  beforeEach(() => {
    now = new Date();
    jwt = provider.token({ aud: "vault.example", exp: now.getTime() / 1000 + hour });
  });

  const targets = (): readonly string[] => scene.vault.calls().map(({ target }) => target);
  /** The calls that some work makes. */
  async function during(work: () => Promise<unknown>): Promise<readonly string[]> {
    const before = targets().length;
    await work();
    return targets().slice(before);
  }
  const signs = async (changes: Parameters<VaultScene["open"]>[0]): Promise<boolean> => {
    const service = await scene.open(changes);
    return (await service.submit(vaultRequest("p256", "ecdsa"), options)).status === "signed";
  };

  for (const [title, environment, fields] of [
    ["a token of VAULT_TOKEN", () => ({ VAULT_ADDR: scene.vault.url, VAULT_TOKEN: scene.engine.secrets.dev }), {}],
    ["a token of BAO_TOKEN", () => ({ BAO_ADDR: `${scene.vault.url}/`, BAO_TOKEN: scene.engine.secrets.dev }), {}],
    [
      "an AppRole",
      () => ({ VAULT_ADDR: scene.vault.url, VAULT_ROLE_ID: appRole.roleId, VAULT_SECRET_ID: appRole.secretId }),
      {},
    ],
    [
      "an AppRole whose role id is configured",
      () => ({ BAO_ADDR: scene.vault.url, BAO_SECRET_ID: appRole.secretId }),
      { authentication: "approle", role: appRole.roleId },
    ],
    ["a JWT", () => ({ VAULT_ADDR: scene.vault.url, VAULT_ID_TOKEN: jwt }), { role: "signer" }],
    [
      "a JWT of another variable",
      () => ({ VAULT_ADDR: scene.vault.url, CI_TOKEN: jwt }),
      { authentication: "jwt", role: "signer", jwtVariable: "CI_TOKEN", authMount: "ci/jwt" },
    ],
  ] as const)
    it(`is done with ${title}`, async () => {
      assert.equal(await signs({ environment: environment(), options: fields }), true);
    });

  it("is done with the token of a GitHub Actions job, asked for this service alone", async () => {
    const asked: string[] = [];
    const github = await serveLoopback({
      route: ({ url, headers }) => {
        asked.push(`${headers.authorization} ${url.searchParams.get("audience")}`);
        return { status: 200, body: { value: jwt } };
      },
    });
    const environment = {
      VAULT_ADDR: scene.vault.url,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}/token?api-version=2`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "runner-token",
    };
    assert.equal(await signs({ environment, options: { role: "signer" } }), true);
    assert.deepEqual(asked, [`Bearer runner-token ${scene.vault.url}`]);
    // A workspace that names another service gets nothing.
    await assert.rejects(
      signs({ environment: { ...environment, VAULT_ADDR: "https://vault.example" }, options: { role: "signer" } }),
      { code: "authentication" },
    );
    // Nor is the runner's token sent in the clear.
    const plain = { ...environment, ACTIONS_ID_TOKEN_REQUEST_URL: "http://issuer.example/token" };
    await assert.rejects(signs({ environment: plain, options: { role: "signer" } }), {
      message: /There is no sign-in/,
    });
    assert.equal(asked.length, 1);
    await github.stop();
  });

  it("is done with what the editor keeps for the origin", async () => {
    const secrets = memorySecrets();
    await secrets.set(scene.vault.url, "vault token", scene.engine.secrets.dev);
    assert.equal(await signs({ environment: {}, secrets }), true);
    const elsewhere = memorySecrets();
    await elsewhere.set("https://vault.example", "vault token", scene.engine.secrets.dev);
    await assert.rejects(signs({ environment: {}, secrets: elsewhere }), { code: "authentication" });
  });

  for (const address of ["", "https://vault.example", "http://127.0.0.1:1", "not an address"])
    it(`sends nothing of an environment that is for '${address}'`, async () => {
      const environment = {
        VAULT_ADDR: address,
        VAULT_TOKEN: scene.engine.secrets.dev,
        VAULT_ROLE_ID: appRole.roleId,
        VAULT_SECRET_ID: appRole.secretId,
        VAULT_ID_TOKEN: jwt,
      };
      const calls = await during(() =>
        assert.rejects(signs({ environment, options: { role: "signer" } }), { code: "authentication" }),
      );
      assert.deepEqual(calls, []);
    });

  it("takes no other variable for a JWT", async () => {
    const environment = { VAULT_ADDR: scene.vault.url, CLOUD_KEY: "wJalrXUtnFEMI" };
    const fields = { authentication: "jwt", role: "signer", jwtVariable: "CLOUD_KEY" };
    const calls = await during(() =>
      assert.rejects(signs({ environment, options: fields }), { code: "authentication" }),
    );
    assert.deepEqual(calls, []);
  });

  for (const [title, environment, fields] of [
    ["a wrong secret id", { VAULT_ROLE_ID: "role-1", VAULT_SECRET_ID: "wrong-secret-id" }, {}],
    ["a JWT for another audience", { VAULT_ID_TOKEN: provider.token({ aud: "x", exp: 9e9 }) }, { role: "signer" }],
    ["a wrong token", { VAULT_TOKEN: "hvs.wrong-token" }, {}],
  ] as const)
    it(`fails with ${title}, and does not tell it`, async () => {
      const work = signs({ environment: { VAULT_ADDR: scene.vault.url, ...environment }, options: fields });
      await assert.rejects(work, (error: unknown) => {
        assert.ok(error instanceof Error && "code" in error && error.code === "authentication");
        for (const secret of Object.values(environment))
          if (secret !== "role-1")
            assert.ok(!JSON.stringify([error.message, error.stack, String(error.cause)]).includes(secret));
        return true;
      });
    });

  it("signs in again where a session has ended, and does not repeat the request", async () => {
    const environment = {
      VAULT_ADDR: scene.vault.url,
      VAULT_ROLE_ID: appRole.roleId,
      VAULT_SECRET_ID: appRole.secretId,
    };
    const service = await scene.open({ environment });
    await service.listKeys(options);
    scene.vault.endSessions();
    const calls = await during(() => service.submit(vaultRequest("p256", "ecdsa"), options));
    assert.equal(calls.filter((target) => target.includes("/sign/")).length, 1);
    assert.equal(calls.filter((target) => target.includes("/login")).length, 1);
    scene.vault.endSessions();
    assert.ok((await service.listKeys(options)).length > 0);
  });

  it("says so where the only token has ended", async () => {
    const service = await scene.open();
    await service.listKeys(options);
    const { dev } = scene.engine.secrets;
    await assert.rejects(
      (await scene.open({ environment: { VAULT_ADDR: scene.vault.url, VAULT_TOKEN: `${dev}x` } })).listKeys(options),
      {
        code: "authentication",
        message: /not valid \(any more\)/,
      },
    );
  });

  it("signs in once for calls at the same time", async () => {
    const environment = {
      VAULT_ADDR: scene.vault.url,
      VAULT_ROLE_ID: appRole.roleId,
      VAULT_SECRET_ID: appRole.secretId,
    };
    const service = await scene.open({ environment });
    const calls = await during(() => Promise.all([service.listKeys(options), service.listKeys(options)]));
    assert.equal(calls.filter((target) => target.includes("/login")).length, 1);
  });

  it("uses the namespace of the configuration, or of the environment", async () => {
    const inNamespace = await startVaultScene({ specs: ["p256"], namespace: "team/signing", mount: "release/transit" });
    try {
      const environment = { VAULT_ADDR: inNamespace.vault.url, VAULT_TOKEN: inNamespace.engine.secrets.dev };
      const fields = { mount: "release/transit" };
      const configured = await inNamespace.open({ environment, options: { ...fields, namespace: "team/signing/" } });
      assert.ok((await configured.listKeys(options)).length > 0);
      const fromEnvironment = await inNamespace.open({
        environment: { ...environment, VAULT_NAMESPACE: "team/signing" },
        options: fields,
      });
      assert.ok((await fromEnvironment.listKeys(options)).length > 0);
      // Nothing is known of tokens in another namespace, nor of another mount.
      await assert.rejects((await inNamespace.open({ environment, options: fields })).listKeys(options));
      await assert.rejects(
        (await inNamespace.open({ environment, options: { namespace: "team/signing" } })).listKeys(options),
        { code: "service-denied" },
      );
    } finally {
      await inNamespace.stop();
    }
  });
});

describe("the life of a token at Vault", () => {
  it("is renewed when a third of it is left, and another one is asked for where that fails", async () => {
    let now = new Date("2026-11-21T12:00:00Z");
    const appRole = { roleId: "role-1", secretId: "secret-id-of-a-role" };
    const scene = await startVaultScene({ specs: ["p256"], logins: { appRole, tokenTtl: 900 }, now: () => now });
    const { createVaultService } = await import("../../../../src/adapters/services/vault/vault.ts");
    const { openCredentials } = await import("../../../../src/adapters/services/vault/credentials.ts");
    const { openWrappingTokens } = await import("../../../../src/adapters/services/vault/wrappingTokens.ts");
    const origin = scene.vault.url;
    const settings = { mount: "transit", keys: ["p256"], jwtVariable: "VAULT_ID_TOKEN" };
    const environment = { VAULT_ADDR: origin, VAULT_ROLE_ID: appRole.roleId, VAULT_SECRET_ID: appRole.secretId };
    const service = createVaultService({
      name: "vault",
      origin,
      options: settings,
      credentials: openCredentials({ origin, settings, environment }),
      wrappingTokens: openWrappingTokens(origin, {
        environment: { COUNTERSIGN_STATE_DIR: scene.folder },
        platform: "linux",
      }),
      timeoutMs: 5_000,
      now: () => now.getTime(),
    });
    const sessionCalls = async (seconds: number): Promise<readonly string[]> => {
      now = new Date(now.getTime() + seconds * 1000);
      const before = scene.vault.calls().length;
      await service.listKeys(options);
      return scene.vault
        .calls()
        .slice(before)
        .map(({ target }) => target.replace("POST /v1/auth/", ""))
        .filter((target) => !target.startsWith("GET"));
    };
    assert.deepEqual(await sessionCalls(0), ["approle/login"]);
    assert.deepEqual(await sessionCalls(500), []);
    assert.deepEqual(await sessionCalls(200), ["token/renew-self"]);
    assert.deepEqual(await sessionCalls(800), ["token/renew-self"]);
    // Too late: the service does not know it any more.
    assert.deepEqual(await sessionCalls(1000), ["token/renew-self", "approle/login"]);
    await scene.stop();
  });
});
