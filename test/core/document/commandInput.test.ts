import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const shell = (text: string) => readDocument(text, "run.sh");

const script = `V=3
docker build -t acme/out - <<EOF
# FROM no:1
ARG N=1
FROM «alpine:\${V}» AS base

FROM base
FROM scratch
COPY --from=«busybox:1» /a /b
EOF
docker buildx build -f - . <<'EOF'
FROM «node:22»
EOF
echo "FROM «redis:7»" | podman build -t x -
docker build - <<< 'FROM «nginx:1»'
cat <<EOF | kubectl apply -n a -f -
apiVersion: v1
kind: ConfigMap
data: { image: no:2 }
---
apiVersion: v1
kind: Pod
spec:
  containers:
    # image: no:3
    - image: "«a/b:$V»"
    - image: «\${OTHER}»
    - image: «a/d:\${OTHER}»
EOF
oc create --filename=- <<'EOF'
{ "apiVersion": "v1", "kind": "Pod", "spec": { "containers": [{ "image": "«a/b:2»" }] } }
EOF
docker compose -f - up <<EOF
services:
  a: { image: «a/c:1» }
  b: { image: no:4, build: . }
EOF
`;

describe("inputMentions", () => {
  it("reads Dockerfiles, manifests and compose files that commands are given", () => {
    expectUses(shell, script, [
      "from docker.io/library/alpine:3 resolved",
      "copy-from docker.io/library/busybox:1 literal",
      "from docker.io/library/node:22 literal",
      "from docker.io/library/redis:7 literal",
      "from docker.io/library/nginx:1 literal",
      "image docker.io/a/b:3 resolved",
      "image ? unresolved",
      "image ? partial",
      "image docker.io/a/b:2 literal",
      "image docker.io/a/c:1 literal",
    ]);
    const plain = script.replaceAll(/[«»]/g, "");
    expectPinsToHold(shell, plain);
    expectToSurvive(shell, plain);
  });

  it("reads nothing of what is only written, deleted, or read by something else", () => {
    for (const command of [
      "cat > pod.yaml <<EOF",
      "kubectl delete -f - <<EOF",
      "kubectl create configmap x --from-file=- <<EOF | tee",
      "grep image - <<EOF",
      "cat <<EOF | tee docker-compose.yml",
    ])
      expectUses(
        shell,
        `docker ps\n${command}\napiVersion: v1\nkind: Pod\nspec: {containers: [{image: no:1}]}\nEOF\n`,
        [],
      );
    expectUses(shell, "docker login --password-stdin <<< 'FROM no:1'\ndocker build . <<< 'FROM no:2'\n", []);
  });

  it("reads them in a workflow and in a makefile, where they stand", () => {
    expectUses(
      (text) => readDocument(text, ".github/workflows/a.yml"),
      `on: push
jobs:
  a:
    runs-on: x
    steps:
      - run: |
          docker build - <<EOF
          FROM «q:\${{ github.sha }}»
          FROM «node:22»
          EOF
`,
      ["from ? partial", "from docker.io/library/node:22 literal"],
    );
    expectUses(
      (text) => readDocument(text, "Makefile"),
      'V = 1\nall:\n\techo "FROM «a/m:$(V)»" | docker build -t x -\n',
      ["from docker.io/a/m:1 resolved"],
    );
  });
});
