import { AppError } from "../../src/application/errors.ts";
import type { Files } from "../../src/application/ports.ts";

/** Files that stand in memory; `undefined` as content is a file that cannot be read. */
export function memoryFiles(
  content: Readonly<Record<string, string | undefined>>,
): Files & { readonly reads: string[] } {
  const reads: string[] = [];
  return {
    reads,
    async *list() {
      yield await Promise.resolve(Object.keys(content).sort());
    },
    read(path) {
      reads.push(path);
      if (!Object.hasOwn(content, path)) return Promise.resolve(undefined);
      const text = content[path];
      if (text !== undefined) return Promise.resolve(text);
      return Promise.reject(new AppError("file-unreadable", `${path} could not be read.`));
    },
  };
}
