import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, readJson, textOrEmpty } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import { runProgram } from "../program/runProgram.ts";
import { leased, type IdentityPlace } from "./securityTokens.ts";
import { credentialsOf, type AwsCredentials } from "./signatureV4.ts";

/** A program may ask the person for something, in milliseconds. */
const timeoutMs = 60_000;

/**
 * Credentials that the program prints which the person's own configuration of AWS names (`credential_process`). It is started
 * without a shell, and not in a workspace. AppError `authentication`.
 */
export async function fromProcess(
  { environment, note }: IdentityPlace,
  command: string,
  options: WaitOptions,
): Promise<Leased<AwsCredentials>> {
  const [file, ...args] = wordsOf(command);
  if (file === undefined) throw new AppError("configuration", "A profile of AWS has an empty credential_process.");
  const action = "get credentials of AWS";
  const passed = Object.keys(environment).filter((name) => name.startsWith("AWS_"));
  const { exitCode, output } = await runProgram(
    { file, args, input: new Uint8Array(), environment, passed, timeoutMs, action },
    options,
  );
  const json = exitCode === 0 ? readJson(output) : undefined;
  const printed = isJsonObject(json) && json["Version"] === 1 ? json : {};
  const value = credentialsOf({
    id: textOrEmpty(printed["AccessKeyId"]),
    secret: textOrEmpty(printed["SecretAccessKey"]),
    token: textOrEmpty(printed["SessionToken"]),
  });
  if (value === undefined)
    throw new AppError(
      "authentication",
      `Could not ${action} with ${file}, the credential_process of a profile: it ended with ${exitCode}${exitCode === 0 ? ", and what it printed is no credentials in version 1" : ""}.`,
    );
  return leased(value, Date.parse(textOrEmpty(printed["Expiration"])), note);
}

/** Words with quotes around those with spaces; a backslash is itself, since there are paths with it. */
function wordsOf(command: string): readonly string[] {
  const words = command.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}
