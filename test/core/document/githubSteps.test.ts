import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { references } from "../../helpers/references.ts";

const steps = (text: string, around = ""): readonly string[] =>
  references(
    `on: push\nenv: {IMG: 'a:1'}\njobs:\n  j:\n    runs-on: x${around}\n    steps:\n${text}`,
    ".github/workflows/a.yml",
  ).map((one) => one.replace(/^\S+ /, ""));

describe("steps of GitHub jobs", () => {
  it("replaces expressions in single quotes too", () =>
    assert.deepEqual(steps("      - run: docker pull '${{ env.IMG }}' && docker pull 'b:${{ github.sha }}'\n"), [
      "docker.io/library/a:1",
      "partial",
    ]));

  for (const [action, input] of [
    ["appleboy/ssh-action@v1", "script"],
    ["nick-fields/retry@v3", "command"],
    ["azure/CLI@v2", "inlineScript"],
  ])
    it(`reads the script that ${action} is given`, () =>
      assert.deepEqual(
        steps(
          `      - uses: ${action}\n        with:\n          ${input}: |\n            docker pull a:2\n            echo docker pull b:1\n`,
        ),
        ["docker.io/library/a:2"],
      ));

  it("lets the machine that an action reaches ask for what was pushed, and this one not", () =>
    assert.deepEqual(
      steps(
        "      - uses: docker/build-push-action@v6\n        with: {push: true, tags: 'r.io/a:1'}\n      - uses: appleboy/ssh-action@v1\n        with: {script: docker run r.io/a:1}\n      - uses: nick-fields/retry@v3\n        with: {command: docker run r.io/a:1}\n",
      ),
      ["r.io/a:1"],
    ));

  for (const [action, input, words] of [
    ["actions-hub/kubectl@master", "args", "set image deployment/x x=a:2"],
    ["steebchen/kubectl@v2", "command", "run x --image=a:2"],
    ["AbsaOSS/k3d-action@v2", "args", "--agents 1 --image a:2"],
  ])
    it(`reads the words that ${action} is given`, () =>
      assert.deepEqual(steps(`      - uses: ${action}\n        with: {${input}: '${words}'}\n`), [
        "docker.io/library/a:2",
      ]));

  it("takes no word for the image that an input does not say by default", () =>
    assert.deepEqual(
      references(
        "on:\n  workflow_call:\n    inputs: {image: {default: ''}, flags: {default: ''}}\njobs:\n  j:\n    runs-on: x\n    steps:\n    - run: docker run ${{ inputs.image }} make && docker run ${{ inputs.flags }} a make\n",
        ".github/workflows/a.yml",
      ),
      ["8:23 unresolved", "8:82 docker.io/library/a"],
    ));

  it("reads what commands are fed, and functions are given", () =>
    assert.deepEqual(
      steps(
        '      - run: |\n          xargs -n1 docker pull <<EOF\n          a:1\n          a:2\n          EOF\n          pull() { docker pull "$@"; }\n          pull b:1\n',
      ),
      ["docker.io/library/a:1", "docker.io/library/a:2", "docker.io/library/b:1"],
    ));

  it("takes a shell that is not known for the runner's own", () => {
    const run = "run: docker pull a:2\n";
    assert.deepEqual(steps(`      - shell: \${{ matrix.shell || 'sh' }}\n        ${run}`), ["docker.io/library/a:2"]);
    assert.deepEqual(steps(`      - shell: \${{ vars.SHELL }}\n        ${run}`), ["docker.io/library/a:2"]);
    assert.deepEqual(steps(`      - shell: \${{ 'python' }}\n        ${run}`), []);
    assert.deepEqual(steps(`      - ${run}`, "\n    defaults: {run: {shell: '${{ matrix.shell }}'}}"), [
      "docker.io/library/a:2",
    ]);
  });

  it("reads the programs that PowerShell and the command prompt run", () => {
    assert.deepEqual(
      steps(
        '      - shell: pwsh\n        run: |\n          <# docker pull no:1 #>\n          $tag = "2"\n          & docker run `\n            --rm "a:$tag"\n          docker pull $env:IMG\n          $x = docker run b:1\n          Write-Host "docker pull no:2"\n',
      ),
      ["docker.io/library/a:2", "docker.io/library/a:1", "docker.io/library/b:1"],
    );
    assert.deepEqual(
      steps(
        "      - shell: cmd\n        run: |\n          rem docker pull no:1\n          @docker run ^\n            --rm a:2\n",
      ),
      ["docker.io/library/a:2"],
    );
  });

  for (const [title, text] of [
    [
      "tags of a build",
      "      - uses: docker/build-push-action@v6\n        with:\n          tags: |\n            a/b:1\n            a/b:${{ github.sha }}\n      - run: docker run a/b:1 && docker run a/b:${{ github.sha }}\n",
    ],
    [
      "tags that a variable says",
      "      - uses: docker/build-push-action@v6\n        with: {tags: '${{ env.IMG }}'}\n      - run: docker run $IMG\n",
    ],
    [
      "a name without its tag",
      "      - uses: docker/build-push-action@v6\n        with: {tags: a/b:latest}\n      - run: docker run a/b\n",
    ],
    [
      "a name and tags apart",
      "      - uses: redhat-actions/buildah-build@v2\n        with: {image: a/b, tags: 1 2}\n      - run: docker run a/b\n",
    ],
    [
      "tags that bake is told",
      "      - uses: docker/bake-action@v5\n        with: {set: '*.tags=a/b:1'}\n      - run: docker run a/b:1\n",
    ],
  ] as const)
    it(`takes no image that the workflow builds: ${title}`, () => assert.deepEqual(steps(text), []));

  it("takes an image with another tag than the one that is built", () =>
    assert.deepEqual(
      steps("      - uses: docker/build-push-action@v6\n        with: {tags: a/b:1}\n      - run: docker run a/b:2\n"),
      ["docker.io/a/b:2"],
    ));

  it("lead from a script's variable to the environment that says it", () => {
    const text = `on: push
env: {REG: ghcr.io, TAG: "1"}
jobs:
  a:
    runs-on: x
    env: {TAG: "2"}
    steps:
      - run: docker pull $REG/a:$TAG
      - run: TAG=3; docker pull b:$TAG
`;
    const { images } = readDocument(text, ".github/workflows/a.yml");
    const ways = images.map(({ chain }) =>
      chain.map(({ label, span }) => `${label}: ${text.slice(span.start, span.end)}`),
    );
    assert.deepEqual(ways, [
      ["variable REG: $REG", "env REG: ghcr.io", "variable TAG: $TAG", "env TAG: 2"],
      ["variable TAG: $TAG", "assignment of TAG: 3"],
    ]);
  });
});
