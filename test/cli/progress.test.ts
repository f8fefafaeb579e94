import assert from "node:assert/strict";
import { startProgress } from "../../src/cli/progress.ts";

function written(isTerminal: boolean): string {
  let text = "";
  const progress = startProgress("Checking", {
    cwd: "/",
    environment: {},
    signal: new AbortController().signal,
    terminal: { output: false, error: isTerminal },
    output: () => Promise.resolve(),
    error: (part) => (text += part),
  });
  progress.show(1, 2);
  progress.end();
  progress.end();
  return text;
}

describe("startProgress", () => {
  it("counts on a terminal, and takes its line away", () => {
    assert.equal(written(true), "\r\u001b[KChecking 1/2\r\u001b[K");
  });

  it("writes nothing anywhere else", () => assert.equal(written(false), ""));
});
