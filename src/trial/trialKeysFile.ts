import { readFile } from "node:fs/promises";
import type { StatePlace } from "../adapters/services/trialState.ts";
import { AppError } from "../application/errors.ts";
import { readTrialKeys } from "./service/keyPolicy.ts";
import type { TrialKeyRequest } from "./service/keys.ts";

/** Variable that names the file of the trial's keys to the background process. */
const variable = "COUNTERSIGN_TRIAL_KEYS";

/** The place with the file named in it; unchanged without one. */
export function withKeysFile(place: StatePlace, file: string | undefined): StatePlace {
  return file === undefined ? place : { ...place, environment: { ...place.environment, [variable]: file } };
}

/**
 * The keys that the named file describes; undefined where none is named. Throws AppError `file-unreadable`, and
 * `configuration` where the file is not understood.
 */
export async function readKeysFile({ environment }: StatePlace): Promise<readonly TrialKeyRequest[] | undefined> {
  const file = environment[variable];
  if (file === undefined || file === "") return undefined;
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new AppError("file-unreadable", `Could not read the keys of the trial from ${file}.`, { cause });
  });
  const keys = readTrialKeys(text);
  if (typeof keys !== "string") return keys;
  throw new AppError("configuration", `${file} does not describe keys of the trial. ${keys}`);
}
