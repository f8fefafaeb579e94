import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "ci/blocks.yml");

describe("readConcourse", () => {
  it("reads resources that pipelines are put together of", () =>
    expectUses(
      read,
      `templates:
  tool: &tool
    type: registry-image
    source:
      <<: *credentials
      repository: «a/tool»
      tag: v1
`,
      ["resource docker.io/a/tool:v1 resolved"],
    ));

  it("leaves open what fly fills in without quotes", () =>
    expectUses(
      (text) => readDocument(text, "ci/pipeline.yml"),
      "resource_types:\n- name: a\n  type: docker-image\n  source:\n    repository: «a/tool»\n    tag: {{tool-tag}}\n- name: b\n  type: docker-image\n  source:\n    repository: «{{b}}»\n    tag: v1\n- name: c\n  type: docker-image\n  source: {repository: «{{c}}», tag: {{d}}}\n",
      ["resource-type ? partial", "resource-type ? unresolved", "resource-type ? unresolved"],
    ));

  it("reads operations on a pipeline", () =>
    expectUses(
      read,
      `- type: replace
  path: /resource_types/-
  value:
    name: notify
    type: docker-image
    source:
      repository: «a/notify»
- type: replace
  path: /resources/-
  value:
    type: git
    source:
      repository: no
`,
      ["resource docker.io/a/notify literal"],
    ));

  it("reads the image of a task, though a type of the pipeline's own brings it", () =>
    expectUses(
      (text) => readDocument(text, "ci/task.yml"),
      `platform: linux
image_resource:
  type: registry-image-mirrored
  source: {repository: «a/tool», tag: v1}
run: {path: make}
`,
      ["image-resource docker.io/a/tool:v1 resolved"],
    ));

  it("reads the image of a task that is an address", () => {
    expectUses(
      (text) => readDocument(text, "ci/task.yml"),
      "platform: linux\nimage: docker:///«a/tool»\nrun: {path: make}\n",
      ["image docker.io/a/tool literal"],
    );
    expectUses(
      read,
      `jobs:
- name: a
  plan:
  - task: check
    image: got
    config:
      platform: linux
      image: "docker://«registry.example.com/a/tool#v2»"
      run: {path: make}
`,
      ["image registry.example.com/a/tool:v2 literal"],
    );
  });

  it("leaves a resource that a pipeline only puts", () =>
    expectUses(
      read,
      `resources:
- name: &made made
  type: registry-image
  source: {repository: no}
- name: got
  type: registry-image
  source: {repository: «a/got»}
jobs:
- name: a
  plan:
  - get: got
  - put: *made
`,
      ["resource docker.io/a/got literal"],
    ));
});
