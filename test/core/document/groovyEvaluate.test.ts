import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "ci/Jenkinsfile");

describe("joined lists in Jenkins pipelines", () => {
  const table: readonly (readonly [script: string, ...images: readonly string[]])[] = [
    ["sh(['docker', 'run', '--rm', '«a/b:1»', env.X].join(' '))", "command docker.io/a/b:1 literal"],
    [
      "def c = ['docker', 'run', \"-v\", \"${pwd()}:/x\", '«a/b»', 'ls']\nsh c.join(' ')",
      "command docker.io/a/b literal",
    ],
    [
      "sh script: ['docker pull «a/b:1»', 'docker pull «a/c»'].join(' && ')",
      "command docker.io/a/b:1 literal",
      "command docker.io/a/c literal",
    ],
    ["docker.image(«['r.io', 'a/b:1'].join('/')»).pull()", "docker.image r.io/a/b:1 literal"],
    ["docker.image(«['r.io', x].join('/')»).pull()", "docker.image ? unresolved"],
    ["sh \"docker run \" + opts.join(' ') + ' «a/b:1» ls'", "command docker.io/a/b:1 literal"],
    ["sh \"docker run \" + options + ' «a/b:1» ls'", "command docker.io/a/b:1 literal"],
    ["sh([script: 'docker pull «a/b:1»', returnStdout: true])", "command docker.io/a/b:1 literal"],
    ["sh(['docker', 'pull'].join())"],
    ["sh([1, 2])"],
  ];
  for (const [script, ...images] of table)
    it(`reads ${script}`, () => {
      expectUses(read, `node {\n${script}\n}`, images);
      expectPinsToHold(read, `node {\n${script.replaceAll(/[«»]/g, "")}\n}`);
      expectToSurvive(read, `node {\n${script.replaceAll(/[«»]/g, "")}\n}`);
    });
});
