import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";

const files = new Map([
  [
    "vars/",
    "deep.groovy\nimages.groovy\ninside.groovy\nnotify.groovy\nsettings.groovy\ntoolImage.groovy\nwithTag.groovy\nREADME.txt",
  ],
  ["vars/inside.groovy", "def call(name, body) {\n def i = docker.image(toolImage(name))\n i.inside { body() }\n}\n"],
  ["vars/toolImage.groovy", 'def call(name) {\n  "registry.example.com/tools/$name"\n}\n'],
  ["vars/withTag.groovy", "def call(Map c, Closure body) { docker.image(\"$c.image:${c.tag ?: '1'}\").inside(body) }"],
  [
    "vars/deep.groovy",
    "def call(Map c = [:]) { inside(c.builder) { sh 'make' }\n docker.image(\"maven:$c.jdk\").pull() }",
  ],
  ["vars/notify.groovy", "def call(text) { echo text\n docker.image('a/b:1').inside { } }"],
  [
    "vars/settings.groovy",
    "def call(String kind = 'slim') {\n  def all = [node: \"node:20-${kind}\"]\n  return all\n}\ndef tools() { [go: 'golang:1.25'] }\n",
  ],
  [
    "vars/images.groovy",
    "@groovy.transform.Field static final String GO = 'golang:1.25'\ndef node(String version = '22') { return \"node:${version}\" }\ndef getRuby() { 'ruby:3' }",
  ],
  [
    "src/org/acme/Images.groovy",
    "package org.acme\nclass Images implements Serializable {\n  static final String MAVEN = 'maven:3.9'\n  static final Map ALL = [python: 'python:3.12']\n  String jdk(int version) { return \"temurin:${version}\" }\n  static String redis() { 'redis:7' }\n}\n",
  ],
]);

const loaded = new Map([
  [
    "ci/common.groovy",
    'NODE = \'node:20\'\ndef runIn(image, Closure body) { docker.image("reg.example.com/${image}").inside { body() } }\ndef pick(v) { return "go:${v}" }\nreturn this\n',
  ],
  [
    "src/org/acme/Docker.groovy",
    'package org.acme\nclass Docker {\n  static void within(String image, body) { script.docker.image(image).inside { body() } }\n  def pull(String name) { script.sh "docker pull ${name}" }\n  def note(String name) { script.echo name }\n}\n',
  ],
]);

const at = (path: string) => (text: string) => readDocument(text, path, (file) => files.get(file) ?? loaded.get(file));

