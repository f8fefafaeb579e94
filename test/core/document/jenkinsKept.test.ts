import assert from "node:assert/strict";
import { references } from "../../helpers/references.ts";

describe("createKeptImages", () => {
  for (const [title, source, expected] of [
    [
      "what it pushes to another place under its own name",
      "node { def i = docker.image('a/b:1')\n i.push('1')\n i.push()\n def j = docker.image('a/c')\n j.push('latest')\n docker.withRegistry('https://r.io') { i.push() }\n sh 'docker run r.io/a/b:1' }",
      ["docker.io/a/b:1", "docker.io/a/c"],
    ],
    [
      "images that are made outside of the registry where they are used",
      "node { def i = docker.image('a/b:1')\n docker.withRegistry('https://r.io') { i.inside { } }\n i = docker.image('a/c:1')\n i.inside { } }",
      ["r.io/a/b:1", "docker.io/a/c:1"],
    ],
    [
      "images that are made within a registry and used outside, too",
      "node { docker.withRegistry('https://r.io') { i = docker.image('a/b:1')\n i.pull() }\n i.inside { }\n ij.inside { } }",
      ["r.io/a/b:1", "docker.io/a/b:1"],
    ],
  ] as const)
    it(`follows ${title}`, () =>
      assert.deepEqual(
        references(source, "Jenkinsfile").map((one) => one.replace(/^\S+ /, "")),
        expected,
      ));
});
