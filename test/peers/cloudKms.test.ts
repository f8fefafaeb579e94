import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrialFace } from "../../src/trial/face.ts";
import { startTrialAwsKms } from "../../src/trial/aws/startTrialAwsKms.ts";
import { startTrialKeyVault } from "../../src/trial/azure/startTrialKeyVault.ts";
import { startTrialSignServer } from "../../src/trial/signServer/startTrialSignServer.ts";
import type { TrialEngine } from "../../src/trial/service/engine.ts";
import { createEngineOfEveryKind, openFace } from "../helpers/serviceScene.ts";
import { message, request, signed } from "../helpers/signRequests.ts";
import { describeWithPeers } from "./peers.ts";

const { signal } = new AbortController();
const digest = createHash("sha256").update(message).digest();
const account = { AWS_ACCESS_KEY_ID: "dev", AWS_DEFAULT_REGION: "eu-central-1", AWS_EC2_METADATA_DISABLED: "true" };

/** Both from PyPI. */
describeWithPeers("AWS KMS as moto has it", ["moto_server", "aws"], (peers) => {
  it("signs by keys that the AWS CLI made", async () => {
    const printed = await peers.startAndRead("moto_server", ["-p", "0"], /Running on (http:\/\/127\.0\.0\.1:\d+)/);
    const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1] ?? "";
    const environment = { ...account, AWS_SECRET_ACCESS_KEY: "anything" };
    const aws = (...args: readonly string[]): Promise<string> =>
      peers.run("aws", ["--endpoint-url", url, "--output", "json", "kms", ...args], "", environment);
    for (const spec of ["ECC_NIST_P256", "RSA_2048"]) {
      const made = JSON.parse(await aws("create-key", "--key-usage", "SIGN_VERIFY", "--key-spec", spec));
      const id = made.KeyMetadata.KeyId;
      await aws("create-alias", "--alias-name", `alias/${spec.replaceAll("_", "-")}`, "--target-key-id", id);
    }
    // A key that encrypts is not one to offer.
    await aws("create-key");
    const service = await openFace(
      "aws-kms",
      { url },
      { ...environment, AWS_ENDPOINT_URL_KMS: url },
      { options: { region: "eu-central-1" } },
    );
    const keys = await service.listKeys({ signal });
    assert.deepEqual(keys.map(({ name, spec }) => `${name} ${spec}`).toSorted(), [
      "alias/ECC-NIST-P256 p256",
      "alias/RSA-2048 rsa2048",
    ]);
    for (const { name, spec, publicKey } of keys) {
      const scheme = spec === "p256" ? "ecdsa" : "rsa-pkcs1v15";
      const { signature } = signed(await service.submit(request({ key: name, scheme }), { signal }));
      // moto hashes a digest again, as the real service does with messages only.
      assert.equal(verify("sha256", digest, createPublicKey(publicKey), signature), true);
    }
    // The same keys, as a role of a role: for its credentials STS is asked, which gives those that begin with ASIA.
    const [config, credentials] = [join(peers.home, "aws-config"), join(peers.home, "aws-credentials")];
    const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
    writeFileSync(credentials, "[base]\naws_access_key_id = dev\naws_secret_access_key = anything\n");
    writeFileSync(
      config,
      [
        `[profile build]\nrole_arn = ${role("build")}\nsource_profile = base\n`,
        `[profile release]\nrole_arn = ${role("release")}\nsource_profile = build\n`,
        `[profile device]\nrole_arn = ${role("device")}\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/dev\n`,
      ].join("\n"),
    );
    const files = {
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_EC2_METADATA_DISABLED: "true",
    };
    for (const profile of ["release", "device"]) {
      const addresses = { AWS_ENDPOINT_URL_KMS: url, AWS_ENDPOINT_URL_STS: url };
      const who = { AWS_PROFILE: profile, COUNTERSIGN_AWS_KMS_ONE_TIME_CODE: "123456" };
      const options = { region: "eu-central-1" };
      const asRole = await openFace("aws-kms", { url }, { ...files, ...who, ...addresses }, { options });
      assert.equal((await asRole.listKeys({ signal })).length, 2, profile);
    }
  });
});

