import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { createTerminalPerson } from "../../src/cli/person.ts";

const question = { service: "kms", prompt: "PIN", about: "acme/app", secret: true };

describe("the person at a terminal", () => {
  const scene = (): { input: PassThrough; shown: () => string; person: ReturnType<typeof createTerminalPerson> } => {
    const [input, error] = [new PassThrough(), new PassThrough()];
    let text = "";
    error.on("data", (piece: Buffer) => (text += piece.toString("utf8")));
    return { input, shown: () => text, person: createTerminalPerson({ input: () => input, error }) };
  };

  it("is asked, and a secret is not shown", async () => {
    const { input, shown, person } = scene();
    const answer = person.answer(question, { signal: new AbortController().signal });
    input.write("1234\n");
    assert.equal(await answer, "1234");
    assert.equal(shown(), "kms asks: PIN, for acme/app: \n");
  });

  it("sees what is no secret", async () => {
    const { input, shown, person } = scene();
    const answer = person.answer({ ...question, secret: false }, { signal: new AbortController().signal });
    input.write("yes\n");
    assert.equal(await answer, "yes");
    assert.match(shown(), /yes/u);
  });

  it("gives no answer where it is cancelled", async () => {
    const { person } = scene();
    const interruption = new AbortController();
    const answer = person.answer(question, { signal: interruption.signal });
    interruption.abort();
    assert.equal(await answer, undefined);
  });

  it("is shown the whole of an address, and no control characters", async () => {
    const { shown, person } = scene();
    const url = `https://login.example/?${"a".repeat(1000)}\u001b[2J`;
    await person.visit({ service: "kms\u001b[2J", url, code: "AB\u0007CD" }, { signal: new AbortController().signal });
    assert.match(shown(), /a{1000}%1B\[2J/u);
    assert.equal(/\p{Cc}/u.test(shown().replaceAll("\n", "")), false);
  });
});
