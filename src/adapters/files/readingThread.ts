import { parentPort, workerData } from "node:worker_threads";
import { readFileNow } from "../../application/readFiles.ts";
import { createFilesNow } from "./filesNow.ts";
import type { ThreadQuestion, ThreadSetting } from "./readingThreads.ts";

// The entry of a reading thread: it answers each list of files with what they hold.
const { roots, maximumSize }: ThreadSetting = workerData;
const textOf = createFilesNow(roots, maximumSize);
parentPort?.on("message", ({ tasks }: ThreadQuestion) => {
  parentPort?.postMessage(tasks.map((task) => readFileNow(task, textOf)));
});
