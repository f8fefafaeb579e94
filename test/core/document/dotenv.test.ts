import assert from "node:assert/strict";
import { readEnvironmentFile } from "../../../src/core/document/dotenv.ts";

describe("readEnvironmentFile", () => {
  const table: readonly (readonly [source: string, expected: Readonly<Record<string, string>>])[] = [
    ["A=1\nB=2\n", { A: "1", B: "2" }],
    ['# A=1\n\n  export A = \'x y\' # why\r\nB="q\\""\r\n', { A: "x y", B: 'q"' }],
    ["A=node:22 # why\nB=a#b\nC=# nothing\nD=", { A: "node:22", B: "a#b", C: "", D: "" }],
    ["A: yaml", { A: "yaml" }],
    ["A=1\nB=$A-${A}\nC=${X}\nD='$A'", { A: "1", B: "1-1", D: "$A" }],
    ["A=${X:-1}\nB=${X-2}\nC=\nD=${C:-3}\nE=${C-4}\nF=${A:-5}", { A: "1", B: "2", C: "", D: "3", E: "", F: "1" }],
    ["A=1\nA=2", { A: "2" }],
    ["A=1\nA=$X", {}],
    ['A="open\nB=1', { B: "1" }],
    ["1A=1\n=x\nA", {}],
    ["\ufeffA=1", { A: "1" }],
  ];
  for (const [source, expected] of table)
    it(`reads ${JSON.stringify(source)}`, () => {
      const found = readEnvironmentFile(source);
      assert.deepEqual(Object.fromEntries([...found].map(([name, { text }]) => [name, text])), expected);
    });

  it("says where a value stands", () => {
    const source = "# c\r\nexport A='x y' # why\r\nB= z \n";
    const spans = [...readEnvironmentFile(source).values()].map(({ span }) => source.slice(span.start, span.end));
    assert.deepEqual(spans, ["x y", "z"]);
  });
});