describe("createJenkinsLibrary", () => {
  const table: readonly (readonly [script: string, ...images: readonly string[]])[] = [
    ["inside('«node:12»') { sh 'npm ci' }", "image registry.example.com/tools/node:12 resolved"],
    ["script.inside('«node:12»') { sh 'npm ci' }", "image registry.example.com/tools/node:12 resolved"],
    [
      "def all = settings()\ndocker.image(«all.node»).inside { }",
      "docker.image docker.io/library/node:20-slim resolved",
    ],
    [
      "def all = settings('bookworm')\ndocker.image(\"«${all.node}»\").pull()",
      "docker.image docker.io/library/node:20-bookworm resolved",
    ],
    ["docker.image(«settings.tools().go»).inside { }", "docker.image docker.io/library/golang:1.25 resolved"],
    ["def all = settings().collect { it }\ndocker.image(«all.node»).inside { }", "docker.image ? unresolved"],
    ["docker.image(«settings().node.trim()»).inside { }", "docker.image ? unresolved"],
    ['inside("«node:${env.V}»") { }', "image ? partial"],
    ["inside(unknown) { }\ninside('image.tar') { }\ninside(\"${env.R}/a:1\") { }"],
    [
      "inside(«env.OLD ? 'node:12' : 'node:14'») { }",
      "image registry.example.com/tools/node:12 resolved",
      "image registry.example.com/tools/node:14 resolved",
    ],
    ["def inside(n, body) { body() }\ninside('node:12') { }"],
    ["withTag(image: '«busybox»', tag: '2') { }", "image docker.io/library/busybox:2 resolved"],
    ["withTag image: '«busybox»', { }", "image docker.io/library/busybox:1 resolved"],
    ["deep(builder: '«node:12»', jdk: '21')", "image registry.example.com/tools/node:12 resolved"],
    ["notify('node:12')\nother('node:12')"],
    ["docker.image(«toolImage('go')»).pull()", "docker.image registry.example.com/tools/go resolved"],
    ["sh \"docker run «${toolImage('go')}»\"", "command registry.example.com/tools/go resolved"],
    ["docker.image(«images.GO»).pull()", "docker.image docker.io/library/golang:1.25 resolved"],
    ["docker.image(«images.node()»).pull()", "docker.image docker.io/library/node:22 resolved"],
    ["docker.image(«images.node('20')»).pull()", "docker.image docker.io/library/node:20 resolved"],
    ["docker.image(«images.ruby»).pull()", "docker.image docker.io/library/ruby:3 resolved"],
    ["def images = [:]\ndocker.image(«images.GO»).pull()", "docker.image ? unresolved"],
    [
      "import org.acme.Images\ndocker.image(«Images.MAVEN»).pull()",
      "docker.image docker.io/library/maven:3.9 resolved",
    ],
    ["import org.acme.*\ndocker.image(«Images.MAVEN»).pull()", "docker.image docker.io/library/maven:3.9 resolved"],
    ["docker.image(«org.acme.Images.MAVEN»).pull()", "docker.image docker.io/library/maven:3.9 resolved"],
    ["docker.image(«Images.MAVEN»).pull()", "docker.image ? unresolved"],
    [
      "import org.acme.Images\ndocker.image(«Images.ALL['python']»).pull()",
      "docker.image docker.io/library/python:3.12 resolved",
    ],
    [
      "import static org.acme.Images.redis\ndocker.image(«redis()»).pull()",
      "docker.image docker.io/library/redis:7 resolved",
    ],
    [
      "import org.acme.Images\ndef all = new Images(this)\ndocker.image(«all.jdk(21)»).pull()",
      "docker.image docker.io/library/temurin:21 resolved",
    ],
    [
      "def common\ncommon = load 'ci/common.groovy'\ncommon.runIn('«node:14»') { }\ndocker.image(«common.NODE»).pull()\ndocker.image(«common.pick('1.2')»).pull()",
      "image reg.example.com/node:14 resolved",
      "docker.image docker.io/library/node:20 resolved",
      "docker.image docker.io/library/go:1.2 resolved",
    ],
    [
      'def c = load("${env.WORKSPACE}/ci/common.groovy")\ndocker.image(«c.NODE»).pull()',
      "docker.image docker.io/library/node:20 resolved",
    ],
    ["def c = load file\ndocker.image(«c.NODE»).pull()", "docker.image ? unresolved"],
    [
      "import org.acme.Docker\nDocker.within('«a/b:1»') { }\ndef d = new Docker()\nd.pull('«a/b:2»')\nd.note('a/b:3')",
      "image docker.io/a/b:1 literal",
      "image docker.io/a/b:2 literal",
    ],
    ["def run(common) { common.runIn('a/b:1') { }\n docker.image(«common.NODE»).pull() }", "docker.image ? unresolved"],
  ];
  for (const [script, ...images] of table)
    it(`reads ${script}`, () => {
      const source = `node {\n}\n${script}\n`;
      const { text } = expectUses(at("ci/Jenkinsfile"), source, images);
      expectPinsToHold(at("ci/Jenkinsfile"), text);
    });

  it("finds classes of the script's own package, and the library that a folder holds", () => {
    const own = "package org.acme\nclass Build { def run() { script.docker.image(«Images.MAVEN»).inside { } } }\n";
    expectUses(at("src/org/acme/Build.groovy"), own, ["docker.image docker.io/library/maven:3.9 resolved"]);
    const beside = new Map([...files].map(([path, text]) => [`lib/${path}`, text]));
    const read = (text: string) => readDocument(text, "lib/vars/x.groovy", (file) => beside.get(file));
    expectUses(read, "def call() { inside('«go:1»') { } }\n", ["image registry.example.com/tools/go:1 resolved"]);
  });

  it("asks for nothing but the list of steps where there is no library, and ends where files name each other", () => {
    const asked: string[] = [];
    readDocument(
      "node { build 'x'\n sh 'docker run a/b:1'\n docker.image(other('y')).pull() }",
      "Jenkinsfile",
      (file) => {
        asked.push(file);
        return undefined;
      },
    );
    assert.deepEqual([...new Set(asked)], ["vars/"]);
    const looped = new Map([
      ["vars/", "a.groovy\nb.groovy"],
      ["vars/a.groovy", "def call(n) { docker.image(b(n)).pull()\n b(n) }"],
      ["vars/b.groovy", "def call(n) { a(n)\n return a(n) }"],
    ]);
    assert.doesNotThrow(() => readDocument("node { a('x:1')\n b('y:1') }", "Jenkinsfile", (file) => looped.get(file)));
  });
});
