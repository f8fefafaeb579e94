import { spawn, type ChildProcess } from "node:child_process";
import { homedir } from "node:os";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";

/** One start of a program. */
export interface ProgramRun {
  /** Absolute. */
  readonly file: string;
  readonly args: readonly string[];
  readonly input: Uint8Array;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Variables that are passed on besides the usual ones. */
  readonly passed: readonly string[];
  readonly timeoutMs: number;
  /** What was tried, in words: "describe key 'release'". */
  readonly action: string;
  /** What a person should know where it is not clear whether it was carried out. */
  readonly ambiguity?: string;
}

/** What a program came to. */
export interface ProgramOutcome {
  readonly exitCode: number;
  readonly output: Buffer;
  readonly error: Buffer;
}

const maximumOutput = 4 * 1024 * 1024;

/** What programs need to find their home, their proxy and their authorities; no secret is among them. */
const usual =
  /^(?:PATH|HOME|USER|LOGNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|SYSTEMROOT|WINDIR|TEMP|TMP|TMPDIR|LANG|LC_[A-Z]+|TZ|XDG_[A-Z]+_(?:HOME|DIR)|SSL_CERT_(?:FILE|DIR)|(?:HTTPS?|ALL|NO)_PROXY|NOTATION_(?:CONFIG|LIBEXEC|CACHE))$/i;

/**
 * Runs a program once, with a clean environment, without a shell, in the person's home folder and not in a workspace;
 * it is killed with all that it started when the time is over, it prints too much, or it is cancelled. Throws AppError
 * `service-unavailable`, `service-protocol` or `cancelled`; what it printed is never part of these.
 */
export async function runProgram(run: ProgramRun, { signal }: WaitOptions): Promise<ProgramOutcome> {
  const advice = run.ambiguity === undefined ? "" : ` ${run.ambiguity}`;
  const failed = `Could not ${run.action} with ${run.file}`;
  if (signal.aborted) throw new AppError("cancelled", `${failed}: it was cancelled. Nothing was started.`);
  const isPosix = process.platform !== "win32";
  const child = spawn(run.file, [...run.args], {
    cwd: run.environment["HOME"] ?? homedir(),
    env: cleanEnvironment(run),
    stdio: ["pipe", "pipe", "pipe"],
    shell: false,
    // A group of its own, so that what it starts can be killed with it.
    detached: isPosix,
    windowsHide: true,
  });
  return new Promise((resolve, reject) => {
    let stopped: AppError | undefined;
    const stop = (reason: AppError): void => {
      stopped ??= reason;
      killTree(child, isPosix);
    };
    const timer = setTimeout(() => {
      const seconds = run.timeoutMs / 1000;
      stop(new AppError("service-unavailable", `${failed}: it did not answer within ${seconds} s.${advice}`));
    }, run.timeoutMs);
    const cancel = (): void => stop(new AppError("cancelled", `${failed}: it was cancelled.${advice}`));
    signal.addEventListener("abort", cancel, { once: true });
    const read = (stream: NodeJS.ReadableStream): Buffer[] => {
      const chunks: Buffer[] = [];
      let length = 0;
      stream.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > maximumOutput)
          stop(new AppError("service-protocol", `${failed}: it printed more than ${maximumOutput} bytes.${advice}`));
        else chunks.push(chunk);
      });
      return chunks;
    };
    const [output, error] = [read(child.stdout), read(child.stderr)];
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
    };
    child.once("error", (cause) => {
      end();
      const message = `${failed}: it could not be started. Nothing was sent.`;
      reject(stopped ?? new AppError("service-unavailable", message, { cause }));
    });
    child.once("close", (code) => {
      end();
      if (stopped !== undefined) return reject(stopped);
      if (code === null)
        return reject(new AppError("service-unavailable", `${failed}: it was ended from outside.${advice}`));
      return resolve({ exitCode: code, output: Buffer.concat(output), error: Buffer.concat(error) });
    });
    // A program that does not read its input ends with its answer all the same.
    child.stdin.on("error", () => undefined).end(run.input);
  });
}

function cleanEnvironment({ environment, passed }: ProgramRun): Record<string, string> {
  const entries = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && (usual.test(name) || passed.includes(name)) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(entries);
}

function killTree(child: ChildProcess, isPosix: boolean): void {
  try {
    if (isPosix && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
