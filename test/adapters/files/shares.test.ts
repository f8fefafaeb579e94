import assert from "node:assert/strict";
import { createShares } from "../../../src/adapters/files/shares.ts";
import type { FileTask } from "../../../src/application/ports.ts";

const taskOf = (path: string): FileTask => ({ path, references: true, policy: false, named: false });
const names = (tasks: readonly FileTask[]): string => tasks.map(({ path }) => path).join(" ");

describe("createShares", () => {
  const mixed = ["Dockerfile", "compose.yaml"].flatMap((name) => [1, 2, 3].map((n) => taskOf(`${n}/${name}`)));

  it("keeps each reader with its kind while there is any, also with what comes later", () => {
    const shares = createShares(2);
    shares.add(mixed);
    assert.equal(names(shares.next(0)), "2/Dockerfile 3/Dockerfile");
    assert.equal(names(shares.next(1)), "2/compose.yaml 3/compose.yaml");
    assert.equal(names(shares.next(0)), "1/Dockerfile");
    shares.add([taskOf("4/compose.yaml"), taskOf("4/Dockerfile")]);
    assert.equal(names(shares.next(0)), "4/Dockerfile");
    assert.equal(names(shares.next(1)), "1/compose.yaml 4/compose.yaml");
    assert.deepEqual([shares.next(0), shares.next(1)], [[], []]);
  });

  it("lets a reader begin with a kind that nobody has before it helps where most is left", () => {
    const shares = createShares(1);
    shares.add([...mixed, taskOf("action.yml")]);
    assert.equal(names(shares.next(0)), "3/Dockerfile");
    for (const rest of ["3/compose.yaml", "2/compose.yaml", "1/compose.yaml", "action.yml", "2/Dockerfile"])
      assert.equal(names(shares.next(1)), rest);
    assert.equal(names(shares.next(0)), "1/Dockerfile");
    assert.deepEqual(shares.next(1), []);
  });

  for (const readers of [1, 2, 3, 4, 7])
    it(`deals every task once to ${readers}`, () => {
      const shares = createShares(2);
      const dealt: FileTask[] = [];
      for (const [index, task] of mixed.entries()) {
        shares.add([task]);
        if (index % 4 === 3) dealt.push(...shares.next(index % readers));
      }
      for (let reader = 0, idle = 0; idle < readers; reader = (reader + 1) % readers) {
        const some = shares.next(reader);
        idle = some.length === 0 ? idle + 1 : 0;
        dealt.push(...some);
      }
      assert.deepEqual(dealt.map(({ path }) => path).toSorted(), mixed.map(({ path }) => path).toSorted());
    });
});
