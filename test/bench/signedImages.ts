import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listenOnLoopback, mustRun, runAll } from "./processes.ts";

/** Debian's registry on loopback with images that the real cosign has signed by key. */
export interface SignedImages {
  readonly host: string;
  /** `repository:tag` of each, without host. */
  readonly names: readonly string[];
  readonly publicKey: string;
  readonly folder: string;
  stop(): void;
}

const SIGNING_CONFIG = {
  mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  rekorTlogConfig: {},
  tsaConfig: {},
};

/** Starts the registry, pushes `count` small images and signs each in cosign's current format. Nothing leaves the machine. */
export async function prepareSignedImages(programs: string, count: number): Promise<SignedImages> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const configuration = `version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: ${folder}/storage}}\nhttp: {addr: "${host}"}\n`;
  writeFileSync(join(folder, "registry.yml"), configuration);
  const registry = spawn(join(programs, "docker-registry"), ["serve", join(folder, "registry.yml")], {
    stdio: "ignore",
  });
  await untilAnswering(`http://${host}/v2/`);

  const names = Array.from({ length: count }, (_, index) => `shop/service-${index}:1.${index}`);
  const digests = await Promise.all(names.map((name) => pushImage(host, name)));
  const environment = { COSIGN_PASSWORD: "", HOME: folder };
  await mustRun(
    join(programs, "cosign"),
    ["generate-key-pair", "--output-key-prefix", join(folder, "cosign")],
    environment,
  );
  writeFileSync(join(folder, "signing.json"), JSON.stringify(SIGNING_CONFIG));
  const sign = (name: string, digest: string): string[] => [
    "sign",
    "--yes",
    `--key=${join(folder, "cosign.key")}`,
    `--signing-config=${join(folder, "signing.json")}`,
    `${host}/${name.split(":")[0]}@${digest}`,
  ];
  await runAll(
    join(programs, "cosign"),
    names.map((name, index) => sign(name, digests[index] ?? "")),
    4,
    environment,
  );
  return {
    host,
    names,
    publicKey: join(folder, "cosign.pub"),
    folder,
    stop() {
      registry.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function pushImage(host: string, name: string): Promise<string> {
  const [repository = "", tag = ""] = name.split(":");
  const configuration = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: { Labels: { name } },
      rootfs: { type: "layers", diff_ids: [] },
    }),
  );
  const digest = await pushBlob(host, repository, configuration);
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: configuration.length },
      layers: [],
    }),
  );
  const put = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
    method: "PUT",
    headers: { "content-type": mediaType },
    body: manifest,
  });
  if (!put.ok) throw new Error(`Pushing ${name} gave ${put.status}`);
  return sha256(manifest);
}

async function pushBlob(host: string, repository: string, bytes: Buffer): Promise<string> {
  const start = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  const location = new URL(start.headers.get("location") ?? "", `http://${host}`);
  location.searchParams.set("digest", sha256(bytes));
  const put = await fetch(location, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body: new Uint8Array(bytes),
  });
  if (!put.ok) throw new Error(`Pushing a blob to ${repository} gave ${put.status}`);
  return sha256(bytes);
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilAnswering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answered = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  throw new Error(`${url} did not answer within ten seconds`);
}
