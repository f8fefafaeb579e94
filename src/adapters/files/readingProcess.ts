import type { TextNow } from "../../application/ports.ts";
import { readFileNow } from "../../application/readFiles.ts";
import { compileLittle } from "../quickCompilation.ts";
import { createFilesNow } from "./filesNow.ts";
import type { ReadingQuestion, ReadingSetting } from "./readingProcesses.ts";

compileLittle();

// The entry of a reading process: it answers each list of files with what they hold, and ends with who asks.
let textOf: TextNow = () => undefined;
process.on("message", (message: ReadingSetting | ReadingQuestion) => {
  if (message.kind === "setting") textOf = createFilesNow(message.roots, message.maximumSize);
  else process.send?.(message.tasks.map((task) => readFileNow(task, textOf)));
});
