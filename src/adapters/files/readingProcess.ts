import { setFlagsFromString } from "node:v8";
import { readFileNow } from "../../application/readFiles.ts";
import { createFilesNow } from "./filesNow.ts";
import type { ReadingQuestion, ReadingSetting } from "./readingProcesses.ts";

/**
 * What V8 compiles has to pay for itself within seconds: where it has a compiler of the middle, that one alone, without
 * what makes its code longer. Set here, since a flag that V8 does not know would keep a process from starting.
 */
const quickCompilation = ["--no-turbofan", "--no-maglev-inlining", "--no-maglev-loop-peeling"];
if (Number.parseInt(process.versions.v8, 10) >= 13) for (const flag of quickCompilation) setFlagsFromString(flag);

// The entry of a reading process: it answers each list of files with what they hold, and ends with who asks.
let textOf: (path: string) => string | undefined = () => undefined;
process.on("message", (message: ReadingSetting | ReadingQuestion) => {
  if (message.kind === "setting") textOf = createFilesNow(message.roots, message.maximumSize);
  else process.send?.(message.tasks.map((task) => readFileNow(task, textOf)));
});
