import assert from "node:assert/strict";
import { readYaml } from "../../../src/core/document/yaml.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "../../../src/core/document/yamlNode.ts";
import { createScalarMap } from "../../../src/core/document/yamlScalarMap.ts";

function rootOf(text: string): YamlNode | undefined {
  return readYaml(text).documents[0]?.root;
}

/** How many nodes a reader meets who follows every alias. */
function walk(node: YamlNode | undefined): number {
  if (node === undefined) return 0;
  if (node.kind === "alias") return 1 + walk(node.target);
  if (node.kind === "mapping") return entriesOf(node).reduce((sum, { value }) => sum + walk(value), 1);
  return itemsOf(node).reduce((sum, item) => sum + walk(item), 1);
}

describe("readYaml", () => {
  const scalars: readonly (readonly [source: string, value: string, content: string])[] = [
    ["a: plain text # comment", "plain text", "plain text"],
    ["a: node:22@sha256:ab", "node:22@sha256:ab", "node:22@sha256:ab"],
    ["a: 'it''s' ", "it's", "it''s"],
    ['a: "q\\n1"', "q\n1", "q\\n1"],
    ['a: ""', "", ""],
    ["a: &x !t value", "value", "value"],
    ["{a: value}", "value", "value"],
    ['{"a":"value"}', "value", "value"],
    ["a: one\r\n  two\r\n", "one two", "one\r\n  two"],
    ["a: |\n  one\n  two\n", "one\ntwo\n", "one\n  two"],
    ["a: >-\r\n  one\r\n  two\r\n", "one two", "one\r\n  two"],
    ["a: |2-\n   one\n  two\n", " one\ntwo", "one\n  two"],
    ["a: &x |\n  one\n", "one\n", "one"],
    ["a: 1", "1", "1"],
    ["a: yes", "yes", "yes"],
  ];
  for (const [source, value, content] of scalars)
    it(`gives the content of ${JSON.stringify(source)}`, () => {
      const scalar = scalarOf(valueAt(rootOf(source), "a"));
      assert.equal(scalar?.text, value);
      assert.equal(source.slice(scalar?.span.start, scalar?.span.end), content);
      assert.equal(scalar?.exact, value === content);
    });

  it("treats only plain nulls as null", () => {
    for (const text of ["a:", "a: ~", "a: null", "{a}"])
      assert.equal(textOf(valueAt(rootOf(text), "a")), undefined, text);
    assert.equal(textOf(valueAt(rootOf("a: 'null'"), "a")), "null");
  });

  it("reads streams of several documents", () => {
    const stream = readYaml("a: 1\n---\na: 2\n...\n---\n- x\n");
    assert.deepEqual(
      stream.documents.map(({ root }) => textOf(valueAt(root, "a")) ?? itemsOf(root).length),
      ["1", "2", 1],
    );
  });

  it("merges every merge key, the last of them first", () => {
    const { documents, problems } = readYaml("a: &a {x: 1, y: 1}\nb: &b {y: 2}\nc: {<<: *a, <<: *b, z: 3}\n");
    const merged = valueAt(documents[0]?.root, "c");
    assert.deepEqual(
      entriesOf(merged).map(({ key }) => [key.text, textOf(valueAt(merged, key.text))]),
      [
        ["z", "3"],
        ["y", "2"],
        ["x", "1"],
      ],
    );
    assert.deepEqual(problems, []);
  });

  it("merges by a key that its tag says to be one, as some programs write it", () => {
    const root = rootOf("a: &a {x: 1}\nc:\n  y: 2\n  !!merge <<: *a\n");
    assert.equal(textOf(valueAt(root, "c", "x")), "1");
  });

  it("follows aliases, and merge keys below a mapping's own keys", () => {
    const root = rootOf(
      "base: &b {x: 1, y: 2}\nother: &o {z: 3}\nm: {<<: [*b, *o], y: 9}\ns: {<<: *b}\nq: {'<<': 1}\n",
    );
    const texts = (key: string): unknown =>
      Object.fromEntries(entriesOf(valueAt(root, key)).map((entry) => [entry.key.text, textOf(entry.value)]));
    assert.deepEqual(texts("m"), { x: "1", y: "9", z: "3" });
    assert.deepEqual(texts("s"), { x: "1", y: "2" });
    assert.deepEqual(texts("q"), { "<<": "1" });
  });

  const problems: readonly (readonly [source: string, code: string, at: string])[] = [
    ["a: 1\nb: 2\na: 3\n", "yaml-duplicate-key", "a"],
    ["a: *nope", "yaml-alias-unknown", "*nope"],
    ["a: &x [*x]", "yaml-alias-cycle", "*x"],
    ["a: 'open", "yaml-syntax", ""],
  ];
  for (const [source, code, at] of problems)
    it(`reports ${code} in ${JSON.stringify(source)} at its place`, () => {
      const [problem, ...others] = readYaml(source).problems;
      assert.deepEqual(others, []);
      assert.equal(problem?.code, code);
      assert.equal(source.slice(problem?.span?.start, problem?.span?.end), at);
    });

  it("takes the last of duplicate keys", () => {
    assert.equal(textOf(valueAt(rootOf("a: 1\na: 2"), "a")), "2");
  });

  it("keeps what can be read of a broken document, and the documents beside it", () => {
    const stream = readYaml("a: 1\nb: ]\nc: 3\n---\nd: 4\n");
    assert.equal(textOf(valueAt(stream.documents[0]?.root, "a")), "1");
    assert.equal(textOf(valueAt(stream.documents.at(-1)?.root, "d")), "4");
    assert.ok(stream.problems.length > 0);
  });

  it("does not let aliases grow a document", () => {
    const names = "abcdefghijklmnop".split("");
    const bomb = names
      .map(
        (name, index) =>
          `${name}: &${name} [${Array(10)
            .fill(index === 0 ? "x" : `*${names[index - 1]}`)
            .join(", ")}]`,
      )
      .join("\n");
    const stream = readYaml(bomb);
    assert.ok(stream.problems.some(({ code }) => code === "yaml-alias-limit"));
    assert.ok(walk(stream.documents[0]?.root) < 300_000);
  });

  it("counts long texts when they are repeated", () => {
    const stream = readYaml(`a: &a ${"x".repeat(100_000)}\nb: [${Array(1000).fill("*a").join(",")}]\n`);
    assert.ok(stream.problems.some(({ code }) => code === "yaml-alias-limit"));
  });

  it("does not let aliases nest without end", () => {
    const lines = ["a0: &a0 [x]"];
    for (let i = 1; i < 500; i++) lines.push(`a${i}: &a${i} [*a${i - 1}]`);
    const stream = readYaml(lines.join("\n"));
    assert.ok(stream.problems.some(({ code }) => code === "yaml-alias-limit"));
  });

  const hostile: readonly (readonly [name: string, text: string, code: string | undefined])[] = [
    ["a megabyte of [", "[".repeat(1_000_000), "yaml-too-deep"],
    ["a megabyte of {", "{".repeat(1_000_000), "yaml-too-deep"],
    ["deep sequences", "- ".repeat(100_000), "yaml-too-deep"],
    ["deep mappings on one line", "a: ".repeat(100_000), "yaml-too-deep"],
    ["many documents", "---\n".repeat(5000), "yaml-too-large"],
    ["many errors", "]".repeat(1_000_000), "yaml-syntax"],
    ["many tokens", "a:\n".repeat(400_000), "yaml-too-large"],
    ["five megabytes", "# comment\n".repeat(500_000), "yaml-too-large"],
    ["tabs", "\t".repeat(1000), undefined],
    ["a tab as indentation", "a:\n\tb: 1\n", "yaml-syntax"],
    ["zero bytes", "\0".repeat(1000), undefined],
    ["lone surrogates", "a: \ud800\udc00\udc00", undefined],
  ];
  for (const [name, text, code] of hostile)
    it(`survives ${name}`, () => {
      const { problems: found } = readYaml(text);
      if (code !== undefined)
        assert.ok(
          found.some((problem) => problem.code === code),
          JSON.stringify(found),
        );
    });

  it("reads the documents before one that is too deep", () => {
    const stream = readYaml(`a: 1\n---\n${"[".repeat(500)}`);
    assert.equal(textOf(valueAt(stream.documents[0]?.root, "a")), "1");
    assert.equal(stream.problems.at(-1)?.code, "yaml-too-deep");
  });
});

