import assert from "node:assert/strict";
import { readCodeBuild } from "../../../src/core/document/codeBuild.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";
import { commandTexts } from "../../helpers/pipelines.ts";

describe("readCodeBuild", () => {
  const batch =
    "version: 0.2\nenv: {variables: {IMAGE: node}}\nbatch:\n  build-list:\n  - {identifier: a, env: {image: «node:22», compute-type: x}}\n  - {identifier: b, env: {image: 'aws/codebuild/standard:7.0'}}\n  build-graph:\n  - {identifier: c, env: {image: «ghcr.io/acme/ci:1»}}\n  build-matrix:\n    static: {env: {image: «redis:7»}}\n    dynamic: {env: {image: ['«a:1»', aws/codebuild/amazonlinux2-x86_64-standard:5.0, «a:2»], variables: {image: [x]}}}\nartifacts: {files: [image]}\n";

  it("reads the images of a batch, without those that CodeBuild itself provides", () => {
    expectUses(readCodeBuild, batch, [
      "image docker.io/library/node:22 literal",
      "image ghcr.io/acme/ci:1 literal",
      "image docker.io/library/redis:7 literal",
      "image docker.io/library/a:1 literal",
      "image docker.io/library/a:2 literal",
    ]);
    assert.equal(expectPinsToHold(readCodeBuild, batch.replaceAll(/[«»]/g, "")), 5);
  });

  it("reads the commands of all phases as one shell runs them, in their order", () => {
    const source =
      "version: 0.2\nenv: {variables: {A: one}}\nphases:\n  build:\n    commands:\n    - cosign sign $A $B\n    - |\n      cosign x \\\n        $B\n    finally: [cosign after]\n  pre_build: {commands: [B=two]}\n";
    const document = readCodeBuild(source, "x.yml");
    assert.deepEqual(commandTexts(document), [
      "phases: cosign sign one two",
      "phases: cosign x two",
      "phases: cosign after",
    ]);
    assert.deepEqual(
      document.jobs[0]?.steps.map(({ id }) => id),
      ["pre_build", "build"],
    );
  });

  it("leaves the scripts of other shells alone", () => {
    const source = "env: {shell: powershell.exe}\nphases: {build: {commands: [cosign x]}}";
    assert.deepEqual(commandTexts(readCodeBuild(source, "x.yml")), []);
  });
});
