import assert from "node:assert/strict";
import { dealTasks } from "../../../src/adapters/files/shares.ts";
import type { FileTask } from "../../../src/application/ports.ts";

const taskOf = (path: string): FileTask => ({ path, references: true, policy: false, named: false });
const paths = (tasks: readonly FileTask[]): readonly string[] => tasks.map(({ path }) => path);

describe("dealTasks", () => {
  const mixed = [1, 2, 3].flatMap((n) => [`${n}/Dockerfile`, `${n}/compose.yaml`]).map(taskOf);

  it("gives each thread files of one kind while there are", () => {
    const next = dealTasks(mixed, 2, 2);
    assert.deepEqual(paths(next(0)), ["1/compose.yaml", "2/compose.yaml"]);
    assert.deepEqual(paths(next(1)), ["1/Dockerfile", "2/Dockerfile"]);
    assert.deepEqual(paths(next(0)), ["3/compose.yaml"]);
    assert.deepEqual(paths(next(1)), ["3/Dockerfile"]);
    assert.deepEqual([next(0), next(1)], [[], []]);
  });

  it("lets a thread that is done help the one that has most left, from its end", () => {
    const next = dealTasks(mixed, 2, 1);
    for (let n = 0; n < 3; n++) next(0);
    assert.deepEqual(paths(next(0)), ["3/Dockerfile"]);
    assert.deepEqual(paths(next(1)), ["1/Dockerfile"]);
    assert.deepEqual(paths(next(0)), ["2/Dockerfile"]);
    assert.deepEqual([next(0), next(1)], [[], []]);
  });

  for (const threads of [1, 2, 3, 4, 7])
    it(`deals every task once to ${threads}`, () => {
      const next = dealTasks(mixed, threads, 2);
      const dealt: string[] = [];
      for (let thread = 0, idle = 0; idle < threads; thread = (thread + 1) % threads) {
        const some = paths(next(thread));
        idle = some.length === 0 ? idle + 1 : 0;
        dealt.push(...some);
      }
      assert.deepEqual(dealt.toSorted(), paths(mixed).toSorted());
    });
});
