import assert from "node:assert/strict";
import { readCompose } from "../../../src/core/document/compose.ts";
import { formatReference } from "../../../src/core/image/reference.ts";

const source = "services: {a: {image: 'node:${TAG:-none}'}}";

describe("environmentBeside", () => {
  const table: readonly (readonly [name: string, files: Readonly<Record<string, string>>, expected: string])[] = [
    ["no environment file", {}, "none"],
    ["the project's own", { "lib/.env": "TAG=own" }, "own"],
    ["an empty value", { "lib/.env": "TAG=" }, "none"],
    ["the folder above, which does not include it", { "compose.yaml": "services: {}", ".env": "TAG=above" }, "none"],
    [
      "the including project's, which wins",
      { "compose.yaml": "include: [lib/compose.yaml]", ".env": "TAG=above", "lib/.env": "TAG=own" },
      "above",
    ],
    [
      "its own where the including project says nothing",
      { "compose.yaml": "include: [{path: ./lib/compose.yaml}]", "lib/.env": "TAG=own" },
      "own",
    ],
    [
      "the file that the include names, not its own",
      {
        "docker-compose.yml": "include: [{path: lib/compose.yaml, env_file: x.env}]",
        "x.env": "TAG=named",
        "lib/.env": "TAG=own",
      },
      "named",
    ],
    [
      "several files, the last of which wins",
      {
        "compose.yaml": "include: [{path: [o.yaml, lib/compose.yaml], env_file: [x.env, y.env]}]",
        "x.env": "TAG=x",
        "y.env": "TAG=y",
      },
      "y",
    ],
    [
      "the folder that the include gives",
      {
        "compose.yaml": "include: [{path: lib/compose.yaml, project_directory: p}]",
        "p/.env": "TAG=folder",
        "lib/.env": "TAG=own",
      },
      "folder",
    ],
    [
      "what includes the including file",
      { "lib/compose.yml": "include: [compose.yaml]", "compose.yaml": "include: [lib/compose.yml]", ".env": "TAG=top" },
      "top",
    ],
    [
      "files that include each other",
      { "lib/compose.yml": "include: [compose.yaml, compose.yml]", "lib/.env": "TAG=own" },
      "own",
    ],
  ];
  for (const [name, files, expected] of table)
    it(`reads ${name}`, () => {
      const known = new Map(Object.entries(files));
      const [use] = readCompose(source, "lib/compose.yaml", (path) => known.get(path)).images;
      assert.equal(use?.reference && formatReference(use.reference), `docker.io/library/node:${expected}`);
    });

  it("says which file told", () => {
    const known = new Map([
      ["compose.yaml", "include: [{path: lib/compose.yaml, env_file: e/x.env}]"],
      ["e/x.env", "TAG=1"],
    ]);
    const [use] = readCompose(source, "lib/compose.yaml", (path) => known.get(path)).images;
    const step = use?.chain.at(-1);
    assert.deepEqual([step?.file, step?.label], ["e/x.env", "TAG in x.env"]);
  });
});
