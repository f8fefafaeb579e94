import assert from "node:assert/strict";
import { dialectOfPath } from "../../../src/core/document/detect.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const mise = `[env]
IMG = "redis:7"
[vars]
base = "node"
full = "{{vars.base}}:22"
loop = "{{vars.loop}}"
[tasks]
quick = "docker run «alpine:3»"
list = ["docker pull «a:1»", "docker pull «b:1»"]
[tasks.build]
description = "docker run no:1"
run = '''
#!/usr/bin/env bash
docker run --rm «$IMG»
docker run «{{vars.full}}»
docker run «{{ vars.base }}:20» && docker run «{{vars.loop}}»
docker run «x:{{ env.NONE | default(value='1.2') }}» && docker run «{{ vars.base ~ ':18' }}»
'''
[tasks.esc]
env = { T = "2" }
run = """
docker run \\
  -e "A=\\"x\\"" «c:1»
docker run «d:$T» && docker run «e:$usage_tag»
"""
[tasks.py]
run = """
#!/usr/bin/env python
docker run no:2
"""
[tasks."ci:x"]
run = ["docker run «f:1»", { task = "build" }]
[tasks.ps]
shell = "pwsh -c"
run = "docker run «g:1»"
[tasks.node]
shell = "node -e"
run = "docker run no:3"
`;

const library = (...names: readonly string[]): readonly string[] =>
  names.map((name) => (name.startsWith("?") ? `command ${name}` : `command docker.io/library/${name}`));

describe("readTomlTasks", () => {
  const samples: readonly (readonly [path: string, source: string, uses: readonly string[], pins: number])[] = [
    [
      "mise.toml",
      mise,
      library(
        "alpine:3 literal",
        "a:1 literal",
        "b:1 literal",
        "redis:7 resolved",
        "node:22 resolved",
        "node:20 resolved",
        "? unresolved",
        "x:1.2 resolved",
        "node:18 resolved",
        "c:1 literal",
        "d:2 resolved",
        "? partial",
        "f:1 literal",
        "g:1 literal",
      ),
      12,
    ],
    [
      "Makefile.toml",
      `[env]\nV = "1"\n[tasks.a]\nscript = ["I=a:$V", 'docker run «$I»']\n[tasks.b]\nscript_runner = "@rust"\nscript = "docker run no:1"\n[tasks.c]\nscript = { content = "docker run «c:1»" }\n[tasks.d]\ncommand = "docker"\nargs = ["run", "-v", "a b:/c", "«d:\${V}»"]\n[tasks.e]\ncommand = "docker"\nargs = ["run", "\\"no:2\\""]\n`,
      library("a:1 resolved", "c:1 literal", "d:1 resolved"),
      3,
    ],
    [
      "pixi.toml",
      `[tasks]\na = "docker run «a:1»"\nb = { cmd = "docker run «b:1»", description = "docker run no:1" }\n[feature.x.tasks]\nc = "docker run «c:1»"\n`,
      library("a:1 literal", "b:1 literal", "c:1 literal"),
      3,
    ],
    [
      "pyproject.toml",
      `[project]\ndescription = "docker run no:1"\n[tool.poe.tasks]\na = "docker run «a:1»"\nb.shell = """\ndocker run «b:1»\n"""\n[tool.hatch.envs.default.scripts]\nc = ["docker run «c:1»"]\n[tool.pdm.scripts]\nd = { cmd = "docker run «d:1»" }\n`,
      library("a:1 literal", "b:1 literal", "c:1 literal", "d:1 literal"),
      4,
    ],
  ];
  for (const [path, source, uses, pins] of samples) {
    const read = (text: string): ReturnType<typeof readDocument> => readDocument(text, path);
    it(`reads the scripts of tasks in ${path}`, () => void expectUses(read, source, uses));
    const plain = source.replaceAll(/[«»]/g, "");
    it(`pins what tasks in ${path} run`, () => assert.equal(expectPinsToHold(read, plain), pins));
    it(`survives whatever ${path} holds`, () => expectToSurvive(read, plain));
  }

  for (const [path, isRead] of [
    [".mise.local.toml", true],
    [".config/mise/config.toml", true],
    ["a/.mise/config.toml", true],
    [".config/mise/conf.d/x.toml", true],
    ["mise.lock", false],
    ["promise.toml", false],
    ["ci.Makefile.toml", true],
  ] as const)
    it(`${isRead ? "knows" : "does not know"} tasks in ${path}`, () =>
      assert.equal(dialectOfPath(path) === "toml-tasks", isRead));
});
