import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const source = `defaultBaseImage: «cgr.dev/chainguard/static»
baseImageOverrides:
  github.com/acme/app/cmd/app: «registry.example.com/base/foo:1» # why
  other: "«alpine»"
builds:
- {id: a, image: nothing:1}
`;

const read = (text: string) => readDocument(text, "app/.ko.yaml");

describe("readKo", () => {
  it("reads the base images, and nothing of what is built", () => {
    expectUses(read, source, [
      "from cgr.dev/chainguard/static literal",
      "from registry.example.com/base/foo:1 literal",
      "from docker.io/library/alpine literal",
    ]);
  });

  it("pins them", () => void expectPinsToHold(read, source.replaceAll(/[«»]/g, "")));

  it("survives every prefix and many mutations", () => expectToSurvive(read, source.replaceAll(/[«»]/g, "")));
});
