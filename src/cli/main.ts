import { isatty } from "node:tty";
import { createTerminalPerson } from "./person.ts";
import { pluginCommand } from "./plugins/programName.ts";
import { run } from "./run.ts";

const interruption = new AbortController();
// The first Ctrl+C cancels and cleans up; a second one, or one where nothing waits any more, ends the process.
process.once("SIGINT", () => interruption.abort());
process.once("SIGTERM", () => interruption.abort());
// `countersign images | head` closes our output early; that is no failure.
process.stdout.on("error", (error) => {
  if ("code" in error && error.code === "EPIPE") process.exit(0);
});

const write = (text: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });

const plugin = pluginCommand(process.argv[1]);
const given = process.argv.slice(2);

void run(plugin === undefined ? given : [plugin, ...given], {
  cwd: process.cwd(),
  environment: process.env,
  signal: interruption.signal,
  terminal: { output: process.stdout.isTTY, error: process.stderr.isTTY },
  output: write,
  error: (text) => void process.stderr.write(text),
  // Opened only where it is read: an open one could keep the process.
  input: { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() },
  ...(isatty(0) && isatty(2)
    ? { person: createTerminalPerson({ input: () => process.stdin, error: process.stderr }) }
    : {}),
}).then((code) => {
  process.exitCode = code;
  // A kept-alive connection to a registry must not keep the process; the trial's daemon, which serves, comes back here only when it ends.
  process.stderr.write("", () => process.exit(code));
});
