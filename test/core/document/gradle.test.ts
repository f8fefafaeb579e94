import assert from "node:assert/strict";
import { readGradle } from "../../../src/core/document/gradle.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectSample } from "../../helpers/imageUses.ts";

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
    "constants and extra properties",
    "build.gradle",
    'def java = \'21\'\ndef release = 17\next { base = "acme/base:$java" }\ndef twice = \'1\'\ndef twice = \'2\'\njib { from { image = "«eclipse-temurin:${java}-jre»" } }\njib.from.image = «base»\nbootBuildImage { builder = "«acme/builder:${project.ext.release}»"; runImage = "«acme/run:$twice»" }\njib { from { image = other } }\n',
    "from docker.io/library/eclipse-temurin:21-jre resolved",
    "from docker.io/acme/base:21 resolved",
    "builder docker.io/acme/builder:17 resolved",
    "run-image ? partial",
  ],
  [
    "constants in Kotlin, and buildpacks",
    "build.gradle.kts",
    'val base: String = "acme/base:1"\njib { from { image = «base» } }\ntasks.named<BootBuildImage>("bootBuildImage") {\n  buildpacks.set(listOf("docker://«acme/pack:1»", "urn:cnb:builder:x", "./pack"))\n  imageName = "out:1"\n}\nktor { docker { customBaseImage.set("«acme/jre:1»") } }\n',
    "from docker.io/acme/base:1 resolved",
    "buildpack docker.io/acme/pack:1 literal",
    "from docker.io/acme/jre:1 literal",
  ],
  [
    "tasks and extensions by their types in angle brackets",
    "build.gradle.kts",
    'tasks.withType<BootBuildImage> { builder.set("«acme/builder:1»") }\ntasks.named<a.b.BootBuildImage>("make") { runImage = "«acme/run:1»" }\ntasks.withType(BootBuildImage::class) { buildpacks = listOf("«r.io/acme/pack»", "acme/name", "«acme/pack:1»") }\nconfigure<JibExtension> { from { image = "«acme/base:1»" } }\ntasks.register<Dockerfile>("d") { from("«alpine:3»") }\ntasks.withType<Copy> { from("no:1") }\nif (a < b && c > d) { image = "no:2" }\n',
    "builder docker.io/acme/builder:1 literal",
    "run-image docker.io/acme/run:1 literal",
    "buildpack r.io/acme/pack literal",
    "buildpack docker.io/acme/pack:1 literal",
    "from docker.io/acme/base:1 literal",
    "from docker.io/library/alpine:3 literal",
  ],
  [
    "commands",
    "build.gradle",
    "task a(type: Exec) { commandLine 'docker', 'run', '--rm', '«acme/a:1»', 'no:1' }\ntask b { doLast { exec { commandLine = ['sh', '-c', 'docker pull «acme/b:1» | tee x'] } } }\ntask c(type: Exec) {\n  executable 'docker'\n  args 'pull', \"«acme/c:$version»\"\n}\ntask d(type: Exec) { commandLine 'docker', 'build', '-t', 'own:1', '.' }\ntask e(type: Exec) { commandLine 'docker', 'run', 'own:1' }\ntask f { args 'pull', 'no:2' }\ndef tag = '17'\ntask g(type: Exec) { commandLine 'docker', 'run', '-v', \"$buildDir:/x\", \"«acme/d:$tag»\" }\ntask h(type: Exec) { commandLine 'docker', 'run', '--name', file('x').name, '-e', more(1, 2), '«acme/e:1»' }\n",
    "command docker.io/acme/a:1 literal",
    "command docker.io/acme/b:1 literal",
    "command ? unresolved",
    "command docker.io/acme/d:17 resolved",
    "command docker.io/acme/e:1 literal",
  ],
  [
    "commands in Kotlin",
    "build.gradle.kts",
    'tasks.register<Exec>("a") { commandLine("docker", "run", "«acme/a:1»") }\ntasks.register<Exec>("b") { executable = "podman"; args("run", "-p", "80:80", "«acme/b:1»") }\nexec { commandLine(listOf("docker", "pull", "«acme/c:1»")) }\nexec { commandLine("docker pull no:1".split(" ")) }\n',
    "command docker.io/acme/a:1 literal",
    "command docker.io/acme/b:1 literal",
    "command docker.io/acme/c:1 literal",
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
      expectSample(read, text, uses);
    });

  it("cuts names off that grow without end", () => {
    const names = Array.from({ length: 40 }, (_, at) => `def a${at} = "\${a${at + 1}}\${a${at + 1}}"\n`).join("");
    const { images } = readGradle(`${names}jib { from { image = "a:\${a0}" } }\n`, "build.gradle");
    assert.equal(images[0]?.resolution, "partial");
  });

  it("takes properties from the file that Gradle reads", () => {
    const files = new Map([["gradle.properties", "a=b\njava = 21 \n"]]);
    const { images } = readGradle('jib { from { image = "temurin:$java" } }\n', "app/build.gradle", (path) =>
      files.get(path),
    );
    const [use] = images;
    assert.equal(use?.reference && formatReference(use.reference), "docker.io/library/temurin:21");
    const step = use?.chain.at(-1);
    assert.equal(files.get(step?.file ?? "")?.slice(step?.span.start, step?.span.end), "21");
  });
});
