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
