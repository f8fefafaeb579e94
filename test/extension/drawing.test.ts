import assert from "node:assert/strict";
import { mock } from "node:test";
import { createDrawing, createPace } from "../../src/extension/drawing.ts";

describe("drawing", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  it("draws many changes once, soon", () => {
    let drawn = 0;
    const { request } = createDrawing(() => drawn++);
    for (let change = 0; change < 10; change++) request();
    assert.equal(drawn, 0);
    mock.timers.tick(50);
    assert.equal(drawn, 1);
    mock.timers.tick(1000);
    assert.equal(drawn, 1);
  });

  it("keeps pauses between drawings while changes do not end, so that each of them is seen", () => {
    let drawn = 0;
    const { request } = createPace(() => drawn++, 1000);
    const seen: number[] = [];
    // Every 60 ms for three seconds.
    for (let change = 0; change < 50; change++) {
      request();
      seen.push(drawn);
      mock.timers.tick(60);
    }
    assert.equal(seen[0], 1);
    assert.equal(drawn, 3);
    mock.timers.tick(1000);
    assert.equal(drawn, 4);
    mock.timers.tick(5000);
    assert.equal(drawn, 4);
  });

  it("draws nothing any more once it is disposed", () => {
    let drawn = 0;
    const pace = createPace(() => drawn++, 1000);
    pace.request();
    pace.request();
    pace.dispose();
    mock.timers.tick(5000);
    assert.equal(drawn, 1);
  });
});
