import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Person } from "../application/ports.ts";
import { printable } from "../core/report/words.ts";

/** The person at a terminal: questions are asked on standard error, so that standard output stays what was asked for. */
export function createTerminalPerson(terminal: {
  /** Opened only where something is asked. */
  readonly input: () => NodeJS.ReadableStream;
  readonly error: NodeJS.WritableStream;
}): Person {
  const { input, error } = terminal;
  return {
    async answer({ service, prompt, about, secret }, { signal }) {
      error.write(`${printable(service)} asks: ${printable(prompt)}, for ${printable(about)}: `);
      // What is secret is typed into a terminal that shows nothing.
      const output = secret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : error;
      const lines = createInterface({ input: input(), output, terminal: true });
      try {
        return await lines.question("", { signal });
      } catch {
        return undefined;
      } finally {
        lines.close();
        if (secret) error.write("\n");
      }
    },
    visit({ service, url, code }) {
      const compare = code === undefined ? "" : `\nand compare or type this code there: ${printable(code)}`;
      // Not shortened, as other text from outside is: it would be of no use. A URL holds no control characters.
      error.write(`To sign in to ${printable(service)}, open\n  ${new URL(url).href}${compare}\n`);
      return Promise.resolve();
    },
  };
}
