import assert from "node:assert/strict";
import { readGithubAction } from "../../../src/core/document/githubAction.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

describe("readGithubAction", () => {
  it("reads the image of a Docker action", () => {
    expectUses(readGithubAction, "runs:\n  using: docker\n  image: 'docker://«alpine:3»'\n", [
      "image docker.io/library/alpine:3 literal",
    ]);
  });

  it("takes a Dockerfile's path for none", () => {
    for (const image of ["Dockerfile", "images/alpine"])
      expectUses(readGithubAction, `runs: {using: docker, image: ${image}}`, []);
  });

  it("reads the steps of a composite action", () => {
    const source = `inputs: {version: {default: "1"}}
runs:
  using: composite
  steps:
  - uses: docker://«alpine:3»
  - run: cosign sign app:\${{ inputs.version }}
    shell: bash
    env: {A: b}
`;
    const { commands, jobs } = expectUses(readGithubAction, source, ["uses docker.io/library/alpine:3 literal"]);
    assert.deepEqual(
      commands[0]?.words.map((word) => word.text),
      ["cosign", "sign", "app:1"],
    );
    assert.deepEqual({ ...commands[0]?.environment }, { A: "b" });
    assert.equal(commands[0]?.step, 1);
    assert.deepEqual(
      jobs.map(({ id, steps }) => [id, steps.length]),
      [["runs", 2]],
    );
  });

  it("pins so that the file reads to the pinned image", () => {
    assert.equal(expectPinsToHold(readGithubAction, "runs: {using: docker, image: 'docker://alpine:3'}"), 1);
  });

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      readGithubAction,
      "runs:\n  using: composite\n  steps: [{uses: 'docker://a:1'}, {run: \"x \\n y\"}]\n",
    );
  });
});
