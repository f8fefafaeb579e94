import { spawn } from "node:child_process";
import { RegistryError } from "../../application/errors.ts";
import { isJsonObject, readJson } from "../../core/json.ts";
import type { Credential } from "./credentials.ts";
import { stoppedBy } from "./failure.ts";
import type { RegistryLimits } from "./limits.ts";

/** What a helper process came to. */
export interface HelperOutcome {
  /** Undefined where it was killed. */
  readonly exitCode: number | undefined;
  readonly output: Uint8Array;
}

/** Runs a program with `input` on its standard input; rejects where it cannot be started. */
export type SpawnHelper = (program: string, input: string, options: HelperOptions) => Promise<HelperOutcome>;

export interface HelperOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Also the folder that the helper runs in: never the workspace's, where a file could pose as a helper. */
  readonly homeDirectory: string;
  readonly limits: RegistryLimits;
  readonly spawnHelper?: SpawnHelper | undefined;
  readonly signal: AbortSignal;
}

/** What helpers print, with a failing exit code, where they hold nothing for the server. */
const notFound = "credentials not found in native keychain";

/** Whether a name may be part of a helper's program name: no path, no option, no separator. */
export function isHelperName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/u.test(name);
}

/**
 * Asks `docker-credential-<name> get` for the credential of a server, by Docker's credential-helper protocol: server on
 * standard input, JSON back. Undefined where it holds none. Nothing that it prints is passed on: it may hold secrets.
 */
export async function askCredentialHelper(
  name: string,
  serverUrl: string,
  options: HelperOptions,
): Promise<Credential | undefined> {
  const program = `docker-credential-${name}`;
  const failed = (why: string, cause?: unknown): RegistryError =>
    new RegistryError(
      "auth-helper-failed",
      `Could not get the login for ${serverUrl}: the credential helper ${program} ${why}. Sign in with it, or choose another account.`,
      cause === undefined ? {} : { cause },
    );

  const outcome = await run(program, serverUrl, options).catch((error: unknown) => {
    if (options.signal.aborted) throw stoppedBy(options.signal);
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw failed(isAbsent ? "is not installed" : "could not be started", error);
  });
  if (options.signal.aborted) throw stoppedBy(options.signal);
  const text = new TextDecoder().decode(outcome.output).trim();
  if (outcome.exitCode === undefined) throw failed("did not answer in time, or printed too much");
  if (outcome.exitCode !== 0) {
    if (text === notFound) return undefined;
    throw failed(`exited with ${outcome.exitCode}`);
  }
  const json = readJson(text);
  const username = isJsonObject(json) ? json["Username"] : undefined;
  const secret = isJsonObject(json) ? json["Secret"] : undefined;
  if (typeof username !== "string" || typeof secret !== "string") throw failed("gave an answer that cannot be read");
  if (secret === "") return undefined;
  return username === "<token>"
    ? { kind: "identity-token", token: secret }
    : { kind: "password", username, password: secret };
}

function run(program: string, input: string, options: HelperOptions): Promise<HelperOutcome> {
  return (options.spawnHelper ?? spawnProgram)(program, input, options);
}

const spawnProgram: SpawnHelper = (program, input, { environment, homeDirectory, limits, signal }) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, ["get"], {
      shell: false,
      cwd: homeDirectory,
      env: environment,
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true,
    });
    const pieces: Buffer[] = [];
    let length = 0;
    const kill = (): void => {
      child.kill("SIGKILL");
      // A grandchild may hold the pipe open after its parent is gone.
      child.stdout.destroy();
    };
    const timer = setTimeout(kill, limits.helperMs);
    signal.addEventListener("abort", kill, { once: true });
    child.stdout.on("data", (piece: Buffer) => {
      length += piece.length;
      if (length > limits.helperBytes) kill();
      else pieces.push(piece);
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", kill);
    };
    child.on("error", (error) => {
      settle();
      reject(error);
    });
    child.on("close", (exitCode) => {
      settle();
      resolve({ exitCode: exitCode ?? undefined, output: Buffer.concat(pieces) });
    });
  });
