import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "waypoint.hcl");

const text = `project = "acme"
variable "tag" { default = "2" }
app "web" {
  build {
    use "docker-pull" {
      image = "«acme/web»"
      tag   = var.tag
    }
    registry {
      use "docker" {
        image = "acme/no"
        tag   = "1"
      }
    }
  }
  deploy { use "docker" {} }
}
app "api" {
  build {
    use "pack" { builder = "«heroku/builder:22»" }
    workspace "dev" {
      use "docker-pull" { image = "«acme/api:3»" }
    }
  }
}
pipeline "release" {
  step "test" {
    image_url = "«acme/test:1»"
    use "exec" { command = "docker" }
  }
}
`;

describe("readWaypoint", () => {
  it("reads what is deployed as it is, builders, and what runs steps", () => {
    expectUses(read, text, [
      "pull docker.io/acme/web:2 resolved",
      "builder docker.io/heroku/builder:22 literal",
      "pull docker.io/acme/api:3 literal",
      "step docker.io/acme/test:1 literal",
    ]);
  });

  it("keeps pins and spans, whatever is changed", () => {
    const plain = text.replaceAll(/[«»]/g, "");
    assert.equal(expectPinsToHold(read, plain), 3);
    expectToSurvive(read, plain);
  });
});
