import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, readJson, textOrEmpty } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import { runProgram } from "../program/runProgram.ts";

/** What asking the Azure CLI needs. */
export interface CliPlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly note: (secret: string) => void;
}

/** A token of the person who is signed in to the Azure CLI; undefined where it is not installed. AppError `authentication`. */
export async function tokenOfCli(
  { environment, timeoutMs, note }: CliPlace,
  resource: string,
  options: WaitOptions,
): Promise<Leased<string> | undefined> {
  const file = await findProgram(environment);
  if (file === undefined) return undefined;
  const action = "ask the Azure CLI for a token";
  const outcome = await runProgram(
    {
      file,
      args: ["account", "get-access-token", "--output", "json", "--resource", resource],
      input: new Uint8Array(),
      environment,
      passed: ["AZURE_CONFIG_DIR"],
      timeoutMs: Math.max(timeoutMs, 30_000),
      action,
    },
    options,
  );
  const json = outcome.exitCode === 0 ? readJson(outcome.output) : undefined;
  const token = textOrEmpty(isJsonObject(json) ? json["accessToken"] : undefined);
  const expires = isJsonObject(json) ? Number(json["expires_on"]) * 1000 : Number.NaN;
  if (token === "")
    throw new AppError(
      "authentication",
      `Could not ${action}: it ended with ${outcome.exitCode}. Run 'az login' and try again.`,
    );
  note(token);
  return { value: token, ...(Number.isFinite(expires) ? { expiresAt: expires } : {}) };
}

/** Only in absolute folders: a workspace could put a program of this name where a relative one leads. */
async function findProgram(environment: CliPlace["environment"]): Promise<string | undefined> {
  // There the program is a script that only a shell starts.
  if (process.platform === "win32") return undefined;
  for (const folder of (environment["PATH"] ?? "").split(delimiter).filter((each) => isAbsolute(each))) {
    const file = join(folder, "az");
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}
