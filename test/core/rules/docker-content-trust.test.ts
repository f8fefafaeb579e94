import { dockerContentTrust } from "../../../src/core/rules/docker-content-trust.ts";
import { expectReports } from "../../helpers/rules.ts";

const path = ".github/workflows/release.yml";
const head = "on: push\njobs:\n  release:\n    runs-on: ubuntu-latest\n";
const title = "Remove this use of Docker Content Trust";

describe("docker-content-trust", () => {
  const fixed: readonly (readonly [string, string, string, string])[] = [
    [
      "env of a workflow",
      path,
      `env:\n  «DOCKER_CONTENT_TRUST: 1»\n  A: b\n${head}    steps:\n      - run: docker pull a\n`,
      `env:\n  A: b\n${head}    steps:\n      - run: docker pull a\n`,
    ],
    [
      "the only env of a job",
      path,
      `${head}    env:\n      «DOCKER_CONTENT_TRUST: "1"»\n    steps:\n      - run: docker pull a\n`,
      `${head}    steps:\n      - run: docker pull a\n`,
    ],
    [
      "export in a script",
      path,
      `${head}    steps:\n      - run: |\n          export «DOCKER_CONTENT_TRUST=1»\n          docker pull a\n`,
      `${head}    steps:\n      - run: |\n          docker pull a\n`,
    ],
    [
      "an assignment before a command",
      path,
      `${head}    steps:\n      - run: «DOCKER_CONTENT_TRUST=1» docker pull a\n`,
      `${head}    steps:\n      - run: docker pull a\n`,
    ],
    ["ENV", "Dockerfile", "FROM a/b\nENV «DOCKER_CONTENT_TRUST=1»\nRUN true\n", "FROM a/b\nRUN true\n"],
    ["ENV in its old form", "Dockerfile", "FROM a/b\nENV «DOCKER_CONTENT_TRUST 1»\n", "FROM a/b\n"],
    ["one of several in ENV", "Dockerfile", "FROM a/b\nENV «DOCKER_CONTENT_TRUST=1» A=b\n", "FROM a/b\nENV A=b\n"],
    [
      "compose's list",
      "compose.yaml",
      "services:\n  ci:\n    image: docker:cli\n    environment:\n      - «DOCKER_CONTENT_TRUST=1»\n      - A=b\n",
      "services:\n  ci:\n    image: docker:cli\n    environment:\n      - A=b\n",
    ],
  ];
  for (const [what, file, marked, after] of fixed) {
    it(`reports and removes ${what}`, () =>
      expectReports(dockerContentTrust, file, marked, [{ severity: "warning", title, fixed: after, preferred: true }]));
  }

  it("reports a container's environment in Kubernetes", () => {
    const pod = (env: string): string =>
      `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: a/b:1\n      env:\n        - name: ${env}\n`;
    const set = pod('«DOCKER_CONTENT_TRUST\n          value: "1"»');
    expectReports(dockerContentTrust, "deploy/pod.yaml", set, [{ fixes: 0 }]);
    expectReports(dockerContentTrust, "deploy/pod.yaml", pod('DOCKER_CONTENT_TRUST\n          value: "0"'));
  });

  it("reports what is written to the job's environment", () => {
    const text = `${head}    steps:\n      - run: echo "«DOCKER_CONTENT_TRUST=1»" >> "$GITHUB_ENV"\n`;
    expectReports(dockerContentTrust, path, text, [{ fixes: 0 }]);
  });

  it("reports docker trust", () => {
    const text = `${head}    steps:\n      - run: «docker trust sign acme/app:1»\n`;
    expectReports(dockerContentTrust, path, text, [{ message: /2026-12-08/, fixes: 0 }]);
  });

  it("offers no fix where one would leave a broken script", () => {
    const text = `${head}    steps:\n      - run: |\n          export «DOCKER_CONTENT_TRUST=1»\n      - run: docker pull a\n`;
    expectReports(dockerContentTrust, path, text, [{ fixes: 0 }]);
    const continued = "FROM a/b\nENV A=b \\\n    «DOCKER_CONTENT_TRUST=1»\n";
    expectReports(dockerContentTrust, "Dockerfile", continued, [{ fixes: 0 }]);
  });

  const silent: readonly (readonly [string, string, string])[] = [
    ["content trust switched off", "Dockerfile", "FROM a/b\nENV DOCKER_CONTENT_TRUST=0\n"],
    ["a comment", "Dockerfile", "FROM a/b\n# ENV DOCKER_CONTENT_TRUST=1\n"],
    [
      "another variable",
      "Dockerfile",
      "FROM a/b\nENV MY_DOCKER_CONTENT_TRUST=1 DOCKER_CONTENT_TRUST_SERVER=https://n\n",
    ],
    ["printed text", path, `${head}    steps:\n      - run: echo "set DOCKER_CONTENT_TRUST=1 yourself"\n`],
    [
      "text of a here-document",
      path,
      `${head}    steps:\n      - run: |\n          cat <<EOF\n          export DOCKER_CONTENT_TRUST=1\n          EOF\n`,
    ],
    ["another docker command", path, `${head}    steps:\n      - run: docker pull trust\n`],
  ];
  for (const [what, file, text] of silent) {
    it(`says nothing of ${what}`, () => expectReports(dockerContentTrust, file, text));
  }
});
