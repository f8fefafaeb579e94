import { references } from "../../helpers/references.ts";
import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "ci/Jenkinsfile");

const full = `// agent { docker { image 'no:1' } }
/* docker.image('no:2') */
def BASE = 'node:22'
def TOOLS = "ghcr.io/a/tools"
pipeline {
  agent {
    docker {
      image '«maven:3»'
      args '-v /x:/y --image no:3'
      label "docker"
    }
  }
  parameters {
    string(name: 'TAG', defaultValue: '1.2', description: 'docker run no:4')
    choice(name: 'PICK', choices: ['20', '21'])
  }
  environment {
    REGISTRY = 'registry.example.com'
    APP = "$\{REGISTRY}/app:$\{params.TAG}"
  }
  stages {
    stage('docker run no:5') {
      agent { docker '«golang:1.25»' }
      steps {
        sh 'docker run --rm «$APP» x'
        sh "docker pull «$\{BASE}» && echo \\$HOME"
        sh '''
          # docker run no:6
          docker run «alpine:3»
        '''
        sh(script: "docker pull «$\{env.APP}»", returnStdout: true)
        echo "docker run no:7 $\{BASE}"
        script {
          docker.image("«$\{TOOLS}:$\{params.PICK}»").inside('-u root') { sh 'true' }
          docker.image(«BASE»).pull()
          docker.build("no:8", ".")
          docker.withRegistry('https://reg.example.com', 'creds') {
            docker.image('«a/b:1»').inside { sh "make" }
          }
          def x = docker.image("«a/c:$\{env.BUILD_NUMBER}»")
          withDockerContainer(image: '«busybox:1»') { }
          error 'image: no:9'
        }
      }
    }
    stage('pod') {
      agent {
        kubernetes {
          yaml '''
apiVersion: v1
kind: Pod
spec:
  containers:
    - name: x
      image: «kaniko:1»
'''
        }
      }
    }
  }
}
podTemplate(containers: [containerTemplate(name: 'x', image: '«jnlp:1»', command: 'no:10')]) { node('x') { } }
`
  .replaceAll("\\{", "{")
  .replaceAll("\\$", "$");

