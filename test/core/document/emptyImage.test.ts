import assert from "node:assert/strict";
import { saysImageLater } from "../../../src/core/document/emptyImage.ts";
import { references } from "../../helpers/references.ts";

describe("images that are empty until somebody says them", () => {
  for (const name of ["IMAGE", "app_image", "base-image", "IMG", "IMAGE_NAME", "run.image.ref"])
    it(`knows ${name}`, () => assert.ok(saysImageLater(name, "")));
  for (const name of ["IMAGE_TAG", "IMAGE_SUFFIX", "IMAGES", "TARGET", "PREIMAGE", "IMAGE_PATH"])
    it(`leaves ${name}`, () => assert.ok(!saysImageLater(name, "")));
  it("takes a text for what it is", () => assert.ok(!saysImageLater("IMAGE", "node:22")));

  it("are open in recipes", () =>
    assert.deepEqual(
      references(
        "IMAGE ?=\nIMG :=\nX :=\nx:\n\tdocker pull $(IMAGE)\n\tdocker run --rm $(IMG) ls\n\tdocker run $(X) node:22\n",
        "Makefile",
      ),
      ["5:14 unresolved", "6:18 unresolved", "7:18 docker.io/library/node:22"],
    ));

  it("are open where an input of GitLab gives them", () =>
    assert.deepEqual(
      references(
        'spec:\n  inputs:\n    image: {default: ""}\n    end: {default: ""}\n---\nx:\n  image: $[[ inputs.image ]]\n  script:\n  - docker pull node:22$[[ inputs.end ]]\n',
        ".gitlab-ci.yml",
      ),
      ["7:10 unresolved", "9:17 docker.io/library/node:22"],
    ));
});