describe("createScalarMap", () => {
  const words: readonly (readonly [name: string, source: string])[] = [
    ["a literal block", "a: |\n  one two\n    three\n\n  four\n"],
    ["a literal block with CRLF", "a: |\r\n  one two\r\n    three\r\n\r\n  four\r\n"],
    ["a literal block with an indentation indicator", "a: |1\n   one\n two\n"],
    ["a literal block after blank lines", "a: |\n\n\n  one\n  two\n"],
    ["a folded block", "a: >\n  one\n  two\n\n  three\n    more\n    lines\n  four\n"],
    ["a folded block with CRLF", "a: >-\r\n  one\r\n  two\r\n\r\n\r\n  three\r\n"],
    ["a folded block with spaces at line ends", "a: >\n  one  \n  two\n"],
    ["a plain scalar over lines", "a: one\n  two\n\n  three\n"],
    ["a quoted scalar over lines", "a: 'one  \n  two\n\n  three'\n"],
    ["a double-quoted scalar over lines", 'a: "one \\\n  two\n\n  three"\n'],
    ["a block in a sequence", "a:\n- |\n  one\n   two\n"],
  ];
  for (const [name, source] of words)
    it(`finds the words of ${name}`, () => {
      const node = valueAt(rootOf(source), "a");
      const scalar = scalarOf(itemsOf(node)[0] ?? node)!;
      const map = createScalarMap(source, scalar);
      const found = [...scalar.text.matchAll(/\S+/g)];
      assert.ok(found.length >= 2);
      for (const { 0: word, index } of found) {
        const span = map.spanOf(index, index + word.length);
        assert.equal(source.slice(span.start, span.end), word);
        assert.equal(map.offsetOf(index), span.start);
      }
    });

  it("finds words beside escapes", () => {
    const source = String.raw`a: "x\ty \u0041bc \x20z\"q"`;
    const scalar = scalarOf(valueAt(rootOf(source), "a"))!;
    const map = createScalarMap(source, scalar);
    const place = (word: string): string => {
      const at = scalar.text.indexOf(word);
      const span = map.spanOf(at, at + word.length);
      return source.slice(span.start, span.end);
    };
    assert.deepEqual(["y", "Abc", "bc", "z", 'z"q'].map(place), ["y", "\\u0041bc", "bc", "z", 'z\\"q']);
  });

  it("inserts at the end of a line, not at the start of the next", () => {
    const source = "a: |\n  FROM x\n  RUN y\n";
    const map = createScalarMap(source, scalarOf(valueAt(rootOf(source), "a"))!);
    assert.deepEqual(map.spanOf(6, 6), { start: 13, end: 13 });
  });
});
