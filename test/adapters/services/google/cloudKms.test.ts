import assert from "node:assert/strict";
import { crc32c } from "../../../../src/adapters/services/google/crc32c.ts";
import { pinnedBy } from "../../../../src/adapters/services/google/kmsKeys.ts";
import type { SigningService } from "../../../../src/application/signingService.ts";
import { signScheme } from "../../../../src/trial/service/signScheme.ts";
import { startJsonServer, type JsonServer } from "../../../helpers/jsonServer.ts";
import { createEngineOfEveryKind, openFace } from "../../../helpers/serviceScene.ts";
import { request } from "../../../helpers/signRequests.ts";
import { memorySecrets } from "../../../helpers/vaultScene.ts";

const { signal } = new AbortController();
const keyRing = "projects/acme/locations/eu/keyRings/ring";
const versionName = `${keyRing}/cryptoKeys/release/cryptoKeyVersions/3`;
const engine = createEngineOfEveryKind(["p256"]);
const key = engine.keys[0]!;

describe("Google Cloud KMS", () => {
  let server: JsonServer;
  beforeEach(async () => {
    server = await startJsonServer();
  });
  afterEach(() => server.stop());

  const asked = request({ key: "release/3" });
  const signature = signScheme(key.privateKey, asked);
  const signing = {
    name: versionName,
    signature: signature.toString("base64"),
    signatureCrc32c: String(crc32c(signature)),
    verifiedDigestCrc32c: true,
  };
  const pem = key.description.publicKey;
  const published = {
    name: versionName,
    algorithm: "EC_SIGN_P256_SHA256",
    pem,
    pemCrc32c: String(crc32c(Buffer.from(pem))),
  };
  const version = { name: versionName, state: "ENABLED", protectionLevel: "HSM" };
  const answerWith = (
    changes: { signing?: object; published?: object; version?: object; status?: number } = {},
  ): void =>
    server.answer(({ path }) => {
      if (path.endsWith(":asymmetricSign")) return [changes.status ?? 200, { ...signing, ...changes.signing }];
      if (path.endsWith("/publicKey")) return [200, { ...published, ...changes.published }];
      return path.endsWith("/cryptoKeyVersions/3") ? [200, { ...version, ...changes.version }] : [404, {}];
    });
  const open = async (): Promise<SigningService> => {
    const secrets = memorySecrets();
    await secrets.set(server.url, "google-cloud-kms access-token", "a-token");
    return openFace("google-cloud-kms", server, {}, { secrets, options: { keyRing, keys: "release/3" } });
  };

  it("sends the digest with its checksum, to the version that was described", async () => {
    answerWith();
    const outcome = await (await open()).submit(asked, { signal });
    assert.ok(outcome.status === "signed");
    const sent = server.seen.at(-1);
    assert.equal(sent?.path, `/v1/${versionName}:asymmetricSign`);
    const digest = Buffer.from(asked.digest);
    assert.deepEqual(JSON.parse(sent.text), {
      digest: { sha256: digest.toString("base64") },
      digestCrc32c: String(crc32c(digest)),
    });
  });

  it("says where the key is held", async () => {
    for (const [level, custody] of [
      ["HSM", "hsm"],
      ["HSM_SINGLE_TENANT", "hsm"],
      ["SOFTWARE", "service-software"],
      ["EXTERNAL_VPC", "unknown"],
    ]) {
      answerWith({ version: { protectionLevel: level } });
      const [found] = await (await open()).listKeys({ signal });
      assert.equal(found?.custody, custody, level);
    }
  });

  const wrong: readonly (readonly [string, object, RegExp])[] = [
    ["another version has signed", { name: versionName.replace("/3", "/4") }, /another version/],
    ["what was sent did not arrive unchanged", { verifiedDigestCrc32c: false }, /arrived unchanged/],
    ["it was changed on its way back", { signatureCrc32c: "1" }, /changed on its way/],
    ["there is none", { signature: "" }, /no signature by the key|changed on its way/],
  ];
  for (const [what, changes, message] of wrong)
    it(`takes no signature where ${what}`, async () => {
      answerWith({ signing: changes });
      await assert.rejects((await open()).submit(asked, { signal }), { code: "service-protocol", message });
    });

  const hidden: readonly (readonly [string, Parameters<typeof answerWith>[0]])[] = [
    ["its public key was changed on its way", { published: { pemCrc32c: "1" } }],
    ["its public key is another version's", { published: { name: "other" } }],
    ["it encrypts", { published: { algorithm: "RSA_DECRYPT_OAEP_2048_SHA256" } }],
    ["its algorithm is not that of its key", { published: { algorithm: "RSA_SIGN_PKCS1_2048_SHA256" } }],
  ];
  for (const [what, changes] of hidden)
    it(`offers no key where ${what}`, async () => {
      answerWith(changes);
      assert.deepEqual(await (await open()).listKeys({ signal }), []);
    });

  const refusals: readonly (readonly [number, string, string])[] = [
    [403, "PERMISSION_DENIED", "forbidden"],
    [400, "FAILED_PRECONDITION", "key-disabled"],
    [400, "INVALID_ARGUMENT", "unsupported"],
    [404, "NOT_FOUND", "key-not-found"],
    [401, "UNAUTHENTICATED", "unauthenticated"],
  ];
  for (const [status, name, code] of refusals)
    it(`denies with ${code} for ${name}`, async () => {
      answerWith({ status, signing: { error: { code: status, status: name, message: "no" } } });
      const outcome = await (await open()).submit(asked, { signal });
      assert.equal(outcome.status === "denied" && outcome.code, code);
    });

  const algorithms: readonly (readonly [string, string | undefined])[] = [
    ["RSA_SIGN_PSS_4096_SHA512", "rsa-pss sha512"],
    ["RSA_SIGN_PKCS1_3072_SHA256", "rsa-pkcs1v15 sha256"],
    ["EC_SIGN_P384_SHA384", "ecdsa sha384"],
    ["EC_SIGN_ED25519", "ed25519 sha256,sha384,sha512"],
    ["RSA_SIGN_RAW_PKCS1_2048", undefined],
    ["HMAC_SHA256", undefined],
  ];
  for (const [algorithm, expected] of algorithms)
    it(`reads ${algorithm} as ${expected ?? "nothing that signs here"}`, () => {
      const pinned = pinnedBy(algorithm);
      assert.equal(pinned === undefined ? undefined : `${pinned.scheme} ${pinned.hashes.join()}`, expected);
    });
});
