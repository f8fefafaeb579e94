import assert from "node:assert/strict";
import { readBake } from "../../../src/core/document/bake.ts";
import { readCompose } from "../../../src/core/document/compose.ts";
import { readDockerfile } from "../../../src/core/document/dockerfile.ts";
import type { ImageUse } from "../../../src/core/document/document.ts";
import { formatReference } from "../../../src/core/image/reference.ts";

const dockerfile = "ARG BASE\nARG TAG=22\nFROM ${BASE}:${TAG}\n";

/** The names in a folder among these files, as a workspace lists them. */
function namesOf(folder: string, files: Readonly<Record<string, string>>): string | undefined {
  const start = folder === "./" ? "" : folder;
  const inside = Object.keys(files).filter((file) => file.startsWith(start));
  const names = new Set(inside.map((file) => file.slice(start.length).replace(/\/.*/, "/")));
  return names.size === 0 ? undefined : [...names].toSorted().slice(0, 1000).join("\n");
}

describe("settingsBeside", () => {
  const table: readonly (readonly [name: string, files: Readonly<Record<string, string>>, expected: string])[] = [
    ["no compose file", {}, "?"],
    [
      "a build of the folder",
      { "a/b/compose.yaml": "services: {x: {build: {context: ., args: {BASE: node}}}}" },
      "node:22",
    ],
    [
      "a build from above",
      { "a/docker-compose.yml": "services: {x: {build: {context: ./b, args: [BASE=node]}}}" },
      "node:22",
    ],
    [
      "a Dockerfile of its own name",
      { "compose.yaml": "services: {x: {build: {context: a, dockerfile: b/Dockerfile, args: {BASE: node}}}}" },
      "node:22",
    ],
    [
      "a default that the same build overrides",
      { "a/compose.yaml": "services: {x: {build: {context: b, args: {BASE: node, TAG: '24'}}}}" },
      "node:24",
    ],
    [
      "a value from .env",
      { "a/compose.yaml": "services: {x: {build: {context: b, args: {BASE: '${B}'}}}}", "a/.env": "B=node" },
      "node:22",
    ],
    ["another Dockerfile", { "a/compose.yaml": "services: {x: {build: {context: c, args: {BASE: node}}}}" }, "?"],
    ["a build without arguments", { "a/compose.yaml": "services: {x: {build: ./b}}" }, "?"],
    ["an unknown value", { "a/compose.yaml": "services: {x: {build: {context: b, args: {BASE: '${B}'}}}}" }, "?"],
    [
      "an inline Dockerfile",
      { "a/compose.yaml": "services: {x: {build: {context: b, dockerfile_inline: FROM x, args: {BASE: node}}}}" },
      "?",
    ],
    [
      "a repository of code",
      { "a/compose.yaml": "services: {x: {build: {context: 'https://x/b', args: {BASE: node}}}}" },
      "?",
    ],
    [
      "builds that differ",
      {
        "a/compose.yaml":
          "services: {x: {build: {context: b, args: {BASE: node}}}, y: {build: {context: b, args: {BASE: bun}}}}",
      },
      "?",
    ],
    [
      "builds that agree",
      {
        "a/compose.yaml":
          "services: {x: {build: {context: b, args: {BASE: node}}}, y: {build: {context: b, args: {BASE: node}}}}",
      },
      "node:22",
    ],
    [
      "a bake file's target",
      { "a/docker-bake.hcl": 'target "x" {\n  context = "b"\n  args = { BASE = "node" }\n}\n' },
      "node:22",
    ],
    [
      "a target that inherits its arguments, with a variable",
      {
        "docker-bake.hcl":
          'variable "B" { default = "node" }\ntarget "base" {\n args = { BASE = "${B}" }\n}\ntarget "x" {\n inherits = ["base"]\n context = "a/b"\n}\n',
      },
      "node:22",
    ],
    [
      "a bake file beside it that runs at the root",
      { "a/b/docker-bake.hcl": 'target "x" {\n  dockerfile = "a/b/Dockerfile"\n  args = { BASE = "node" }\n}\n' },
      "node:22",
    ],
    [
      "an argument that a function of the bake file gives",
      {
        "a/b/docker-bake.hcl":
          'function "f" {\n params = [a]\n result = "${a}de"\n}\ntarget "x" {\n args = { BASE = f("no") }\n}\n',
      },
      "node:22",
    ],
    ["a bake file in JSON", { "a/b/docker-bake.json": '{"target":{"x":{"args":{"BASE":"node"}}}}' }, "node:22"],
    [
      "another target's Dockerfile",
      { "a/b/docker-bake.json": '{"target":{"x":{"dockerfile":"y","args":{"BASE":"node"}}}}' },
      "?",
    ],
    [
      "a dev container",
      { "a/b/devcontainer.json": '{"build":{"dockerfile":"Dockerfile","args":{"BASE":"${localEnv:B:node}"}}}' },
      "node:22",
    ],
    [
      "a dev container in its folder, in the older form",
      { "a/b/.devcontainer/devcontainer.json": '{"dockerFile":"../Dockerfile","build":{"args":{"BASE":"node"}}}' },
      "node:22",
    ],
    ["a dev container of an image", { "a/b/devcontainer.json": '{"image":"x","build":{"args":{"BASE":"node"}}}' }, "?"],
  ];
  for (const [name, files, expected] of table)
    it(`reads a Dockerfile beside ${name}`, () => {
      const known = new Map(Object.entries(files));
      const [use] = readDockerfile(dockerfile, "a/b/Dockerfile", (path) => known.get(path)).images;
      const reference = use?.reference === undefined ? "?" : formatReference(use.reference);
      assert.equal(reference, expected === "?" ? "?" : `docker.io/library/${expected}`);
    });

  it("takes a default for the value where that is enough", () => {
    const files = new Map([["compose.yaml", "services: {x: {build: {args: {TAG: '24', NAME: fast}}}}"]]);
    const source = "ARG TAG=22\nARG NAME=plain\nARG OTHER\nFROM a:1 AS fast-1\nFROM node:$TAG\nFROM $NAME-$OTHER\n";
    const { images } = readDockerfile(source, "Dockerfile", (path) => files.get(path));
    assert.deepEqual(
      images.map(({ reference }) => reference && formatReference(reference)),
      ["docker.io/library/a:1", "docker.io/library/node:22", undefined],
    );
    files.set("compose.yaml", "services: {x: {build: {args: {NAME: fast, OTHER: '1'}}}}");
    assert.equal(readDockerfile(source, "Dockerfile", (path) => files.get(path)).images.length, 2);
  });

  it("says where the value is from, and pins only what stands in the Dockerfile", () => {
    const compose = "services: {x: {build: {args: {BASE: node}}}}";
    const source = "ARG BASE\nFROM $BASE\n";
    const files = new Map([["compose.yaml", compose]]);
    const [use] = readDockerfile(source, "Dockerfile", (path) => files.get(path)).images;
    const step = use?.chain.find(({ file }) => file === "compose.yaml");
    assert.equal(compose.slice(step?.span.start, step?.span.end), "node");
    assert.equal(use?.resolution, "resolved");
    assert.ok(use?.pinAt === undefined || use.pinAt.start >= source.indexOf("FROM"));
    assert.equal(use?.definedAt, undefined);
  });

  it("asks only for what is there, and only for names of folders where every ARG has a default", () => {
    const askedOf = (source: string, files: Readonly<Record<string, string>>): readonly string[] => {
      const asked = new Set<string>();
      readDockerfile(source, "a/b/c/Dockerfile", (path) => {
        asked.add(path);
        return path.endsWith("/") ? namesOf(path, files) : files[path];
      });
      return [...asked].toSorted();
    };
    const whole = "ARG A=1\nFROM x:$A\nCOPY --from=y.example/z / /\n";
    assert.deepEqual(askedOf(whole, {}), ["a/", "a/b/", "a/b/c/"]);
    const files = { "a/b/c/Dockerfile": "", "a/b/compose.yaml": "services: {}", "a/b/c/bake.hcl": "", "a/x.txt": "" };
    assert.deepEqual(askedOf(whole, files), ["a/", "a/b/", "a/b/c/", "a/b/c/bake.hcl", "a/b/compose.yaml"]);
    assert.deepEqual(askedOf("FROM lib\n", { "a/b/c/x": "", "a/b/y": "" }), ["./", "a/", "a/b/", "a/b/c/"]);
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`a/b/c/a${index}`, ""]));
    assert.ok(askedOf("FROM lib\n", many).includes("a/b/c/compose.yaml"));
  });

  it("gives an inline Dockerfile the arguments of its build", () => {
    const source =
      "services:\n  a:\n    build:\n      args: {BASE: node}\n      dockerfile_inline: |\n        ARG BASE\n        FROM $${BASE}:1\n";
    const [use] = readCompose(source, "compose.yaml").images;
    assert.equal(use?.reference && formatReference(use.reference), "docker.io/library/node:1");
    assert.equal(use?.text, "$${BASE}:1");
  });

  const contexts: readonly (readonly [name: string, files: Readonly<Record<string, string>>])[] = [
    ["a compose file's list", { "compose.yaml": "services: {x: {build: {additional_contexts: ['lib=../lib']}}}" }],
    ["a compose file's mapping", { "compose.yaml": "services: {x: {build: {additional_contexts: {lib: ../lib}}}}" }],
    ["a bake file", { "docker-bake.hcl": 'target "x" {\n  contexts = { lib = "../lib" }\n}\n' }],
    [
      "a bake file's inherited block",
      { "docker-bake.hcl": 'target "a" {\n  contexts { lib = "../lib" }\n}\ntarget "x" {\n  inherits = ["a"]\n}\n' },
    ],
    [
      "a name with a variable",
      {
        "docker-bake.hcl":
          'variable "N" { default = "lib" }\ntarget "x" {\n  contexts = { "${N}:latest" = "../lib" }\n}\n',
      },
    ],
    [
      "a name that a function makes",
      {
        "docker-bake.hcl":
          'variable "T" { default = "latest" }\nfunction "on" {\n  params = [p]\n  result = { "${p}:${T}" = "target:${p}" }\n}\ntarget "x" {\n  contexts = on("lib")\n}\n',
      },
    ],
    ["a bake file in a folder for Docker", { "docker/bake.hcl": 'target "x" {\n  contexts = { lib = "../lib" }\n}\n' }],
    ["a bake file of another name", { "bake.hcl": 'target "x" {\n  contexts = { lib = "../lib" }\n}\n' }],
    ["a bake file in JSON", { "docker-bake.json": '{"target":{"x":{"contexts":{"lib":"target:y"}}}}' }],
    [
      "a name as BuildKit compares it",
      { "compose.yaml": "services: {x: {build: {additional_contexts: ['lib:latest=x']}}}" },
    ],
  ];
  for (const [name, files] of contexts)
    it(`reads no image where an additional context has the name: ${name}`, () => {
      const known = new Map(Object.entries(files));
      const source =
        "FROM lib AS a\nFROM other\nCOPY --from=lib / /\nRUN --mount=from=lib,target=/x true\nFROM lib:1\n";
      const { images } = readDockerfile(source, "Dockerfile", (path) => known.get(path));
      assert.deepEqual(
        images.map(({ text }) => text),
        ["other", "lib:1"],
      );
    });

  const wholeNames: readonly (readonly [name: string, files: Readonly<Record<string, string>>])[] = [
    [
      "a bake file above, by a variable and by its full name",
      {
        "docker-bake.hcl":
          'variable "B" { default = "reg.example/a/b:1" }\ntarget "x" {\n  context = "a/b"\n  contexts = {\n    "${B}" = "docker-image://x/y:1"\n    "docker.io/library/node:20" = "target:z"\n    "tool:1@sha256:DIGEST" = "w"\n  }\n}\n',
      },
    ],
    [
      "a bake file in JSON, in a folder for Docker",
      {
        "a/docker/docker-bake.json":
          '{"target":{"x":{"context":"b","contexts":{"node:20":"target:y","reg.example/a/b:1":"z","tool:1@sha256:DIGEST":"w"}}}}',
      },
    ],
    [
      "a compose file",
      {
        "a/compose.yaml":
          "services: {x: {build: {context: b, additional_contexts: ['node:20=z', 'reg.example/a/b:1=../z', 'tool:1@sha256:DIGEST=w']}}}",
      },
    ],
    [
      "a dev container's options",
      {
        "a/b/.devcontainer/devcontainer.json":
          '{"build":{"dockerfile":"../Dockerfile","options":["--build-context=node:20=z","--pull","--build-context","reg.example/a/b:1=y","--build-context=tool:1@sha256:DIGEST=w","--build-context=none","--build-context"]}}',
      },
    ],
  ];
  for (const [name, files] of wholeNames)
    it(`reads no image where an additional context has its whole name: ${name}`, () => {
      const known = Object.fromEntries(
        Object.entries(files).map(([file, text]) => [file, text.replace("DIGEST", "0".repeat(64))]),
      );
      const source = `FROM node:20 AS a\nFROM node:22\nFROM reg.example/a/b:1\nFROM reg.example/a/b:2\nCOPY --from=node:20 / /\nRUN --mount=from=reg.example/a/b:1,target=/x true\nFROM docker.io/library/tool:1@sha256:${"0".repeat(64)}\n`;
      const textsOf = (path: string): readonly string[] =>
        readDockerfile(source, path, (file) => (file.endsWith("/") ? namesOf(file, known) : known[file])).images.map(
          ({ text }) => text,
        );
      assert.deepEqual(textsOf("a/b/Dockerfile"), ["node:22", "reg.example/a/b:2"]);
      assert.equal(textsOf("a/c/Dockerfile").length, 7);
    });

  it("reads no image where a context has the name that a build's argument completes", () => {
    const bake =
      'variable "T" { default = "1" }\ntarget "x" {\n  contexts = { "lib:${T}" = "target:y" }\n  args = { T = T }\n}\n';
    const { images } = readDockerfile("ARG T\nFROM lib:$T\nFROM lib:1-$T\n", "Dockerfile", (path) =>
      path === "docker-bake.hcl" ? bake : undefined,
    );
    assert.deepEqual(
      images.map(({ text }) => text),
      ["lib:1-$T"],
    );
  });

  it("takes a default that is only what the build sets for none", () => {
    const source = 'ARG BASE="${BASE}"\nARG TAG=${TAG}\nARG IMAGE=$BASE:${TAG}-slim\nFROM $IMAGE\nFROM ${TAG:-node}\n';
    const container = '{"build":{"dockerfile":"Dockerfile","args":{"BASE":"${localEnv:B:node}","TAG":"22"}}}';
    const shown = (files: Readonly<Record<string, string>>): readonly unknown[] =>
      readDockerfile(source, "b/Dockerfile", (path) => files[path]).images.map(
        ({ reference }) => reference && formatReference(reference),
      );
    assert.deepEqual(shown({ "b/devcontainer.json": container }), [
      "docker.io/library/node:22-slim",
      "docker.io/library/22",
    ]);
    assert.deepEqual(shown({}), [undefined, "docker.io/library/node"]);
    assert.deepEqual(readDockerfile(source, "b/Dockerfile").problems, []);
  });

  it("reads inline Dockerfiles with their contexts and what is filled in before", () => {
    const compose =
      "services:\n  a:\n    build:\n      additional_contexts: {lib: x}\n      dockerfile_inline: |\n        FROM lib\n        FROM node:${TAG:-22}\n        COPY --from=lib$$x / /\n";
    const bake =
      'variable "T" { default = "22" }\ntarget "b" {\n  contexts = { lib = "x" }\n}\ntarget "a" {\n  inherits = ["b"]\n  dockerfile-inline = <<EOT\nARG A=x\nFROM lib\nFROM node:${T}-slim AS n\nFROM $${A}:1\nEOT\n}\n';
    const shown = (images: readonly ImageUse[]) =>
      images.map(({ text, reference, resolution }) => [text, reference && formatReference(reference), resolution]);
    assert.deepEqual(shown(readCompose(compose, "compose.yaml").images), [
      ["node:${TAG:-22}", "docker.io/library/node:22", "resolved"],
    ]);
    assert.deepEqual(shown(readBake(bake, "docker-bake.hcl").images), [
      ["node:${T}-slim", "docker.io/library/node:22-slim", "resolved"],
      ["$${A}:1", "docker.io/library/x:1", "resolved"],
    ]);
  });
});
