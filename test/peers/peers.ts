import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** Programs that this project did not write, to test against. */
export type PeerName =
  | "cosign"
  | "notation"
  | "crane"
  | "oras"
  | "docker-registry"
  | "aws"
  | "jsign"
  | "moto_server"
  | "pkcs11-tool"
  | "softhsm2-util"
  | "referrers-registry"
  | "vsign"
  | "vsign-connector"
  | "hashivault-signer"
  | "vault-transit"
  | "rekor-server"
  | "fulcio"
  | "timestamp-server";

/** The path of a peer: in the folder that COUNTERSIGN_PEERS names, where `node scripts/peers.mjs` puts it, or on PATH. */
function findPeer(name: PeerName): string | undefined {
  const given = process.env["COUNTERSIGN_PEERS"];
  const own = join(import.meta.dirname, "../../.peers/usr/bin");
  const folders = [
    ...(given === undefined || given === "" ? [] : [given]),
    own,
    ...(process.env["PATH"] ?? "").split(delimiter),
  ];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** A suite that needs peers; where one is absent its title says so and every test in it is skipped. */
export function describeWithPeers(title: string, names: readonly PeerName[], body: (peers: Peers) => void): void {
  const missing = names.filter((name) => findPeer(name) === undefined);
  if (missing.length > 0) {
    describe(`${title} (skipped: ${missing.join(", ")} not found; run "node scripts/peers.mjs", "node scripts/fetchedPeers.mjs" and "node scripts/builtPeers.mjs", or set COUNTERSIGN_PEERS)`, function () {
      it("needs them", function () {
        this.skip();
      });
    });
    return;
  }
  describe(title, function () {
    this.timeout(60_000);
    const peers = createPeers();
    after(() => peers.stop());
    body(peers);
  });
}

/** Peers with a home directory of their own: nothing of the person who runs the tests is read or changed. */
export interface Peers {
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a peer in `home`, with `more` in its environment; gives what it printed. Throws where it fails. */
  run(
    name: PeerName,
    args: readonly string[],
    input?: string,
    more?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /** Whether a peer succeeds. */
  succeeds(name: PeerName, args: readonly string[]): Promise<boolean>;
  /** Starts docker-registry on loopback: one without the referrers API. With `login` it asks for a password. */
  startRegistry(options?: {
    readonly login?: boolean;
  }): Promise<{ readonly host: string; readonly username: string; readonly password: string }>;
  /** Starts a peer that goes on; gives the first line that it prints, or all up to what fits `until`, from either stream. */
  startAndRead(name: PeerName, args?: readonly string[], until?: RegExp): Promise<string>;
  stop(): Promise<void>;
}

/** Options that keep cosign from asking or telling anyone outside this machine. */
export const cosignOffline = ["--use-signing-config=false", "--tlog-upload=false", "--yes"] as const;

function createPeers(): Peers {
  const home = mkdtempSync(join(tmpdir(), "countersign-peers-"));
  const environment = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    DOCKER_CONFIG: join(home, ".docker"),
    XDG_CONFIG_HOME: join(home, ".config"),
    COSIGN_PASSWORD: "",
    NO_PROXY: "127.0.0.1,localhost",
  };
  const running: ChildProcess[] = [];

  function start(name: PeerName, args: readonly string[], more: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = spawn(findPeer(name) ?? name, args, {
      cwd: home,
      env: { ...environment, ...more },
      stdio: ["pipe", "pipe", "pipe"],
    });
    running.push(child);
    return child;
  }

  async function finish(
    name: PeerName,
    args: readonly string[],
    input = "",
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; output: string }> {
    const child = start(name, args, more);
    const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
    let output = "";
    child.stdout?.on("data", (piece: Buffer) => (output += piece.toString()));
    child.stderr?.on("data", (piece: Buffer) => (output += piece.toString()));
    child.stdin?.on("error", () => undefined).end(input);
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once("error", reject).once("close", resolve),
    );
    clearTimeout(timer);
    running.splice(running.indexOf(child), 1);
    return { code, output };
  }

  return {
    home,
    environment,
    async run(name, args, input, more) {
      const { code, output } = await finish(name, args, input, more);
      if (code !== 0) throw new Error(`${name} ${args.join(" ")} ended with ${code}: ${output.slice(-2000)}`);
      return output;
    },
    succeeds: async (name, args) => (await finish(name, args)).code === 0,
    async startRegistry({ login = false } = {}) {
      const host = `127.0.0.1:${await freePort()}`;
      const settings = {
        version: 0.1,
        // Its log says when it listens, and the password that it makes up where there is no file of passwords yet.
        log: { level: "info", formatter: "json", accesslog: { disabled: true } },
        storage: { inmemory: {}, delete: { enabled: true } },
        http: { addr: host, secret: "for tests" },
        ...(login ? { auth: { htpasswd: { realm: "test", path: join(home, `htpasswd-${host}`) } } } : {}),
      };
      const file = join(home, `registry-${host.replace(":", "-")}.yml`);
      writeFileSync(file, JSON.stringify(settings));
      const child = start("docker-registry", ["serve", file]);
      const log = await new Promise<string>((resolve, reject) => {
        let text = "";
        const read = (piece: Buffer): void => {
          text += piece.toString();
          if (/"msg":"listening on /u.test(text)) resolve(text);
        };
        child.stdout?.on("data", read);
        child.stderr?.on("data", read);
        child.once("close", () => reject(new Error(`docker-registry ended: ${text}`)));
      });
      return { host, username: "docker", password: /"password":"([^"]+)"/u.exec(log)?.[1] ?? "" };
    },
    startAndRead: (name, args = [], until) =>
      new Promise((resolve, reject) => {
        const child = start(name, args);
        let text = "";
        child.stdout?.on("data", (piece: Buffer) => {
          text += piece.toString();
          if (until === undefined && text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
          else if (until?.test(text) === true) resolve(text);
        });
        child.stderr?.on("data", (piece: Buffer) => {
          if (until === undefined) return;
          text += piece.toString();
          if (until.test(text)) resolve(text);
        });
        child.once("error", reject).once("close", () => reject(new Error(`${name} ended: ${text}`)));
      }),
    async stop() {
      await Promise.all(
        running.splice(0).map((child) => {
          const closed = new Promise((resolve) => child.once("close", resolve));
          child.kill("SIGKILL");
          return closed;
        }),
      );
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A port of this machine that nobody uses. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
