import { AppError } from "./errors.ts";
import type { FileReading, Files, FileTask, WaitOptions } from "./ports.ts";
import { readFiles, readFilesNow } from "./readFiles.ts";

/**
 * What the files of all parts hold, in any order: beside this process where the workspace has readers and there are many
 * files, from then on while more of them are found. Throws what finding them failed with, and what the signal was
 * aborted with.
 */
export async function* readTasks(
  files: Files,
  parts: AsyncIterator<readonly FileTask[]>,
  options: WaitOptions,
): AsyncGenerator<readonly FileReading[]> {
  const { readers } = files;
  const open = new Map<string, FileTask>();
  const next = async (): Promise<IteratorResult<readonly FileTask[], unknown>> => {
    const part = await parts.next();
    if (part.done !== true) for (const task of part.value) open.set(task.path, task);
    return part;
  };
  let isEnd = false;
  while (!isEnd && open.size < (readers?.atLeast ?? Number.POSITIVE_INFINITY)) isEnd = (await next()).done === true;
  if (readers !== undefined && open.size >= readers.atLeast) {
    try {
      for await (const readings of readers.read(beginningWith([...open.values()], next), options)) {
        for (const { path } of readings) open.delete(path);
        yield readings;
      }
    } catch (error) {
      // Where others cannot work, this one does what is left.
      if (!(error instanceof AppError) || error.code !== "internal") throw error;
      while ((await next()).done !== true);
    }
  }
  if (open.size === 0) return;
  const rest = [...open.values()];
  yield await (files.readNow === undefined
    ? readFiles(files, rest, options)
    : readFilesNow(rest, files.readNow, options));
}

function beginningWith<T>(first: T, next: () => Promise<IteratorResult<T, unknown>>): AsyncIterator<T> {
  let isFirst = true;
  return {
    next() {
      if (!isFirst) return next();
      isFirst = false;
      return Promise.resolve({ done: false, value: first });
    },
  };
}
