import assert from "node:assert/strict";
import { createHash, createPublicKey, sign as signWith } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openService } from "../../../../src/adapters/services/services.ts";
import type { KeySpec, SigningService } from "../../../../src/application/signingService.ts";
import { isSignatureOver } from "../../../../src/core/sign/verifyMessage.ts";
import { notationAlgorithmOf } from "../../../../src/adapters/services/notationPlugin/terms.ts";
import { createTrialAuthority } from "../../../../src/trial/service/authority.ts";
import { createTestKey, type TestKey } from "../../../helpers/signingKeys.ts";
import { createProgramScene, type ProgramScene } from "../../../helpers/programScene.ts";
import { message, request, signed } from "../../../helpers/signRequests.ts";

const { signal } = new AbortController();
const authority = createTrialAuthority(new Date());

/** The program: reads its request, keeps it, and answers from a file by command. */
const script = `
const fs = require("node:fs"), path = require("node:path");
const read = (name) => fs.readFileSync(path.join(__dirname, name), "utf8");
const command = process.argv[2];
const request = JSON.parse(fs.readFileSync(0, "utf8"));
fs.appendFileSync(path.join(__dirname, "calls"), JSON.stringify([command, request]) + "\\n");
const answer = JSON.parse(read("answers.json"))[command];
if (answer.raw !== undefined) { process.stdout.write(answer.raw); process.exit(0); }
if (answer.errorCode !== undefined) { process.stderr.write(JSON.stringify(answer)); process.exit(1); }
process.stdout.write(JSON.stringify(answer));
`;
const place = "notation/plugins/acme";

