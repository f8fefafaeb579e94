import assert from "node:assert/strict";
import { toGithub } from "../../../src/core/report/toGithub.ts";
import { inspectionOf } from "../../helpers/inspections.ts";
import { verdictOn } from "../../helpers/rules.ts";

describe("toGithub", () => {
  it("writes a workflow command per finding, with file, line and columns", () => {
    assert.equal(
      toGithub(inspectionOf({ "app/Dockerfile": "FROM node:22\n" })),
      "::notice file=app/Dockerfile,line=1,col=6,endColumn=13,title=image-without-digest::" +
        "'node:22' has no digest, so what is pulled can change without notice.\n",
    );
  });

  it("escapes what would end a property or start another command", () => {
    const problems = [{ code: "a:b,c", message: "100%\r\n::error::boo", file: "x,y:z%\n" }];
    assert.equal(
      toGithub({ documents: [], findings: [], problems }),
      "::warning file=x%2Cy%3Az%25%0A,title=a%3Ab%2Cc::100%25%0D%0A::error::boo\n",
    );
  });

  it("reports images that stand in no file and are not verified", () => {
    const reference = "ghcr.io/acme/app:1";
    const inspection = {
      documents: [],
      references: [{ text: reference, reference }],
      verdicts: new Map([[reference, verdictOn(reference, "unsigned")]]),
      findings: [],
      problems: [],
    };
    assert.equal(toGithub(inspection), `::error title=image-unsigned::'${reference}': Not signed. The reason.\n`);
  });
});
