import assert from "node:assert/strict";
import { expectUses } from "../../helpers/imageUses.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";

const read = (text: string) => readDocument(text, "vars/build.groovy");

describe("createGroovyMerges", () => {
  const table: readonly (readonly [script: string, ...images: readonly string[]])[] = [
    ["def d = [i: 'a/b:1', j: 'no:1']\nc = d + c\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def c = [i: 'a/b:1'] + args\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def c = [i: 'no:1'] + [i: 'a/b:1']\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def d = [i: 'a/b:1']\ndef c = d << args\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def d = [i: 'a/b:1']\ndef c = d.plus(args)\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def d = [t: [i: 'a/b:1']]\ndef c = Maps.deepMerge(d, args)\ndocker.image(«c.t.i»).pull()", "a/b:1"],
    ["def d = [i: 'a/b:1']\ndef c = new HashMap(d)\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def d = [i: 'a/b:1']\ndef c = (args ?: d)\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def d = [i: 'a/b:1']\ndef c = d\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def c = [:]\nc.putAll([i: 'a/b:1'])\nc.putAll(args)\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def c = [:]\nc << [i: 'a/b:1']\nc += args\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def c = [:]\nc.put('i', 'a/b:1')\nc.putIfAbsent('j', 'a/b:2')\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def d = [i: 'no:1', j: 'a/b:2']\nd = d + [i: 'a/b:1']\ndocker.image(«d.i»).pull()", "a/b:1"],
    ["def run(Map m) { def c = [i: 'no:1'] + m\n docker.image(«c.i»).pull() }\nrun(i: 'a/b:1')", "a/b:1"],
    [
      "def run(Map m) { def c = [i: 'a/b:1'] + m\n docker.image(«c.i»).pull() }\nrun(i: 'a/b:2')\nrun(j: 'x')",
      "a/b:2",
      "a/b:1",
    ],
    [
      "class C {\n Map d = [i: 'a/b:1']\n C(m) { this.c << d\n this.c << m }\n def f() { docker.image(«this.c.i»).pull() } }",
      "a/b:1",
    ],
    ["def f() { return [i: 'a/b:1'] }\ndef c = f()\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def f(x) {\n y(x)\n [i: 'a/b:1', j: 'no:1'] }\ndocker.image(«f(1).i»).pull()", "a/b:1"],
    ["def f() { return [i: 'a/b:1'] }\ndocker.image(«f()['i']»).pull()", "a/b:1"],
    ["def f() { return [i: 'a/b:1'] }\ndocker.image(\"«${f().i}»\").pull()", "a/b:1"],
    ["def f() { return [i: 'no:1'] }\ndef c = f() + [i: 'a/b:1']\ndocker.image(«c.i»).pull()", "a/b:1"],
    ["def f() { return [i: 'a/b:1'] }\ndocker.image(«f()[n]»).pull()", "?"],
    ["def f() { return f().i }\ndocker.image(«f().i»).pull()", "?"],
    ["def f() { x.y['no:1'] }\ndocker.image(«f().i»).pull()", "?"],
    ["docker.image(«f().i»).pull()\ndocker.image(«f(1)[i]»).pull()", "?", "?"],
    ["def c = readYaml(file: 'x') + args\ndocker.image(«c.i»).pull()", "?"],
    ["def d = [j: 'no:1']\ndef c = d + args\ndocker.image(«c.i»).pull()", "?"],
    ["def a = b + a\ndef b = a + b\ndocker.image(«a.i»).pull()", "?"],
  ];
  for (const [script, ...images] of table)
    it(`follows ${script}`, () =>
      void expectUses(
        read,
        script,
        images.map((image) =>
          image === "?" ? "docker.image ? unresolved" : `docker.image docker.io/${image} resolved`,
        ),
      ));

  it("gives up on maps that are made of each other again and again", () => {
    const script = "def a = b + a\ndef b = a + b\ndocker.image(a.i).pull()\n".repeat(30);
    assert.equal(read(script).images.length, 30);
  });
});
