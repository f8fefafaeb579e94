import { setImmediate } from "node:timers/promises";
import type { Document } from "../core/document/document.ts";
import { resolveDocument } from "../core/document/resolveWorkspace.ts";
import { AppError } from "./errors.ts";
import type { Files, WaitOptions } from "./ports.ts";

/** How often a file may lead to a further one. */
const maximumRounds = 6;
/** Files that are read because others look into them. */
const maximumFiles = 20_000;

/**
 * Reads again, beside the files that they look into (`.env`, `Chart.yaml`, a base), the documents in `missing`, which
 * gives the files for each. A file that is not there or cannot be read says nothing. Replaces what `documents` holds, and
 * gives for each all the files that it looked into; throws only what the signal was aborted with.
 */
export async function resolveDocuments(
  files: Pick<Files, "read">,
  documents: Map<string, Document>,
  missing: ReadonlyMap<string, readonly string[]>,
  options: WaitOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const looked = new Map(missing);
  const texts = new Map<string, string | undefined>();
  let open = missing;
  for (let round = 0; round < maximumRounds && open.size > 0; round++) {
    for (const path of new Set([...open.values()].flat()))
      if (!texts.has(path) && texts.size < maximumFiles) texts.set(path, await readQuietly(files, path, options));
    const next = new Map<string, readonly string[]>();
    for (const [path, wanted] of open) {
      const document = documents.get(path);
      if (document === undefined || wanted.every((file) => texts.get(file) === undefined)) continue;
      const resolved = resolveDocument(document.text, path, texts);
      documents.set(path, resolved.document);
      const further = resolved.missing.filter((file) => !texts.has(file));
      looked.set(path, resolved.asked);
      if (further.length > 0) next.set(path, further);
      await setImmediate();
      options.signal.throwIfAborted();
    }
    open = next;
  }
  return looked;
}

async function readQuietly(
  files: Pick<Files, "read">,
  path: string,
  options: WaitOptions,
): Promise<string | undefined> {
  try {
    return await files.read(path, options);
  } catch (error) {
    // The file itself, where it is one of the workspace's documents, says so.
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
