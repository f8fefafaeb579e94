import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { AppError } from "../../../application/errors.ts";
import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configurationServices.ts";
import { readSigstoreOptions } from "../../../core/policy/sigstoreOptions.ts";
import { readSigningConfig } from "../../../core/sign/signingConfig.ts";
import { readTrustedRoot } from "../../../core/signature/trustedRoot.ts";
import { createTimeStamps } from "../../timeStamps.ts";
import type { OpeningSources } from "../openingSources.ts";
import { readAuthorities, readPointer } from "../serviceAddress.ts";
import { createUsedSecrets } from "../serviceWords.ts";
import { createSigstoreService } from "./sigstore.ts";

const timeoutMs = 20_000;
const maximumFile = 1024 * 1024;

/** Opens a service of the type `sigstore`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openSigstore(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const { origin, options } = readPointer(pointer, readSigstoreOptions);
  const { root, trial, person, secrets } = sources;
  const text = (option: "signingConfig" | "trustedRoot"): Promise<string> =>
    readOption(pointer.name, option, options[option], root);
  const trustedRoot = await text("trustedRoot");
  const { value: config, problems } = readSigningConfig(await text("signingConfig"));
  const refuse = (why: string): AppError =>
    new AppError("configuration", `Signing service '${pointer.name}' cannot be used. ${why}`);
  if (config === undefined) throw refuse(problems.map(({ message }) => message).join(" "));
  const read = readTrustedRoot(trustedRoot, pointer.name);
  if (read.kind === "refused") throw refuse(`Its trusted root cannot be used: ${read.why}.`);
  const authorities = await readAuthorities(pointer.name, options.caFile, root);
  return createSigstoreService({
    name: pointer.name,
    origin,
    options,
    config,
    trustedRoot,
    environment: sources.place.environment,
    timeStamps: createTimeStamps({ timeoutMs }),
    used: createUsedSecrets(),
    timeoutMs,
    isTrial: trial?.interfaces?.["sigstore"] === origin,
    now: () => new Date(),
    pause: async (milliseconds, wait) => {
      try {
        await setTimeout(milliseconds, undefined, wait);
      } catch (cause) {
        throw new AppError("cancelled", "Signing in was cancelled; nothing was signed.", { cause });
      }
    },
    ...(authorities === undefined ? {} : { tls: { authorities } }),
    ...(person === undefined ? {} : { person }),
    ...(secrets === undefined ? {} : { secrets }),
  });
}

async function readOption(name: string, option: string, path: string, root: string | undefined): Promise<string> {
  if (root === undefined)
    throw new AppError(
      "configuration",
      `'${option}' of signing service '${name}' needs a workspace folder to be found in.`,
    );
  let text: string;
  try {
    text = await readFile(join(root, path), "utf8");
  } catch (cause) {
    throw new AppError(
      "file-unreadable",
      `Could not read ${join(root, path)}, the '${option}' of signing service '${name}'.`,
      {
        cause,
      },
    );
  }
  if (text.length <= maximumFile) return text;
  throw new AppError("configuration", `${join(root, path)} is longer than ${maximumFile} characters.`);
}
