import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { marked } from "../../helpers/marked.ts";

/** Commands with their images between ⟦⟧. */
const commands: readonly string[] = [
  `aws ssm send-command --instance-ids i --parameters 'commands=["docker pull ⟦a/b:1⟧","docker run -d -p 80:80, ⟦a/b:2⟧ x"]' --region r`,
  `aws --region r ssm send-command --parameters '{"commands": ["set -e", "docker pull ⟦a/b:1⟧"], "workingDirectory": ["/x"]}'`,
  `aws ssm send-command --parameters "commands=[\\"docker pull ⟦$I⟧\\", 'docker run ⟦a/b:1⟧']"`,
  'aws ssm send-command --parameters commands="docker login x && docker pull ⟦$R/a:1⟧ && docker run -d ⟦$R/a:1⟧"',
  `aws ssm send-command --parameters commands='sudo docker pull ⟦a/b:1⟧' --comment "docker run no:1"`,
  'aws ssm send-command --parameters commands=["docker pull ⟦$R:latest⟧ && docker run ⟦a/b:1⟧ || true"] --region r',
  `X=$(aws ssm send-command --parameters 'commands=["docker pull ⟦a/b:1⟧"]' --query x)`,
  `docker build -t r.io/a:1 . && docker push r.io/a:1 && docker run r.io/a:1 && aws ssm send-command --parameters 'commands=["docker run ⟦r.io/a:1⟧"]'`,
  "aws ssm send-command --parameters 'commands=[' --comment docker",
  "aws ssm send-command --document-name x --parameters 'image=[\"docker pull no:1\"]'",
  "aws ssm get-parameters --parameters 'commands=[\"docker pull no:1\"]'",
];

describe("listedScripts", () => {
  for (const command of commands)
    it(`reads ${command}`, () => {
      const { text, spans } = marked(command);
      const { images } = readDocument(text, "x.sh");
      assert.deepEqual(
        images.map(({ span }) => text.slice(span.start, span.end)),
        spans.map(({ start, end }) => text.slice(start, end)),
      );
      assert.deepEqual(
        images.map(({ span }) => [span.start, span.end]),
        spans.map(({ start, end }) => [start, end]),
      );
    });
});
