import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectSample } from "../../helpers/imageUses.ts";

describe("images in which wheels are built", () => {
  it("are read from the environment of workflows, jobs and steps", () => {
    expectSample(
      (text) => readDocument(text, ".github/workflows/a.yml"),
      "on: push\nenv: {CIBW_MANYLINUX_AARCH64_IMAGE: «quay.io/pypa/manylinux2014_aarch64:1», CIBW_BUILD_IMAGE: a/no:1}\njobs:\n  a:\n    strategy: {matrix: {arch: [x86_64, i686]}}\n    env: {CIBW_MANYLINUX_X86_64_IMAGE: '«r.io/a/${{ matrix.arch }}:2»', CIBW_MUSLLINUX_X86_64_IMAGE: musllinux_1_2}\n    steps:\n    - uses: pypa/cibuildwheel@v2\n      env:\n        CIBW_MUSLLINUX_I686_IMAGE: «r.io/b/c»\n        CIBW_BUILD: cp312-*/x\n",
      [
        "env quay.io/pypa/manylinux2014_aarch64:1 literal",
        "env r.io/a/x86_64:2 resolved",
        "env r.io/a/i686:2 resolved",
        "env r.io/b/c literal",
      ],
    );
  });
});
