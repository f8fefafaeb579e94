import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "ci/Jenkinsfile");

describe("withCaller", () => {
  it("leaves what is nothing by default to who calls", () =>
    expectUses(
      read,
      `def call(Map given) {
  def image = given.image ?: ''
  docker.image(«image»).pull()
  docker.image("«r.io/$\{image}»").pull()
  docker.image("«a/b:$\{image}»").pull()
  docker.image('').pull()
}
podTemplate(containers: [containerTemplate(name: 'x', image: "")]) { }
`
        .replaceAll("\\{", "{")
        .replaceAll("\\$", "$"),
      ["docker.image ? unresolved", "docker.image ? unresolved", "docker.image ? partial"],
    ));
});

describe("isInsideCall", () => {
  it("takes an argument for none of a call before it", () =>
    expectUses(
      read,
      `node {
  dockerNode(image: '«a/b»') { }
  slackSend image: 'no'
  containerTemplate name: 'x', image: '«a/c»'
}
`,
      ["image docker.io/a/b literal", "image docker.io/a/c literal"],
    ));
});

describe("strings of Groovy", () => {
  it("begins a variable of the shell with what keeps it from being one of Groovy", () =>
    expectUses(
      read,
      String.raw`node {
  sh """
    docker pull «\${A}/b:\${C}»
    docker pull "«r/\$A/b»"
  """
  sh "docker run «\$X:1»; I=a/b:2; docker pull «\$I»"
}
`,
      ["command ? unresolved", "command ? unresolved", "command ? unresolved", "command docker.io/a/b:2 resolved"],
    ));
});
