import assert from "node:assert/strict";
import { readKubernetes } from "../../../src/core/document/kubernetes.ts";
import { withJoinedLines } from "../../../src/core/document/yamlContinuation.ts";
import { readYaml } from "../../../src/core/document/yaml.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

function pod(lines: string): string {
  return `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n${lines}\n    image: «a/b:1»\n  - image: «c/d:1»\n`;
}

describe("withJoinedLines", () => {
  const table: readonly (readonly [name: string, lines: string])[] = [
    ["a quoted text in a list", '    command: ["sh", "-c", "echo a;\necho b"]'],
    ["one with an escaped break", '    command: ["sh", "-c", "echo a; \\\necho b \\" c"]'],
    ["one over many lines", '    command: ["sh", "-c", "a\nb\n\nc\n"]'],
    ["a quoted text", '    command: "echo a;\necho b: c"'],
    ["a single-quoted text", "    command: 'echo ''a'';\necho b'"],
    ["a text whose next line looks like a list", '    command:\n    - "echo a\n- b"'],
    ["a list whose items stand at the margin", '    command: [ # why\n"sh", # not\n"-c"\n]'],
    ["a mapping whose entries do", "    resources: {\na: b,\nc: {d: e\n}\n}"],
    ["CRLF", '    command: ["echo a;\r\necho b"]\r'],
  ];
  for (const [name, lines] of table)
    it(`reads what follows ${name}`, () => {
      const source = pod(lines);
      const { problems } = expectUses(readKubernetes, source, [
        "image docker.io/a/b:1 literal",
        "image docker.io/c/d:1 literal",
      ]);
      assert.deepEqual(problems, []);
      assert.equal(expectPinsToHold(readKubernetes, source.replaceAll(/[«»]/g, "")), 2);
    });

  it("parses again only the documents that need it", () => {
    const broken = 'b: ["x\ny"]\n';
    const text = `a: 1\n---\n${broken}--- # c\nd: 2\n---\n${broken}`;
    const parsed: string[] = [];
    const errorsOf = (part: string) => {
      parsed.push(part);
      const at = part.indexOf("\ny");
      return at < 0 ? [] : [{ message: 'Missing closing "quote', pos: [at, at + 1] as const }];
    };
    const errors = [text.indexOf("\ny"), text.lastIndexOf("\ny")].map((at) => ({
      message: 'Missing closing "quote',
      pos: [at, at + 1] as const,
    }));
    assert.equal(withJoinedLines(text, errors, errorsOf), text.replaceAll("x\ny", "x y"));
    assert.deepEqual([...new Set(parsed)].sort(), [`---\n${broken}`, '---\nb: ["x y"]\n'].sort());
    assert.deepEqual(readYaml(text).problems, []);
  });

  it("keeps the problems of what no parser reads on", () => {
    for (const source of ['a: "b\nc: d', "a: [b,\nc: d", 'a: ["b\nc: "d']) {
      const { problems } = readYaml(source);
      assert.ok(problems.length > 0, source);
    }
  });

  it("gives up at once what is never closed", () => {
    for (const source of [`a: {\n${'  "b": {},\n'.repeat(40)}`, `{"a":\n${'[{"b": 1},\n'.repeat(40)}`]) {
      let parses = 0;
      const errors = [
        { message: "Flow map in block collection must end", pos: [source.length, source.length] as const },
      ];
      const parse = () => {
        parses++;
        return errors;
      };
      assert.equal(withJoinedLines(source, errors, parse), undefined);
      assert.ok(parses <= 1, String(parses));
      assert.ok(readYaml(source).problems.length > 0);
    }
  });

  it("gives up where reading again and again would take long", () => {
    const missing = (pos: number) => ({ message: "Missing closing 'quote", pos: [pos, pos + 1] as const });
    const parsesOf = (source: string, errors: number): number => {
      let parses = 0;
      const parse = (text: string) => {
        parses++;
        const at = text.indexOf("\n");
        return Array.from({ length: at < 0 ? 0 : errors }, () => missing(at));
      };
      withJoinedLines(source, parse(source), parse);
      return parses;
    };
    const lines = `${"x".repeat(20)}\ny', `.repeat(50);
    assert.equal(parsesOf(lines, 1), 51);
    assert.ok(parsesOf(lines, 1000) < 5);
    assert.ok(parsesOf(`${lines}${"z".repeat(390_000)}`, 1) < 15);
  });

  it("joins at once all lines up to where a list ends", () => {
    assert.deepEqual(readYaml(`a: [${"\nb, # ]".repeat(5000)}\n{c: ']'}\n]`).problems, []);
  });

  it("takes a quote that begins another text, and what comes behind another error, for no end of the first", () => {
    for (const source of ['a: "b\nc: "d"\n', "a: 'b\nc: ['d']\n", 'a: b: c\nd: "e\nf"\n']) {
      let parses = 0;
      const { problems } = readYaml(source);
      assert.ok(problems.length > 0, source);
      const at = source.indexOf("\n");
      const errors = [
        {
          message: `Missing closing ${/['"]/.exec(source)?.[0]}quote`,
          pos: [source.lastIndexOf("\n", source.length - 2), 0] as const,
        },
        ...(source.includes("b: c")
          ? [{ message: "Nested mappings are not allowed", pos: [at - 1, at] as const }]
          : []),
      ];
      assert.equal(
        withJoinedLines(source, errors, () => (parses++, [])),
        undefined,
        source,
      );
      assert.equal(parses, 0);
    }
  });

  it("survives every prefix and many mutations", () => {
    expectToSurvive(readKubernetes, pod("    command: [\"sh\", 'x\ny', {\na: b # c\n}]").replaceAll(/[«»]/g, ""));
  });
});
