import assert from "node:assert/strict";
import type { Document } from "../../../src/core/document/document.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const template = JSON.stringify({
  options: { variant: { type: "string", default: "bookworm" }, image: { default: "debian:12" }, none: {} },
});
const reader =
  (path: string) =>
  (text: string): Document =>
    readDocument(text, path, (name) => (name === "src/x/devcontainer-template.json" ? template : undefined));

const dockerfile = reader("src/x/.devcontainer/Dockerfile");
const compose = reader("src/x/.devcontainer/docker-compose.yml");

describe("withTemplateOptions", () => {
  it("reads a Dockerfile with the defaults of its template's options", () => {
    const text =
      'ARG V="${templateOption:variant}"\nFROM «base:1-${templateOption:variant}» AS a\nFROM a\nFROM «node:${V}»\nFROM «x:${templateOption:none}»\n';
    const { images, problems } = expectUses(dockerfile, text, [
      "from docker.io/library/base:1-bookworm resolved",
      "from docker.io/library/node:bookworm resolved",
      "from ? unresolved",
    ]);
    assert.ok(images.every(({ pinAt, text: written }) => pinAt === undefined || !written.includes("templateOption")));
    assert.equal(problems.length, 1);
    expectToSurvive(dockerfile, text.replaceAll(/[«»]/g, ""));
  });

  it("reads a compose file alike", () =>
    expectUses(
      compose,
      "services:\n  a:\n    image: «${templateOption:image}»\n  b:\n    shm_size: ${templateOption:none}\n    image: '«node:22»'\n",
      ["image docker.io/library/debian:12 resolved", "image docker.io/library/node:22 literal"],
    ));

  it("reads a file without a template as it is", () =>
    expectUses((text) => readDocument(text, "Dockerfile"), "FROM «a:${templateOption:variant}»\n", [
      "from ? unresolved",
    ]));
});
