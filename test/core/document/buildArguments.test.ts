import assert from "node:assert/strict";
import { readCompose } from "../../../src/core/document/compose.ts";
import { readDockerfile } from "../../../src/core/document/dockerfile.ts";
import { formatReference } from "../../../src/core/image/reference.ts";

const dockerfile = "ARG BASE\nARG TAG=22\nFROM ${BASE}:${TAG}\n";

describe("buildArgumentsBeside", () => {
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
      "a default, which counts more than what a build sets",
      { "a/compose.yaml": "services: {x: {build: {context: b, args: {BASE: node, TAG: '24'}}}}" },
      "node:22",
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
  ];
  for (const [name, files, expected] of table)
    it(`reads a Dockerfile beside ${name}`, () => {
      const known = new Map(Object.entries(files));
      const [use] = readDockerfile(dockerfile, "a/b/Dockerfile", (path) => known.get(path)).images;
      const reference = use?.reference === undefined ? "?" : formatReference(use.reference);
      assert.equal(reference, expected === "?" ? "?" : `docker.io/library/${expected}`);
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

  it("asks for nothing where every ARG has a default", () => {
    const asked: string[] = [];
    readDockerfile("ARG A=1\nFROM x:$A\n", "Dockerfile", (path) => {
      asked.push(path);
      return undefined;
    });
    assert.deepEqual(asked, []);
  });

  it("gives an inline Dockerfile the arguments of its build", () => {
    const source =
      "services:\n  a:\n    build:\n      args: {BASE: node}\n      dockerfile_inline: |\n        ARG BASE\n        FROM $${BASE}:1\n";
    const [use] = readCompose(source, "compose.yaml").images;
    assert.equal(use?.reference && formatReference(use.reference), "docker.io/library/node:1");
    assert.equal(use?.text, "$${BASE}:1");
  });
});
