import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

type Row = readonly [script: string, ...images: readonly string[]];

const check = (path: string, script: string, images: readonly string[]): void => {
  const read = (text: string) => readDocument(text, path);
  expectUses(
    read,
    script,
    images.map((image) => (image === "?" ? "image ? partial" : `image docker.io/a/b:${image} resolved`)),
  );
  expectPinsToHold(read, script.replaceAll(/[«»]/g, ""));
  expectToSurvive(read, script.replaceAll(/[«»]/g, ""));
};

describe("values of Drone's programs in Starlark", () => {
  const table: readonly Row[] = [
    [
      'def main(ctx):\n  for v in OLD:\n    one(v)\n  c = {"new": ["3", "4"]}\n  return [{"image": «"a/b:" + v»} for v in c["new"]]\nOLD = ["1", "2"]\n',
      "3",
      "4",
    ],
    [
      'def main(ctx):\n  for v in ["1", "2"]:\n    x = {"image": «"a/b:%s" % v»}\n  for v in ["3"]:\n    y = {"image": «"a/b:%s" % v»}\n',
      "1",
      "2",
      "3",
    ],
    ['def main(ctx):\n  for v in ctx.x:\n    x = {"image": «"a/b:%s" % v»}\nv = "1"\n', "?"],
    [
      'def main(ctx):\n  s = {"name": "x"}\n  s["image"] = «"a/b:" + V»\n  if s["image"] == "no:1":\n    pass\nV = "1"\n',
      "1",
    ],
    ['def main(ctx):\n  return {"image": «"a/{n}:{0}".format(V, n = "b")»}\nV = "1"\n', "1"],
    ['def main(ctx):\n  return {"image": «"a/b:%(v)s" % {"v": V}»}\nV = "1"\n', "1"],
    [
      'def image(v = "1"):\n  return "a/b:" + v\ndef main(ctx):\n  return [{"image": «image()»}, {"image": «image("2")»}]\n',
      "1",
      "2",
    ],
    [
      'def main(ctx):\n  c = {"x": {"v": "1"}}\n  return one(c)\ndef one(o):\n  return {"image": «"a/b:" + o["x"]["v"]»}\n',
      "1",
    ],
    [
      'M = {"x": "1", "y": "2"}\ndef main(ctx):\n  for name, tag in M.items():\n    one(name, tag)\n  for v in M.values():\n    x = {"image": «"a/b:" + v»}\ndef one(name, v):\n  return {"image": «"a/b:" + v»}\n',
      "1",
      "2",
      "1",
      "2",
    ],
    ['def main(ctx):\n  return [{"image": «"a/b:" + v»} for v in M]\nM = {"1": "x", "2": "y"}\n', "1", "2"],
    ['def main(ctx):\n  for n, v in [("x", "1"), ["y", "2"]]:\n    x = {"image": «"a/b:" + v»}\n', "1", "2"],
    ['def main(ctx):\n  for i, v in enumerate(["1", "2"]):\n    x = {"image": «"a/b:" + v»}\n', "1", "2"],
    [
      'M = {"x": "1", "y": "2"}\ndef main(ctx):\n  for k in M:\n    x = {"name": k, "image": «"a/b:" + M[k]»}\n',
      "1",
      "2",
    ],
    ['def main(ctx):\n  for a, b in ctx.x():\n    if a(b):\n      x = {"image": «"a/b:" + b»}\n', "?"],
    ['def image(v):\n  return image(v)\ndef main(ctx):\n  return {"image": «"a/b:" + image("1")»}\n', "?"],
  ];
  for (const [script, ...images] of table) it(`reads ${script}`, () => check(".drone.star", script, images));
});

describe("values of Drone's programs in Jsonnet", () => {
  const table: readonly Row[] = [
    ["local v = '1'; [{ image: «std.format('a/b:%s', v)» }]", "1"],
    ["local v = '1'; [{ image: «std.format('a/b:%s%s', [v, '2'])» }]", "12"],
    ["local v = '1'; [{ image: «'a/b:%(v)s' % { v: v }» }]", "1"],
    ["local v = '1'; [{ image: «'a/b:%(w)s' % { v: v }» }]", "?"],
    [
      "local i(v, t='') = 'a/' + n + ':' + v + t; local n = 'b'; [{ image: «i('1')» }, { image: «i('1', t='2')» }]",
      "1",
      "12",
    ],
    ["local i(n) = 'a/' + n; local j(v) = i('b:' + v); [{ image: «j('1')» }, { image: «j('2')» }]", "1", "2"],
    [
      "local m = { x: '1', 'y-z': '2', w: '3' }; [{ name: k, image: «'a/b:' + m[k]» } for k in std.objectFields(m)]",
      "1",
      "2",
      "3",
    ],
    ["local m = { x: '1' }; [{ image: «'a/b:' + m[k]» } for k in other]", "?"],
    ["local v = '9'; [{ image: «'a/b:' + v» } for v in ['1', '2']]", "1", "2"],
  ];
  for (const [script, ...images] of table) it(`reads ${script}`, () => check(".drone.jsonnet", script, images));
});
