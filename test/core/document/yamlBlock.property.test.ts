import assert from "node:assert/strict";
import fc from "fast-check";
import { parseYaml } from "../../../src/core/document/yaml.ts";
import { readSimpleYaml } from "../../../src/core/document/yamlBlock.ts";

/** The two readers agree wherever the simple one reads at all; it reads no text in which the parser finds a fault. */
function assertAgreement(text: string): boolean {
  const repeating = readSimpleYaml(text, true);
  if (repeating === undefined) return false;
  const { documents, problems } = parseYaml(text);
  const repeated = problems.filter(({ code }) => code === "yaml-duplicate-key");
  assert.deepEqual(problems, repeated, text);
  const roots = readSimpleYaml(text);
  assert.equal(roots === undefined, repeated.length > 0, text);
  if (roots !== undefined) assert.deepEqual(roots, repeating, text);
  assert.deepEqual(
    repeating,
    documents.map(({ root }) => root),
    text,
  );
  return true;
}

const pieces = fc.constantFrom(
  ...'- |key: |a: 1|b:|- a: b|? |: |# c| #c|#|\'x\'|\'it\'\'s\'|"y"|"q\\n"|"\\u0041"|[a, b]|{a: b}|{ "k": 1 }|[|]|{|}|,|&x |*x|!t |\\|'.split(
    "|",
  ),
  "|",
  ">-",
  "|-",
  ">",
  "|+",
  "|2",
  "---",
  "...",
  "%",
  "plain text",
  "node:22@sha256:ab",
  "a:b",
  "-",
  "é",
  "\u2028",
  "\t",
  "@",
  "http://x",
  "''",
  '""',
);
const line = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.array(pieces, { maxLength: 4 }), fc.constantFrom("", "", " ", "  "))
  .map(([indent, parts, after]) => " ".repeat(indent) + parts.join("") + after);

/** Texts that are YAML more often than not: keys and items, each with a value or with what is nested below. */
const { block } = fc.letrec<{ block: readonly string[]; value: readonly string[] }>((tie) => ({
  block: fc.oneof(
    fc
      .array(fc.tuple(fc.constantFrom("a", "b", '"c"', "'d'", "e f", "image", "x-y"), tie("value")), {
        minLength: 1,
        maxLength: 3,
      })
      .map((entries) => entries.flatMap(([key, [first = "", ...rest]]) => [`${key}:${first}`, ...rest])),
    fc
      .array(tie("value"), { minLength: 1, maxLength: 3 })
      .map((items) => items.flatMap(([first = "", ...rest]) => [`-${first}`, ...rest])),
  ),
  value: fc.oneof(
    { maxDepth: 4 },
    pieces.map((piece) => [` ${piece}`]),
    fc
      .constantFrom(
        " &x v",
        " *x",
        " !t v",
        " &y",
        " *y",
        " !t",
        " &x !t",
        " &x [a]",
        " *x # c",
        " [*x, *y]",
        " {k : *x}",
        " !t [&y a]",
        " &x |",
        "",
      )
      .map((each) => [each]),
    fc.constantFrom(
      ["", "", ""],
      ["", "  # comment"],
      [" # c"],
      [" |", "  one", "", "   two", ""],
      [" >-", "  x", "  y", "", "  z"],
    ),
    fc.constantFrom(
      [" [a,", "    b]"],
      [' {"a":', '  "b" }'],
      [" [a, # c", "  b]"],
      [' "a', '  b"'],
      [" a", "  b"],
      [" [a,", "b]"],
      [" [a,", "--- b]"],
      [" [--- a, ... b]"],
      [" ---"],
      [" |", "", "  x", "# c"],
    ),
    tie("block").map((lines) => ["", ...lines.map((each) => (each === "" ? "" : `  ${each}`))]),
    tie("block").map((lines) => ["", ...lines]),
    tie("block").map(([first = "", ...rest]) => [` ${first}`, ...rest.map((each) => `  ${each}`)]),
  ),
}));

const roots = fc.constantFrom(["[a,", "--- b]"], ["{a: b,", "c: d}"], ["[a,", "---", "b]"], ["[a,", "... b]"]);

describe("readSimpleYaml", () => {
  const runs = Number(process.env["COUNTERSIGN_FUZZ"] ?? 1000);

  it("agrees with the parser on lines of any kind", () => {
    const texts = fc.array(line, { maxLength: 8 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(texts, (text) => void assertAgreement(text)),
      { numRuns: runs },
    );
  });

  it("agrees with the parser on nested collections", () => {
    let read = 0;
    const texts = fc
      .tuple(
        fc.constantFrom("", "---\n", "# c\n"),
        fc.oneof({ weight: 9, arbitrary: block }, roots),
        fc.constantFrom("", "\n", "\n\n# c\n", "\n---\na: b\n"),
      )
      .map(([before, lines, after]) => before + lines.join("\n") + after);
    fc.assert(
      fc.property(texts, (text) => {
        if (assertAgreement(text)) read++;
      }),
      { numRuns: runs },
    );
    assert.ok(read > runs / 10, `${read} of ${runs}`);
  });

  it("agrees with the parser on a key that is repeated, however many there are before and between", () => {
    for (const count of [1, 2, 11, 12, 13, 14, 40])
      for (const first of [0, count - 1]) {
        const keys = Array.from({ length: count }, (_, index) => `k${index}`);
        assert.ok(assertAgreement([...keys, `k${first}`].map((key) => `${key}: 1`).join("\n")));
        assert.ok(assertAgreement(keys.map((key) => `${key}: 1`).join("\n")));
      }
  });

  it("agrees with the parser on block scalars with lines of white space", () => {
    let read = 0;
    const lines = fc.array(fc.constantFrom("", " ", "  ", "    ", "      ", "    x", "      y", "\t"), {
      maxLength: 7,
    });
    const texts = fc
      .tuple(fc.constantFrom("|", "|-", ">", ">-"), lines, fc.constantFrom("", "\n", "\nb: 1\n", "\n  c: 2\n"))
      .map(([header, content, after]) => `a:\n  k: ${header}\n${content.join("\n")}${after}`);
    fc.assert(
      fc.property(texts, (text) => {
        if (assertAgreement(text)) read++;
      }),
      { numRuns: runs },
    );
    assert.ok(read > runs / 20, `${read} of ${runs}`);
    // What stands between two lines, and is longer than they are indented, is content.
    assert.ok(assertAgreement("a: |\n  x\n     \n  y\n"));
  });
});
