import { imageUnsigned } from "../../../src/core/rules/image-unsigned.ts";
import { decidedByRelease, expectReports, releasePolicy, verdictOn } from "../../helpers/rules.ts";

const node = "docker.io/library/node:22";

describe("image-unsigned", () => {
  const enforcing = verdictOn(node, "unsigned", { enforced: true, decidedBy: decidedByRelease });
  const message =
    /^'node:22' is not signed; policy release \(policy\/images\.yaml:12\) requires a signature by acme\.$/;

  it("is an error where the policy enforces, and names policy, line and signer", () => {
    const expected = [{ severity: "error" as const, message }];
    expectReports(imageUnsigned, "Dockerfile", "FROM «node:22»\n", expected, [enforcing], releasePolicy());
  });

  it("is a warning where the policy warns, and a note where there is none", () => {
    const warning = [{ severity: "warning" as const }];
    expectReports(imageUnsigned, "Dockerfile", "FROM «node:22»\n", warning, [{ ...enforcing, enforced: false }]);
    const note = [{ severity: "note" as const, message: /no policy covers it/ }];
    expectReports(imageUnsigned, "Dockerfile", "FROM «node:22»\n", note, [verdictOn(node, "unsigned")]);
  });

  it("points at each use of the image, wherever its value comes from", () => {
    const text = "ARG V=22\nFROM «node:$V» AS a\nFROM «docker.io/library/node:22»\nCOPY --from=a / /\n";
    const expected = [
      { message: /^'node:\$V' \(node:22\) is not signed; / },
      { message: /^'docker\.io\/library\/node:22' is not signed; / },
    ];
    expectReports(imageUnsigned, "Dockerfile", text, expected, [enforcing]);
  });

  it("names the image of a matrix that is meant", () => {
    const text =
      'on: push\njobs:\n  a:\n    strategy: {matrix: {v: ["20", "22"]}}\n    container: «node:${{ matrix.v }}»\n';
    const expected = [{ message: /^'node:\$\{\{ matrix\.v \}\}' \(node:22\) is not signed; / }];
    expectReports(imageUnsigned, ".github/workflows/a.yml", text, expected, [enforcing]);
  });

  it("says nothing without a verdict, or for any other verdict", () => {
    expectReports(imageUnsigned, "Dockerfile", "FROM node:22\n");
    for (const state of ["verified", "untrusted", "invalid", "unknown"] as const) {
      expectReports(imageUnsigned, "Dockerfile", "FROM node:22\n", [], [verdictOn(node, state)]);
    }
  });
});
