import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { AppError } from "../../application/errors.ts";
import type { FileReaders, FileReading, FileTask } from "../../application/ports.ts";
import { defaultMaximumSize } from "./nodeFiles.ts";
import type { Root } from "./filesNow.ts";
import { createShares } from "./shares.ts";

/** What a process reads in: the first that it is sent. */
export interface ReadingSetting {
  readonly kind: "setting";
  readonly roots: readonly Root[];
  readonly maximumSize: number;
}

/** Files that a process is to read. */
export interface ReadingQuestion {
  readonly kind: "question";
  readonly tasks: readonly FileTask[];
}

/** Where processes come from, and what they read. */
export interface ReadingProcessesOptions {
  /** Their program: `readingProcess`, as it was built. */
  readonly program: string;
  /** Asked when reading begins. */
  readonly roots: () => readonly Root[];
  /** From how many files on they are worth their start. */
  readonly atLeast: number;
  /** In bytes, for one file. */
  readonly maximumSize?: number;
}

/** More processes than this wait for the one that takes their answers. */
const maximumProcesses = 4;
/** Files that a process reads before it answers: few enough that taking the answer keeps nobody waiting. */
const batchLength = 48;
/** A process has its next files before it answers for the last. */
const batchesAhead = 2;
/** How long answers are taken one after the other before others get their turn, in milliseconds. */
const sliceTime = 10;
/** How long a process may take for one answer, in milliseconds. */
const patience = 60_000;

/**
 * How V8 runs them, in megabytes: an old generation that the largest file that is read fits into, and a young one in
 * which what a batch makes is gone when the next begins. The processors are busy with these processes, so that threads
 * beside theirs would only get in the way. What a function meets counts from its first call on, since they end
 * before it would pay to wait.
 */
const flags = [
  "--max-old-space-size=512",
  "--min-semi-space-size=32",
  "--max-semi-space-size=32",
  "--single-threaded",
  "--no-lazy-feedback-allocation",
];

/** Processes that read files, started for each reading and ended after it. */
export function createReadingProcesses(options: ReadingProcessesOptions): FileReaders {
  return {
    atLeast: options.atLeast,
    read(tasks, { signal }) {
      const setting: ReadingSetting = {
        kind: "setting",
        roots: options.roots(),
        maximumSize: options.maximumSize ?? defaultMaximumSize,
      };
      return merge(() => startProcess(options.program, setting), tasks, signal);
    },
  };
}

function startProcess(program: string, setting: ReadingSetting): ChildProcess {
  // What a debugger or the editor tells its own processes is not for these; an Electron is told to be Node.
  const { NODE_OPTIONS: _, ...environment } = process.env;
  const child = fork(program, [], {
    execArgv: flags,
    env: { ...environment, ELECTRON_RUN_AS_NODE: "1" },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  child.send(setting, () => undefined);
  return child;
}

/** It may be in the middle of a file, and holds nothing that would be lost. */
async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** The answers of all processes as they come; each that answers is asked again. */
async function* merge(
  start: () => ChildProcess,
  parts: AsyncIterator<readonly FileTask[]>,
  signal: AbortSignal,
): AsyncGenerator<readonly FileReading[]> {
  signal.throwIfAborted();
  const shares = createShares(batchLength);
  const answers: (readonly FileReading[])[] = [];
  const processes: ChildProcess[] = [];
  const asked: number[] = [];
  let isListed = false;
  let isOver = false;
  let failure: unknown;
  let wake = (): void => undefined;
  const fail = (cause: unknown): void => {
    failure ??= cause;
    wake();
  };
  const failProcess = (message: string, cause?: unknown): void => fail(new AppError("internal", message, { cause }));
  const ask = (child: ChildProcess, index: number): void => {
    for (let ahead = asked[index] ?? 0; ahead < batchesAhead; ahead++) {
      const question: ReadingQuestion = { kind: "question", tasks: shares.next(index) };
      if (question.tasks.length === 0) return;
      asked[index] = ahead + 1;
      child.send(question, () => undefined);
    }
  };
  const isWaiting = (): boolean => asked.some((count) => count > 0);
  const watchdog = setTimeout(() => {
    if (isWaiting()) failProcess(`No process that reads files answered for ${patience} ms.`);
    else watchdog.refresh();
  }, patience);
  const aborted = (): void => wake();
  signal.addEventListener("abort", aborted);
  const startAll = async (): Promise<void> => {
    const count = Math.max(1, Math.min(maximumProcesses, availableParallelism()));
    for (let index = 0; index < count && !isOver; index++) {
      const child = start();
      processes.push(child);
      asked.push(0);
      child.on("message", (readings: readonly FileReading[]) => {
        watchdog.refresh();
        asked[index] = (asked[index] ?? 0) - 1;
        answers.push(readings);
        ask(child, index);
        wake();
      });
      child.on("error", (cause) => failProcess("A process that reads files failed.", cause));
      child.on("exit", () => failProcess("A process that reads files ended before its work."));
      ask(child, index);
      // To start one keeps the event loop for some milliseconds.
      await setImmediate();
    }
  };
  const takeAll = async (): Promise<void> => {
    for (let part = await parts.next(); part.done !== true && failure === undefined; part = await parts.next()) {
      shares.add(part.value);
      for (const [index, child] of processes.entries()) ask(child, index);
    }
    isListed = true;
    wake();
  };
  startAll().catch(fail);
  takeAll().catch(fail);
  let until = Date.now() + sliceTime;
  try {
    for (;;) {
      const answer = answers.shift();
      if (answer !== undefined) {
        yield answer;
        // Whoever takes it has worked on it.
        if (Date.now() >= until) {
          await setImmediate();
          signal.throwIfAborted();
          until = Date.now() + sliceTime;
        }
        continue;
      }
      if (failure !== undefined) throw failure;
      if (isListed && !isWaiting()) return;
      await new Promise<void>((resolve) => (wake = resolve));
      signal.throwIfAborted();
    }
  } finally {
    isOver = true;
    clearTimeout(watchdog);
    signal.removeEventListener("abort", aborted);
    await Promise.all(processes.map(endProcess));
  }
}
