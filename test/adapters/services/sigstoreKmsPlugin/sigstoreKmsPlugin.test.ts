import assert from "node:assert/strict";
import { createHash, sign as signWith } from "node:crypto";
import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { hashOfNumber, numberOfHash, schemeOf } from "../../../../src/adapters/services/sigstoreKmsPlugin/terms.ts";
import { openService } from "../../../../src/adapters/services/services.ts";
import type { KeySpec, SigningService } from "../../../../src/application/signingService.ts";
import { isSignatureOver } from "../../../../src/core/sign/verifyMessage.ts";
import { createTestKey } from "../../../helpers/signingKeys.ts";
import { createProgramScene, type ProgramScene } from "../../../helpers/programScene.ts";
import { message, request, signed } from "../../../helpers/signRequests.ts";

const { signal } = new AbortController();
const script = `
const fs = require("node:fs"), path = require("node:path");
const request = JSON.parse(process.argv[3]);
const input = fs.readFileSync(0).toString("base64");
fs.appendFileSync(path.join(__dirname, "calls"), JSON.stringify([process.argv[2], request, input]) + "\\n");
const answer = JSON.parse(fs.readFileSync(path.join(__dirname, "answers.json"), "utf8"))[request.methodName];
process.stdout.write(typeof answer === "string" ? answer : JSON.stringify(answer));
process.exit(7);
`;

