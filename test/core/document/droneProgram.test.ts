import assert from "node:assert/strict";
import { dialectOfPath } from "../../../src/core/document/detect.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const jsonnet = (text: string): ReturnType<typeof readDocument> => readDocument(text, ".drone.jsonnet");
const starlark = (text: string): ReturnType<typeof readDocument> => readDocument(text, "ci/.drone.star");

const jsonnetSample = `// image: 'no:1'
/* { image: 'no:2' } */
# image: 'no:3'
local registry = 'reg.example.com';
local images = { go: 'golang:1.25', node: { lts: "node:22" } };
local step(name, image, tag='latest') = { name: name, image: «'acme/' + image + ':' + tag», pull: 'always' };
local built = [{ dir: 'a', image: 'no', tag: 'v1' }, { image: 'no', dir: 'b', tag: 'v2' }];
local note = |||
  image: 'no:4'
|||;
local test(version) = {
  kind: 'pipeline',
  steps: [
    { name: 'a', image: «'python:' + version», commands: ['pip install .', 'docker run «alpine:3» x', 'docker pull ' + «registry + '/b:1'»] },
    { name: 'b', image: «images.go», settings: { image: 'no:5', repo: 'acme/no' }, environment: { image: 'no:6' } },
    { name: 'c', image: '«plugins/slack»', commands: ['docker build -t acme/own:1 .', 'docker run acme/own:1'] },
    { name: 'd', image: «if version == '3.9' then 'redis:6' else 'redis:7'» },
    { name: 'e', image: «images.node.lts» },
    { name: 'f', image: '«quay.io/a/b:\${DRONE_TAG}»' },
    { name: 'g', image: «std.extVar('image')» },
    { name: 'h', image: «'busybox:%s' % '1.36'» },
  ],
};
[test(v) for v in ['3.9', '3.10']] + [{ kind: 'pipeline', services: [step('x', 'db'), step('y', 'web', tag='2')] }]
`;

const starlarkSample = `# "image": "no:1"
GOLANG = "golang:%s"
ALPINE = 'alpine:3'
def main(ctx):
  """image: no:2"""
  steps = []
  for version in ["1.24", "1.25"]:
    steps.append(build(version))
  return [{"kind": "pipeline", "steps": steps + [tox("python:3"), tox(docker_tag="python:3.12")]}]

def build(version):
  image = "«nope:1»"
  return {
    "name": "build",
    "image": «GOLANG % version»,
    "commands": ["docker pull «redis:7»", "echo %s" % version],
    "settings": {"image": "no:3"},
  }

def tox(docker_tag, cmd = "x"):
  return {"image": «docker_tag», "commands": [cmd]}

def more(ctx):
  return [
    {"image": «ALPINE if ctx else "busybox:1"»},
    {"image": «"node:{}".format("22")»},
    dict(name = "d", image = "«plugins/s3»"),
    linux("gcc", image = "«acme/ubuntu:1»"),
    {"image": «ctx["image"]»},
  ]
`.replaceAll("«nope:1»", "no:4");