describe("a plug-in of notation as a signing service", () => {
  let scene: ProgramScene;
  let sha256: string;
  beforeEach(() => {
    scene = createProgramScene();
    sha256 = scene.write(`${place}/notation-acme`, script);
  });
  afterEach(() => scene.stop());

  const chains = new Map<string, readonly string[]>();
  const chainOf = ({ description }: TestKey): readonly string[] => {
    const known = chains.get(description.publicKey);
    if (known !== undefined) return known;
    const chain = authority.issue("release", createPublicKey(description.publicKey));
    chains.set(description.publicKey, chain);
    return chain;
  };
  const base64 = (pem: string): string => pem.replaceAll(/-----[A-Z ]+-----|\s/gu, "");

  /** Writes what the program answers, and opens the service anew. */
  const open = (
    key: TestKey,
    changes: Readonly<Record<string, unknown>> = {},
    options: Readonly<Record<string, string>> = {},
  ): Promise<SigningService> => {
    const spec = key.description.spec;
    const algorithm = notationAlgorithmOf(spec);
    const answers = {
      "get-plugin-metadata": {
        name: "acme",
        description: "",
        version: "1.2.3",
        url: "",
        supportedContractVersions: ["1.0"],
        capabilities: ["SIGNATURE_GENERATOR.RAW"],
      },
      "describe-key": { keyId: "release", keySpec: algorithm?.keySpec },
      "generate-signature": {
        keyId: "release",
        signature: signatureBy(key, message).toString("base64"),
        signingAlgorithm: algorithm?.signingAlgorithm,
        certificateChain: chainOf(key).map(base64),
      },
      ...changes,
    };
    writeFileSync(join(scene.folder, place, "answers.json"), JSON.stringify(answers));
    writeFileSync(join(scene.folder, "chain.pem"), chainOf(key).join(""));
    return openService("kms", {
      configuration: {
        services: [
          {
            name: "kms",
            type: "notation-plugin",
            url: "",
            options: { plugin: "acme", sha256, keys: "release", chainFile: "chain.pem", ...options },
          },
        ],
      },
      place: {
        environment: {
          COUNTERSIGN_STATE_DIR: "/nonexistent",
          NOTATION_LIBEXEC: join(scene.folder, "notation"),
          HOME: scene.folder,
          ACME_TOKEN: "very secret",
        },
        platform: "linux",
      },
      root: scene.folder,
    });
  };
  const signatureBy = ({ privateKey, description }: TestKey, data: Uint8Array): Buffer => {
    const hash = notationAlgorithmOf(description.spec)?.hash ?? "";
    if (!description.spec.startsWith("rsa"))
      return signWith(hash, data, { key: privateKey, dsaEncoding: "ieee-p1363" });
    return signWith(hash, data, { key: privateKey, padding: 6, saltLength: -1 });
  };
  const calls = (): readonly [string, Record<string, unknown>][] =>
    scene
      .read(`${place}/calls`)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as [string, Record<string, unknown>]);
  const ask = (key: TestKey, service: SigningService, data: Uint8Array = message) => {
    const algorithm = notationAlgorithmOf(key.description.spec);
    const { scheme = "ecdsa", hash = "sha256" } = algorithm ?? {};
    const digest = createHash(hash).update(data).digest();
    return service.submit(request({ key: "release", scheme, hash, digest, message: data }), { signal });
  };

  for (const spec of ["p256", "p384", "p521", "rsa2048", "rsa3072"] satisfies KeySpec[])
    it(`describes a key of ${spec}, and signs by it`, async () => {
      const key = createTestKey(spec);
      const service = await open(key, {}, { "config.region": "eu" });
      const [described] = await service.listKeys({ signal });
      assert.equal(described?.publicKey, key.description.publicKey);
      assert.equal(described.certificateChain.length, 3);
      const { scheme, hash } = described.schemes.map((each) => ({ ...each, hash: each.hashes[0] }))[0] ?? {};
      const { signature } = signed(await ask(key, service));
      assert.ok(scheme !== undefined && hash !== undefined);
      assert.equal(isSignatureOver(message, signature, { publicKey: described.publicKey, scheme, hash }), true);
      const asked = calls().find(([command]) => command === "generate-signature")?.[1];
      assert.deepEqual(asked?.["payload"], message.toString("base64"));
      assert.deepEqual(asked["pluginConfig"], { region: "eu" });
      assert.equal(calls().filter(([command]) => command === "generate-signature").length, 1);
    });

  it("takes ECDSA in DER, too, as some plug-ins give it", async () => {
    const key = createTestKey("p256");
    const signature = signWith("sha256", message, key.privateKey).toString("base64");
    const answer = {
      keyId: "release",
      signature,
      signingAlgorithm: "ECDSA-SHA-256",
      certificateChain: chainOf(key).map(base64),
    };
    assert.equal((await ask(key, await open(key, { "generate-signature": answer }))).status, "signed");
  });

  const metadata = {
    name: "acme",
    version: "1",
    supportedContractVersions: ["1.0"],
    capabilities: ["SIGNATURE_GENERATOR.RAW"],
  };
  const refused: readonly (readonly [string, Record<string, unknown>, string, RegExp])[] = [
    ["another name", { "get-plugin-metadata": { ...metadata, name: "evil" } }, "configuration", /another name/u],
    [
      "another contract",
      { "get-plugin-metadata": { ...metadata, supportedContractVersions: ["2.0"] } },
      "configuration",
      /does not speak version 1.0/u,
    ],
    [
      "no signatures",
      { "get-plugin-metadata": { ...metadata, capabilities: ["SIGNATURE_VERIFIER.REVOCATION_CHECK"] } },
      "configuration",
      /does not sign/u,
    ],
    ["another key", { "describe-key": { keyId: "other", keySpec: "EC-256" } }, "service-protocol", /another key/u],
    [
      "an unknown kind",
      { "describe-key": { keyId: "release", keySpec: "EC-25519" } },
      "service-protocol",
      /another key/u,
    ],
    [
      "another kind than the certificate's",
      { "describe-key": { keyId: "release", keySpec: "EC-384" } },
      "configuration",
      /another kind/u,
    ],
    ["no JSON", { "describe-key": { raw: "hello" } }, "service-protocol", /no JSON/u],
    ["a list", { "describe-key": { raw: "[]" } }, "service-protocol", /no JSON/u],
    [
      "a refusal",
      { "describe-key": { errorCode: "ACCESS_DENIED", errorMessage: "Not you, very secret." } },
      "service-denied",
      /Not you, \*\*\*\. \(ACCESS_DENIED\)/u,
    ],
    [
      "a refusal for now",
      { "describe-key": { errorCode: "THROTTLED", errorMessage: "" } },
      "service-unavailable",
      /THROTTLED/u,
    ],
  ];
  for (const [what, changes, code, words] of refused)
    it(`refuses a plug-in that answers with ${what}`, async () => {
      const service = await open(createTestKey("p256"), changes, { environment: "ACME_TOKEN" });
      await assert.rejects(service.listKeys({ signal }), { code, message: words });
    });

  const bad: readonly (readonly [string, (key: TestKey) => object, string, RegExp])[] = [
    ["another key's id", () => ({ keyId: "other" }), "service-protocol", /another key or algorithm/u],
    [
      "another algorithm",
      () => ({ signingAlgorithm: "ECDSA-SHA-512" }),
      "service-protocol",
      /another key or algorithm/u,
    ],
    ["no signature", () => ({ signature: "?" }), "service-protocol", /no signature/u],
    ["a signature of another length", () => ({ signature: "AAAA" }), "service-protocol", /no signature by the key/u],
    [
      "another certificate",
      () => ({ certificateChain: chainOf(createTestKey("p256")).map(base64) }),
      "service-protocol",
      /out of date/u,
    ],
    ["no certificate", () => ({ certificateChain: [] }), "service-protocol", /out of date/u],
  ];
  for (const [what, change, code, words] of bad)
    it(`does not pass on a signature with ${what}`, async () => {
      const key = createTestKey("p256");
      const right = {
        keyId: "release",
        signature: signatureBy(key, message).toString("base64"),
        signingAlgorithm: "ECDSA-SHA-256",
        certificateChain: chainOf(key).map(base64),
      };
      const service = await open(key, { "generate-signature": { ...right, ...change(key) } });
      await assert.rejects(ask(key, service), { code, message: words });
    });

  it("tells a refusal from a failure that may come after signing", async () => {
    const key = createTestKey("p256");
    for (const [errorCode, expected] of [
      ["ACCESS_DENIED", "forbidden"],
      ["VALIDATION_ERROR", "unsupported"],
    ] as const) {
      const service = await open(key, { "generate-signature": { errorCode, errorMessage: "No." } });
      const outcome = await ask(key, service);
      assert.deepEqual(outcome.status === "denied" && [outcome.code, outcome.message], [
        expected,
        `No. (${errorCode})`,
      ]);
    }
    const service = await open(key, { "generate-signature": { errorCode: "ERROR", errorMessage: "It broke." } });
    await assert.rejects(ask(key, service), { code: "service-unavailable", message: /sent once and not repeated/u });
  });

  it("starts nothing that is not pinned", async () => {
    const service = await open(createTestKey("p256"), {}, { sha256: "0".repeat(64) });
    await assert.rejects(service.listKeys({ signal }), { code: "configuration", message: /not the plug-in/u });
    assert.deepEqual(calls(), []);
  });

  it("signs nothing without the message, or for a key that was exchanged since it was shown", async () => {
    const key = createTestKey("p256");
    const service = await open(key);
    await service.listKeys({ signal });
    const outcome = await service.submit(request({ key: "release" }), { signal });
    assert.equal(outcome.status === "denied" && outcome.code, "unsupported");
    assert.equal((await service.submit(request({ key: "other" }), { signal })).status, "denied");
    assert.equal(calls().filter(([command]) => command === "generate-signature").length, 0);
  });

  it("needs a file that begins with a certificate", async () => {
    const service = await open(createTestKey("p256"), {}, { chainFile: "bad.pem" }).catch((error: unknown) => error);
    assert.match(String(service), /Could not read/u);
  });
});
