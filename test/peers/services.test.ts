import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import type { KeySpec } from "../../src/application/signingService.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { createCommandLine, type CommandLine, type Run } from "../helpers/commandLine.ts";
import { contractCases, type ContractScene } from "../helpers/contractScenes.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { describeWithPeers } from "./peers.ts";

for (const { type, title = type, offers, start } of contractCases)
  describeWithPeers(`cosign verify accepts what 'countersign sign' made through ${title}`, ["cosign"], (peers) => {
    let scene: ContractScene;
    let commandLine: CommandLine;
    let host: string;
    let stopRegistry: () => Promise<void>;
    before(async () => {
      scene = await start();
      commandLine = await createCommandLine();
      ({ host, stop: stopRegistry } = await startTrialRegistry());
      // YAML 1.2 reads JSON.
      const { name, url, options } = scene.pointer;
      const configuration = { version: 1, services: [{ name, type, url, options }] };
      writeFileSync(join(scene.root, ".countersign.yaml"), JSON.stringify(configuration));
    });
    after(async () => {
      commandLine.dispose();
      await Promise.all([scene.stop(), stopRegistry()]);
    });

    const sign = (...args: readonly string[]): Promise<Run> => {
      const env = { ...commandLine.environment, ...scene.environment };
      const child = spawn(process.execPath, [commandLine.program, "sign", ...args], { cwd: scene.root, env });
      const parts = { output: "", error: "" };
      child.stdout.setEncoding("utf8").on("data", (text: string) => (parts.output += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (parts.error += text));
      child.stdin.end();
      return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => resolve({ code, ...parts }));
      });
    };
    const keyFile = (name: string): string => {
      const file = join(peers.home, `${name}.pub`);
      const key = scene.engine.keys.find(({ description }) => description.name === name);
      writeFileSync(file, key?.description.publicKey ?? "");
      return file;
    };
    const accepts = (name: string, artifact: string): Promise<boolean> =>
      peers.succeeds("cosign", ["verify", "--key", keyFile(name), "--insecure-ignore-tlog", artifact]);

    /** A bundle is over SHA-256. */
    const isUsable = (spec: KeySpec): boolean =>
      offers(spec).some(([scheme, hash]) => hash === "sha256" && scheme !== "rsa-pss");
    // Each kind of scheme: what other kinds of keys sign, the matrix of formats and the services' contract test.
    for (const spec of (["p256", "rsa2048", "ed25519"] as const).filter(isUsable))
      it(`by a key of ${spec}`, async () => {
        const place = { registry: host, repository: `shop/${spec}` };
        const log = { info: () => undefined, warn: () => undefined };
        const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });
        const image = await pushImage(registry, place, "1", spec);
        const key = scene.nameOf(spec) ?? "";
        const run = await sign(`${host}/shop/${spec}:1`, "--service", "acme", "--key", key, "--format", "json");
        assert.equal(run.code, 0, `${run.output}${run.error}`);
        const artifact = `${host}/shop/${spec}@${image.digest}`;
        assert.equal(await accepts(spec, artifact), true);
        assert.equal(await accepts(spec === "p256" ? "rsa2048" : "p256", artifact), false);
        assert.equal(
          Object.values(scene.engine.secrets).some((secret) => (run.output + run.error).includes(secret)),
          false,
        );
      });
  });
