import assert from "node:assert/strict";
import { generateKeyPairSync, verify } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findAccessToken, isMeant } from "../../../../src/adapters/services/google/accessToken.ts";
import { crc32c, isChecksumOf } from "../../../../src/adapters/services/google/crc32c.ts";
import type { Leased } from "../../../../src/adapters/services/lease.ts";
import { startJsonServer, type JsonServer } from "../../../helpers/jsonServer.ts";
import { memorySecrets } from "../../../helpers/vaultScene.ts";

const { signal } = new AbortController();
const origin = "https://cloudkms.googleapis.com";
const now = 1_800_000_000_000;

describe("tokens for Google Cloud KMS", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let server: JsonServer;
  let folder: string;
  before(async () => {
    server = await startJsonServer();
    folder = await mkdtemp(join(tmpdir(), "countersign-google-"));
    await writeFile(join(folder, "subject"), "subject.token\n");
  });
  beforeEach(() => {
    server.seen.length = 0;
    server.answer(() => [200, { access_token: "granted", expires_in: 3600 }]);
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const find = (
    environment: Readonly<Record<string, string>>,
    at = origin,
    secrets = memorySecrets(),
  ): Promise<Leased<string>> =>
    findAccessToken(
      {
        origin: at,
        environment: { HOME: "/nonexistent", ...environment },
        secrets,
        timeoutMs: 5000,
        note: () => undefined,
        now: () => now,
      },
      { signal },
    );
  const withFile = async (credentials: object): Promise<Leased<string>> => {
    await writeFile(join(folder, "adc.json"), JSON.stringify(credentials));
    return find({ GOOGLE_APPLICATION_CREDENTIALS: join(folder, "adc.json") });
  };
  const account = (): object => ({
    type: "service_account",
    client_email: "signer@acme.example",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    token_uri: `${server.url}/token`,
  });
  const claims = (index: number): Record<string, unknown> => {
    const assertion = new URLSearchParams(server.seen[index]?.text ?? "").get("assertion") ?? "";
    const [header = "", payload = "", signature = ""] = assertion.split(".");
    assert.ok(verify("sha256", Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, "base64url")));
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  };

  it("are of a service account, by an assertion for cloudkms alone", async () => {
    assert.deepEqual(await withFile(account()), { value: "granted", expiresAt: now + 3_600_000 });
    assert.deepEqual(claims(0), {
      iss: "signer@acme.example",
      scope: "https://www.googleapis.com/auth/cloudkms",
      aud: `${server.url}/token`,
      iat: now / 1000,
      exp: now / 1000 + 600,
    });
  });

  it("are asked for again by Google's clock, where ours is wrong", async () => {
    const real = now - 3_600_000;
    const date = { date: new Date(real).toUTCString() };
    server.answer(() =>
      server.seen.length === 1 ? [400, { error: "invalid_grant" }, date] : [200, { access_token: "granted" }, date],
    );
    assert.equal((await withFile(account())).value, "granted");
    assert.equal(claims(1)["iat"], real / 1000);
  });

  it("are of the person who is signed in to gcloud", async () => {
    const user = { type: "authorized_user", client_id: "id", client_secret: "shh", refresh_token: "again" };
    assert.equal((await withFile({ ...user, token_uri: `${server.url}/token` })).value, "granted");
    assert.equal(server.seen[0]?.text, "grant_type=refresh_token&client_id=id&client_secret=shh&refresh_token=again");
  });

  it("are of a workload's identity, acting for a service account", async () => {
    server.answer(({ path }) =>
      path === "/sts"
        ? [200, { access_token: "federated", expires_in: 60 }]
        : [
            200,
            { accessToken: "impersonated", expireTime: "2027-01-15T09:00:00Z" },
            { date: new Date(now).toUTCString() },
          ],
    );
    const workload = {
      type: "external_account",
      audience: "//iam.googleapis.com/pool",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: `${server.url}/sts`,
      service_account_impersonation_url: `${server.url}/impersonate`,
      credential_source: { file: join(folder, "subject") },
    };
    assert.deepEqual(await withFile(workload), { value: "impersonated", expiresAt: now + 3_600_000 });
    assert.match(server.seen[0]?.text ?? "", /subject_token=subject\.token&/);
    assert.equal(server.seen[1]?.headers.authorization, "Bearer federated");
    server.answer(({ path }) =>
      path.startsWith("/job") ? [200, { value: "of.the.job" }] : [200, { access_token: "direct" }],
    );
    const source = {
      url: `${server.url}/job`,
      headers: { Authorization: "bearer runner" },
      format: { type: "json", subject_token_field_name: "value" },
    };
    const { service_account_impersonation_url: _, ...direct } = workload;
    server.seen.length = 0;
    assert.equal((await withFile({ ...direct, credential_source: source })).value, "direct");
    assert.equal(server.seen[0]?.headers.authorization, "bearer runner");
    assert.match(server.seen[1]?.text ?? "", /subject_token=of\.the\.job&/);
    await assert.rejects(withFile({ ...direct, credential_source: { executable: { command: "/bin/true" } } }), {
      code: "authentication",
      message: /not supported here/,
    });
  });

  it("are of the machine, where its variables say that it is one of Google's", async () => {
    const host = new URL(server.url).host;
    assert.equal((await find({ GCE_METADATA_HOST: host })).value, "granted");
    assert.equal(server.seen[0]?.headers["metadata-flavor"], "Google");
    await assert.rejects(find({}), { code: "authentication", message: /gcloud auth application-default login/ });
  });

  it("are what the variable of gcloud holds", async () => {
    assert.deepEqual(await find({ CLOUDSDK_AUTH_ACCESS_TOKEN: "own" }), { value: "own" });
  });

  it("go to no other host than Google's, unless the person's own variable names it", async () => {
    const at = "https://cloudkms.attacker.example";
    const environment = { CLOUDSDK_AUTH_ACCESS_TOKEN: "own" };
    await assert.rejects(find(environment, at), { code: "authentication", message: /no address of Google Cloud KMS/ });
    assert.equal((await find({ ...environment, CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS: `${at}/` }, at)).value, "own");
    assert.equal(isMeant("https://cloudkms.europe-west3.rep.googleapis.com", {}), true);
    for (const other of ["http://cloudkms.googleapis.com", "https://cloudkms.googleapis.com.attacker.example"])
      assert.equal(isMeant(other, {}), false);
  });

  const wrong: readonly (readonly [string, object, string])[] = [
    ["another type", { type: "gdch_service_account" }, "authentication"],
    [
      "a key that is none",
      { type: "service_account", private_key: "x", token_uri: "https://oauth2.googleapis.com/token" },
      "configuration",
    ],
    [
      "an address without TLS",
      { type: "authorized_user", token_uri: "http://oauth2.attacker.example/token" },
      "configuration",
    ],
  ];
  for (const [what, credentials, code] of wrong)
    it(`are not asked for with ${what}`, async () => {
      await assert.rejects(withFile(credentials), { code });
      assert.equal(server.seen.length, 0);
    });
});

describe("CRC-32C", () => {
  it("is the one of the published example", () => {
    assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
    assert.equal(crc32c(new Uint8Array()), 0);
    assert.equal(isChecksumOf("3808858755", Buffer.from("123456789")), true);
    assert.equal(isChecksumOf(3808858755, Buffer.from("123456788")), false);
    assert.equal(isChecksumOf({}, Buffer.from("123456789")), false);
  });
});