describeWithPeers("the AWS CLI signs through the trial", ["aws"], (peers) => {
  let engine: TrialEngine;
  let face: TrialFace;
  before(async () => {
    engine = createEngineOfEveryKind(["p256", "rsa2048", "ed25519"]);
    face = await startTrialAwsKms(engine);
    writeFileSync(join(peers.home, "digest"), digest);
    writeFileSync(join(peers.home, "message"), message);
  });
  after(() => face.stop());

  const aws = (secret: string, ...args: readonly string[]): Promise<string> =>
    peers.run("aws", ["--endpoint-url", face.url, "--output", "json", "kms", ...args], "", {
      ...account,
      AWS_SECRET_ACCESS_KEY: secret,
    });
  const cases: readonly (readonly [string, string, string, string, string | null])[] = [
    ["p256", "ECDSA_SHA_256", "DIGEST", "digest", "sha256"],
    ["rsa2048", "RSASSA_PKCS1_V1_5_SHA_256", "DIGEST", "digest", "sha256"],
    ["p256", "ECDSA_SHA_256", "RAW", "message", "sha256"],
  ];
  for (const [name, algorithm, type, file, hash] of cases)
    it(`by ${name} with ${algorithm}, ${type}`, async () => {
      const key = ["--key-id", `alias/${name}`];
      const input = ["--message", `fileb://${join(peers.home, file)}`, "--message-type", type];
      const { Signature: signature } = JSON.parse(
        await aws(engine.secrets.dev, "sign", ...key, ...input, "--signing-algorithm", algorithm),
      );
      const { PublicKey: der } = JSON.parse(await aws(engine.secrets.dev, "get-public-key", ...key));
      const publicKey = createPublicKey({ key: Buffer.from(der, "base64"), format: "der", type: "spki" });
      assert.equal(verify(hash, message, publicKey, Buffer.from(signature, "base64")), true);
    });

  it("lists all keys, page by page", async () => {
    const { Keys: keys } = JSON.parse(await aws(engine.secrets.dev, "list-keys"));
    assert.equal(keys.length, engine.keys.length);
  });

  it("not with another secret: requests are signed, and verified", () =>
    assert.rejects(aws("another-secret", "list-keys"), /UnrecognizedClientException/));
});

/** From Maven Central. */
describeWithPeers("Jsign signs through the trial", ["jsign"], (peers) => {
  let engine: TrialEngine;
  before(() => {
    engine = createEngineOfEveryKind(["rsa2048"]);
    const chain = engine.keys[0]?.description.certificateChain.join("") ?? "";
    writeFileSync(join(peers.home, "chain.pem"), chain);
  });
  const sign = async (face: TrialFace, ...args: readonly string[]): Promise<number> => {
    const before = engine.audit.entries().filter(({ event }) => event === "signed").length;
    writeFileSync(join(peers.home, "script.ps1"), "Write-Host hello\r\n");
    try {
      await peers.run("jsign", [...args, "--alg", "SHA-256", "script.ps1"]);
    } finally {
      await face.stop();
    }
    return engine.audit.entries().filter(({ event }) => event === "signed").length - before;
  };

  it("as through Keyfactor SignServer", async () => {
    const face = await startTrialSignServer(engine);
    const place = ["--storetype", "SIGNSERVER", "--keystore", `${face.url}/signserver`];
    const who = ["--storepass", `dev|${engine.secrets.dev}`, "--alias", "rsa2048", "--certfile", "chain.pem"];
    // Besides the file it signs something empty, to be told the certificate.
    assert.equal(await sign(face, ...place, ...who), 2);
  });

  it("as through Azure Key Vault", async () => {
    const face = await startTrialKeyVault(engine);
    const place = ["--storetype", "AZUREKEYVAULT", "--keystore", face.url];
    assert.equal(await sign(face, ...place, "--storepass", engine.secrets.dev, "--alias", "rsa2048"), 1);
  });
});
