import { spawn } from "node:child_process";
import type { Server } from "node:net";

/** How a program ended and how long it took, start of the process included. */
export interface Run {
  readonly seconds: number;
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program to its end; its standard output and error are kept for the case of failure. */
function run(program: string, args: readonly string[], environment: Record<string, string> = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ seconds: Number(process.hrtime.bigint() - started) / 1e9, code, output });
    });
  });
}

/** Runs a program that must succeed. */
export async function mustRun(
  program: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Run> {
  const ended = await run(program, args, environment);
  if (ended.code !== 0)
    throw new Error(`${program} ${args.join(" ")} ended with ${ended.code}: ${ended.output.slice(-2000)}`);
  return ended;
}

/** Runs `program` once for each argument list, at most `width` at once; gives the seconds that all took together. */
export async function runAll(
  program: string,
  calls: readonly (readonly string[])[],
  width: number,
  environment: Record<string, string>,
): Promise<number> {
  const started = process.hrtime.bigint();
  const queue = [...calls];
  const worker = async (): Promise<void> => {
    for (let args = queue.shift(); args !== undefined; args = queue.shift()) await mustRun(program, args, environment);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return Number(process.hrtime.bigint() - started) / 1e9;
}

export function listenOnLoopback(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("The server has no port"));
      else resolve(address.port);
    });
  });
}
