import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectSample } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "pom.xml");
const plugin = (artifact: string, configuration: string, properties = "") =>
  `<project><properties>${properties}</properties><build><plugins><plugin><artifactId>${artifact}</artifactId><configuration>${configuration}</configuration></plugin></plugins></build></project>`;

describe("readMaven", () => {
  const table: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
    [
      "properties of the project",
      plugin(
        "jib-maven-plugin",
        "<from><image>«${base.image}»</image></from>",
        "<java>21</java><base.image>eclipse-temurin:${java}-jre</base.image>",
      ),
      "from docker.io/library/eclipse-temurin:21-jre resolved",
    ],
    [
      "no property that comes from elsewhere",
      plugin("jib-maven-plugin", "<from><image>«r.io/a:${v}»</image></from>", "<w>1</w>"),
      "from ? partial",
    ],
    [
      "properties that name each other",
      plugin("jib-maven-plugin", "<from><image>«${a}»</image></from>", "<a>${b}${b}</a><b>${a}${a}</b>"),
      "from ? unresolved",
    ],
    [
      "what Docker's plug-in starts from and runs",
      plugin(
        "docker-maven-plugin",
        "<images><image><name>acme/out:1</name><build><from>«azul/zulu:17»</from></build></image><image><name>«postgres:16»</name><run/></image><image><name>%g/%a:%l</name></image></images>",
      ),
      "from docker.io/azul/zulu:17 literal",
      "image docker.io/library/postgres:16 literal",
    ],
    [
      "properties that stand for settings",
      "<project><properties><quarkus.native.builder-image>«quay.io/acme/native:1»</quarkus.native.builder-image><quarkus.jib.base-jvm-image>«acme/jvm:2»</quarkus.jib.base-jvm-image></properties><profiles><profile><properties><quarkus.native.builder-image>mandrel</quarkus.native.builder-image></properties></profile></profiles></project>",
      "builder quay.io/acme/native:1 literal",
      "from docker.io/acme/jvm:2 literal",
    ],
    [
      "programs that are run",
      `${plugin("exec-maven-plugin", "<executable>docker</executable><arguments><argument>run</argument><argument>-v</argument><argument>${project.basedir}:/x</argument><argument>«acme/a:1»</argument></arguments>")}${plugin("exec-maven-plugin", "<executable>bash</executable><arguments><argument>-c</argument><argument>docker pull «acme/b:1» | tee x</argument></arguments>")}${plugin("other-plugin", "<executable>docker</executable><arguments><argument>pull</argument><argument>no:1</argument></arguments>")}`,
      "command docker.io/acme/a:1 literal",
      "command docker.io/acme/b:1 literal",
    ],
    [
      "buildpacks that are images, by whatever locator",
      plugin(
        "spring-boot-maven-plugin",
        "<image><buildpacks><buildpack>«r.io/acme/java»</buildpack><buildpack>«paketobuildpacks/java»</buildpack><buildpack>paketo-buildpacks/java</buildpack><buildpack>docker://«a/b»</buildpack><buildpack>file:///a.tgz</buildpack><buildpack>urn:cnb:builder:a/b:1</buildpack></buildpacks></image>",
      ),
      "buildpack r.io/acme/java literal",
      "buildpack docker.io/paketobuildpacks/java literal",
      "buildpack docker.io/a/b literal",
    ],
    [
      "a base that a plug-in or a generator is told",
      `${plugin("docker-maven-plugin", "<imageName>out:1</imageName><baseImage>«java:8»</baseImage>")}${plugin("kubernetes-maven-plugin", "<generator><config><spring-boot><from>«acme/base:1»</from><name>out</name></spring-boot></config></generator>")}`,
      "from docker.io/library/java:8 literal",
      "from docker.io/acme/base:1 literal",
    ],
    [
      "what JKube's starts from",
      plugin("kubernetes-maven-plugin", "<images><image><build><from>«quay.io/a/b:1»</from></build></image></images>"),
      "from quay.io/a/b:1 literal",
    ],
    [
      "properties that stand for settings, and buildpacks",
      plugin(
        "spring-boot-maven-plugin",
        "<image><buildpacks><buildpack>docker://«acme/pack:1»</buildpack><buildpack>urn:x</buildpack></buildpacks></image>",
        "<spring-boot.build-image.builder>«acme/builder:1»</spring-boot.build-image.builder>",
      ),
      "builder docker.io/acme/builder:1 literal",
      "buildpack docker.io/acme/pack:1 literal",
    ],
    ["nothing of other plug-ins", plugin("x-docker-maven-plugin", "<images><image><name>a:1</name></image></images>")],
  ];
  for (const [name, text, ...uses] of table)
    it(`reads ${name}`, () => {
      expectSample(read, text, uses);
    });

  it("tells where a property is written, and pins it there", () => {
    const text = plugin("jib-maven-plugin", "<from><image>${base}</image></from>", "<base>a/b:1</base>");
    const [use] = read(text).images;
    assert.deepEqual(
      use?.chain.map(({ label, text: said }) => [label, said]),
      [
        ["property base", "${base}"],
        ["value of property base", "a/b:1"],
      ],
    );
    assert.equal(text.slice(use?.definedAt?.start, use?.definedAt?.end), "a/b:1");
    assert.equal(expectPinsToHold(read, text), 1);
  });
});
