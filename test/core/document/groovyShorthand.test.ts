import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";

const read = (text: string) => readDocument(text, "vars/build.groovy");

describe("withoutShorthand", () => {
  const table: readonly (readonly [script: string, ...images: readonly string[]])[] = [
    ["def (n, t) = ['a/b', '1']\ndocker.image(\"«$n:$t»\").pull()", "a/b:1"],
    ["def (String n, int t) = ['a/b', 1]\ndocker.image(\"«$n:$t»\").pull()", "a/b:1"],
    ["def all = 'a/b:1'\ndef (n, t) = all.split(':')\ndocker.image(\"«$n:$t-x»\").pull()", "a/b:1-x"],
    ["def (n, t) = unknown.tokenize(':')\ndocker.image(«n»).pull()", "?"],
    ["def (n, t) = pair()\ndocker.image(«n»).pull()", "?"],
    ['for (v in 8..10) { docker.image("«a/b:$v»").pull() }', "a/b:8", "a/b:9", "a/b:10"],
    ['(8..<10).each { docker.image("«a/b:$it»").pull() }', "a/b:8", "a/b:9"],
    ["def t = '12345'\ndocker.image(\"«a/b:${t[0..2]}»\").pull()", "?"],
    ["def m = ['image': 'a/b:1']\ndocker.image(«m.image»).pull()", "a/b:1"],
    ["def i = String.format('%s/b:%d', 'a', 1)\ndocker.image(«i»).pull()", "a/b:1"],
    ["docker.image(«sprintf('a/%s', x ? 'b:1' : 'b:2')»).pull()", "a/b:1", "a/b:2"],
    ["docker.image(«String.format('a/b:%05d', 1)»).pull()", "?"],
    ["docker.image(«String.format('a/%s:%s', 'b')»).pull()", "?"],
  ];
  for (const [script, ...images] of table)
    it(`follows ${script}`, () =>
      void expectUses(
        read,
        script,
        images.map((image) =>
          image === "?"
            ? `docker.image ? ${script.includes("12345") ? "partial" : "unresolved"}`
            : `docker.image docker.io/${image} resolved`,
        ),
      ));

  it("reads containers whose keys have quotes", () =>
    void expectUses(
      read,
      "def pod = ['containers': [['name': 'x', 'image': '«a/b:1»', 'tty': true]]]\nx ? 'image' : 'no:1'",
      ["image docker.io/a/b:1 literal"],
    ));

  it("pins where a value is written", () => {
    expectPinsToHold(read, "def (n, t) = ['a/b:1', 'x']\ndocker.image(n).pull()\n");
    expectPinsToHold(read, "def m = ['image': 'a/b:1']\ndocker.image(m.image).pull()\n");
    expectPinsToHold(read, "docker.image(String.format('%s/a/b:1', 'r.io')).pull()\n");
  });
});
