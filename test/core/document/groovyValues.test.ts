import assert from "node:assert/strict";
import { references } from "../../helpers/references.ts";

describe("createGroovyValues", () => {
  const table: readonly (readonly [title: string, script: string, images: readonly string[]])[] = [
    [
      "members of parameters of one name",
      "void one(Map c) {\n  c.image = c.image ?: 'a/one:1'\n  docker.image(c.image).pull()\n}\nvoid two(Map c) {\n  c.image = c.image ?: 'a/two:1'\n  def held = \"${c.image}\"\n  docker.image(held).pull()\n}\n",
      ["docker.io/a/one:1", "docker.io/a/two:1"],
    ],
    [
      "parameters of one name",
      "def one(String i) {\n  i = i ?: 'a/one:1'\n  def held = \"${i}\"\n  docker.image(held).pull()\n}\ndef two(String i) {\n  i = i ?: 'a/two:1'\n  def held = \"${i}\"\n  docker.image(held).pull()\n}\n",
      ["docker.io/a/one:1", "docker.io/a/two:1"],
    ],
    [
      "members of what each declares",
      "def one() {\n  def c = read()\n  c.image = c.image ?: 'a/one:1'\n  def held = c.image\n  docker.image(held).pull()\n}\ndef two() {\n  def c = read()\n  c.image = c.image ?: 'a/two:1'\n  def held = c.image\n  docker.image(held).pull()\n}\n",
      ["docker.io/a/one:1", "docker.io/a/two:1"],
    ],
    [
      "commands that are named so",
      'void check(Map c) {\n  c.bin = c.bin ?: \'lint\'\n  sh "${c.bin} no:1"\n}\nvoid start(Map c) {\n  c.bin = c.bin ?: \'docker\'\n  String cmd = "${c.bin} run"\n  sh "${cmd} a/b:1"\n}\n',
      ["docker.io/a/b:1"],
    ],
  ];
  for (const [title, script, images] of table)
    it(`tells functions apart by ${title}`, () =>
      assert.deepEqual(
        references(script, "vars/tools.groovy").map((one) => one.replace(/^\S+ /, "")),
        images,
      ));
});
