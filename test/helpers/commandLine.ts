import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What a run of the command line came to. */
export interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
}

/** The built command line and a folder to work in. */
export interface CommandLine {
  /** The bundle. */
  readonly program: string;
  /** A workspace of its own. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  write(path: string, content: string | Uint8Array): string;
  run(...args: readonly string[]): Promise<Run>;
  /** The same with more in its environment. */
  runWith(more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Run>;
  /** The same in a folder below the workspace. */
  runIn(below: string, ...args: readonly string[]): Promise<Run>;
  /** Starts without waiting, for what is interrupted. */
  start(...args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Run> };
  dispose(): void;
}

let built: Promise<string> | undefined;

/** Bundles the command line as the package does, once for all tests, into a temporary folder. */
function buildOnce(): Promise<string> {
  built ??= (async () => {
    const outdir = mkdtempSync(join(tmpdir(), "countersign-cli-"));
    process.once("exit", () => rmSync(outdir, { recursive: true, force: true }));
    await build({
      entryPoints: { cli: join(root, "src/cli/main.ts") },
      outdir,
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      keepNames: true,
      loader: { ".md": "text" },
      outExtension: { ".js": ".cjs" },
      logLevel: "silent",
    });
    return join(outdir, "cli.cjs");
  })();
  return built;
}

/** A command line with an empty home and state of its own, so that nothing of the machine counts. */
export async function createCommandLine(): Promise<CommandLine> {
  const program = await buildOnce();
  const home = mkdtempSync(join(tmpdir(), "countersign-home-"));
  const folder = join(home, "workspace");
  mkdirSync(folder);
  const environment = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    DOCKER_CONFIG: join(home, "docker"),
    COUNTERSIGN_STATE_DIR: join(home, "state"),
    LANG: "C.UTF-8",
  };
  const startIn = (cwd: string, args: readonly string[], more = {}): ReturnType<CommandLine["start"]> => {
    const env = { ...environment, ...more };
    const child = spawn(process.execPath, [program, ...args], { cwd, env, stdio: "pipe" });
    const parts = { output: "", error: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (parts.output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (parts.error += text));
    const ended = new Promise<Run>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, ...parts }));
    });
    return { child, ended };
  };
  return {
    program,
    folder,
    environment,
    write(path, content) {
      const absolute = join(folder, path);
      mkdirSync(dirname(absolute), { recursive: true });
      writeFileSync(absolute, content);
      return absolute;
    },
    run: (...args) => startIn(folder, args).ended,
    runWith: (more, ...args) => startIn(folder, args, more).ended,
    runIn: (below, ...args) => startIn(join(folder, below), args).ended,
    start: (...args) => startIn(folder, args),
    dispose: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** The one JSON object that a run printed. */
export function jsonOf<T = Report>({ output }: Run): T {
  return JSON.parse(output) as T;
}

/** The report's fields that tests look at. */
export interface Report {
  readonly version: number;
  readonly images: readonly {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly text: string;
    readonly reference: string | null;
    readonly state?: string;
    readonly reason?: { readonly code: string };
    readonly digest?: string;
    readonly decidedBy?: { readonly policy: string; readonly line: number; readonly rule: string };
  }[];
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly file: string }[];
  readonly problems: readonly { readonly code: string; readonly message: string; readonly file?: string }[];
}
