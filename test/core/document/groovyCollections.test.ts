import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "Jenkinsfile");
const known = `def images = [web: 'nginx:1', 'api': "a/api:\${tag}", nested: [x: 'a/x:1']]
def list = ['redis:7', 'valkey:8']
def tag = '2'
`;

describe("values of Jenkins pipelines", () => {
  const table: readonly (readonly [script: string, ...images: readonly string[]])[] = [
    ["docker.image(«images.web»).pull()", "library/nginx:1"],
    ["docker.image(«images['api']»).pull()", "a/api:2"],
    ['docker.image("«${images["web"]}»").pull()', "library/nginx:1"],
    ["docker.image(«images.nested.x»).pull()", "a/x:1"],
    ["docker.image(«list[1]»).pull()", "library/valkey:8"],
    ["docker.image(«list[7]»).pull()", "?"],
    ["docker.image(«images[tag]»).pull()", "?"],
    [
      "def m = [a: 'a/b:1', c: 'a/c:1']\ndocker.image(«m[params.LANG]»).pull()\ndocker.image(\"«${list[n]}»\").pull()",
      "a/b:1",
      "a/c:1",
      "library/redis:7",
      "library/valkey:8",
    ],
    ["def m = [a: 'no:1', c: [d: 1]]\ndocker.image(«m[params.LANG]»).pull()", "?"],
    ["def v = [a: '1', c: '2']\ndocker.image(\"«a/b:${v[env.X]}»\").pull()", "a/b:1", "a/b:2"],
    ["list.each { image -> docker.image(«image»).pull() }", "library/redis:7", "library/valkey:8"],
    ["list.each { docker.image(«it»).pull() }\ndocker.image(«it»).pull()", "library/redis:7", "library/valkey:8", "?"],
    ["for (one in list) { docker.image(«one»).pull() }", "library/redis:7", "library/valkey:8"],
    ["for (String one : ['a/b:1', 'a/c:1']) { docker.image(«one»).pull() }", "a/b:1", "a/c:1"],
    ["['a', 'b'].each { v -> docker.image(\"«r.io/${v}:${v}»\").pull() }", "r.io/a:a", "r.io/b:b"],
    ["docker.image(«params.NONE ?: 'a/b:1'»).pull()", "a/b:1"],
    ["docker.image(«tag ?: 'a/b:1'»).pull()", "library/2"],
    ["docker.image(«env.BRANCH_NAME == 'main' ? 'a/b:1' : 'a/b:2'»).pull()", "a/b:1", "a/b:2"],
    ["docker.image((«isMain() ? 'a/b:1' : 'a/b:2'»)).pull()", "a/b:1", "a/b:2"],
    ["def chosen = x ? 'a/b:1' : y ? 'a/b:2' : 'a/b:3'\ndocker.image(«chosen»).pull()", "a/b:1", "a/b:2", "a/b:3"],
    ["docker.image('«a/b:1»').inside { x ? 'no:1' : 'no:2' }", "a/b:1"],
    ["[[n: 'x', image: 'a/b:1'], [image: 'a/b:2']].each { docker.image(«it.image»).pull() }", "a/b:1", "a/b:2"],
    ["[x: 'a/b:1', y: 'a/b:2'].each { name, image -> docker.image(«image»).pull() }", "a/b:1", "a/b:2"],
    ["['x:1': 1, 'y:2': 2].each { image, n -> docker.image(«image»).pull() }", "library/x:1", "library/y:2"],
    ["['x', 'y'].eachWithIndex { v, i -> docker.image(\"«a/b:${v}»\").pull() }", "a/b:x", "a/b:y"],
    ["def run(l, image) { docker.image(«image»).pull() }\nrun('no:1', 'a/b:1')", "a/b:1"],
    ["def run(i = 'a/b:1') { docker.image(«i»).pull() }\nrun()\nrun('a/b:2')", "a/b:1", "a/b:2"],
    ["def run(i, t) { docker.image(\"«${i}:${t}»\").pull() }\nrun('a/b', '1')\nrun 'a/c', '2'", "a/b:1", "a/c:2"],
    ["void run(Map c) { docker.image(«c.image»).pull() }\nrun(image: 'a/b:1', x: 'no:1')", "a/b:1"],
    ["def run = { image -> docker.image(«image»).pull() }\nrun('a/b:1')\nrun.call('a/b:2')", "a/b:1", "a/b:2"],
    ["def run(image) { docker.image(«image»).pull() }\nrun(env.X)", "?"],
    ["def run(image) { docker.image(«image»).pull() }", "?"],
    ["def image() { return 'a/b:1' }\ndocker.image(«image()»).pull()", "a/b:1"],
    ["String image(v) {\n  \"a/b:${v}\"\n}\ndocker.image(«image('2')»).pull()", "a/b:2"],
    ["def image() { if (x) { return 'a/b:1' }\nreturn 'a/b:2' }\ndocker.image(«image()»).pull()", "a/b:1", "a/b:2"],
    ["docker.image(«unknown(tag)»).pull()", "?"],
    ["docker.image(«tag.trim()»).pull()", "library/2"],
    ["docker.image(«tag.replace('2', '3')»).pull()", "?"],
    ["docker.image(«params.get('X', 'a/b:1')»).pull()", "a/b:1"],
    ["docker.image(«images.get('web')»).pull()", "library/nginx:1"],
    ['docker.image("«a/b:${params.X ?: tag}»").pull()', "a/b:2"],
    ["docker.image(\"«a/b:${x ? '1' : tag}»\").pull()", "a/b:1", "a/b:2"],
    ["def f() { def own = 'no:1' }\ndef g() { def own = 'a/b:1'\n docker.image(«own»).pull() }", "a/b:1"],
    ["def own = 'a/b'\nown += ':1'\ndocker.image(«own»).pull()", "a/b:1"],
    ["def v\nif (x) { v = 'a/b:1' } else { v = 'a/b:2' }\ndocker.image(«v»).pull()", "a/b:1", "a/b:2"],
    ["def v = ''\nif (x) v = 'a/b:1'\nelse v = 'a/b:2'\ndocker.image(«v»).pull()", "a/b:1", "a/b:2"],
    ["def v\nif (x) {\ny()\nv = 'a/b:1'\ndocker.image(«v»).pull()\n} else { v = 'no:1' }", "a/b:1"],
    ["def v = config.v\nif (!v) { v = 'a/b:1' }\ndocker.image(«v»).pull()", "a/b:1"],
    ["def v = 'no:1'\nv = 'a/b:1'\ndocker.image(«v»).pull()\nv = 'no:2'", "a/b:1"],
    ["def v = 'a/b'\nv = \"${v}:1\"\ndocker.image(«v»).pull()", "a/b:1"],
    [
      "def n, t\nif (x) { n = 'a/b'; t = '1' } else { n = 'a/c'; t = '2' }\ndocker.image(\"«${n}:${t}»\").pull()",
      "a/b:1",
      "a/c:2",
    ],
    ["def run(i = 'a/b:1') { docker.image(«i»).pull() }", "a/b:1"],
    ["def run(i) { i = i ?: 'a/b:1'\n docker.image(«i»).pull() }", "a/b:1"],
    ["def run(List l) { l.each { docker.image(«it»).pull() } }\nrun(['a/b:1', 'a/b:2'])", "a/b:1", "a/b:2"],
    ["def run(l) { for (i in l) { docker.image(«i»).pull() } }\nrun(two)\ntwo = ['a/b:1']", "a/b:1"],
    ["def run(l) { l.each { docker.image(«it»).pull() } }\nrun(unknown())", "?"],
    [
      "def l = []\nl[0] = 'a/b:1'\nl[1] = 'a/b:2'\nfor (int i = 0; i < l.size(); i++) { docker.image(«l[i]»).pull() }",
      "a/b:1",
      "a/b:2",
    ],
    ["def m = [:]\nm['x'] = 'a/b:1'\ndocker.image(«m.x»).pull()", "a/b:1"],
    [
      "def l = ['a/b:1']\nl << 'a/b:2'\nl.add('a/b:3')\nl.each { docker.image(«it»).pull() }",
      "a/b:1",
      "a/b:2",
      "a/b:3",
    ],
    ['def v = 11\ndocker.image("«a/b:${v}»").pull()', "a/b:11"],
    ['[8, 3.8].each { v -> docker.image("«a/b:${v}»").pull() }', "a/b:8", "a/b:3.8"],
    ["[7: 'a/b:7', 17: 'a/b:17'].each { k, v -> docker.image(«v»).pull() }", "a/b:7", "a/b:17"],
    ["def v = 1 + 1\ndocker.image(«v»).pull()", "?"],
    ["def m = [x: [i: 'a/b:1'], y: [i: 'a/b:2']]\nfor (e in m) { docker.image(«e.value.i»).pull() }", "a/b:1", "a/b:2"],
    ["[x: 'a/b:1'].each { e -> docker.image(«e.value»).pull() }", "a/b:1"],
    ["def m = [x: [i: 'a/b:1']]\nm.values().each { docker.image(«it.i»).pull() }", "a/b:1"],
    ["def m = [x: 'a/b:1', 'y': 'a/b:2']\nm.keySet().each { k -> docker.image(«m[k]»).pull() }", "a/b:1", "a/b:2"],
    ["def m = [x: 'a/b:1', y: 'no:1']\n['x'].each { k -> docker.image(«m[k]»).pull() }", "a/b:1"],
    ["def m = [x: 'a/b:1', y: 'no:1']\n['x'].each { k -> docker.image(«m[\"$k\"]»).pull() }", "a/b:1"],
    [
      "def m = [x: [i: 'a/b:1'], y: [i: 'a/b:2']]\nm.each { k, v -> run(v) }\ndef run(c) { docker.image(«c.i»).pull() }",
      "a/b:1",
      "a/b:2",
    ],
    [
      "[['no', 'a/b:1'], ['no', 'a/b:2']].each { run(it[0], it[1]) }\ndef run(n, i) { docker.image(«i»).pull() }",
      "a/b:1",
      "a/b:2",
    ],
    ["def run(c) { docker.image(«c.i»).pull() }\nrun([i: 'a/b:1', x: 'no:1'])", "a/b:1"],
    ["def run(c) { c.i ?= 'a/b:1'\n docker.image(«c.i»).pull() }", "a/b:1"],
    ["docker.image(«params.X ? params.X : 'a/b:1'»).pull()", "a/b:1"],
    ["class C { static final I = 'a/b:1' }\ndocker.image(«C.I»).pull()", "a/b:1"],
    ["class C { def i = 'a/b:1'\n def f() { docker.image(«this.i»).pull() } }", "a/b:1"],
    ["class C { def i\n C(o) { this.i = o.i ?: 'a/b:1' }\n def f() { docker.image(«i»).pull() } }", "a/b:1"],
    ["list.each { String one -> docker.image(«one»).pull() }", "library/redis:7", "library/valkey:8"],
    ["[x: 'a/b:1'].each { String k, def v -> docker.image(«v»).pull() }", "a/b:1"],
    ['list.each { s -> docker.build("r/${s}-${env.N}") }\ndocker.image("r/redis:7-${env.N}").pull()'],
    ["withEnv(['I=a/b:1']) { docker.image(«env.I»).pull() }\ndocker.image(«env.I»).pull()", "a/b:1", "?"],
    ["parameters { choice(name: 'P', choices: 'a/b:1\\na/b:2') }\ndocker.image(«params.P»).pull()", "a/b:1"],
    ["parameters { string(defaultValue: 'a/b:1', name: 'P') }\ndocker.image(«P»).pull()", "a/b:1"],
    [
      "parameters { string name: 'P', defaultValue: 'a/b:1'\n string name: 'Q', defaultValue: 'no:1' }\ndocker.image(«params.P»).pull()",
      "a/b:1",
    ],
    ["parameters { choice choices: ['a/b:1', 'no:1'], name: 'P' }\ndocker.image(«params.P»).pull()", "a/b:1"],
    ["def list2 = [/^a$/, /b'/]\ndocker.image(«tag»).pull()", "library/2"],
    ['def all = \'\'\nx.each { all += " --amend ${it}" }\nsh "docker manifest create a/b ${all}"'],
    ["def built = docker.build('no:1')\nsh \"docker run ${built.id}\""],
    ["def build = { name -> docker.build(name) }\nbuild('no:1')\nbuild('no:2')\ndocker.image('no:2').pull()"],
    ["docker\n  .image(«tag»)\n  .inside { }", "library/2"],
    ["docker.image(«images?.web»).pull()", "library/nginx:1"],
    ["docker.image(tag).push()\ndocker.image(\"no/${tag}\").push('x')"],
    ["env.I = docker.build('no:1', '.').id\ndocker.image(env.I).pull()"],
    ["def c = [id: 'a/b:1']\ndocker.image(«c.id»).pull()", "a/b:1"],
    ["def i = docker.build('no:1')\nsh \"docker run ${i.imageName()}\""],
    [
      "for (int i = 0; i < list.size(); i++) { docker.image(«list.get(i)»).pull() }",
      "library/redis:7",
      "library/valkey:8",
    ],
    ["docker.image(«list.get(0)»).pull()", "library/redis:7"],
    ["docker.image(«images.get(tag, 'a/b:1')»).pull()", "a/b:1"],
    [
      "def run(i) { docker.image(«i»).pull() }\nfor (int i = 0; i < list.size(); i++) { run(list.get(i)) }",
      "library/redis:7",
      "library/valkey:8",
    ],
    ["for (int i = 0; i < list.size(); i++) { docker.image(«list[i]»).pull() }", "library/redis:7", "library/valkey:8"],
    ["def one = (isMain()) ? 'a/b:1' : 'a/b:2'\ndocker.image(«one»).pull()", "a/b:1", "a/b:2"],
    ["def one = (params.X ?: 'a/b:1')\ndocker.image(«one»).pull()", "a/b:1"],
    ["def one = (params.X) ?: 'a/b:1'\ndocker.image(«one»).pull()", "a/b:1"],
    ["'a/b:1 a/c:1'.split().each { docker.image(«it»).pull() }", "a/b:1", "a/c:1"],
    ["def all = 'a/b:1, a/c:1'.tokenize(',')\nfor (i in all) { docker.image(«i»).pull() }", "a/b:1", "a/c:1"],
    ["def all = '''\na/b:1\na/c:1\n'''.split('\\n')\nall.each { docker.image(«it»).pull() }", "a/b:1", "a/c:1"],
    ["def all = 'x;y'.split(/;\\s*/)\nall.each { docker.image(\"«a/b:$it»\").pull() }", "a/b:x", "a/b:y"],
    ["def all = 'a/b:1 a/c:1'.split()\ndocker.image(«all[1]»).pull()", "a/c:1"],
    ["def all = 'a/b:1'.split(':')\nall.each { docker.image(«it»).pull() }", "?"],
    ["def all = \"$tag b\".split(' ')\nall.each { docker.image(«it»).pull() }", "?"],
    ["def one = 'a/b:1 a/c:1'.split()[0]\ndocker.image(«one»).pull()", "?"],
    ["def n = 'a b'.split().size()\ndocker.image(«n»).pull()", "?"],
    [
      "def call(String r, String i, body) { docker.image(\"«$r/$i»\").inside { body() } }\ndef call(body) { call('r.io', 'a/b', body) }",
      "r.io/a/b",
    ],
    [
      "['x:1', 'y:2'].each { v ->\n def p = v.split(':')\n docker.image(\"«a/${p[0]}:${p[1]}»\").pull() }",
      "a/x:1",
      "a/y:2",
    ],
    ["def v = 'a/b:1:x'\ndef p = v.tokenize(':')\ndocker.image(\"«${p[0]}:${p[1]}»\").pull()", "a/b:1"],
    ["def v = 'a/b:1'\ndocker.image(\"«${v.split(':')[0]}»\").pull()", "a/b"],
    ["def v = 'a/b:1'\ndef p = v.split('[:]')\ndocker.image(«p[0]»).pull()", "?"],
    ["def v = 'a/b:1'\ndef p = v.split(':')\ndocker.image(«p[2]»).pull()", "?"],
    ["def p = env.X.split(':')\ndocker.image(«p[0]»).pull()", "?"],
    ["def other = tag\nx ? 'no:1' : 'no:2'\ndocker.image(\"«a/b:${other}»\").pull()", "a/b:2"],
  ];
  for (const [script, ...images] of table)
    it(`follows ${script}`, () => {
      const text = `${known}node {\n${script}\n}\n`;
      const marks = text.replaceAll(/[«»]/g, "");
      const name = (image: string): string => (image.startsWith("r.io") ? image : `docker.io/${image}`);
      const resolution = script.includes("'«") ? "literal" : "resolved";
      expectUses(
        read,
        text,
        images.map((image) => `docker.image ${image === "?" ? "? unresolved" : `${name(image)} ${resolution}`}`),
      );
      expectPinsToHold(read, marks);
      expectToSurvive(read, marks);
    });

  it("reads the axes of a matrix", () => {
    const text = `pipeline { agent none
  stages { stage('m') { matrix {
    axes { axis { name 'V'; values '20', '22' }
      axis {
        name 'OS'
        values 'slim'
      } }
    agent { docker { image "«node:\${V}-\${OS}»" } }
    stages { stage('x') { steps { echo 'x' } } } } } } }
`;
    expectUses(read, text, [
      "docker docker.io/library/node:20-slim resolved",
      "docker docker.io/library/node:22-slim resolved",
    ]);
    expectToSurvive(read, text.replaceAll(/[«»]/g, ""));
  });

  it("reads the axes of a matrix after its agent", () => {
    const text = `pipeline { stages { stage('m') { matrix { agent { docker { image "«node:\${V}»" } }
    axes { axis { name 'V'; values '20', '22' } } } } } }
`;
    expectUses(read, text, ["docker docker.io/library/node:20 resolved", "docker docker.io/library/node:22 resolved"]);
  });

  it("gives commands what the axes of a matrix around them set, and no others", () => {
    const text = `pipeline { agent none
  stages { stage('m') { matrix {
    axes { axis { name 'V'; values '20', '22' } axis { name 'D'; values 'slim' } }
    stages { stage('x') { steps { sh 'docker run «node:$V-$D»' } } } } }
    stage('y') { steps { sh 'docker run «a/b:$V»' } } } }
`;
    expectUses(read, text, [
      "command docker.io/library/node:20-slim resolved",
      "command docker.io/library/node:22-slim resolved",
      "command ? partial",
    ]);
  });

  it("gives commands and agents what the environment of their stage sets", () => {
    const text = `pipeline { environment { I = 'a/b:1' }
  stages { stage('x') { environment { I = 'a/b:2' }
      agent { docker { image «env.I» } }
      steps { sh 'docker run «$I»' } }
    stage('y') { agent { docker { image "«\${I}»" } }
      steps { sh 'docker run «$I»'
        script { env.J = 'a/b:3' }
        sh 'docker run «$J»' } } } }
`;
    expectUses(read, text, [
      "docker docker.io/a/b:2 resolved",
      "command docker.io/a/b:2 resolved",
      "docker docker.io/a/b:1 resolved",
      "command docker.io/a/b:1 resolved",
      "command docker.io/a/b:3 resolved",
    ]);
  });

  it("gives commands the defaults of parameters", () => {
    const text = "parameters { string(name: 'P', defaultValue: 'a/b:1') }\nsh 'docker run «$P»'\n";
    expectUses(read, text, ["command docker.io/a/b:1 resolved"]);
  });

  it("runs each script that a function is given", () => {
    const text = "def run(c) { sh c }\nrun('docker pull «a/b:1»')\nrun 'docker pull «a/b:2»'\n";
    expectUses(read, text, ["command docker.io/a/b:1 literal", "command docker.io/a/b:2 literal"]);
  });

  it("gives commands what withEnv sets around them", () => {
    const text = `def T = '1'
node { withEnv(['A=a/b', "C=a/c:\${T}", "D=\${x()}"]) { sh 'docker run «$A» && docker run «$C»' }
  sh 'docker run «$A»' }
`;
    expectUses(read, text, [
      "command docker.io/a/b resolved",
      "command docker.io/a/c:1 resolved",
      "command ? unresolved",
    ]);
  });

  it("ends where functions call each other", () => {
    const text = "def a(x) { return b(x) }\ndef b(x) { return a(x) }\ndocker.image(a(b('x:1'))).pull()\n";
    assert.ok(read(text).images.length <= 2);
  });

  it("ends where values hold each other", () => {
    const many = (name: string): string => Array.from({ length: 40 }, () => name).join(" + ");
    const text = `def a = ${many("b")}\ndef b = ${many("a")}\ndef l = [${many("l[0]")}, 'x:1']\nnode {\n  docker.image(a).pull()\n  for (x in l) { docker.image(x).pull() }\n}\n`;
    assert.ok(read(text).images.length <= 3);
  });

  it("tells where an item stands, and pins it there", () => {
    const text = "def list = ['redis:7', 'valkey:8']\nlist.each { docker.image(it).pull() }\n";
    const [first] = read(text).images;
    assert.deepEqual(
      first?.chain.map(({ label, text: said }) => [label, said]),
      [
        ["variable it", "it"],
        ["item of it", "redis:7"],
      ],
    );
    assert.equal(expectPinsToHold(read, text), 2);
  });
});
