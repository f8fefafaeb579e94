import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { algorithmOf, describeVaultKey } from "../../../../src/adapters/services/azure/vaultKeys.ts";
import { readConfiguredChains } from "../../../../src/adapters/services/configuredChains.ts";
import type { SigningService } from "../../../../src/application/signingService.ts";
import { startJsonServer, type JsonServer } from "../../../helpers/jsonServer.ts";
import { createEngineOfEveryKind, openFace } from "../../../helpers/serviceScene.ts";
import { request } from "../../../helpers/signRequests.ts";
import { memorySecrets } from "../../../helpers/vaultScene.ts";

const { signal } = new AbortController();
const engine = createEngineOfEveryKind(["p256", "p384"]);
const descriptionOf = (name: string) => engine.keys.find(({ description }) => description.name === name)!.description;
const jwkOf = (name: string): object => createPublicKey(descriptionOf(name).publicKey).export({ format: "jwk" });

describe("a vault of Azure", () => {
  let server: JsonServer;
  beforeEach(async () => {
    server = await startJsonServer();
  });
  afterEach(() => server.stop());

  const open = async (): Promise<SigningService> => {
    const secrets = memorySecrets();
    await secrets.set(server.url, "azure-key-vault access-token", "a-token");
    return openFace("azure-key-vault", server, {}, { secrets });
  };
  const keyAnswer = (version = "1", name = "p256", origin = server.url): object => ({
    key: { ...jwkOf(name), kid: `${origin}/keys/release/${version}`, key_ops: ["sign"] },
    attributes: { enabled: true },
  });

  it("takes its token to no other origin for the next page", async () => {
    server.answer(({ path }) =>
      path.startsWith("/keys?")
        ? [200, { value: [], nextLink: "https://attacker.example/keys?$skiptoken=1" }]
        : [404, {}],
    );
    assert.deepEqual(await (await open()).listKeys({ signal }), []);
    assert.equal(server.seen.length, 1);
  });

  it("ends after so many pages", async () => {
    server.answer(() => [200, { value: [], nextLink: `${server.url}/keys?again` }]);
    await (await open()).listKeys({ signal });
    assert.equal(server.seen.length, 20);
  });

  it("takes no key of another vault for its own", async () => {
    server.answer(() => [200, keyAnswer("1", "p256", "https://other.vault.azure.net")]);
    const outcome = await (await open()).submit(request({ key: "release" }), { signal });
    assert.equal(outcome.status === "denied" && outcome.code, "key-not-found");
  });

  it("signs nothing where the key was rotated since it was described, and takes no other version's signature", async () => {
    const service = await open();
    server.answer(({ path }) => {
      if (path.startsWith("/keys?")) return [200, { value: [{ kid: `${server.url}/keys/release` }] }];
      return path.startsWith("/keys/") ? [200, keyAnswer()] : [404, {}];
    });
    await service.listKeys({ signal });
    server.answer(({ path }) => (path.startsWith("/keys/") ? [200, keyAnswer("2", "p384")] : [404, {}]));
    await assert.rejects(service.submit(request({ key: "release" }), { signal }), { message: /was rotated/ });
    assert.equal(
      server.seen.some(({ path }) => path.includes("/sign")),
      false,
    );
    server.answer(({ path }) => {
      if (path.includes("/sign")) return [200, { kid: `${server.url}/keys/release/2`, value: "AA" }];
      return path.startsWith("/keys/") ? [200, keyAnswer()] : [404, {}];
    });
    await assert.rejects(service.submit(request({ key: "release" }), { signal }), {
      code: "service-protocol",
      message: /another version of it, has signed/,
    });
  });

  const refusals: readonly (readonly [number, object, string])[] = [
    [403, { code: "Forbidden", message: "Caller is not authorized" }, "forbidden"],
    [403, { code: "Forbidden", message: "no", innererror: { code: "KeyDisabled" } }, "key-disabled"],
    [401, { code: "Unauthorized", message: "expired" }, "unauthenticated"],
    [400, { code: "BadParameter", message: "alg" }, "unsupported"],
    [404, {}, "key-not-found"],
  ];
  for (const [status, error, code] of refusals)
    it(`denies with ${code} for ${status} ${JSON.stringify(error)}`, async () => {
      server.answer(({ path }) => {
        if (path.includes("/sign")) return [status, { error }];
        return path.startsWith("/keys/") ? [200, keyAnswer()] : [404, {}];
      });
      const outcome = await (await open()).submit(request({ key: "release" }), { signal });
      assert.equal(outcome.status === "denied" && outcome.code, code);
    });
});

describe("keys of Azure", () => {
  const none = readConfiguredChains(undefined, "");
  const answer = (changes: object = {}, attributes: object = {}): Record<string, unknown> => ({
    key: { ...jwkOf("p256"), kid: "https://acme.vault.azure.net/keys/release/1", key_ops: ["sign"], ...changes },
    attributes: { enabled: true, ...attributes },
  });
  const now = Date.now();
  const describeKey = (changes: object = {}, attributes: object = {}, certificate = {}) =>
    describeVaultKey("release", answer(changes, attributes), certificate, none, now)?.description;

  it("tell who holds them", () => {
    assert.equal(describeKey({ kty: "EC-HSM" })?.custody, "hsm");
    assert.equal(describeKey()?.custody, "service-software");
    assert.equal(describeKey({}, { exportable: true })?.custody, "unknown");
  });

  it("tell their state by their own times", () => {
    const [before, after] = [now / 1000 - 10, now / 1000 + 10];
    assert.equal(describeKey({}, { enabled: false })?.state, "disabled");
    assert.equal(describeKey({}, { nbf: after })?.state, "disabled");
    assert.equal(describeKey({}, { exp: before })?.state, "expired");
    assert.equal(describeKey({}, { nbf: before, exp: after })?.state, "enabled");
  });

  it("are none that may not sign, or of another kind", () => {
    assert.equal(describeKey({ key_ops: ["verify"] }), undefined);
    assert.equal(describeKey({ kty: "oct" }), undefined);
    assert.equal(describeKey({ crv: "P-256K" }), undefined);
  });

  it("have a certificate only where it is for them, with what the configuration adds", () => {
    const [leaf = "", ...others] = descriptionOf("p256").certificateChain;
    const cer = leaf.replaceAll(/-----[^-]+-----|\s/g, "");
    const chains = readConfiguredChains(others.join(""), "");
    const of = (name: string) => {
      const found = {
        ...answer(),
        key: { ...jwkOf(name), kid: "https://acme.vault.azure.net/keys/release/1", key_ops: ["sign"] },
      };
      return describeVaultKey("release", found, { cer, policy: { issuer: { name: "DigiCert" } } }, chains, now)
        ?.description;
    };
    assert.equal(of("p256")?.certificateChain.length, 3);
    assert.match(of("p256")?.governance.attributesSetBy ?? "", /issuer DigiCert/);
    assert.equal(of("p384")?.certificateChain.length, 0);
    assert.match(of("p384")?.governance.attributesSetBy ?? "", /^unknown/);
  });

  it("sign by the names of RFC 7518", () => {
    assert.equal(algorithmOf({ scheme: "rsa-pkcs1v15", hash: "sha256" }), "RS256");
    assert.equal(algorithmOf({ scheme: "rsa-pss", hash: "sha384" }), "PS384");
    assert.equal(algorithmOf({ scheme: "ecdsa", hash: "sha512" }), "ES512");
  });
});
