import assert from "node:assert/strict";
import { anyOf, delimited, dollar, noTemplate } from "../../../src/core/document/templateSyntax.ts";
import type { TemplateSyntax } from "../../../src/core/document/template.ts";

/** What is found, as `written=name`, or `written->text` for what always stands for the same. */
function found(syntax: TemplateSyntax, source: string): readonly string[] {
  return syntax(source).map(({ start, end, name, text, fallback }) => {
    const written = source.slice(start, end);
    if (text !== undefined) return `${written}->${text}`;
    const rest = fallback === undefined ? "" : `|${source.slice(fallback.start, fallback.end)}`;
    return `${written}=${name ?? "?"}${rest}`;
  });
}

describe("delimited", () => {
  const braces = delimited("{{", "}}");
  const cases: readonly (readonly [syntax: TemplateSyntax, source: string, expected: readonly string[]])[] = [
    [braces, "a{{ b }}c{{d}}", ["{{ b }}=b", "{{d}}=d"]],
    [braces, "{{a", []],
    [braces, "{{ }}{{a}}", ["{{a}}=a"]],
    [braces, `{{${"x".repeat(2000)}}}{{a}}`, ["{{a}}=a"]],
    [delimited("$(", ")", /^\w+$/), "$(a) $(cat b) $(c)", ["$(a)=a", "$(c)=c"]],
    [delimited("<<", ">>", /^p\./), "cat << EOF\n<< p.a >> >>", ["<< p.a >>=p.a"]],
    [noTemplate, "{{a}} $b", []],
  ];
  for (const [syntax, source, expected] of cases)
    it(`finds ${expected.join(", ") || "nothing"} in ${source.slice(0, 40)}`, () =>
      assert.deepEqual(found(syntax, source), expected));

  it("takes linear time", () => {
    const source = `${"<<".repeat(200_000)}x>>`;
    assert.equal(delimited("<<", ">>", /^p\./)(source).length, 0);
  });
});

describe("dollar", () => {
  const cases: readonly (readonly [source: string, expected: readonly string[]])[] = [
    ["$a ${b} c", ["$a=a", "${b}=b"]],
    ["${a:-b}${a-b}${a:=b}", ["${a:-b}=a|b", "${a-b}=a|b", "${a:=b}=a|b"]],
    ["${a:-${b:-c}}", ["${a:-${b:-c}}=a|${b:-c}"]],
    ["${a:?b}${a##b}${a:0:8}", ["${a:?b}=a", "${a##b}=?", "${a:0:8}=?"]],
    ["$1 $ ${} ${a", []],
    ["$$a", ["$a=a"]],
  ];
  for (const [source, expected] of cases)
    it(`finds ${expected.join(", ") || "nothing"} in ${source}`, () =>
      assert.deepEqual(found(dollar(), source), expected));

  it("reads what stands for a dollar sign where the dialect has that", () => {
    assert.deepEqual(found(dollar({ escape: true }), "$$a $b"), ["$$->$", "$b=b"]);
    assert.deepEqual(found(dollar({ backslash: true }), "\\$a $b"), ["\\$->$", "$b=b"]);
    assert.deepEqual(found(dollar({ bare: false }), "$a ${b}"), ["${b}=b"]);
  });
});

describe("anyOf", () => {
  it("puts several ways in order; the first that begins counts", () => {
    const syntax = anyOf(delimited("$[[", "]]"), dollar(), delimited("$(", ")"));
    assert.deepEqual(found(syntax, "$a $[[ $b ]] $( $c )"), ["$a=a", "$[[ $b ]]=$b", "$( $c )=$c"]);
  });
});
