import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { toSarif } from "../../../src/core/report/toSarif.ts";
import { inspectionOf } from "../../helpers/inspections.ts";
import { decidedByRelease, someDigest, verdictOn } from "../../helpers/rules.ts";

interface Result {
  ruleId: string;
  ruleIndex: number;
  level: string;
  locations: { physicalLocation: { artifactLocation: { uri: string; uriBaseId: string }; region: unknown } }[];
  partialFingerprints: Record<string, string>;
  fixes: { artifactChanges: { replacements: { deletedRegion: unknown; insertedContent: { text: string } }[] }[] }[];
}
interface Log {
  runs: { results: Result[]; tool: { driver: { rules: { id: string }[] } }; invocations: unknown[] }[];
}

/** Checks against the published schema, as the package that carries it has it (JSON Schema draft 4; nothing in it that later drafts read otherwise but `id`). */
function createValidator(): (log: unknown) => void {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("@microsoft/jest-sarif/package.json"));
  const schema = JSON.parse(readFileSync(join(folder, "lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8")) as Record<
    string,
    unknown
  >;
  delete schema["$schema"];
  delete schema["id"];
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  const validate = ajv.compile(schema);
  return (log) => assert.ok(validate(log), JSON.stringify(validate.errors, undefined, 1));
}

const options = { version: "0.1.0" };
const sarifOf = (...input: Parameters<typeof inspectionOf>): Log =>
  JSON.parse(toSarif(inspectionOf(...input), options)) as Log;

describe("toSarif", () => {
  const validate = createValidator();
  const node = "docker.io/library/node:22";
  const unsigned = verdictOn(node, "unsigned", { digest: someDigest, enforced: true, decidedBy: decidedByRelease });

  it("knows an invalid log when it sees one", () => {
    assert.throws(() => validate({ version: "2.1.0", runs: [{ results: [{}] }] }));
  });

  it("is valid against the published schema", () => {
    validate(sarifOf({}));
    validate(sarifOf({ "app dir/Döckerfile#1": "FROM node:22\n", Dockerfile: "FROM node:22\nFROM\n" }, [unsigned]));
    const problems = [
      { code: "a", message: "B.", file: "x.yaml", span: { start: 0, end: 1 } },
      { code: "c", message: "D." },
    ];
    validate(JSON.parse(toSarif({ documents: [], findings: [], problems }, options)));
    const references = [{ text: "node:22", reference: node }];
    const verdicts = new Map([[node, unsigned]]);
    validate(JSON.parse(toSarif({ documents: [], references, verdicts, findings: [], problems: [] }, options)));
  });

  it("gives relative, encoded addresses, regions from 1 and fixes", () => {
    const [run] = sarifOf({ "app dir/Dockerfile": "# 😀\nFROM node:22\n" }, [unsigned]).runs;
    const result = run?.results.find(({ ruleId }) => ruleId === "image-without-digest");
    assert.deepEqual(result?.locations[0]?.physicalLocation, {
      artifactLocation: { uri: "app%20dir/Dockerfile", uriBaseId: "%SRCROOT%" },
      region: { startLine: 2, startColumn: 6, endLine: 2, endColumn: 13 },
    });
    assert.deepEqual(result.fixes[0]?.artifactChanges[0]?.replacements, [
      {
        deletedRegion: { startLine: 2, startColumn: 13, endLine: 2, endColumn: 13 },
        insertedContent: { text: `@${someDigest}` },
      },
    ]);
    assert.equal(run?.tool.driver.rules[result.ruleIndex]?.id, result.ruleId);
    assert.equal(run.results.find(({ ruleId }) => ruleId === "image-unsigned")?.level, "error");
  });

  it("keeps a result's fingerprint when its line moves, and tells repetitions apart", () => {
    const fingerprints = (text: string, path = "Dockerfile"): string[] =>
      (sarifOf({ [path]: text }, [unsigned]).runs[0]?.results ?? [])
        .filter(({ ruleId }) => ruleId === "image-unsigned")
        .map(({ partialFingerprints }) => partialFingerprints["countersign/v1"] ?? "");
    const [first] = fingerprints("FROM node:22\n");
    assert.deepEqual(fingerprints("# moved\n\nFROM docker.io/library/node:22\n"), [first]);
    const twice = fingerprints("FROM node:22\nFROM node:22\n");
    assert.equal(twice[0], first);
    assert.notEqual(twice[1], first);
    assert.notDeepEqual(fingerprints("FROM node:22\n", "a/Dockerfile"), [first]);
  });
});
