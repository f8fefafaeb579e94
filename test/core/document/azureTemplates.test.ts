import assert from "node:assert/strict";
import { resolveDocument } from "../../../src/core/document/resolveWorkspace.ts";

describe("containerParameters", () => {
  it("reads what the tasks of a template run or deploy", () => {
    const files = new Map([
      [
        "ci/run.yml",
        "parameters: {imageName: '', webImage: '', tag: ''}\nsteps:\n- task: docker@0\n  inputs: {action: Run an image, imageName: '${{ parameters.imageName }}'}\n- task: AzureWebAppContainer@1\n  inputs: {appName: x, imageName: '${{ parameters.webImage }}'}\n- task: Docker@2\n  inputs: {command: build, repository: '${{ parameters.tag }}'}\n",
      ],
    ]);
    const source =
      "trigger: none\nsteps:\n- template: run.yml\n  parameters: {imageName: acme/tool:1, webImage: acme/web:2, tag: acme/no:3}\n";
    const { images } = resolveDocument(source, "ci/azure-pipelines.yml", files).document;
    assert.deepEqual(
      images.map(({ span }) => source.slice(span.start, span.end)),
      ["acme/tool:1", "acme/web:2"],
    );
  });
});
