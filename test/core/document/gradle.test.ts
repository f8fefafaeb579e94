import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const rows: readonly (readonly [name: string, path: string, text: string, ...uses: readonly string[]])[] = [
  [
    "conventions for applications",
    "build.gradle",
    "docker {\n  javaApplication { baseImage = '«openjdk:8-alpine»'; images = ['out:1'] }\n  springBootApplication { baseImage = \"«r.io/java:$v»\" }\n  url = 'unix:///var/run/docker.sock'\n}\n",
    "from docker.io/library/openjdk:8-alpine literal",
    "from ? partial",
  ],
  [
    "conventions for applications in Kotlin",
    "build.gradle.kts",
    'docker {\n  javaApplication {\n    baseImage.set("«openjdk:8-alpine»")\n    images.set(setOf("out:1"))\n  }\n}\n',
    "from docker.io/library/openjdk:8-alpine literal",
  ],
  [
    "tasks by their types",
    "build.gradle",
    "task make(type: Dockerfile) {\n  from '«alpine:3»'\n  runCommand 'x:1'\n}\ntask pull(type: DockerPullImage) { image = '«busybox:1»' }\ntask other(type: Copy) { from 'a:1' }\ntasks.register('c', com.bmuschko.gradle.docker.tasks.image.Dockerfile) { from('«redis:7»') }\n",
    "from docker.io/library/alpine:3 literal",
    "image docker.io/library/busybox:1 literal",
    "from docker.io/library/redis:7 literal",
  ],
  [
    "tasks by their types in Kotlin",
    "build.gradle.kts",
    'val make by tasks.creating(Dockerfile::class) {\n  from("«alpine:3»")\n}\ntasks.create("run", DockerCreateContainer::class) { targetImageId("«postgres:16»") }\n',
    "from docker.io/library/alpine:3 literal",
    "image docker.io/library/postgres:16 literal",
  ],
  [
    "Micronaut's tasks",
    "build.gradle",
    "tasks.named('dockerfile') { baseImage = '«eclipse-temurin:21»' }\ndockerfileNative { graalImage.set('«ghcr.io/graalvm/native-image:21»') }\n",
    "from docker.io/library/eclipse-temurin:21 literal",
    "from ghcr.io/graalvm/native-image:21 literal",
  ],
  [
    "JKube's lists of images",
    "build.gradle",
    "kubernetes {\n  images {\n    image {\n      name = 'acme/out:1'\n      build { from = '«quay.io/jkube/java:1»' }\n    }\n  }\n}\n",
    "from quay.io/jkube/java:1 literal",
  ],
];

describe("readGradle", () => {
  for (const [name, path, text, ...uses] of rows)
    it(`reads ${name}`, () => {
      const read = (source: string) => readDocument(source, path);
      expectUses(read, text, uses);
      const plain = text.replaceAll(/[«»]/g, "");
      expectPinsToHold(read, plain);
      expectToSurvive(read, plain);
    });
});
