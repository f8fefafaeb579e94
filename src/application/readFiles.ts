import { setImmediate } from "node:timers/promises";
import { dialectOfPath } from "../core/document/detect.ts";
import type { Document } from "../core/document/document.ts";
import { resolveAmong, resolveDocument } from "../core/document/resolveWorkspace.ts";
import { isPolicyPath, isSupportingFile, mayHoldPolicy } from "../core/policy/policyFile.ts";
import type { Problem } from "../core/problem.ts";
import { withoutIdleCommands } from "../core/rules/idleCommands.ts";
import { AppError } from "./errors.ts";
import type { Files, FileReading, FileTask, TextNow, WaitOptions } from "./ports.ts";
import { resolveDocuments } from "./resolveDocuments.ts";

/** How many files are open at a time. */
const parallelReads = 16;

/** After how many UTF-16 units of parsed text the event loop gets its turn: about ten milliseconds. */
const sliceLength = 64 * 1024;

/** Files are first read alone; those that look into others are read again beside them. */
const noTexts: ReadonlyMap<string, string> = new Map();

/** Reads files in this process, giving the event loop its turn. Throws only what the signal was aborted with. */
export async function readFiles(
  files: Files,
  tasks: readonly FileTask[],
  options: WaitOptions,
): Promise<readonly FileReading[]> {
  const readings = new Map<string, FileReading>();
  const documents = new Map<string, Document>();
  const unresolved = new Map<string, readonly string[]>();
  let parsed = 0;
  let turn: Promise<void> | undefined;
  const read = async (task: FileTask): Promise<void> => {
    const { path } = task;
    const { text, problems } = await readText(files, task, options);
    const policyText = text === undefined ? undefined : policyTextOf(task, text);
    readings.set(path, { path, problems, ...(policyText === undefined ? {} : { policyText }) });
    if (text === undefined) return;
    if (task.references) {
      const { document, missing } = resolveDocument(text, path, noTexts);
      if (task.named || document.dialect !== "unrecognised") documents.set(path, withoutIdleCommands(document));
      if (missing.length > 0) unresolved.set(path, missing);
      parsed += text.length;
    }
    if (parsed > sliceLength) {
      parsed = 0;
      turn = setImmediate();
    }
    // All workers wait for the same turn: those that did not would keep the loop busy by themselves.
    await turn;
  };
  await forEachBounded(tasks, read, options.signal);
  const looked = await resolveDocuments(files, documents, unresolved, options);
  return tasks.flatMap(({ path }) => {
    const reading = readings.get(path);
    const document = documents.get(path);
    if (reading === undefined) return [];
    const siblings = looked.get(path);
    const found = document === undefined ? {} : { document: withoutIdleCommands(document) };
    return [{ ...reading, ...found, ...(siblings === undefined ? {} : { siblings }) }];
  });
}

/**
 * Reads one file whose text, and that of those it looks into, is at hand at once: in a process of its own, where waiting
 * disturbs nobody. `textOf` throws AppError for a file that cannot be read.
 */
export function readFileNow(task: FileTask, textOf: TextNow): FileReading {
  const { path } = task;
  const text = attempt(() => textOf(path, !task.named));
  if (text instanceof AppError) return { path, problems: problemsOf(task, text) };
  if (text === undefined) return { path, problems: [] };
  const policyText = policyTextOf(task, text);
  const reading = { path, problems: [], ...(policyText === undefined ? {} : { policyText }) };
  if (!task.references) return reading;
  const { document, asked } = resolveAmong(text, path, (sibling) => {
    const found = attempt(() => textOf(sibling));
    return found instanceof AppError ? undefined : found;
  });
  const siblings = asked.length === 0 ? {} : { siblings: asked };
  if (!task.named && document.dialect === "unrecognised") return { ...reading, ...siblings };
  return { ...reading, document: withoutIdleCommands(document), ...siblings };
}

/**
 * Reads files one after the other as `readFileNow` does, giving the event loop its turn. Throws only what the signal was
 * aborted with.
 */
export async function readFilesNow(
  tasks: readonly FileTask[],
  textOf: TextNow,
  { signal }: WaitOptions,
): Promise<readonly FileReading[]> {
  const readings: FileReading[] = [];
  let parsed = 0;
  for (const task of tasks) {
    signal.throwIfAborted();
    const reading = readFileNow(task, textOf);
    readings.push(reading);
    parsed += reading.document?.text.length ?? 0;
    if (parsed <= sliceLength) continue;
    parsed = 0;
    await setImmediate();
  }
  return readings;
}

function attempt(read: () => string | undefined): string | undefined | AppError {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

async function readText(
  files: Files,
  task: FileTask,
  options: WaitOptions,
): Promise<{ readonly text: string | undefined; readonly problems: readonly Problem[] }> {
  try {
    return { text: await files.read(task.path, options), problems: [] };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { text: undefined, problems: problemsOf(task, error) };
  }
}

/** A file that was looked at only in case it held something (a program without an extension, a key) may well be unreadable. */
function problemsOf({ path, named }: FileTask, { code, message }: AppError): readonly Problem[] {
  const states = isPolicyPath(path) && !isSupportingFile(path);
  return named || dialectOfPath(path) !== undefined || states ? [{ code, message, file: path }] : [];
}

function policyTextOf({ path, policy }: FileTask, text: string): string | undefined {
  return policy && mayHoldPolicy(path, text) ? text : undefined;
}

/** Runs `each` over the items, at most `parallelReads` at a time, in order of start. The first failure ends it. */
async function forEachBounded(
  items: readonly FileTask[],
  each: (item: FileTask) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const remaining = items.values();
  const worker = async (): Promise<void> => {
    for (const item of remaining) {
      signal.throwIfAborted();
      await each(item);
    }
  };
  await Promise.all(Array.from({ length: parallelReads }, worker));
}
