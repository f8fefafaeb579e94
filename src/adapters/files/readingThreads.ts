import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { AppError } from "../../application/errors.ts";
import type { FileReaders, FileReading, FileTask } from "../../application/ports.ts";
import { defaultMaximumSize } from "./nodeFiles.ts";
import type { Root } from "./filesNow.ts";
import { createShares } from "./shares.ts";

/** What a thread is started with. */
export interface ThreadSetting {
  readonly roots: readonly Root[];
  readonly maximumSize: number;
}

/** Files that a thread is to read. */
export interface ThreadQuestion {
  readonly tasks: readonly FileTask[];
}

/** Where threads come from, and what they read. */
export interface ReadingThreadsOptions {
  /** The thread's program: `readingThread`, as it was built. */
  readonly program: string;
  /** Asked when reading begins. */
  readonly roots: () => readonly Root[];
  /** From how many files on they are worth their start. */
  readonly atLeast: number;
  /** In bytes, for one file. */
  readonly maximumSize?: number;
}

/** More threads than this wait for the one that takes their answers. */
const maximumThreads = 4;
/** Files that a thread reads before it answers: few enough that taking the answer keeps nobody waiting. */
const batchLength = 16;
/** A thread has its next files before it answers for the last. */
const batchesAhead = 2;
/** Old generation of a thread, in megabytes; more than the largest file that is read needs. */
const maximumHeap = 512;
/** Young generation of a thread, in megabytes: what a batch makes is mostly gone when the next begins. */
const youngHeap = 48;
/** How long a thread may take for one answer, in milliseconds. */
const patience = 60_000;

/** Threads that read files, started for each reading and ended after it. */
export function createReadingThreads(options: ReadingThreadsOptions): FileReaders {
  return {
    atLeast: options.atLeast,
    async *read(tasks, { signal }) {
      signal.throwIfAborted();
      const count = Math.max(1, Math.min(maximumThreads, availableParallelism()));
      const setting: ThreadSetting = {
        roots: options.roots(),
        maximumSize: options.maximumSize ?? defaultMaximumSize,
      };
      const threads = Array.from({ length: count }, () => startThread(options.program, setting));
      try {
        yield* merge(threads, tasks, signal);
      } finally {
        await Promise.all(threads.map((thread) => thread.terminate()));
      }
    },
  };
}

function startThread(program: string, workerData: ThreadSetting): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: maximumHeap, maxYoungGenerationSizeMb: youngHeap };
  return new Worker(program, { workerData, resourceLimits, execArgv: [], env: {} });
}

/** The answers of all threads as they come; each thread that answers is asked again. */
async function* merge(
  threads: readonly Worker[],
  parts: AsyncIterator<readonly FileTask[]>,
  signal: AbortSignal,
): AsyncGenerator<readonly FileReading[]> {
  const shares = createShares(batchLength);
  const answers: (readonly FileReading[])[] = [];
  const asked = threads.map(() => 0);
  let isListed = false;
  let failure: unknown;
  let wake = (): void => undefined;
  const fail = (cause: unknown): void => {
    failure ??= cause;
    wake();
  };
  const failThread = (message: string, cause?: unknown): void => fail(new AppError("internal", message, { cause }));
  const ask = (thread: Worker, index: number): void => {
    for (let ahead = asked[index] ?? 0; ahead < batchesAhead; ahead++) {
      const question: ThreadQuestion = { tasks: shares.next(index) };
      if (question.tasks.length === 0) return;
      asked[index] = ahead + 1;
      thread.postMessage(question);
    }
  };
  const isWaiting = (): boolean => asked.some((count) => count > 0);
  const watchdog = setTimeout(() => {
    if (isWaiting()) failThread(`No thread that reads files answered for ${patience} ms.`);
    else watchdog.refresh();
  }, patience);
  const aborted = (): void => wake();
  signal.addEventListener("abort", aborted);
  for (const [index, thread] of threads.entries()) {
    thread.on("message", (readings: readonly FileReading[]) => {
      watchdog.refresh();
      asked[index] = (asked[index] ?? 0) - 1;
      answers.push(readings);
      ask(thread, index);
      wake();
    });
    thread.on("error", (cause) => failThread("A thread that reads files failed.", cause));
    thread.on("exit", () => failThread("A thread that reads files ended before its work."));
  }
  const takeAll = async (): Promise<void> => {
    for (let part = await parts.next(); part.done !== true && failure === undefined; part = await parts.next()) {
      shares.add(part.value);
      for (const [index, thread] of threads.entries()) ask(thread, index);
    }
    isListed = true;
    wake();
  };
  takeAll().catch(fail);
  try {
    for (;;) {
      const answer = answers.shift();
      if (answer !== undefined) {
        yield answer;
        continue;
      }
      if (failure !== undefined) throw failure;
      if (isListed && !isWaiting()) return;
      await new Promise<void>((resolve) => (wake = resolve));
      signal.throwIfAborted();
    }
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener("abort", aborted);
  }
}
