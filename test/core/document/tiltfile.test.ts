import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectSample, expectToSurvive } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "Tiltfile");

const rows: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
  [
    "Dockerfiles that it holds",
    `load('ext://restart_process', 'docker_build_with_restart')
DOCKERFILE = '''FROM «golang:1.24» AS build
RUN go build && \\\\
  true
FROM «alpine:3»
COPY --from=build /a /b
COPY --from=«busybox:1» /c /d
'''
docker_build_with_restart('acme/out', '.', dockerfile_contents=DOCKERFILE, entrypoint=['/a'])
docker_build('acme/more:1', '.', dockerfile_contents="FROM «debian:12»\\nRUN docker pull «acme/tool:1»\\n")
docker_build('acme/none', '.', dockerfile_contents=HEADER + 'FROM no:1', dockerfile='no:2')
`,
    "from docker.io/library/golang:1.24 literal",
    "from docker.io/library/alpine:3 literal",
    "copy-from docker.io/library/busybox:1 literal",
    "from docker.io/library/debian:12 literal",
    "command docker.io/acme/tool:1 literal",
  ],
  [
    "sources of caches",
    "docker_build('acme/out', '.', cache_from=['«acme/cache:1»', \"«acme/cache:2»\"], extra_tag='no:1')\ndocker_build('b', '.', cache_from='«acme/cache:3»')\n",
    "cache-from docker.io/acme/cache:1 literal",
    "cache-from docker.io/acme/cache:2 literal",
    "cache-from docker.io/acme/cache:3 literal",
  ],
  [
    "commands, but what they build",
    `# local('docker pull no:1')
local('docker pull «acme/a:1»')
local(['docker', 'pull', '«acme/b:1»'], quiet=True)
hash = str(local('docker run --rm «registry:2» -Bbn admin ' + password))
local_resource('x', 'docker run «acme/c:1»', serve_cmd="docker run «acme/d:1»", deps=['no:2'])
local_resource('y', cmd='''
  docker pull «acme/e:1»
  docker run acme/own
''')
custom_build('acme/own', 'docker build -t $EXPECTED_REF . && docker run «acme/f:1»', deps=['.'])
docker_build('acme/image', '.')
local('docker run acme/image')
def local(command): pass
other('docker pull no:3')
local('docker pull %s' % 'no:4')
`,
    "command docker.io/acme/a:1 literal",
    "command docker.io/acme/b:1 literal",
    "command docker.io/library/registry:2 literal",
    "command docker.io/acme/c:1 literal",
    "command docker.io/acme/d:1 literal",
    "command docker.io/acme/e:1 literal",
    "command docker.io/acme/f:1 literal",
  ],
  [
    "manifests that it holds",
    `k8s_yaml(blob('''
apiVersion: v1
kind: Pod
spec:
  containers:
  - {name: a, image: «redis:7»}
  - {name: b, image: acme/own}
'''))
docker_build('acme/own', '.')
docker_compose(blob("""
services:
  db:
    image: «postgres:16»
"""))
`,
    "image docker.io/library/redis:7 literal",
    "image docker.io/library/postgres:16 literal",
  ],
];

describe("readTiltfile", () => {
  for (const [name, text, ...uses] of rows) {
    it(`reads ${name}`, () => expectSample(read, text, uses));
    it(`survives prefixes and mutations of ${name}`, () => expectToSurvive(read, text.replaceAll(/[«»]/g, "")));
  }

  it("pins what it has read", () => {
    for (const [, text] of rows) expectPinsToHold(read, text.replaceAll(/[«»]/g, ""));
  });
});
