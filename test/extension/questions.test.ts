import assert from "node:assert/strict";
import { createQuestions } from "../../src/extension/questions.ts";

const image = "ghcr.io/acme/app:1";

describe("questions about an image", () => {
  const ask = (before: string, questions = createQuestions<string>()) => ({
    questions,
    first: questions.begin(new Map([[image, before]])),
    second: questions.begin(new Map([[image, "checking"]])),
  });

  it("are answered by the newest, whatever comes first", () => {
    const early = ask("before");
    assert.equal(early.questions.answer(early.first, image, "old"), undefined);
    assert.equal(early.questions.answer(early.second, image, "new"), "new");
    const late = ask("before");
    assert.equal(late.questions.answer(late.second, image, "new"), "new");
    assert.equal(late.questions.answer(late.first, image, "old"), undefined);
    assert.equal(late.questions.giveUp(late.first, image), undefined);
  });

  it("keep the answer of an older one where the newest is given up", () => {
    const { questions, first, second } = ask("before");
    assert.equal(questions.answer(first, image, "old"), undefined);
    assert.equal(questions.giveUp(second, image), "old");
  });

  it("go on with an older one where the newest is given up", () => {
    const { questions, first, second } = ask("before");
    assert.equal(questions.giveUp(second, image), undefined);
    assert.equal(questions.answer(first, image, "old"), "old");
  });

  it("fall back to what was known where all are given up", () => {
    for (const order of [0, 1] as const) {
      const { questions, first, second } = ask("before");
      const [one, other] = order === 0 ? [first, second] : [second, first];
      assert.equal(questions.giveUp(one, image), undefined);
      assert.equal(questions.giveUp(other, image), "before");
    }
  });

  it("do not take an answer back by an older one that a third was asked after", () => {
    const { questions, first, second } = ask("before");
    assert.equal(questions.answer(second, image, "new"), "new");
    const third = questions.begin(new Map([[image, "new"]]));
    assert.equal(questions.answer(first, image, "old"), undefined);
    assert.equal(questions.giveUp(third, image), "new");
  });

  it("wait for one between an older answer and a newer one that was given up", () => {
    const { questions, first, second } = ask("before");
    const third = questions.begin(new Map([[image, "checking"]]));
    assert.equal(questions.answer(first, image, "old"), undefined);
    assert.equal(questions.giveUp(third, image), undefined);
    assert.equal(questions.giveUp(second, image), "old");
  });

  it("count no more once it is known otherwise", () => {
    const { questions, first, second } = ask("before");
    questions.settle(image);
    assert.equal(questions.answer(second, image, "new"), undefined);
    assert.equal(questions.giveUp(first, image), undefined);
  });

  it("end in something known, in whatever order they end", () => {
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const order of orders)
      for (let answered = 0; answered < 8; answered++) {
        const questions = createQuestions<string>();
        const ids = [0, 1, 2].map(() => questions.begin(new Map([[image, "before"]])));
        const told = order.map((index) => {
          const id = ids[index] ?? 0;
          return (answered >> index) & 1 ? questions.answer(id, image, `by ${index}`) : questions.giveUp(id, image);
        });
        const newest = [2, 1, 0].find((index) => (answered >> index) & 1);
        assert.equal(
          told.findLast((status) => status !== undefined),
          newest === undefined ? "before" : `by ${newest}`,
        );
      }
  });
});
