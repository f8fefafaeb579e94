import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { openService } from "../../src/adapters/services/services.ts";
import { createTrialService } from "../../src/adapters/services/trial.ts";
import type { KeySpec, SigningService } from "../../src/application/signingService.ts";
import type { SigningScheme } from "../../src/core/sign/scheme.ts";
import { createTrialEngine } from "../../src/trial/service/engine.ts";
import type { TrialKeyRequest } from "../../src/trial/service/keys.ts";
import { startTrialService } from "../../src/trial/service/startTrialService.ts";
import { contractCases } from "./contractScenes.ts";
import { startPluginScene, type PluginScene } from "./pluginScene.ts";
import { startVaultScene, vaultKeys } from "./vaultScene.ts";
import { startVenafiScene } from "./venafiScene.ts";

/** A service that runs and is spoken to by its own protocol. */
export interface RunningService {
  readonly service: SigningService;
  /** PEM. */
  readonly root: string;
  /** What it calls its key of a kind. */
  nameOf(spec: KeySpec): string;
  stop(): Promise<unknown>;
}

/** A service that is a program, in front of a trial. */
export interface RunningPlugin extends RunningService {
  readonly scene: PluginScene;
}

/** A service with a key of each of some kinds. */
export interface ServiceUnderTest {
  readonly name: string;
  readonly specs: readonly KeySpec[];
  /** Whether it signs so with a key of a kind. */
  readonly signs: (spec: KeySpec, scheme: SigningScheme) => boolean;
  readonly start: () => Promise<RunningService>;
}

/** What a kind of key makes of a format is the same whoever holds it: all of them with the first service only. */
const several: readonly KeySpec[] = ["p256", "p384", "rsa3072", "ed25519"];
const keysOf = (specs: readonly KeySpec[]): readonly TrialKeyRequest[] =>
  specs.map((spec) => ({ name: spec, spec, hashes: ["sha256", "sha384", "sha512"] }));

const main: readonly ServiceUnderTest[] = [
  {
    name: "the trial service",
    specs: vaultKeys,
    signs: () => true,
    start: async () => {
      const engine = createTrialEngine({ keys: keysOf(vaultKeys) });
      const trial = await startTrialService({ engine, retryAfterMs: 1 });
      const service = createTrialService({ url: trial.url, secret: trial.secrets.dev });
      return { service, root: trial.root, nameOf: (spec) => spec, stop: () => trial.stop() };
    },
  },
  {
    name: "Venafi",
    specs: several,
    signs: () => true,
    start: async () => {
      const scene = await startVenafiScene({ engine: { keys: keysOf(several) } });
      const { root } = scene.engine.authority;
      return { service: scene.client(), root, nameOf: (spec) => `Trial\\${spec}`, stop: () => scene.facade.stop() };
    },
  },
  {
    name: "Vault",
    specs: several,
    signs: () => true,
    start: async () => {
      const scene = await startVaultScene({ specs: several });
      const { root } = scene.engine.authority;
      return { service: await scene.open(), root, nameOf: (spec) => spec, stop: () => scene.stop() };
    },
  },
];

/** A key of a curve and one of RSA do for the others. */
const few: readonly KeySpec[] = ["p256", "rsa2048"];

const others: readonly ServiceUnderTest[] = contractCases
  .filter(({ type }) => !["trial", "venafi", "vault"].includes(type))
  .map(({ type, title = type, offers, start }) => ({
    name: title,
    specs: few,
    signs: (spec, { scheme, hash }) => offers(spec).some((each) => each[0] === scheme && each[1] === hash),
    start: async () => {
      const scene = await start();
      const { root } = scene.engine.authority;
      const nameOf = (spec: KeySpec): string => scene.nameOf(spec) ?? "none";
      return { service: await scene.open(), root, nameOf, stop: () => scene.stop() };
    },
  }));

/** Our own programs as others' plug-ins: what is spoken is what any such plug-in speaks. */
export const pluginsUnderTest: readonly (Omit<ServiceUnderTest, "start"> & {
  readonly start: () => Promise<RunningPlugin>;
})[] = [
  {
    name: "a plug-in of notation",
    // One key each: its file of certificates is for that one.
    specs: ["p256"],
    // Each kind of key has the one scheme that the Notary Project gives it.
    signs: (spec, { scheme }) => scheme === (spec.startsWith("rsa") ? "rsa-pss" : "ecdsa"),
    start: () => startPlugin("notation", "notation/plugins/countersign", "notation-countersign"),
  },
  {
    name: "a key management plug-in of cosign",
    specs: few,
    signs: (_spec, { scheme }) => scheme !== "rsa-pss",
    start: () => startPlugin("sigstore-kms", "bin", "sigstore-kms-countersign"),
  },
];

async function startPlugin(kind: "notation" | "sigstore-kms", place: string, program: string): Promise<RunningPlugin> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-plugin-"));
  const scene = await startPluginScene();
  const stop = async (): Promise<void> => {
    await scene.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const installed = await scene.commandLine.run("plugin", "install", kind, "--folder", join(folder, place));
    if (installed.code !== 0) throw new Error(installed.error);
    const service = await openPlugin(kind, join(folder, place, program), folder, scene);
    return { service, root: scene.root, nameOf: (spec) => `trial/${spec}`, scene, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openPlugin(
  kind: "notation" | "sigstore-kms",
  program: string,
  folder: string,
  scene: PluginScene,
): Promise<SigningService> {
  // Programs of a workspace are not started.
  const root = join(folder, "workspace");
  mkdirSync(root);
  const specs = kind === "notation" ? few.slice(0, 1) : few;
  writeFileSync(join(root, "chain.pem"), specs.map((spec) => scene.chainOf(spec)).join(""));
  const options = {
    plugin: "countersign",
    sha256: createHash("sha256").update(readFileSync(program)).digest("hex"),
    keys: specs.map((spec) => `trial/${spec}`).join(","),
    chainFile: "chain.pem",
    environment: "COUNTERSIGN_STATE_DIR",
  };
  const environment = {
    ...scene.commandLine.environment,
    NOTATION_LIBEXEC: join(folder, "notation"),
    PATH: [join(folder, "bin"), process.env["PATH"] ?? ""].join(delimiter),
  };
  return openService("acme", {
    configuration: { services: [{ name: "acme", type: `${kind}-plugin`, url: "", options }] },
    place: { environment, platform: process.platform },
    root,
  });
}

/** Every service that signs a digest or a message. */
export const servicesUnderTest: readonly ServiceUnderTest[] = [...main, ...others, ...pluginsUnderTest];
