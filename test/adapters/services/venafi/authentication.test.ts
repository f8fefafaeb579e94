import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID, sign, X509Certificate, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SigningService } from "../../../../src/application/signingService.ts";
import { createTrialAuthority } from "../../../../src/trial/service/authority.ts";
import { secretsOf, startVenafiScene, type ClientOptions, type VenafiScene } from "../../../helpers/venafiScene.ts";

const { signal } = new AbortController();

function jwtOf(key: KeyObject, claims: object): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ alg: "ES256" })}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

describe("signing in to a Venafi service", () => {
  const issuer = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const accounts = {
    rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
    p256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
    ed25519: generateKeyPairSync("ed25519"),
  };
  const client = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = createTrialAuthority(new Date()).issue("client", client.publicKey).join("");
  let scene: VenafiScene;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-venafi-"));
    scene = await startVenafiScene({
      facade: {
        identities: {
          jwtIssuers: new Map([["https://ci.example", issuer.publicKey]]),
          serviceAccounts: new Map(Object.entries(accounts).map(([name, { publicKey }]) => [name, publicKey])),
          clientCertificates: [new X509Certificate(certificate).fingerprint256],
        },
      },
    });
  });
  afterEach(async () => {
    await scene.facade.stop();
    await rm(folder, { recursive: true });
  });

  const url = (): string => scene.facade.url;
  const names = async (service: SigningService): Promise<readonly string[]> =>
    (await service.listKeys({ signal })).map(({ name }) => name);
  const selfHosted = ["Trial\\dev", "Trial\\release"];
  const saas = { product: "saas", label: "Trial-dev,Trial-release" };
  const count = (call: string): number => scene.facade.calls().filter((each) => each === call).length;
  const pem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();
  const jwt = (changes: object = {}): string =>
    jwtOf(issuer.privateKey, { iss: "https://ci.example", exp: Math.floor(Date.now() / 1000) + 60, ...changes });
  /** A token as the service grants it. */
  const tokens = async (): Promise<{ access: string; refresh: string }> => {
    const secrets = secretsOf(url(), { username: "dev", password: scene.engine.secrets.dev });
    await scene.client({ secrets }).listKeys({ signal });
    const get = (name: string): string => secrets.values.get(`${url()} venafi ${name}`) ?? "";
    return { access: get("access-token"), refresh: get("refresh-token") };
  };

  it("takes user and password, and keeps the tokens for the next start", async () => {
    const secrets = secretsOf(url(), { username: "dev", password: scene.engine.secrets.dev });
    assert.deepEqual(await names(scene.client({ secrets })), selfHosted);
    assert.deepEqual(await names(scene.client({ secrets })), selfHosted);
    assert.equal(count("POST vedauth/authorize/oauth"), 1);
  });

  it("takes a token from the environment", async () => {
    const { access } = await tokens();
    const environment = { VSIGN_URL: `${url()}/`, VSIGN_TOKEN: access };
    assert.deepEqual(await names(scene.client({ secrets: secretsOf(url(), {}), environment })), selfHosted);
  });

  it("takes a JWT", async () => {
    const environment = { VSIGN_URL: url(), VSIGN_JWT: jwt() };
    const service = scene.client({ secrets: secretsOf(url(), {}), environment, options: { authentication: "jwt" } });
    assert.deepEqual(await names(service), selfHosted);
  });

  it("takes a client certificate", async () => {
    const secrets = secretsOf(url(), {
      "client-certificate": certificate,
      "client-certificate-key": pem(client.privateKey),
    });
    assert.deepEqual(await names(scene.client({ secrets })), selfHosted);
    assert.equal(count("POST vedauth/authorize/certificate"), 1);
  });

  it("takes an API key of the SaaS product", async () => {
    const secrets = secretsOf(url(), { "api-key": scene.engine.secrets.dev });
    assert.deepEqual(await names(scene.client({ secrets, options: saas })), ["Trial-dev", "Trial-release"]);
  });

  for (const [name, { privateKey }] of Object.entries(accounts))
    it(`takes a service account of the SaaS product with a key of ${name}`, async () => {
      const file = join(folder, "key.pem");
      await writeFile(file, pem(privateKey));
      const environment = { VSIGN_URL: url(), VSIGN_CLIENT_ID: name, VSIGN_PRIVATE_KEY_FILE: file };
      const service = scene.client({ secrets: secretsOf(url(), {}), environment, options: saas });
      assert.deepEqual(await names(service), ["Trial-dev", "Trial-release"]);
    });

  it("renews a session that has ended by a refresh token, and replaces that one before it goes on", async () => {
    const { refresh } = await tokens();
    const secrets = secretsOf(url(), { "refresh-token": refresh });
    const service = scene.client({ secrets });
    assert.deepEqual(await names(service), selfHosted);
    const second = secrets.values.get(`${url()} venafi refresh-token`);
    assert.ok(second !== undefined && second !== refresh);
    scene.facade.expireSessions();
    assert.deepEqual(await names(service), selfHosted);
    assert.notEqual(secrets.values.get(`${url()} venafi refresh-token`), second);
    assert.equal(count("POST vedauth/authorize/token"), 2);
    // After a restart, too.
    assert.deepEqual(await names(scene.client({ secrets })), selfHosted);
  });

  it("keeps the new refresh token even where the caller has gone meanwhile", async () => {
    const { refresh } = await tokens();
    const secrets = secretsOf(url(), { "refresh-token": refresh });
    const controller = new AbortController();
    const listing = scene.client({ secrets }).listKeys({ signal: controller.signal });
    while (count("POST vedauth/authorize/token") === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await assert.rejects(listing, { code: "cancelled" });
    while (secrets.values.get(`${url()} venafi refresh-token`) === refresh)
      await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await names(scene.client({ secrets })), selfHosted);
  });

  it("renews once for all calls that wait", async () => {
    const { refresh } = await tokens();
    const service = scene.client({ secrets: secretsOf(url(), { "refresh-token": refresh }) });
    await Promise.all([names(service), names(service), service.pending({ signal })]);
    assert.equal(count("POST vedauth/authorize/token"), 1);
  });

  it("does not use a refresh token again that was spent, and signs in anew", async () => {
    const { refresh } = await tokens();
    await scene.client({ secrets: secretsOf(url(), { "refresh-token": refresh }) }).listKeys({ signal });
    const secrets = secretsOf(url(), { "refresh-token": refresh });
    const service = scene.client({ secrets });
    await assert.rejects(service.listKeys({ signal }), { code: "authentication", message: /no valid sign-in/ });
    assert.equal(secrets.values.has(`${url()} venafi refresh-token`), false);
    await assert.rejects(service.listKeys({ signal }), { code: "authentication" });
    assert.equal(count("POST vedauth/authorize/token"), 2);
  });

  it("signs in anew, once, where a stored token has ended and none refreshes it", async () => {
    const secrets = secretsOf(url(), { "access-token": "ended", username: "dev", password: scene.engine.secrets.dev });
    assert.deepEqual(await names(scene.client({ secrets })), selfHosted);
    assert.equal(count("POST vedauth/authorize/oauth"), 1);
  });

  it("does not end a valid session for a permission that it lacks", async () => {
    const service = scene.client();
    await service.listKeys({ signal });
    await service.listKeys({ signal });
    assert.equal(count("POST vedauth/authorize/oauth"), 1);
    assert.equal(count("POST vedauth/authorize/token"), 0);
  });

  it("renews before it submits, and submits once", async () => {
    const service = scene.client();
    await service.listKeys({ signal });
    scene.facade.expireSessions();
    const digest = Buffer.alloc(32, 1);
    const artifact = { kind: "image", name: "a", digest: "sha256:b" } as const;
    const request = { key: "Trial\\dev", scheme: "ecdsa", hash: "sha256", digest } as const;
    const purpose = { artifact, tool: "test" };
    const outcome = await service.submit({ ...request, purpose, idempotencyKey: randomUUID() }, { signal });
    assert.equal(outcome.status, "signed");
    assert.equal(count("POST vedhsm/api/sign"), 1);
  });

  const refused: readonly (readonly [string, () => ClientOptions, RegExp])[] = [
    ["nothing to sign in with", () => ({ secrets: secretsOf(url(), {}) }), /no valid sign-in.*VSIGN_TOKEN/],
    [
      "variables that are about another origin",
      () => ({
        secrets: secretsOf(url(), {}),
        environment: { VSIGN_URL: url().replace("127.0.0.1", "localhost"), VSIGN_JWT: jwt() },
      }),
      /no valid sign-in/,
    ],
    [
      "variables that are about no origin",
      () => ({ secrets: secretsOf(url(), {}), environment: { VSIGN_JWT: jwt() } }),
      /no valid sign-in/,
    ],
    [
      "secrets of another origin",
      () => ({ secrets: secretsOf("https://127.0.0.1:1", { username: "dev", password: scene.engine.secrets.dev }) }),
      /no valid sign-in/,
    ],
    [
      "a wrong password",
      () => ({ secrets: secretsOf(url(), { username: "dev", password: "another one" }) }),
      /sign in as dev.*status 400.*password is wrong/,
    ],
    [
      "a JWT that has ended",
      () => ({ secrets: secretsOf(url(), { jwt: jwt({ exp: 1 }) }) }),
      /JWT is of no issuer that is trusted, or has ended/,
    ],
    [
      "another sign-in than the one that is configured",
      () => ({ secrets: secretsOf(url(), { jwt: jwt() }), options: { authentication: "user" } }),
      /no valid sign-in/,
    ],
    [
      "a wrong API key",
      () => ({ secrets: secretsOf(url(), { "api-key": "wrong" }), options: saas }),
      /no valid sign-in.*VSIGN_APIKEY/,
    ],
    [
      "a service account with another key",
      () => ({
        secrets: secretsOf(url(), { "client-id": "p256", "private-key": pem(issuer.privateKey) }),
        options: saas,
      }),
      /assertion is not valid/,
    ],
  ];
  for (const [what, options, message] of refused)
    it(`refuses ${what}`, () =>
      assert.rejects(scene.client(options()).listKeys({ signal }), { code: "authentication", message }));

  const unusable: readonly (readonly [string, string, RegExp])[] = [
    ["is none", "not a key", /cannot be read/],
    [
      "is of a kind that assertions are not signed with",
      pem(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey),
      /RSA, P-256 or Ed25519/,
    ],
  ];
  for (const [what, key, message] of unusable)
    it(`says that a private key ${what}, and nothing of it`, async () => {
      const secrets = secretsOf(url(), { "client-id": "p256", "private-key": key });
      await assert.rejects(scene.client({ secrets, options: saas }).listKeys({ signal }), (error: Error) => {
        assert.match(error.message, message);
        assert.ok(!error.message.includes(key) && error.cause === undefined);
        return true;
      });
    });

  it("says that the file of a private key cannot be read", async () => {
    const environment = { VSIGN_URL: url(), VSIGN_CLIENT_ID: "rsa", VSIGN_PRIVATE_KEY_FILE: join(folder, "none") };
    const service = scene.client({ secrets: secretsOf(url(), {}), environment, options: saas });
    await assert.rejects(service.listKeys({ signal }), { code: "file-unreadable" });
  });
});
