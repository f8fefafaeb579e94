import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "ci/Jenkinsfile");

describe("names that grow in Jenkins pipelines", () => {
  const table: readonly (readonly [script: string, ...images: readonly string[]])[] = [
    ["def c = 'docker run'\nc += ' --rm'\nif (x) { c += ' -v a:b' }\nc += ' «a/b:1»'\nsh c", "command docker.io/a/b:1"],
    [
      "def c = 'docker run'\nm.each { k, v -> c += \" -e ${k}=${v}\" }\nc += \" «${i ?: 'a/b:1'}» x\"\nsh(script: c)",
      "command docker.io/a/b:1",
    ],
    ["def o = ''\nif (x) o += '-v a:b '\no += '-u 0'\nsh \"docker run ${o} «a/b» ls\"", "command docker.io/a/b"],
    [
      "def i = 'r.io'\ni += '/a'\ndocker.image(\"«${i}:1»\").pull()\ni += ':2'\ndocker.image(«i»).pull()",
      "docker.image r.io/a:1",
      "docker.image r.io/a:2",
    ],
    ["def i = 'r.io'\nif (x) i += '/b'\ni += '/a'\ndocker.image(«i»).pull()", "docker.image ?"],
    ['def n = 1\nn += 1\ndocker.image("«a/b:${n}»").pull()', "docker.image ?"],
    ["def c = 'docker run'\nif (x) c += ' no:1'\nelse c += ' no:2'\nsh c"],
    ['def s = \'\'\nx.each { s += "${it} " }\nsh "docker pull ${s}"'],
    ["def c = 'docker pull no:1'\nc = next()\nc += ' x'\nsh c"],
  ];
  for (const [script, ...images] of table)
    it(`reads ${script}`, () => {
      const { images: found } = read(`node {\n${script.replaceAll(/[«»]/g, "")}\n}`);
      const resolutions = found.map(({ resolution }) => resolution);
      expectUses(
        read,
        `node {\n${script}\n}`,
        images.map((image, index) => `${image} ${resolutions[index] ?? "none"}`),
      );
      expectPinsToHold(read, `node {\n${script.replaceAll(/[«»]/g, "")}\n}`);
      expectToSurvive(read, `node {\n${script.replaceAll(/[«»]/g, "")}\n}`);
    });
});