describe("readJenkinsfile", () => {
  it("reads agents, steps and templates", () => {
    expectUses(read, full, [
      "docker docker.io/library/maven:3 literal",
      "docker docker.io/library/golang:1.25 literal",
      "command registry.example.com/app:1.2 resolved",
      "command docker.io/library/node:22 resolved",
      "command docker.io/library/alpine:3 literal",
      "command registry.example.com/app:1.2 resolved",
      "docker.image ghcr.io/a/tools:20 resolved",
      "docker.image docker.io/library/node:22 resolved",
      "docker.image reg.example.com/a/b:1 literal",
      "docker.image ? partial",
      "image docker.io/library/busybox:1 literal",
      "image docker.io/library/kaniko:1 literal",
      "image docker.io/library/jnlp:1 literal",
    ]);
  });

  it("says where a value is defined, and pins it there unless it is also used for something else", () => {
    const text = "def A = 'node:22'\ndef B = 'a:1'\ndocker.image(A).pull()\ndocker.image(B).pull()\ndocker.build(B)\n";
    const [one, other] = read(text).images;
    assert.equal(text.slice(one?.definedAt?.start, one?.definedAt?.end), "node:22");
    assert.equal(one?.pinAt?.start, text.indexOf("node:22") + 7);
    assert.equal(other?.pinAt, undefined);
    assert.deepEqual(
      one?.chain.map(({ label, text: shown }) => [label, shown]),
      [
        ["variable A", "A"],
        ["value of A", "node:22"],
      ],
    );
  });

  it("lists the commands of steps", () =>
    assert.deepEqual(
      read("node { sh 'cosign sign a:1' }").commands.map(({ words }) => words.map((word) => word.text)),
      [["cosign", "sign", "a:1"]],
    ));

  it("keeps pins and spans, whatever is changed", () => {
    const plain = full.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(read, plain) >= 8);
    expectToSurvive(read, plain);
    assert.equal(read(plain.replaceAll("\n", "\r\n")).images.length, read(plain).images.length);
  });

  for (const [title, source, expected] of [
    [
      "names of a registry beside the image",
      "pipeline { agent { docker { image 'a/b:1'\n registryUrl 'https://r.io:5000/v2'\n args 'x' } } }",
      ["r.io:5000/a/b:1"],
    ],
    [
      "a registry before the image",
      "pipeline { agent { docker { registryUrl \"https://r.io\"\n image 'a/b:1' } } }",
      ["r.io/a/b:1"],
    ],
    [
      "Docker Hub as a registry",
      "pipeline { agent { docker { image 'a/b:1'; registryUrl 'https://index.docker.io/v1/' } } }",
      ["docker.io/a/b:1"],
    ],
    [
      "what it builds",
      'node { def i = docker.build("a/b:${env.BUILD_ID}")\n docker.image("a/b:${env.BUILD_ID}").push()\n sh "docker run a/b:${env.BUILD_ID}"\n docker.image("a/c:1").inside { } }',
      ["docker.io/a/c:1"],
    ],
    [
      "what has a name from it by a further tag",
      "node { def i = docker.build('a/b')\n i.tag('2')\n docker.withRegistry('https://r.io') { i.push(\"v${env.N}\") }\n docker.build('a/c').push('1')\n sh \"docker run a/b:2 && docker run r.io/a/b:v$N\"\n sh 'docker run a/c:1; docker run a/b:3' }",
      ["docker.io/a/b:3"],
    ],
    [
      "what it builds by the name that a parameter holds, quoted or not",
      "def make(String name, String base) { docker.build(\"${name}\", '.')\n withDockerContainer(image: name) { }\n docker.image(base).pull() }\ndef made(tag) { docker.build(tag)\n docker.image(\"$tag\").inside { } }\ndocker.image('a/b:1').pull()",
      ["unresolved", "docker.io/a/b:1"],
    ],
    [
      "what objects of plug-ins are made with, or given",
      "def C = [image: 'a/b:1']\nnew ContainerTemplate('x', 'a/b:2', 'cat', '')\nnew DockerTemplateBase(C.image, 'x')\ndef one = new org.acme.ContainerTemplate('y')\none.setImage('a/b:3')\none.setCommand('a/b:9')\nContainerTemplate two = new ContainerTemplate('z')\ntwo.image = 'a/b:4'\nother.setImage('a/b:9')\nnew ContainerTemplate(name: 'x', image: 'a/b:5')\nnew ContainerTemplate()\nother.image = 'a/b:9'\nContainerTemplate('x', 'a/b:9')\nnew ContainerTemplate([a: 1, b: 2], 'a/b:6')\nnew OtherTemplate('x', 'a/b:9')",
      [
        "docker.io/a/b:2",
        "docker.io/a/b:1",
        "docker.io/a/b:3",
        "docker.io/a/b:4",
        "docker.io/a/b:5",
        "docker.io/a/b:6",
      ],
    ],
    [
      "what it builds by a name that scripts have in their environment, or without parentheses",
      "pipeline { environment { I = \"r.io/a:$env.N\"\n T = \"r.io/b:$N\" }\n steps { script { docker.build(env.I)\n def x = docker.build T\n def r = 'a/c'\n x = docker.build r + ':1' }\n sh 'docker run $I'\n sh 'docker run ${T}'\n sh 'docker run a/c:1'\n sh 'docker run a/d:1' } }",
      ["docker.io/a/d:1"],
    ],
    [
      "what an agent's own image is built with",
      "pipeline { agent { dockerfile { additionalBuildArgs '--pull -t mine --cache-from r.io/c:1' } }\n steps { sh 'docker run mine; docker run a/b:1' } }",
      ["r.io/c:1", "docker.io/a/b:1"],
    ],
    [
      "an indented pod without a version",
      "podTemplate(yaml: '''\n      kind: Pod\n      spec:\n        containers:\n        - name: x\n          image: a/b:1\n''') { }",
      ["docker.io/a/b:1"],
    ],
    [
      "a pod that a variable holds",
      'def pod = """\nspec:\n  containers:\n  - image: a/b:1\n"""\npodTemplate(yaml: pod) { }',
      ["docker.io/a/b:1"],
    ],
    [
      "a pod that a function gives",
      "def pod() { return '''\nspec:\n  containers:\n  - image: a/b:1\n''' }\npipeline { agent { kubernetes { yaml pod() } } }",
      ["docker.io/a/b:1"],
    ],
    [
      "a pod wherever it is kept, but none that is written to a file",
      "pods = [x: '''\nkind: Pod\nspec:\n  containers:\n  - image: a/b:1\n''']\nwriteFile(file: 'x', text: '''\nkind: Pod\nspec:\n  containers:\n  - image: a/b:2\n''')",
      ["docker.io/a/b:1"],
    ],
    [
      "values within a pod",
      'def V = \'22\'\npodTemplate(yaml: """\nspec:\n  containers:\n  - image: node:${V}\n  - image: "a/b:${env.X ?: \'1\'}"\n  - image: a/c:${params.Y}\n  - image: a/d:1\n""") { }',
      ["docker.io/library/node:22", "docker.io/a/b:1", "partial", "docker.io/a/d:1"],
    ],
    [
      "expressions within a pod, whatever they are of YAML",
      "podTemplate(yaml: \"\"\"\nspec:\n  containers:\n  - name: ${c['x'] ?: 'y: z'}\n    image: ${c['i'] ?: 'a/b:1'}\n  - {name: y, image: a/b:2}\n\"\"\") { }",
      ["docker.io/a/b:1", "docker.io/a/b:2"],
    ],
    [
      "a pod with a margin",
      "def pod = '''\\\n  |kind: Pod\n  |spec:\n  |  containers:\n  |  - name: x\n  |    image: a/b:1\n'''.stripMargin()",
      ["docker.io/a/b:1"],
    ],
    [
      "a pod around lines that the script makes",
      'def I = \'a/b:1\'\npodTemplate(yaml: """\nspec:\n  tolerations:\n    ${arm ? more : \'\'}\n  containers:\n  ${first}\n  - name: x\n    image: ${I}\n  - image: >-\n      ${I}\n  - image: a/b:2\n  $last\n""") { }',
      ["docker.io/a/b:1", "docker.io/a/b:1", "docker.io/a/b:2"],
    ],
    [
      "scripts with a margin",
      "def i = 'a/b:1'\ndef cmd = \"\"\"docker run --rm \\\\\n   | -v x:/x \\\\\n   | ${i} \\\\\n   | sh\"\"\".stripMargin()\nsh(cmd)\nsh '''\n  |docker pull \\\\\n  |  a/b:2\n'''.stripMargin()",
      ["docker.io/a/b:1", "docker.io/a/b:2"],
    ],
    [
      "a script that a variable holds in parts",
      "def i = 'a/b:1'\ndef cmd = 'docker pull ' + \"$i &&\" +\n  ' docker run -v \"$PWD:/x\" ' + \"$i /x\"\nsh(returnStatus: true, script: cmd)",
      ["docker.io/a/b:1", "docker.io/a/b:1"],
    ],
    [
      "containers as maps",
      "podTemplate(containers: [[name: 'x', image: 'a/b:1', envVars: [[key: 'image', value: 'no:1']]], [image: 'a/b:2']], volumes: [[image: 'no:2']]) { }",
      ["docker.io/a/b:1", "docker.io/a/b:2"],
    ],
    [
      "what a library does with the pipeline that it is handed",
      "script.docker.image('a/b:1').pull()\nthis.steps.sh 'docker pull a/b:2'\nctx.bat('docker pull a/b:3')",
      ["docker.io/a/b:1", "docker.io/a/b:2", "docker.io/a/b:3"],
    ],
    [
      "scripts that variables hold, and what is done to them",
      "def pull = 'docker pull a/b:1'\nnode { sh pull\n sh 'docker pull a/b:2'.replace('x', 'y') }",
      ["docker.io/a/b:1", "docker.io/a/b:2"],
    ],
    [
      "pods of a library that is handed the pipeline",
      "script.podTemplate(containers: [script.containerTemplate(name: 'x', image: 'a/b:1'), ctx.containerTemplate(image: 'a/b:2')]) { }",
      ["docker.io/a/b:1", "docker.io/a/b:2"],
    ],
    [
      "an image after options of which some are not known",
      "def o() { return '-d ' + more }\ndef i = 'a/b:1'\nnode { sh \"docker run ${o()} ${i} ls\" }",
      ["docker.io/a/b:1"],
    ],
    [
      "what of several images is not built here",
      'sh \'docker build -t a/b:1 .\'\nfor (i in [\'a/b:1\', \'a/c:1\']) { sh "docker run $i" }\nsh "docker build -t $X ."\nsh "docker build -t $Y ."\nfor (i in ["$X", "$Y"]) { sh "docker run $i" }',
      ["docker.io/a/c:1"],
    ],
    [
      "what it builds and runs steps in",
      "def image = 'no'\ndocker.build(\"${image}\", '.')\nwithDockerContainer(image: image, args: 'x') { }\nwithDockerContainer('a/b:1') { }",
      ["docker.io/a/b:1"],
    ],
    [
      "agents of other plug-ins",
      "pipeline { agent { dockerContainer { image 'a/b:1' } }\n stage { agent { ecs { inheritFrom 'x'\n image 'a/b:2' } } } }\ndockerNode(image: 'a/b:3') { }\ndockerNode('a/b:4') { }\nwithDockerContainer([image: 'a/b:5', args: '']) { }",
      ["docker.io/a/b:1", "docker.io/a/b:2", "docker.io/a/b:3", "docker.io/a/b:4", "docker.io/a/b:5"],
    ],
    [
      "what such steps are given by a name",
      "def run(label, body) { dockerNode(label, body) }\nString i = 'a/b:1'\ndockerNode(i) { }\nwithDockerContainer(i) { }\ndockerNode(label: i) { }",
      ["docker.io/a/b:1", "docker.io/a/b:1"],
    ],
    [
      "what is run over SSH or by Groovy itself",
      "sshCommand remote: host, command: 'docker pull a/b:1'\nsshTransfer(execCommand: '''docker rm x\ndocker run a/b:2''')\n'docker pull a/b:3'.execute()\nother(command: 'docker pull no:1')",
      ["docker.io/a/b:1", "docker.io/a/b:2", "docker.io/a/b:3"],
    ],
    [
      "what the steps of a library run",
      "devPod(image: 'a/b:1', cpu: 1) { sh 'x' }\nlib.withDocker('a/b:2', '-u 0') { }\nstandard(dockerImage: 'a/b:3', nodes: [[containerImage: 'r.io/a/b']])\ndef I = 'a/b:4'\ninsideDocker(I) { }\nexecute(dockerImage: 'a/b') { }\nexecute(dockerImage: unknown) { }",
      ["docker.io/a/b:1", "docker.io/a/b:2", "docker.io/a/b:3", "r.io/a/b", "docker.io/a/b:4", "docker.io/a/b"],
    ],
    [
      "what the steps of a library are told by name or by place to run",
      "standard(image: 'a/b:1', nodeImage: 'a/b:2', stages: [[TEST_IMAGE: 'a/b:3']])\nstandard name: 'x', image: 'a/b:4'\nstandard([image: 'a/b:5'])\ninToolContainer('a/b:6') { sh 'x' }\nrunInContainer('a/b:7', 'ls')\ndockerRun 'r.io/a/b'\nwithContainer 'a/b:8', { sh 'x' }",
      ["a/b:1", "a/b:2", "a/b:3", "a/b:4", "a/b:5", "a/b:6", "a/b:7", "r.io/a/b", "a/b:8"].map((image) =>
        image.startsWith("r.io") ? image : `docker.io/${image}`,
      ),
    ],
    [
      "what a library's step builds in, and not what it makes",
      "buildApp(name: 'b', dockerImage: 'a/b:1')\nbuildApp(image: 'no:1')\nbuildDocker(dockerImage: 'no:1', baseImage: 'a/b:2')\nbuildAndPush(dockerImage: 'no:1')\nstandard(appName: 'no', dockerImage: 'r.io/no:1')\ndef dockerImage = 'x'\nother(dockerImage: 'a/b:3')\necho(nodeImage: 'no:1')\ndef own(String i = 'no:1') { return [nodeImage: i] }",
      ["docker.io/a/b:1", "docker.io/a/b:2", "docker.io/a/b:3"],
    ],
    [
      "what the closure of a library's step sets",
      "@Library('x') _\nstandard {\n  name = 'x'\n  image = 'a/b:1'\n  dockerImage = 'a/b'\n}",
      ["docker.io/a/b:1"],
    ],
    [
      "pods of the Kubernetes Pipeline plug-in",
      "node {\n  kubernetes.pod('a').withImage('a/b:1').withPrivileged(true)\n    .withImage(\"a/c:$V\").inside { sh 'x' }\n}\nwithImage('no:1')",
      ["docker.io/a/b:1", "partial"],
    ],
    [
      "nothing from steps that make or move images, or that do not tell",
      "dockerBuild(image: 'no:1') { }\npushAll(dockerImage: 'no:1')\nstandard(image: 'no/no')\nown(image: 'no:1')\ndef own(Map m) { }\nstandard(outputImage: 'no:1', logo_image: 'x.io/no.png', image: \"no:$X\")\nlist.add(image: 'no:1')\ndef kept = [image: 'no:1']\nwithImage('no:1')\nrunInContainer('no')\nwithDockerRegistry('r.io/no') { }\nbuildAll { image = 'no:1' }\ndef own2() { image = 'no:1' }\nlazy { def runImage = 'no:1' }\nclass C { String testImage = 'no:1' }\nstandard(dockerImage: 'no')\nwithDocker(unknown) { }\nwithDockerRegistry('no:1') { }",
      [],
    ],
    [
      "what the script itself reads by its name where it does so",
      "def c = [dockerImage: 'a/b:1']\ndocker.image(c.dockerImage).pull()",
      ["docker.io/a/b:1"],
    ],
    [
      "containers of a pod that are written apart",
      "def list() { return indent(2, \"\"\"\n  - name: x\n    image: a/b:1\n  - name: y\n    image: a/b:$T\n\"\"\") }\nwriteFile(text: '''\n- name: x\n  image: no:1\n''')",
      ["docker.io/a/b:1", "partial"],
    ],
    [
      "containers that functions make of what a pod hands to them",
      'def pod(c) { def i = c.i ?: "a/b:1"\nreturn """\nkind: Pod\nspec:\n  containers:\n${one("x", i)}${one("y", "a/b:2")}\n""" }\ndef one(n, image) { """\n  - name: ${n}\n    image: ${image}\n    command: [cat]\n""" }\ndef s = "- name: x or ${image} and more of it, and more"',
      ["docker.io/a/b:1", "docker.io/a/b:2"],
    ],
    ["no words that are joined", "sh \"docker run ${a.join(' ')}\"", []],
    [
      "containers as maps, wherever they are kept",
      "pod.spec.containers << [name: 'x', image: 'a/b:1', tty: true]\ndef one = [name: 'y', image: 'a/b:2', command: ['cat']]\ndef two = [name: 'y', image: 'no:1']",
      ["docker.io/a/b:1", "docker.io/a/b:2"],
    ],
    [
      "steps of jobs that a script defines",
      "job('x') { steps {\n def command = \"\"\"git clone $URL\ndocker pull a/b:1\n\"\"\"\n shell(command)\n shell('docker pull a/b:2')\n batchFile('docker pull a/b:3') } }",
      ["docker.io/a/b:1", "docker.io/a/b:2", "docker.io/a/b:3"],
    ],
    [
      "agents with named arguments",
      "pipeline { agent { docker image: 'a/b:1', args: 'image: no:1' }\n stage { agent { docker(image: 'a/b:2') } } }",
      ["docker.io/a/b:1", "docker.io/a/b:2"],
    ],
    [
      "a command for another shell that is put together",
      'def x = \'a/b:1\'\nsh "ssh h \\" docker pull ${x} " +\n  "&& docker save ${x} > y \\""',
      ["docker.io/a/b:1", "docker.io/a/b:1"],
    ],
    ["an image without parentheses", "docker.image 'a/b:1'", ["docker.io/a/b:1"]],
    [
      "a pipeline that the definition of a job holds",
      "pipelineJob('x') { definition { cps { script('''\npipeline { agent { docker { image 'a/b:1' } }\n steps { sh 'docker pull a/b:2' } }\n'''.stripIndent()) } } }\nscript('a/no:1')",
      ["docker.io/a/b:1", "docker.io/a/b:2"],
    ],
    [
      "a container template as a block",
      "pipeline { agent { kubernetes { containerTemplate { name 'a'\n image 'a/b:1' } } } }",
      ["docker.io/a/b:1"],
    ],
    [
      "what a parameter without a default leaves open",
      'properties([parameters([string(name: \'T\', defaultValue: \'\')])])\nnode { def I = "a/b:${params.T}"\n sh "docker pull ${I}"\n sh "docker pull a/c:${params.T}" }',
      ["partial", "partial"],
    ],
    [
      "what is pulled through Artifactory",
      "pipeline { steps { rtDockerPull(serverId: 'x', image: REG + '/a:1', host: H)\n rtDockerPush(serverId: 'x', image: 'no/no:1') } }",
      ["unresolved"],
    ],
    [
      "commands of Windows",
      "node { bat 'docker pull a/b:1'\n powershell 'docker pull a/b:2'\n pwsh \"docker pull a/b:3\" }",
      ["docker.io/a/b:1", "docker.io/a/b:2", "docker.io/a/b:3"],
    ],
  ] as const)
    it(`reads ${title}`, () =>
      assert.deepEqual(
        references(source, "Jenkinsfile").map((one) => one.replace(/^\S+ /, "")),
        expected,
      ));

  const scripts: readonly (readonly [name: string, script: string, expected: readonly string[]])[] = [
    ["escapes before", String.raw`'echo "5\ny\n" | x; docker run «alpine:1»'`, ["alpine:1"]],
    ["quotes that are escaped", String.raw`'awk \'{print $1}\' && docker run «alpine:1»'`, ["alpine:1"]],
    ["lines that are continued", String.raw`"docker run \\\n  «alpine:1»"`, ["alpine:1"]],
    ["tabs in a text of lines", '"""\n    echo "a\\tb" && docker run «alpine:1»\n  """', ["alpine:1"]],
    ["dollars and slashes", "$/docker run -e A=$$B «alpine:1» && docker pull «node:${V}»/$", ["alpine:1", "node:22"]],
    ["nothing in what is printed", String.raw`"echo \"docker run alpine:1\n\""`, []],
  ];
  for (const [name, script, expected] of scripts)
    it(`reads commands after ${name}`, () =>
      void expectUses(
        read,
        `def V = '22'\nnode {\n  sh ${script}\n}\n`,
        expected.map((one) => `command docker.io/library/${one} ${one.startsWith("node") ? "resolved" : "literal"}`),
      ));
});
