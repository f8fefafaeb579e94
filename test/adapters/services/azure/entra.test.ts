import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findToken, resourceOf } from "../../../../src/adapters/services/azure/entra.ts";
import type { Leased } from "../../../../src/adapters/services/lease.ts";
import type { EntraAuthentication } from "../../../../src/core/policy/keyVaultOptions.ts";
import { startJsonServer, type JsonServer } from "../../../helpers/jsonServer.ts";
import { memorySecrets } from "../../../helpers/vaultScene.ts";

const { signal } = new AbortController();
const origin = "https://acme.vault.azure.net";
const now = 1_800_000_000_000;

describe("tokens for Azure Key Vault", () => {
  let server: JsonServer;
  let folder: string;
  before(async () => {
    server = await startJsonServer();
    folder = await mkdtemp(join(tmpdir(), "countersign-entra-"));
    await writeFile(join(folder, "token"), "federated.token\n");
  });
  beforeEach(() => {
    server.seen.length = 0;
    server.answer(() => [200, { access_token: "granted", expires_in: 3600 }]);
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const tenant = (): Record<string, string> => ({
    AZURE_AUTHORITY_HOST: server.url,
    AZURE_TENANT_ID: "acme",
    AZURE_CLIENT_ID: "client",
  });
  const find = (
    environment: Readonly<Record<string, string>>,
    more: { authentication?: EntraAuthentication; at?: string; secrets?: ReturnType<typeof memorySecrets> } = {},
  ): Promise<Leased<string>> => {
    const { authentication, at = origin, secrets } = more;
    const given = {
      ...(authentication === undefined ? {} : { authentication }),
      ...(secrets === undefined ? {} : { secrets }),
    };
    const place = { origin: at, environment, timeoutMs: 5000, note: () => undefined, now: () => now, ...given };
    return findToken(place, { signal });
  };
  const form = (): URLSearchParams => new URLSearchParams(server.seen[0]?.text ?? "");

  it("are of a federated identity, from a file", async () => {
    const found = await find({ ...tenant(), AZURE_FEDERATED_TOKEN_FILE: join(folder, "token") });
    assert.deepEqual(found, { value: "granted", expiresAt: now + 3_600_000 });
    assert.equal(server.seen[0]?.path, "/acme/oauth2/v2.0/token");
    assert.equal(form().get("client_assertion"), "federated.token");
    assert.equal(form().get("scope"), "https://vault.azure.net/.default");
  });

  it("are of a federated identity, of a GitHub Actions job", async () => {
    server.answer(({ path }) =>
      path.startsWith("/github") ? [200, { value: "job.identity.token" }] : [200, { access_token: "granted" }],
    );
    const job = { ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/github`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "runner" };
    assert.deepEqual(await find({ ...tenant(), ...job }), { value: "granted" });
    assert.equal(server.seen[0]?.path, "/github?audience=api%3A%2F%2FAzureADTokenExchange");
    assert.match(server.seen[1]?.text ?? "", /client_assertion=job\.identity\.token/);
  });

  it("are of a client secret", async () => {
    assert.equal((await find({ ...tenant(), AZURE_CLIENT_SECRET: "shh" })).value, "granted");
    assert.equal(form().get("client_secret"), "shh");
  });

  it("are of the machine, where its variables or the configuration say so", async () => {
    server.answer(() => [
      200,
      { access_token: "machine", expires_on: String(now / 1000 + 60) },
      { date: new Date(now).toUTCString() },
    ]);
    const service = { IDENTITY_ENDPOINT: `${server.url}/msi`, IDENTITY_HEADER: "header", AZURE_CLIENT_ID: "own" };
    assert.deepEqual(await find(service), { value: "machine", expiresAt: now + 60_000 });
    const [{ path, headers }] = server.seen as [(typeof server.seen)[number]];
    assert.equal(path, "/msi?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net&client_id=own");
    assert.equal(headers["x-identity-header"], "header");
    await assert.rejects(find({}), { code: "authentication", message: /az login/ });
  });

  it("are those of the Azure CLI, found in absolute folders alone", async function () {
    if (process.platform === "win32") return this.skip();
    const program =
      '#!/bin/sh\n[ "$*" = "account get-access-token --output json --resource https://vault.azure.net" ] || exit 3\n[ -z "$AZURE_CLIENT_SECRET" ] || exit 4\necho \'{"accessToken":"of-the-cli","expires_on":1900000000}\'\n';
    await writeFile(join(folder, "az"), program);
    await chmod(join(folder, "az"), 0o755);
    const PATH = `relative:${folder}:/usr/bin:/bin`;
    assert.deepEqual(await find({ PATH, HOME: folder }), { value: "of-the-cli", expiresAt: 1_900_000_000_000 });
    await writeFile(join(folder, "az"), "#!/bin/sh\necho secret-of-the-cli; exit 1\n");
    await assert.rejects(find({ PATH, HOME: folder }), (error: Error) => {
      assert.match(error.message, /ended with 1.*az login/);
      return !error.message.includes("secret-of-the-cli");
    });
    await assert.rejects(find({ PATH: "." }), { code: "authentication" });
  });

  it("say why they are refused", async () => {
    server.answer(() => [401, { error: "invalid_client", error_description: "AADSTS7000215: Invalid client secret" }]);
    await assert.rejects(find({ ...tenant(), AZURE_CLIENT_SECRET: "shh" }), {
      code: "authentication",
      message: /AADSTS7000215/,
    });
    await assert.rejects(find({ ...tenant(), AZURE_CLIENT_SECRET: "shh", AZURE_TENANT_ID: "../x" }), {
      code: "configuration",
    });
  });

  it("are for the one way that the configuration names", async () => {
    const both = { ...tenant(), AZURE_CLIENT_SECRET: "shh", AZURE_FEDERATED_TOKEN_FILE: join(folder, "token") };
    await find(both, { authentication: "client-secret" });
    assert.equal(form().get("client_assertion"), null);
    await assert.rejects(find(both, { authentication: "cli" }), { code: "authentication" });
  });

  it("go to no other host than Azure's, unless the person's own variable names it", async () => {
    const at = "https://vault.attacker.example";
    const environment = { ...tenant(), AZURE_CLIENT_SECRET: "shh" };
    await assert.rejects(find(environment, { at }), { code: "authentication", message: /no vault of Azure/ });
    assert.equal((await find({ ...environment, AZURE_KEYVAULT_URL: `${at}/` }, { at })).value, "granted");
    const secrets = memorySecrets();
    await secrets.set(at, "azure-key-vault access-token", "kept");
    assert.equal((await find({}, { at, secrets })).value, "kept");
    await assert.rejects(find({}, { secrets }), { code: "authentication" });
  });

  const hosts: readonly (readonly [string, string | undefined])[] = [
    ["https://acme.vault.azure.net", "https://vault.azure.net"],
    ["https://acme.managedhsm.azure.net", "https://managedhsm.azure.net"],
    ["https://acme.vault.azure.cn", "https://vault.azure.cn"],
    ["http://acme.vault.azure.net", undefined],
    ["https://vault.azure.net.attacker.example", undefined],
    ["https://xvault.azure.net", undefined],
  ];
  for (const [host, resource] of hosts)
    it(`are for ${resource ?? "nothing"} at ${host}`, () => assert.equal(resourceOf(host), resource));
});
