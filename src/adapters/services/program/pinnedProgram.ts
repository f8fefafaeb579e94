import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";

/** Larger programs are not hashed. */
const maximumProgram = 1024 * 1024 * 1024;

/**
 * Makes sure that a program is the pinned one, before each start: a plug-in speaks for keys, and whoever replaces it
 * speaks for them too. Throws AppError `configuration` where it is another, is not pinned, or others may change it.
 */
export async function requirePinned(
  file: string,
  pin: { readonly service: string; readonly sha256: string | undefined },
  options: WaitOptions,
): Promise<void> {
  const refuse = (why: string, cause?: unknown): AppError =>
    new AppError(
      "configuration",
      `Signing service '${pin.service}' cannot be used: ${why}`,
      cause === undefined ? {} : { cause },
    );
  const [found, folder] = await Promise.all([stat(file), stat(dirname(file))]).catch((cause: unknown) => {
    throw refuse(`there is no plug-in ${file}. Install it, or correct 'plugin'.`, cause);
  });
  if (!found.isFile()) throw refuse(`${file} is no program.`);
  if (found.size > maximumProgram) throw refuse(`${file} is larger than ${maximumProgram} bytes.`);
  // Windows has no such bits.
  if (process.platform !== "win32") {
    const own = process.getuid?.();
    const isOthers = [found, folder].some(({ mode, uid }) => (mode & 0o022) !== 0 || (uid !== 0 && uid !== own));
    if (isOthers)
      throw refuse(`others may change ${file} or its folder. Take away their permission to write, and try again.`);
  }
  const actual = await hashOf(file, options);
  if (pin.sha256 === actual) return;
  throw refuse(
    pin.sha256 === undefined
      ? `its plug-in is not pinned. Make sure that ${file} is what its publisher released, and write 'sha256: ${actual}' in its options in .countersign.yaml.`
      : `${file} is not the plug-in that .countersign.yaml pins: its SHA-256 is ${actual}. It was not started. If it was updated on purpose, pin the new one.`,
  );
}

async function hashOf(file: string, { signal }: WaitOptions): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file, { signal })) hash.update(chunk);
  } catch (cause) {
    if (signal.aborted) throw new AppError("cancelled", `Reading ${file} was cancelled.`, { cause });
    throw new AppError("file-unreadable", `Could not read ${file}.`, { cause });
  }
  return hash.digest("hex");
}
