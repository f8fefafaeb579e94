// Folders that are gone when this process is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes an empty folder with this name in it. `remove` removes it early; the end of the process removes it in any case.
 * @param {string} name
 * @returns {{ path: string, remove: () => void }}
 */
export function temporaryFolder(name) {
  const path = mkdtempSync(join(tmpdir(), `countersign-${name}-`));
  const removeNow = () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  process.once("exit", removeNow);
  return {
    path,
    remove: () => {
      process.removeListener("exit", removeNow);
      removeNow();
    },
  };
}
