import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeySpec, SignatureScheme, SigningService } from "../../../../src/application/signingService.ts";
import { startTrialAwsKms, type TrialAwsKms } from "../../../../src/trial/aws/startTrialAwsKms.ts";
import type { TrialEngine } from "../../../../src/trial/service/engine.ts";
import { createEngineOfEveryKind, openFace } from "../../../helpers/serviceScene.ts";
import { isValid, message, request, signed } from "../../../helpers/signRequests.ts";

const { signal } = new AbortController();

describe("AWS KMS", () => {
  let engine: TrialEngine;
  let kms: TrialAwsKms;
  before(async () => {
    engine = createEngineOfEveryKind(["p256", "p384", "rsa2048", "ed25519"]);
    kms = await startTrialAwsKms(engine);
  });
  after(() => kms.stop());
  afterEach(() => {
    kms.setFault(undefined);
    kms.rotate(undefined);
  });

  const environmentOf = (face = kms): Record<string, string> => ({
    AWS_ENDPOINT_URL_KMS: face.url,
    AWS_ACCESS_KEY_ID: "dev",
    AWS_SECRET_ACCESS_KEY: engine.secrets.dev,
  });
  const open = (options: Record<string, string> = {}, face = kms): Promise<SigningService> =>
    openFace("aws-kms", face, environmentOf(face), { options: { region: "eu-central-1", ...options } });

  it("lists its keys page by page, by their aliases, with what the service pins", async () => {
    const keys = await (await open()).listKeys({ signal });
    assert.deepEqual(
      keys.map(({ name, state, schemes }) => [name, state, schemes.map(({ hashes }) => hashes.join())]),
      [
        ["alias/p256", "enabled", ["sha256"]],
        ["alias/p384", "enabled", ["sha384"]],
        ["alias/rsa2048", "enabled", ["sha256,sha384,sha512", "sha256,sha384,sha512"]],
        ["alias/ed25519", "enabled", ["sha256,sha384,sha512"]],
        ["alias/off", "disabled", ["sha256"]],
        ["alias/release", "enabled", ["sha256"]],
      ],
    );
    assert.match(keys[0]?.governance.managedBy ?? "", /^AWS account 000000000000, .*origin EXTERNAL/);
    assert.equal(keys[0]?.custody, "unknown");
  });

  it("offers the keys that are named, without listing, and leaves out those that it may not see", async () => {
    const calls = kms.calls().length;
    const keys = await (await open({ keys: "alias/p256,alias/none" })).listKeys({ signal });
    assert.deepEqual(
      keys.map(({ name }) => name),
      ["alias/p256"],
    );
    assert.deepEqual(kms.calls().slice(calls).toSorted(), ["DescribeKey", "DescribeKey", "GetPublicKey"]);
  });

  it("takes certificates from a file of the workspace", async () => {
    const root = await mkdtemp(join(tmpdir(), "countersign-aws-"));
    const chain = engine.keys.find(({ description }) => description.name === "p256")!.description.certificateChain;
    await writeFile(join(root, "chain.pem"), chain.toReversed().join(""));
    const service = await openFace("aws-kms", kms, environmentOf(), {
      root,
      options: { region: "eu-west-1", keys: "alias/p256,alias/p384", chainFile: "chain.pem" },
    });
    const [first, second] = await service.listKeys({ signal });
    assert.deepEqual([first?.certificateChain.length, second?.certificateChain.length], [3, 0]);
    assert.equal(first?.governance.issuer, "Countersign TRIAL issuing");
    assert.match(second?.governance.issuer ?? "", /^nobody/);
    await rm(root, { recursive: true });
  });

  const cases: readonly (readonly [KeySpec, SignatureScheme, "sha256" | "sha384"])[] = [
    ["p256", "ecdsa", "sha256"],
    ["p384", "ecdsa", "sha384"],
    ["rsa2048", "rsa-pkcs1v15", "sha256"],
    ["rsa2048", "rsa-pss", "sha384"],
    ["ed25519", "ed25519", "sha256"],
  ];
  for (const [spec, scheme, hash] of cases)
    it(`signs by ${spec} with ${scheme} and ${hash}`, async () => {
      const key = `alias/${spec}`;
      const asked = request({ key, scheme, hash, ...(scheme === "ed25519" ? { message } : {}) });
      const { signature } = signed(await (await open()).submit(asked, { signal }));
      const pem = engine.keys.find(({ description }) => description.name === spec)!.description.publicKey;
      assert.equal(isValid(scheme, hash, pem, signature), true);
    });

  it("goes by the clock of AWS, however wrong this one is", async () => {
    const later = await startTrialAwsKms(engine, { skewMs: 3 * 60 * 60 * 1000 });
    const service = await open({ keys: "alias/p256" }, later);
    assert.equal((await service.listKeys({ signal })).length, 1);
    signed(await service.submit(request({ key: "alias/p256" }), { signal }));
    assert.equal(later.calls().filter((call) => call === "Sign").length, 1);
    await later.stop();
  });

  it("signs nothing where an alias names another key than was described", async () => {
    const service = await open({ keys: "alias/p256" });
    await service.listKeys({ signal });
    kms.rotate(new Map([["alias/p256", "alias/p384"]]));
    await assert.rejects(service.submit(request({ key: "alias/p256" }), { signal }), {
      code: "service-protocol",
      message: /was rotated since it was described; nothing was sent/,
    });
  });

  it("refuses credentials that AWS does not know, and says so", async () => {
    const wrong = { ...environmentOf(), AWS_SECRET_ACCESS_KEY: "wrong-secret" };
    const service = await openFace("aws-kms", kms, wrong, { options: { region: "eu-central-1" } });
    await assert.rejects(service.listKeys({ signal }), {
      code: "authentication",
      message: /UnrecognizedClientException/,
    });
  });

  it("takes the region from the option where the address has none", async () => {
    const environment = { AWS_ENDPOINT_URL_KMS: kms.url };
    await assert.rejects(openFace("aws-kms", kms, environment), { code: "configuration", message: /'region'/ });
  });

  it("sends no more than 4096 octets for Ed25519", async () => {
    const long = Buffer.alloc(4097);
    const digest = createHash("sha256").update(long).digest();
    const asked = request({ key: "alias/ed25519", scheme: "ed25519", digest, message: long });
    const calls = kms.calls().filter((call) => call === "Sign").length;
    const outcome = await (await open()).submit(asked, { signal });
    assert.equal(outcome.status === "denied" && outcome.code, "unsupported");
    assert.equal(kms.calls().filter((call) => call === "Sign").length, calls);
  });
});
