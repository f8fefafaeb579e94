import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "ci/Jenkinsfile");

describe("stepImageAt", () => {
  it("takes what is listed with containers of a pod, or in a list that is called one of containers", () =>
    expectUses(
      read,
      `def tools = [[name: 'a', image: '«a/b»', tty: true], [name: 'c', image: '«a/c:1»'], [name: 'd', image: null]]
def podContainers = [
  [name: 'e', image: '«a/e»'],
  [image: 'no:1'],
]
def built = [[name: 'f', image: 'no:2'], [name: 'g', image: 'no:3']]
`,
      ["image docker.io/a/b literal", "image docker.io/a/c:1 literal", "image docker.io/a/e literal"],
    ));

  it("takes none of a list of containers that the script builds", () =>
    expectUses(
      read,
      `def containers = [[name: 'a', image: 'no:1'], [name: 'b', image: '«a/b:1»']]
sh 'docker build -t no:1 .'
`,
      ["image docker.io/a/b:1 literal"],
    ));

  it("takes what the closure of a step sets whose name begins with a capital", () =>
    expectUses(read, "StandardBuild {\n  name = 'x'\n  nodeImage = '«node:22»'\n}", [
      "image docker.io/library/node:22 literal",
    ]));
});

describe("steps of plug-ins that look at images", () => {
  it("takes what they are told, unless the script builds it", () =>
    expectUses(
      read,
      `aquaMicroscanner imageName: '«a/b»', notCompliesCmd: 'exit 1'
prismaCloudScanImage(dockerAddress: 'x', image: '«a/c:1»')
docker.build('no:1')
twistlockScan image: 'no:1'
other(imageName: 'no:2')
`,
      ["image docker.io/a/b literal", "image docker.io/a/c:1 literal"],
    ));
});

describe("podImagesAt", () => {
  it("takes the images that a library's function is given to make a pod of", () =>
    expectUses(
      read,
      `pipeline {
  agent { kubernetes { yaml agentPod('tool', '«a/b:1»', [cpu: '1:2']) } }
}
podTemplate(yaml: pods.of("«r.io/a/c»")) { }
podTemplate(yaml: libraryResource('pods/a.yaml')) { }
def kept = agentPod('tool', '«a/d:1»')
podTemplate(yaml: kept) { }
podTemplate(yaml: libraryResource('pods/a.yaml').replace('IMAGE', '«a/e:1»').trim()) { }
podTemplate(yaml: own('no:1')) { }
podTemplate(yaml: read(url: 'no:2', 'http://no/x:1')) { }
def own(name) { return name }
`,
      [
        "image docker.io/a/b:1 literal",
        "image r.io/a/c literal",
        "image docker.io/a/d:1 literal",
        "image docker.io/a/e:1 literal",
      ],
    ));
});