describe("readDroneProgram", () => {
  it("reads Jsonnet", () => {
    const document = expectUses(jsonnet, jsonnetSample, [
      "image docker.io/acme/db:latest resolved",
      "image docker.io/acme/web:2 resolved",
      "image docker.io/library/python:3.9 resolved",
      "image docker.io/library/python:3.10 resolved",
      "command docker.io/library/alpine:3 literal",
      "command reg.example.com/b:1 resolved",
      "image docker.io/library/golang:1.25 resolved",
      "image docker.io/plugins/slack literal",
      "image docker.io/library/redis:6 resolved",
      "image docker.io/library/redis:7 resolved",
      "image docker.io/library/node:22 resolved",
      "image ? partial",
      "image ? unresolved",
      "image docker.io/library/busybox:1.36 literal",
    ]);
    assert.equal(document.dialect, "drone");
    const [db, , python] = document.images;
    assert.deepEqual(
      db?.chain.map(({ label }) => label),
      ["variable image", "value of image", "variable tag", "value of tag"],
    );
    assert.deepEqual(
      python?.chain.map(({ label, text }) => `${label}: ${text}`),
      ["variable version: version", "value of version: v", "variable v: v", "value of v: 3.9"],
    );
  });

  it("reads Starlark", () => {
    const document = expectUses(starlark, starlarkSample, [
      "image docker.io/library/golang:1.24 resolved",
      "image docker.io/library/golang:1.25 resolved",
      "command docker.io/library/redis:7 literal",
      "image docker.io/library/python:3 resolved",
      "image docker.io/library/python:3.12 resolved",
      "image docker.io/library/alpine:3 resolved",
      "image docker.io/library/busybox:1 resolved",
      "image docker.io/library/node:22 literal",
      "image docker.io/plugins/s3 literal",
      "image docker.io/acme/ubuntu:1 literal",
      "image ? unresolved",
    ]);
    assert.deepEqual(
      document.images[0]?.chain.map(({ label }) => label),
      [
        "variable GOLANG",
        "value of GOLANG",
        "variable version",
        "value of version",
        "variable version",
        "value of version",
      ],
    );
  });

  it("pins where the program then names the pinned image", () => {
    const plain = [
      "local i = 'node:22'; { steps: [{ image: i }] }",
      "{ steps: [{ image: 'node:22' }, { image: \"redis:7\" }] }",
    ];
    assert.deepEqual(
      plain.map((text) => expectPinsToHold(jsonnet, text)),
      [1, 2],
    );
    assert.equal(expectPinsToHold(starlark, 'I = "node:22"\ndef main(ctx):\n  return {"image": I}\n'), 1);
  });

  it("survives every prefix and many mutations", () => {
    for (const [read, sample] of [
      [jsonnet, jsonnetSample],
      [starlark, starlarkSample],
    ] as const)
      expectToSurvive(read, sample.replaceAll(/[«»]/g, ""));
  });

  it("bounds what names lead to", () => {
    const grown = Array.from({ length: 30 }, (_, at) => `local a${at + 1} = a${at} + a${at};`).join("\n");
    const calls = "f(f(f(f(f(1)))));".repeat(500);
    const document = jsonnet(`local a0 = 'x';\n${grown}\nlocal f(x) = { image: x };\n${calls}\n{ image: a30 }`);
    assert.ok(document.images.length < 200);
  });

  it("reads containers of Cirrus CI's programs, and no images of machines", () => {
    const source = `load("github.com/cirrus-modules/helpers", "task", "container", "script")
image = "ruby:3"
def machine(image):
  return {"macos_instance": {"image": "no:1"}, "image": "no:2"}
def main(ctx):
  return [
    ("container", {"image": "«debian:12»"}),
    task(name = "a", instance = container("«golang:1»"), instructions = [script("x")]),
    {"task": {"arm_container": {"image": «image», "cpu": 2}, "env": {"image": "no:3"}}},
  ]
`;
    expectUses((text) => readDocument(text, ".cirrus.star"), source, [
      "image docker.io/library/debian:12 literal",
      "image docker.io/library/golang:1 literal",
      "image docker.io/library/ruby:3 resolved",
    ]);
  });

  const paths: readonly (readonly [path: string, dialect: string | undefined])[] = [
    [".drone.jsonnet", "drone"],
    ["a/.drone.star", "drone"],
    [".drone/b/c.star", "drone"],
    [".drone/lib.libsonnet", "drone"],
    ["drone.ci.jsonnet", "drone"],
    ["main.jsonnet", undefined],
    ["drones/x.star", undefined],
    [".cirrus.star", "cirrus"],
    ["a/cirrus.star", undefined],
  ];
  for (const [path, dialect] of paths)
    it(`takes ${path} for ${dialect}`, () => assert.equal(dialectOfPath(path), dialect));
});
