import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { delimiter, join } from "node:path";
import { spawnSync } from "node:child_process";
import { startPluginScene, type PluginScene } from "../helpers/pluginScene.ts";
import { pluginCommand } from "../../src/cli/plugins/programName.ts";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { startTrialSigstore } from "../../src/trial/sigstore/startTrialSigstore.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { jsonOf } from "../helpers/commandLine.ts";

describe("countersign as a plug-in", () => {
  let scene: PluginScene;
  before(async () => {
    scene = await startPluginScene();
  });
  after(() => scene.stop());

  describe("countersign plugin", () => {
    for (const [kind, path] of [
      ["notation", ".config/notation/plugins/countersign/notation-countersign"],
      ["sigstore-kms", ".local/bin/sigstore-kms-countersign"],
    ] as const)
      it(`installs and removes ${kind} where it is looked for`, async () => {
        const { commandLine } = scene;
        const file = join(commandLine.environment["HOME"] ?? "", path);
        const installed = await commandLine.run("plugin", "install", kind, "--format", "json");
        assert.deepEqual(jsonOf<object>(installed), { status: "installed", file, found: kind === "notation" });
        assert.ok(statSync(file).isFile() && (statSync(file).mode & 0o111) === 0o111);
        assert.equal((await commandLine.run("plugin", "install", kind)).code, 0);
        assert.equal((await commandLine.run("plugin", "remove", kind)).code, 0);
        assert.equal(existsSync(file), false);
        assert.match((await commandLine.run("plugin", "remove", kind)).output, /There is no plug-in/u);
      });

    it("leaves another program as it is", async () => {
      const { commandLine } = scene;
      const file = commandLine.write("bin/sigstore-kms-countersign", "#!/bin/sh\n");
      for (const action of ["install", "remove"]) {
        const run = await commandLine.run("plugin", action, "sigstore-kms", "--folder", "bin");
        assert.equal(run.code, 2);
        assert.match(run.error, /another program/u);
      }
      assert.equal(readFileSync(file, "utf8"), "#!/bin/sh\n");
    });

    for (const args of [[], ["install"], ["install", "other"], ["install", "notation", "more"], ["up", "notation"]])
      it(`refuses '${args.join(" ")}'`, async () => {
        assert.equal((await scene.commandLine.run("plugin", ...args)).code, 2);
      });
  });

  it("is started by other names of its file", () => {
    assert.equal(pluginCommand("/usr/bin/notation-countersign"), "__notation-plugin");
    assert.equal(pluginCommand("sigstore-kms-countersign.exe"), "__sigstore-kms-plugin");
    for (const name of ["/usr/bin/countersign", "/x/notation-countersign/cli.cjs", undefined])
      assert.equal(pluginCommand(name), undefined);
  });

  it("is started by a link of the name, as package managers make", () => {
    const link = join(scene.commandLine.folder, "sigstore-kms-countersign");
    symlinkSync(scene.commandLine.program, link);
    const initOptions = { protocolVersion: "v1", keyResourceID: "trial/p256", hashFunc: 5 };
    const call = JSON.stringify({ initOptions, methodName: "publicKey", publicKey: {} });
    const env = scene.commandLine.environment;
    // The trial is in this process: what needs it must not wait for this process.
    const { stdout } = spawnSync(process.execPath, [link, "v2", call], { env, encoding: "utf8" });
    assert.match(stdout, /cosign runs it/u);
  });

  describe("sigstore-kms-countersign", () => {
    const call = async (
      methodName: string,
      options: object = {},
      more: { readonly key?: string; readonly input?: string; readonly hashFunc?: number } = {},
    ): Promise<Record<string, unknown>> => {
      const initOptions = {
        protocolVersion: "v1",
        keyResourceID: more.key ?? "trial/p256",
        hashFunc: more.hashFunc ?? 5,
      };
      const text = JSON.stringify({ initOptions, methodName, [methodName]: options });
      const { child, ended } = scene.commandLine.start("__sigstore-kms-plugin", "v1", text);
      child.stdin?.end(more.input ?? "");
      const run = await ended;
      assert.equal(run.code, 0);
      return jsonOf(run);
    };
    const digest = (bytes: number): object => ({
      signOptions: { messageOptions: { digest: Buffer.alloc(bytes, 1).toString("base64") } },
    });

    it("names the kind of the key", async () => {
      assert.deepEqual(await call("defaultAlgorithm"), { defaultAlgorithm: { defaultAlgorithm: "ecdsa-p256" } });
      const algorithms = { supportedAlgorithms: ["rsa-3072"] };
      const answer = await call("supportedAlgorithms", {}, { key: "trial/rsa3072" });
      assert.deepEqual(answer, { supportedAlgorithms: algorithms });
    });

    it("verifies what it signed, and nothing else", async () => {
      const signed = await call("signMessage", {}, { input: "text" });
      const { signature } = signed["signMessage"] as { signature: string };
      assert.deepEqual(await call("verifySignature", { signature }, { input: "text" }), { verifySignature: {} });
      for (const [options, input] of [
        [{ signature }, "other"],
        [{ signature: "AAAA" }, "text"],
        [{}, "text"],
      ] as const)
        assert.match(String((await call("verifySignature", options, { input }))["errorMessage"]), /not one by key/u);
    });

    const refused: readonly (readonly [string, string, object, object, RegExp])[] = [
      ["to make a key", "createKey", {}, {}, /made in the signing service/u],
      ["an unknown method", "export", {}, {}, /not known/u],
      ["a method of objects", "toString", {}, {}, /not known/u],
      ["a digest alone", "signMessage", digest(32), {}, /digest is not of the message/u],
      ["a digest of another length", "signMessage", digest(20), {}, /Only SHA-256/u],
      ["SHA-1", "signMessage", {}, { hashFunc: 3 }, /Only SHA-256/u],
      ["a key without a service", "publicKey", {}, { key: "dev" }, /names no key/u],
      ["a service that is not known", "publicKey", {}, { key: "other/dev" }, /There is no signing service 'other'/u],
    ];
    for (const [what, method, options, more, words] of refused)
      it(`refuses ${what}`, async () => {
        const before = scene.audit().length;
        assert.match(String((await call(method, options, more))["errorMessage"]), words);
        assert.equal(scene.audit().length, before);
      });

    it("says what it does not understand", async () => {
      for (const args of [[], ["v1"], ["v1", "x"], ["v1", "{}"], ["v1", "{}", "more"], ["v2", "{}"]]) {
        const { child, ended } = scene.commandLine.start("__sigstore-kms-plugin", ...args);
        child.stdin?.end();
        assert.match(String(jsonOf<Record<string, unknown>>(await ended)["errorMessage"]), /understood|plug-in/u);
      }
    });
  });

  describe("notation-countersign", () => {
    const call = async (
      command: string,
      request: unknown,
    ): Promise<{ code: number | null; answer: Record<string, unknown> }> => {
      const { child, ended } = scene.commandLine.start("__notation-plugin", command);
      child.stdin?.end(typeof request === "string" ? request : JSON.stringify(request));
      const { code, output, error } = await ended;
      return { code, answer: JSON.parse(code === 0 ? output : error) as Record<string, unknown> };
    };
    const request = (changes: object = {}): object => ({
      contractVersion: "1.0",
      keyId: "trial/p256",
      keySpec: "EC-256",
      hashAlgorithm: "SHA-256",
      payload: Buffer.from("text").toString("base64"),
      ...changes,
    });

    it("signs what it is given", async () => {
      const { code, answer } = await call("generate-signature", request());
      assert.equal(code, 0);
      assert.equal(answer["signingAlgorithm"], "ECDSA-SHA-256");
      assert.equal(Buffer.from(String(answer["signature"]), "base64").length, 64);
      assert.equal((answer["certificateChain"] as string[]).length, 3);
    });

    const refused: readonly (readonly [string, string, unknown, string])[] = [
      ["an unknown command", "generate-envelope", request(), "VALIDATION_ERROR"],
      ["another contract", "describe-key", request({ contractVersion: "2.0" }), "UNSUPPORTED_CONTRACT_VERSION"],
      ["no key", "describe-key", request({ keyId: 1 }), "VALIDATION_ERROR"],
      ["another kind of key", "generate-signature", request({ keySpec: "EC-384" }), "VALIDATION_ERROR"],
      ["another hash", "generate-signature", request({ hashAlgorithm: "SHA-512" }), "VALIDATION_ERROR"],
      ["no payload", "generate-signature", request({ payload: "" }), "VALIDATION_ERROR"],
      ["a payload that is no Base64", "generate-signature", request({ payload: "?" }), "VALIDATION_ERROR"],
      ["what is no JSON", "describe-key", "{", "VALIDATION_ERROR"],
      ["a wait that is none", "describe-key", request({ pluginConfig: { wait: "long" } }), "VALIDATION_ERROR"],
    ];
    for (const [what, command, body, code] of refused)
      it(`refuses ${what}`, async () => {
        const before = scene.audit().length;
        const refusal = await call(command, body);
        assert.equal(refusal.code, 1);
        assert.equal(refusal.answer["errorCode"], code);
        assert.equal(scene.audit().length, before);
      });

    it("takes the service from a setting, and its key by its whole name", async () => {
      const settings = { keyId: "p384", pluginConfig: { service: "trial" } };
      assert.equal((await call("describe-key", request(settings))).answer["keySpec"], "EC-384");
    });
  });

  describe("countersign sign through plug-ins", () => {
    const registry = createRegistry({
      credentials: noCredentials,
      userAgent: "countersign-test",
      log: { info: () => undefined, warn: () => undefined },
    });
    // Our own plug-ins serve as somebody else's: what they sign comes from the trial.
    const installed = async (kind: string): Promise<string> => {
      const { commandLine } = scene;
      const run = await commandLine.run("plugin", "install", kind, "--format", "json");
      const { file } = jsonOf<{ file: string }>(run);
      const environment: Record<string, string> = commandLine.environment;
      environment["PATH"] = `${join(file, "..")}${delimiter}${environment["PATH"] ?? ""}`;
      return createHash("sha256").update(readFileSync(file)).digest("hex");
    };

    for (const [type, format] of [
      ["notation-plugin", "sigstore-bundle"],
      ["notation-plugin", "notation-jws"],
      ["sigstore-kms-plugin", "sigstore-bundle"],
    ] as const)
      it(`attaches a ${format} by a ${type}`, async () => {
        const { commandLine } = scene;
        const sha256 = await installed(type.replace("-plugin", ""));
        const chainFile = type === "notation-plugin" ? "      chainFile: p256.pem\n" : "";
        commandLine.write("p256.pem", scene.chainOf("p256"));
        // The plug-in is not told where the trial keeps its state unless that is asked for.
        commandLine.write(
          ".countersign.yaml",
          `version: 1
services:
  - name: kms
    type: ${type}
    options:
      plugin: countersign
      sha256: ${sha256}
      keys: trial/p256
      environment: COUNTERSIGN_STATE_DIR
${chainFile}`,
        );
        await pushImage(registry, { registry: scene.registry, repository: "acme/app" }, format, type);
        const before = scene.signatures();
        const image = `${scene.registry}/acme/app:${format}`;
        const args = ["--service", "kms", "--key", "trial/p256", "--signature-format", format, "--format", "json"];
        const run = await commandLine.run("sign", image, ...args);
        assert.equal(run.code, 0, run.output + run.error);
        assert.equal(jsonOf<{ status: string }>(run).status, "signed");
        assert.equal(scene.signatures(), before + 1);
      });
  });

  it("gives no key of a service that signs by identities", async () => {
    const { commandLine } = scene;
    const sigstore = await startTrialSigstore();
    commandLine.write("sigstore/config.json", sigstore.signingConfig());
    commandLine.write("sigstore/root.json", sigstore.trustedRoot);
    const options = "{ signingConfig: sigstore/config.json, trustedRoot: sigstore/root.json }";
    commandLine.write(
      ".countersign.yaml",
      `version: 1\nservices:\n  - { name: people, type: sigstore, url: "${sigstore.url}", options: ${options} }\n`,
    );
    const initOptions = { protocolVersion: "v1", keyResourceID: "people/identity", hashFunc: 5 };
    const call = JSON.stringify({ initOptions, methodName: "publicKey", publicKey: {} });
    const { child, ended } = commandLine.start("__sigstore-kms-plugin", "v1", call);
    child.stdin?.end();
    assert.match(String(jsonOf<Record<string, unknown>>(await ended)["errorMessage"]), /signs by identities/u);
    await sigstore.stop();
  });

  it("says where a ticket cannot be read, and sends nothing", async () => {
    const { commandLine } = scene;
    const sign = async (): Promise<string> => {
      const initOptions = { protocolVersion: "v1", keyResourceID: "trial/release", hashFunc: 5 };
      const text = JSON.stringify({ initOptions, methodName: "signMessage", signMessage: {} });
      const { child, ended } = commandLine.start("__sigstore-kms-plugin", "v1", text);
      child.stdin?.end("text");
      return String(jsonOf<Record<string, unknown>>(await ended)["errorMessage"]);
    };
    const environment: Record<string, string> = commandLine.environment;
    environment["COUNTERSIGN_JUSTIFICATION"] = "Release 1";
    assert.match(await sign(), /run the same command again/u);
    const [entry] = scene.audit().slice(-1);
    const file = join(environment["COUNTERSIGN_STATE_DIR"] ?? "", "plugin-tickets", `${entry?.requestHash}.json`);
    assert.equal(statSync(file).mode & 0o077, 0);
    writeFileSync(file, "{}");
    const before = scene.audit().length;
    assert.match(await sign(), /cannot be read.*Nothing was sent/u);
    assert.equal(scene.audit().length, before);
  });
});
