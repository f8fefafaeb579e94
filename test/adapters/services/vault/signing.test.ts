import assert from "node:assert/strict";
import { constants, createPublicKey, verify } from "node:crypto";
import type { HashAlgorithm, SigningService, SignRequest } from "../../../../src/application/signingService.ts";
import type { TrialVaultFault } from "../../../../src/trial/vault/faults.ts";
import { startVaultScene, vaultKeys, vaultRequest, type VaultScene } from "../../../helpers/vaultScene.ts";

const options = { signal: new AbortController().signal };
const message = Buffer.from("what is signed");

function isSigned(pem: string, { scheme, hash }: SignRequest, signature: Uint8Array): boolean {
  const key = createPublicKey(pem);
  if (scheme === "ed25519") return verify(null, message, key, signature);
  if (scheme === "ecdsa") return verify(hash, message, { key, dsaEncoding: "der" }, signature);
  return scheme === "rsa-pss"
    ? verify(
        hash,
        message,
        { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(hash.slice(3)) / 8 },
        signature,
      )
    : verify(hash, message, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
}

describe("signing with the transit engine", () => {
  let scene: VaultScene;
  let service: SigningService;

  before(async () => {
    scene = await startVaultScene();
  });
  after(() => scene.stop());
  beforeEach(async () => {
    service = await scene.open();
  });
  afterEach(() => scene.vault.setFault(undefined));

  const lastSigning = (): object | undefined =>
    scene.vault.calls().findLast(({ target }) => target.includes("/sign/"))?.body;
  const signings = (): number => scene.vault.calls().filter(({ target }) => target.includes("/sign/")).length;

  for (const spec of vaultKeys) {
    const schemes: readonly SignRequest["scheme"][] =
      spec === "ed25519" ? ["ed25519"] : spec.startsWith("rsa") ? ["rsa-pkcs1v15", "rsa-pss"] : ["ecdsa"];
    for (const scheme of schemes)
      for (const hash of ["sha256", "sha384", "sha512"] as const satisfies readonly HashAlgorithm[])
        it(`signs by ${spec} with ${scheme} and ${hash}`, async () => {
          const key = (await service.listKeys(options)).find(({ name }) => name === spec);
          assert.ok(key);
          const request = vaultRequest(spec, scheme, hash);
          const outcome = await service.submit(request, options);
          assert.equal(outcome.status, "signed");
          assert.ok(outcome.status === "signed" && isSigned(key.publicKey, request, outcome.signature));
          assert.match(outcome.audit ?? "", /^audit-\d+$/);
        });
  }

  it("names every parameter that changes the signature", async () => {
    const common = { prehashed: true, hash_algorithm: "sha2-256", key_version: 1 };
    const digest = vaultRequest("p256", "ecdsa").digest;
    const input = Buffer.from(digest).toString("base64");
    for (const [key, scheme, expected] of [
      ["p256", "ecdsa", { input, ...common, marshaling_algorithm: "asn1" }],
      ["rsa2048", "rsa-pkcs1v15", { input, ...common, signature_algorithm: "pkcs1v15" }],
      ["rsa2048", "rsa-pss", { input, ...common, signature_algorithm: "pss", salt_length: "hash" }],
      ["ed25519", "ed25519", { input: message.toString("base64"), prehashed: false, key_version: 1 }],
    ] as const) {
      await service.submit(vaultRequest(key, scheme), options);
      assert.deepEqual(lastSigning(), expected);
    }
  });

  it("refuses what does not fit before anything is sent to sign", async () => {
    const before = signings();
    for (const request of [
      vaultRequest("p256", "rsa-pkcs1v15"),
      vaultRequest("rsa2048", "ecdsa"),
      vaultRequest("ed25519", "ecdsa"),
      { ...vaultRequest("p256", "ecdsa"), digest: Buffer.alloc(20) },
      { ...vaultRequest("p256", "ecdsa"), hash: "sha384" as const },
    ]) {
      const outcome = await service.submit(request, options);
      assert.ok(outcome.status === "denied" && outcome.code === "unsupported", JSON.stringify(outcome));
    }
    const { message: _, ...digestOnly } = vaultRequest("ed25519", "ed25519");
    const outcome = await service.submit(digestOnly, options);
    assert.ok(outcome.status === "denied" && outcome.code === "unsupported");
    assert.equal(signings(), before);
  });

  it("knows no key of a name that leads elsewhere", async () => {
    const before = scene.vault.calls().length;
    for (const name of ["../export/p256", "p256/sha2-512", "p256?x", "", "no key"]) {
      const outcome = await service.submit(vaultRequest(name, "ecdsa"), options);
      assert.ok(outcome.status === "denied" && outcome.code === "key-not-found");
    }
    assert.equal(scene.vault.calls().length, before);
    const outcome = await service.submit(vaultRequest("absent", "ecdsa"), options);
    assert.ok(outcome.status === "denied" && outcome.code === "key-not-found");
  });

  const wrong: readonly (readonly [TrialVaultFault, RegExp])[] = [
    [{ kind: "other-version", where: "prefix" }, /signed with version 2 of the key, and version 1 was asked for/],
    [{ kind: "other-version", where: "member" }, /version 1 was asked for/],
    [{ kind: "encoding", as: "bare" }, /not of the form vault:vN:BASE64/],
    [{ kind: "encoding", as: "base64url" }, /not of the form vault:vN:BASE64/],
  ];
  for (const [fault, expected] of wrong)
    it(`does not take a signature under ${JSON.stringify(fault)}`, async () => {
      await service.listKeys(options);
      scene.vault.setFault(fault);
      // Base64url shows only where the two alphabets differ; they do in nearly every signature.
      for (let attempt = 0; attempt < 8; attempt += 1)
        try {
          await service.submit(vaultRequest("p256", "ecdsa"), options);
        } catch (error) {
          assert.ok(error instanceof Error && "code" in error);
          assert.equal(error.code, "service-protocol");
          assert.match(error.message, expected);
          return;
        }
      assert.fail("the signature was taken");
    });

  it("says that it is sealed, and that nothing was done", async () => {
    await service.listKeys(options);
    scene.vault.setFault({ kind: "sealed" });
    for (const work of [() => service.listKeys(options), () => service.submit(vaultRequest("p256", "ecdsa"), options)])
      await assert.rejects(work, { code: "service-unavailable", message: /sealed, and nothing was done/ });
  });

  it("says that a rate limit is reached", async () => {
    await service.listKeys(options);
    scene.vault.setFault({ kind: "rate-limit" });
    await assert.rejects(service.listKeys(options), { code: "service-unavailable", message: /rate limit/ });
  });

  it("does not repeat a request that may have been carried out", async () => {
    await service.listKeys(options);
    scene.vault.setFault({ kind: "error-after-signing" });
    const before = signings();
    await assert.rejects(service.submit(vaultRequest("p256", "ecdsa"), options), {
      code: "service-unavailable",
      message: /sent once and not repeated/,
    });
    assert.equal(signings(), before + 1);
  });

  it("ends when it is cancelled", async () => {
    await service.listKeys(options);
    scene.vault.setFault({ kind: "stall" });
    const controller = new AbortController();
    const work = service.submit(vaultRequest("p256", "ecdsa"), { signal: controller.signal });
    // The look-up before it must have passed; the request itself is never answered.
    const before = signings();
    while (signings() === before) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await assert.rejects(work, { code: "cancelled" });
  });

  it("names no token in what it throws and answers, whatever the service repeats", async () => {
    await service.listKeys(options);
    scene.vault.setFault({ kind: "echo" });
    const { dev } = scene.engine.secrets;
    const said: string[] = [];
    for (const work of [
      () => service.listKeys(options),
      () => service.submit(vaultRequest("p256", "ecdsa"), options),
      () => service.decide?.({ id: "abc", approve: true, comment: "" }, options),
    ])
      try {
        said.push(JSON.stringify(await work()));
      } catch (error) {
        for (let each = error; each instanceof Error; each = each.cause) said.push(each.message, each.stack ?? "");
      }
    assert.ok(said.length >= 3 && said.some((text) => text.includes("***")), "nothing was repeated");
    assert.ok(!said.some((text) => text.includes(dev)));
  });
});