describe("a key management plug-in of cosign as a signing service", () => {
  let scene: ProgramScene;
  let sha256: string;
  beforeEach(() => {
    scene = createProgramScene();
    sha256 = scene.write("bin/sigstore-kms-acme", script);
  });
  afterEach(() => scene.stop());

  interface Call {
    readonly initOptions: { readonly keyResourceID: string; readonly hashFunc: number };
    readonly methodName: string;
    readonly signMessage: { readonly signOptions: { readonly messageOptions: object } };
  }
  const calls = (): readonly [string, Call, string][] =>
    scene
      .read("bin/calls")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as [string, Call, string]);
  const open = (
    answers: Readonly<Record<string, unknown>>,
    options: Readonly<Record<string, string>> = {},
    more: { readonly root?: string; readonly path?: string } = {},
  ): Promise<SigningService> => {
    writeFileSync(join(scene.folder, "bin/answers.json"), JSON.stringify(answers));
    return openService("kms", {
      configuration: {
        services: [
          {
            name: "kms",
            type: "sigstore-kms-plugin",
            url: "",
            options: { plugin: "acme", sha256, keys: "release/1", ...options },
          },
        ],
      },
      place: {
        environment: {
          COUNTERSIGN_STATE_DIR: "/nonexistent",
          PATH: more.path ?? ["bin", "", join(scene.folder, "bin")].join(delimiter),
          HOME: scene.folder,
        },
        platform: "linux",
      },
      root: more.root ?? "/nonexistent",
    });
  };
  const publicKeyAnswer = (pem: string): object => ({
    publicKey: { publicKeyPEM: Buffer.from(pem).toString("base64") },
  });

  for (const spec of ["p256", "p384", "rsa2048", "ed25519"] satisfies KeySpec[])
    for (const encoding of ["der", "ieee-p1363"] as const)
      it(`describes a key of ${spec}, and signs by it (${encoding})`, async () => {
        const key = createTestKey(spec);
        const scheme = schemeOf(spec);
        const how = { key: key.privateKey, dsaEncoding: encoding };
        const signature = signWith(spec === "ed25519" ? null : "sha256", message, how).toString("base64");
        const service = await open({
          publicKey: publicKeyAnswer(key.description.publicKey),
          signMessage: { signMessage: { signature } },
        });
        const [described] = await service.listKeys({ signal });
        assert.deepEqual([described?.spec, described?.publicKey], [spec, key.description.publicKey]);
        const digest = createHash("sha256").update(message).digest();
        const outcome = signed(await service.submit(request({ key: "release/1", scheme, message }), { signal }));
        const check = { publicKey: key.description.publicKey, scheme, hash: "sha256" } as const;
        assert.equal(isSignatureOver(message, outcome.signature, check), true);
        const asked = calls().filter(([, { methodName }]) => methodName === "signMessage");
        assert.equal(asked.length, 1);
        const [version, call, input] = asked[0] ?? [];
        assert.deepEqual([version, input], ["v1", message.toString("base64")]);
        assert.deepEqual(call?.initOptions.keyResourceID, "release/1");
        const given = spec === "ed25519" ? {} : { digest: digest.toString("base64") };
        assert.deepEqual(call?.signMessage.signOptions.messageOptions, { ...given, hashFunc: 5 });
      });

  it("knows hashes by their numbers", () => {
    for (const hash of ["sha256", "sha384", "sha512"] as const) assert.equal(hashOfNumber(numberOfHash(hash)), hash);
    assert.deepEqual([numberOfHash("sha384"), hashOfNumber(3), hashOfNumber("5")], [6, undefined, undefined]);
  });

  const pem = createTestKey("p256").description.publicKey;
  const refused: readonly (readonly [string, unknown, string, RegExp])[] = [
    ["a refusal", { errorMessage: "Not\nyou." }, "service-denied", /Not you\./u],
    ["no JSON", "hello", "service-protocol", /no JSON/u],
    ["another method", { signMessage: {} }, "service-protocol", /something else than was asked/u],
    ["no key", { publicKey: {} }, "service-protocol", /no key of a kind/u],
    [
      "what is no key",
      publicKeyAnswer("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
      "service-protocol",
      /no key of a kind/u,
    ],
    ["a private key", publicKeyAnswer(pem.replaceAll("PUBLIC", "PRIVATE")), "service-protocol", /no key of a kind/u],
  ];
  for (const [what, publicKey, code, words] of refused)
    it(`refuses a plug-in that answers with ${what}`, async () => {
      const service = await open({ publicKey });
      await assert.rejects(service.listKeys({ signal }), { code, message: words });
    });

  it("passes on no answer without a signature, and tells what it refused", async () => {
    const publicKey = publicKeyAnswer(pem);
    const asked = request({ key: "release/1", message });
    const empty = await open({ publicKey, signMessage: { signMessage: { signature: "?" } } });
    await assert.rejects(empty.submit(asked, { signal }), { code: "service-protocol", message: /no signature/u });
    const short = await open({ publicKey, signMessage: { signMessage: { signature: "AAAA" } } });
    await assert.rejects(short.submit(asked, { signal }), { code: "service-protocol" });
    const broken = await open({ publicKey, signMessage: "hello" });
    await assert.rejects(broken.submit(asked, { signal }), { message: /sent once and not repeated/u });
    const refusing = await open({ publicKey, signMessage: { errorMessage: "No." } });
    const outcome = await refusing.submit(asked, { signal });
    assert.deepEqual(outcome.status === "denied" && [outcome.code, outcome.message], ["forbidden", "No."]);
  });

  it("signs nothing without the message", async () => {
    const service = await open({ publicKey: publicKeyAnswer(pem) });
    const outcome = await service.submit(request({ key: "release/1" }), { signal });
    assert.equal(outcome.status === "denied" && outcome.code, "unsupported");
    assert.equal(calls().filter(([, { methodName }]) => methodName === "signMessage").length, 0);
  });

  it("takes no program of the workspace, of a relative folder, or that is not pinned", async () => {
    const answers = { publicKey: publicKeyAnswer(pem) };
    for (const service of [
      await open(answers, {}, { root: scene.folder }),
      await open(answers, {}, { path: "bin" }),
      await open(answers, { sha256: "0".repeat(64) }),
    ])
      await assert.rejects(service.listKeys({ signal }), { code: "configuration" });
    assert.deepEqual(calls(), []);
  });
});
