import assert from "node:assert/strict";
import type { ImageUse } from "../../../src/core/document/document.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { marked } from "../../helpers/marked.ts";

const digest = `sha256:${"a".repeat(64)}`;

/** Commands with their images between ⟦⟧. */
const commands: readonly string[] = [
  "docker run ⟦node:22⟧",
  "docker run --rm -it -v $(pwd):/x -e A=b --name web -p 80:80 ⟦node:22⟧ sh -c 'docker pull no:1'",
  "docker run -itv /a:/b -eA=b -p80:80 --gpus all --name=x --rm=true --network host ⟦ghcr.io/a/b:1⟧ node:20",
  'docker run --user "$(id -u):$(id -g)" "⟦node:22⟧" node:1',
  "docker run --new-option value maybe:1",
  "docker run --new-option=value ⟦node:22⟧",
  "docker run --entrypoint sh -- ⟦node:22⟧ no:1",
  "docker --context x -H tcp://y run -d ⟦a/b⟧",
  "docker container run -d ⟦node⟧",
  "docker container create --name x ⟦node:22⟧ no:1",
  `docker pull -q ⟦node:22@${digest}⟧`,
  "docker pull --platform linux/arm64 ⟦node:22⟧",
  "docker image pull ⟦node:22⟧",
  "docker image inspect ⟦node:22⟧ ⟦node:20⟧",
  "docker inspect web",
  "docker inspect ⟦a/b:1⟧ web",
  "docker inspect --type container a:1",
  "docker save -o x.tar ⟦node:22⟧ ⟦busybox⟧",
  "docker history --no-trunc ⟦node:22⟧",
  "docker exec web docker pull no:1",
  "crane copy -a ⟦a/b⟧ c/d",
  "crane mutate -a k=v ⟦a/b:1⟧",
  "crane append --oci-empty-base -b ⟦a/b:1⟧ -f x.tar -t c/d:1",
  "skopeo copy -a --src-tls-verify --encrypt-layer 1 docker://⟦a/b:1⟧ docker://c/d",
  "skopeo inspect --config docker://⟦a/b:1⟧",
  "oras attach --config x.json ⟦a/b:1⟧ f",
  "oras copy -r ⟦a/b:1⟧ c/d",
  "regctl -v debug image copy --digest-tags ⟦a/b:1⟧ c/d",
  "cosign verify --ca-roots r.pem --certificate-identity i ⟦a/b:1⟧",
  "notation verify -d --scope x ⟦a/b:1⟧",
  "docker buildx imagetools create --prefer-index=false -t a:out ⟦a:1⟧",
  "docker buildx build --resource memory=1 -t a:1 . && docker run a:1",
  "docker model run ⟦ai/smollm2⟧ hello:1",
  "ctr -n k8s.io run --rm -t --net-host --env A=b ⟦docker.io/library/redis:7⟧ id",
  "gitlab-runner register --executor docker --docker-image ⟦alpine:3⟧",
  "az webapp config container set --docker-custom-image-name ⟦a/b:1⟧",
  "trap 'docker pull ⟦a/b:1⟧' EXIT",
  "find . -name x -exec docker run ⟦a/b:1⟧ {} \\;",
  "cat <<EOF | sudo bash -e\ndocker pull ⟦a/b:1⟧\nEOF",
  "cat <<EOF | docker build -\ndocker pull no:1\nEOF",
  "cat <<EOF | tee x | grep y\ndocker pull no:1\nEOF",
  "buildah from scratch",
  "buildah from --name c docker://⟦alpine:3⟧",
  "docker run -i -t ⟦golang:1⟧ go build",
  "$DOCKER run -i -t ⟦golang:1⟧ go build",
  "$SUDO docker run --rm ⟦node:22⟧ no:1",
  '"$bin"/kind create cluster --image ⟦kindest/node:v1⟧',
  "${DIR}/bin/oras pull ⟦a/b:1⟧",
  "./cosign-linux-amd64 sign --yes ⟦a/b:1⟧",
  "try kubectl -n x set image deploy/web web=⟦a/b:1⟧",
  "try kubectl get -n x set image deploy/web web=no:1",
  'N=--net=host; [ "$a" ] && N="-p 80:80 -p 81:81"; docker run --rm $N ⟦a/b:1⟧ no:1',
  "docker run --rm $(tty -s && echo -it || echo) -v x:/y ⟦a/b:1⟧ no:1",
  "docker pull ⟦a/b:1⟧ && docker tag a/b:1 c/d:1 && docker run c/d:1",
  "docker tag a/b:1 c/d:1; docker pull ⟦c/d:1⟧",
  "${TIMEOUT} -s docker pull ⟦node:22⟧",
  "$X $BUILD -t a/b:1 . && docker run a/b:1 && docker run ⟦a/b:2⟧",
  "docker run ${TTY:+$TTY} ⟦node:22⟧",
  "retry 3 docker pull ⟦node:22⟧",
  "travis_retry docker run --rm ⟦node:22⟧ x",
  "ssh -i key -p 22 user@host docker pull ⟦node:22⟧",
  "ssh host 'docker pull ⟦node:22⟧ && docker run ⟦node:20⟧'",
  "gcloud compute ssh vm --command 'docker pull ⟦node:22⟧'",
  "in_vm bash -c 'docker pull ⟦node:22⟧'",
  "lima nerdctl pull ⟦node:22⟧",
  "log_info docker pull no:1",
  "echo docker run no:1",
  "apt-get install docker run no:1",
  '"$FRONTEND" run --rm -d ⟦node:22⟧',
  "$CRANE_CMD digest ⟦node:22⟧",
  "$X pull no:1",
  "$DC run --rm no:1",
  "regctl image copy ocidir://out/no:1 a/b:2",
  "docker run ${SOCK:+-v $SOCK:/s} ⟦node:22⟧",
  'docker build "${ARGS[@]}" .',
  "`docker pull ⟦node:22⟧`",
  "docker push ghcr.io/a/b:1",
  "docker tag a:1 b:2",
  "docker rmi a:1",
  "docker commit web a:1",
  "docker build -t a:1 -f x.Dockerfile .",
  "docker compose run web a:1",
  "docker login ghcr.io",
  "docker load -i a:1",
  "docker volume create a",
  "docker build -t app . && docker run --rm app",
  "docker build -t $REG/app:$TAG . && docker run $REG/app:$TAG",
  "docker buildx build --build-context base=docker-image://⟦node:22⟧ --build-context src=./x --push -t a:1 .",
  "docker buildx build --cache-from type=registry,ref=⟦a/b:cache⟧ --cache-to type=registry,ref=a/b:out --cache-from=type=gha .",
  "docker build --cache-from ⟦a/b:1⟧,⟦a/b:2⟧ .",
  "docker buildx build --attest type=sbom,generator=⟦docker/scan:1⟧ --sbom=generator=⟦docker/scan:2⟧ --sbom=true .",
  "docker build --build-arg BUILDKIT_SYNTAX=⟦docker/dockerfile:1⟧ --build-arg BASE=a:1 .",
  "docker buildx create --name x --driver docker-container --driver-opt network=host,image=⟦moby/buildkit:v1⟧ --use",
  "docker buildx imagetools inspect ⟦node:22⟧ --raw",
  "docker buildx imagetools create -t a:out ⟦a:1⟧ ⟦a:2⟧",
  "docker manifest inspect ⟦node:22⟧",
  "docker manifest create a:out ⟦a:1⟧ --amend ⟦a:2⟧",
  "docker service create --name x --replicas 2 ⟦nginx:1⟧",
  "docker service update --image ⟦nginx:2⟧ web",
  "docker scout cves --only-severity high ⟦node:22⟧",
  "podman run --replace --pod x --tls-verify=false --systemd always docker://⟦node:22⟧",
  "podman run --rootfs ./dir",
  "podman pull --creds a:b ⟦quay.io/a/b:1⟧",
  "podman pull docker-archive:x.tar",
  "podman run --mount type=image,source=⟦a/b:1⟧,target=/x ⟦node:22⟧",
  "nerdctl -n k8s.io run --rm ⟦node:22⟧",
  "nerdctl --namespace k8s.io pull ⟦node:22⟧",
  "buildah from --name x ⟦fedora:40⟧",
  "kubectl run web --image=⟦nginx:1⟧ --restart Never -- sh -c x --image=no:1",
  "kubectl -n x run web --image ⟦nginx:1⟧",
  "kubectl set image deployment/web -n x web=⟦nginx:1⟧ 'side=⟦a/b:2⟧'",
  "kubectl set image deploy/web *=⟦nginx:1⟧ -l app=web",
  "kubectl create deployment web --image=⟦nginx:1⟧ --replicas 2",
  "kubectl create job x --image=⟦busybox⟧ -- date",
  "kubectl debug -it pod/x --image=⟦busybox:1⟧ --target=x",
  "kubectl get pods -l image=a:1",
  "crane digest ⟦node:22⟧",
  "crane pull ⟦node:22⟧ out.tar",
  "crane copy ⟦node:22⟧ a/b:1",
  "crane manifest --platform linux/arm64 ⟦node:22⟧",
  "crane append -f x.tar -t a:1 -b ⟦node:22⟧",
  "crane push x.tar a:1",
  "crane ls a/b",
  "skopeo copy --all docker://⟦node:22⟧ docker://a/b:1",
  "skopeo copy --dest-creds a:b docker-archive:x.tar docker://a/b:1",
  "skopeo --override-os linux inspect --format '{{.Digest}}' docker://⟦node:22⟧",
  "oras pull -o out ⟦ghcr.io/a/b:1⟧",
  "oras copy ⟦ghcr.io/a/b:1⟧ c.io/a/b:1",
  "oras manifest fetch --pretty ⟦ghcr.io/a/b:1⟧",
  "oras push ghcr.io/a/b:1 file",
  "oras attach --artifact-type x/y ⟦ghcr.io/a/b:1⟧ file.json",
  "regctl image digest ⟦node:22⟧",
  "regctl image copy ⟦node:22⟧ a/b:1",
  "regctl manifest get --format raw-body ⟦node:22⟧",
  "cosign sign --yes --key x.key -a a=b ⟦ghcr.io/a/b:1⟧",
  "cosign verify --certificate-identity x@y.z --certificate-oidc-issuer https://i ⟦ghcr.io/a/b:1⟧",
  "cosign verify-attestation --type slsaprovenance --key x ⟦ghcr.io/a/b:1⟧",
  "cosign sign-blob --key x file",
  "cosign download sbom ⟦ghcr.io/a/b:1⟧",
  "cosign copy ⟦ghcr.io/a/b:1⟧ c.io/a/b:1",
  "notation sign --key x ⟦ghcr.io/a/b:1⟧",
  "notation verify ⟦ghcr.io/a/b:1⟧",
  "notation cert list",
  "trivy image --severity HIGH,CRITICAL --exit-code 1 ⟦node:22⟧",
  "trivy --quiet image ⟦node:22⟧",
  "trivy image --input x.tar",
  "trivy fs .",
  "grype ⟦node:22⟧ --fail-on high",
  "grype dir:.",
  "grype registry:⟦a.io/b:1⟧",
  "syft scan ⟦node:22⟧ -o json",
  "syft ./folder",
  "dive ⟦node:22⟧ --ci",
  "helm install x oci://⟦ghcr.io/a/chart⟧ --version 1.2.3",
  "helm push chart.tgz oci://ghcr.io/a",
  "helm upgrade x ./c --set image=⟦a/b:1⟧ --set other=c/d:1,proxy.image=⟦c/d:2⟧",
  "helm upgrade x ./c --set image.repository=⟦a/b⟧ --set image.tag=1.2",
  "helm upgrade x ./c --set image.tag=1.2",
  "kind create cluster --name x --image ⟦kindest/node:v1⟧",
  "k3d cluster create x --image=⟦rancher/k3s:v1⟧",
  "minikube start --base-image ⟦gcr.io/k8s-minikube/kicbase:v1⟧",
  "ctr -n k8s.io images pull --all-platforms ⟦docker.io/library/node:22⟧",
  "crictl pull ⟦node:22⟧",
  "gcloud run deploy x --image ⟦gcr.io/p/i:1⟧ --region y",
  "gcloud builds submit --image gcr.io/p/i:1",
  "az containerapp update -n x --image ⟦a.azurecr.io/b:1⟧",
  "az acr import --name a --source ⟦docker.io/library/node:22⟧ --image node:22",
  "az acr build --image a:1 .",
  "act -P ubuntu-latest=⟦catthehacker/ubuntu:act⟧",
  "singularity pull x.sif docker://⟦node:22⟧",
  "sudo -E docker run ⟦node:22⟧",
  "sudo -u root A=b docker run ⟦node:22⟧",
  "env A=b docker pull ⟦node:22⟧",
  "time docker pull ⟦node:22⟧",
  "timeout 5m docker pull ⟦node:22⟧",
  "retry 3 docker pull ⟦node:22⟧",
  "exec docker run ⟦node:22⟧",
  "command docker run ⟦node:22⟧",
  "DOCKER_BUILDKIT=1 docker pull ⟦node:22⟧",
  "echo a:1 b:2 | xargs -n1 docker pull",
  "cat list | xargs -I{} docker pull {}",
  "sh -c 'docker pull ⟦node:22⟧ && docker run --rm ⟦busybox⟧'",
  'bash -lc "docker pull \\"⟦node:22⟧\\""',
  "sudo bash -euo pipefail -c 'docker pull ⟦node:22⟧'",
  "su user -c 'docker pull ⟦node:22⟧'",
  'eval "docker pull ⟦node:22⟧"',
  "sh script.sh -c 'docker pull no:1'",
  "if ! docker pull ⟦node:22⟧; then docker run ⟦node:20⟧; fi",
  "x=$(docker run --rm ⟦node:22⟧ node -v)",
  "docker run --rm \\\n  -v a:/b \\\n  ⟦node:22⟧ \\\n  sh",
  "docker pull 'no'de' :1'",
  "docker pull ⟦'no'de:22⟧",
  "docker pull ⟦node\\:22⟧",
  "echo docker run no:1",
  "# docker run no:1",
  "cat <<EOF > run.sh\ndocker run no:1\nEOF",
  "bash <<'EOF'\ndocker run ⟦node:22⟧\nEOF",
  "printf 'docker run no:1'",
  "grep -q 'docker run no:1' file",
  "docker run ./x",
  "docker run $(docker build -q .)",
  'docker run "$@"',
  "/usr/bin/docker pull ⟦node:22⟧",
  "docker pull <image>",
  "$DOCKER run --rm ⟦node:22⟧ sh",
  "D=docker; $D run --rm ⟦node:22⟧ sh",
  '"${CONTAINER_ENGINE}" pull ⟦node:22⟧',
  "$TOOL run node:22",
  "docker pull NODE:22",
];

/** Scripts with variables: expected are reference, resolution, and what a pin gives, where the script says it. */
const scripts: readonly {
  readonly script: string;
  readonly expected: readonly (readonly [string | null, string])[];
  readonly pinned?: string;
  readonly definedAt?: string;
}[] = [
  {
    script: 'IMAGE=node:22\ndocker run "⟦$IMAGE⟧"\n',
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: 'IMAGE=node:22@D\ndocker run "$IMAGE"\n',
    definedAt: "node:22",
  },
  {
    script: 'export IMAGE="node:22"\ndocker run ⟦${IMAGE}⟧\n',
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: 'export IMAGE="node:22@D"\ndocker run ${IMAGE}\n',
    definedAt: "node:22",
  },
  {
    script: "V=22\ndocker run ⟦node:$V⟧; echo $V\n",
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: "V=22\ndocker run node:$V@D; echo $V\n",
    definedAt: "22",
  },
  {
    script: "I=node:22\ndocker tag $I x/$I\ndocker run ⟦$I⟧\n",
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: "I=node:22\ndocker tag $I x/$I\ndocker run $I@D\n",
    definedAt: "node:22",
  },
  {
    script: "R=ghcr.io/a\nI=$R/b:1\ndocker run ⟦$I⟧\ndocker pull ⟦$R/c:2⟧\n",
    expected: [
      ["ghcr.io/a/b:1", "resolved"],
      ["ghcr.io/a/c:2", "resolved"],
    ],
    pinned: "R=ghcr.io/a\nI=$R/b:1@D\ndocker run $I\ndocker pull $R/c:2\n",
    definedAt: "/b:1",
  },
  {
    script: "docker run ⟦${IMAGE:-node:22}⟧ x\n",
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: "docker run ${IMAGE:-node:22@D} x\n",
    definedAt: "node:22",
  },
  {
    script: "I=${I:-node:22}\ndocker run ⟦$I⟧ x\n",
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: "I=${I:-node:22@D}\ndocker run $I x\n",
    definedAt: "node:22",
  },
  {
    script: `I=node:22@${digest}\ndocker run ⟦$I⟧ x\n`,
    expected: [[`docker.io/library/node:22@${digest}`, "resolved"]],
    pinned: "I=node:22@D\ndocker run $I x\n",
    definedAt: `node:22@${digest}`,
  },
  {
    script: "for i in node:22 busybox; do docker pull ⟦$i⟧; done\n",
    expected: [
      ["docker.io/library/node:22", "resolved"],
      ["docker.io/library/busybox", "resolved"],
    ],
    pinned: "for i in node:22@D busybox; do docker pull $i; done\n",
    definedAt: "node:22",
  },
  {
    script: "for v in 20 22; do docker pull ⟦node:$v⟧ || exit; done\n",
    expected: [
      ["docker.io/library/node:20", "resolved"],
      ["docker.io/library/node:22", "resolved"],
    ],
    definedAt: "20",
  },
  {
    script: 'I="a:1 b:2"\ndocker pull ⟦$I⟧\n',
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
    ],
    pinned: 'I="a:1@D b:2"\ndocker pull $I\n',
  },
  { script: "docker run ⟦$IMAGE⟧ x\n", expected: [[null, "unresolved"]] },
  { script: "docker run ⟦$ENV_IMAGE⟧ no:1\n", expected: [[null, "unresolved"]] },
  { script: "docker run ⟦node:$V⟧ x\n", expected: [[null, "partial"]] },
  { script: "docker run ⟦ghcr.io/a/b:$(cat v)⟧ x\n", expected: [[null, "partial"]] },
  { script: "docker run ⟦$I-$A:$T⟧ x\n", expected: [[null, "unresolved"]] },
  {
    script: 'docker run $OPTS "${ARGS[@]}" ⟦node:22⟧ x\n',
    expected: [["docker.io/library/node:22", "literal"]],
    pinned: 'docker run $OPTS "${ARGS[@]}" node:22@D x\n',
  },
  {
    script: 'I=node:22\nbash -c "docker pull ⟦$I⟧ && ls"\n',
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: 'I=node:22\nbash -c "docker pull $I@D && ls"\n',
  },
  {
    script: "helm install x ./c --set image.registry=ghcr.io,image.repository=⟦a/b⟧,image.tag=2\n",
    expected: [["ghcr.io/a/b:2", "literal"]],
  },
];

const summary = (use: ImageUse) => [
  use.reference === undefined ? null : formatReference(use.reference),
  use.resolution,
];

describe("readImageCommands", () => {
  for (const source of commands) {
    it(`reads ${source.replaceAll("\n", "\\n").replaceAll(digest, "D")}`, () => {
      const { text, spans } = marked(`#!/bin/sh\n${source}\n`);
      const { images } = readDocument(text, "x.sh");
      assert.deepEqual(
        images.map(({ span, text: shown }) => [shown, span]),
        spans.map((span) => [text.slice(span.start, span.end), span]),
      );
      for (const use of images) assert.ok(use.reference !== undefined || use.resolution !== "literal", use.text);
    });
  }

  for (const { script, expected, pinned, definedAt } of scripts) {
    it(`follows the variables of ${script.replaceAll("\n", "\\n").replaceAll(digest, "D")}`, () => {
      const { text, spans } = marked(script);
      const { images } = readDocument(text, "x.sh");
      assert.deepEqual(images.map(summary), expected);
      assert.deepEqual(
        [...new Set(images.map(({ span }) => span.start))],
        spans.map(({ start }) => start),
      );
      for (const { span } of images)
        assert.ok(spans.some(({ start, end }) => start === span.start && end === span.end));
      const [use] = images;
      if (definedAt !== undefined) assert.equal(text.slice(use?.definedAt?.start, use?.definedAt?.end), definedAt);
      if (pinned === undefined || use?.pinAt === undefined) assert.equal(use?.pinAt, pinned);
      else assert.equal(text.slice(0, use.pinAt.start) + "@D" + text.slice(use.pinAt.end), pinned);
    });
  }

  it("says how a value came to be", () => {
    const { images } = readDocument("R=ghcr.io/a\nI=$R/b:1\ndocker run $I\n", "x.sh");
    assert.deepEqual(
      images[0]?.chain.map(({ label, text }) => [label, text]),
      [
        ["variable I", "$I"],
        ["assignment of I", "$R/b:1"],
        ["variable R", "$R"],
        ["assignment of R", "ghcr.io/a"],
      ],
    );
  });

  it("takes the platform that is asked for", () => {
    const [use] = readDocument("docker pull --platform=linux/arm64 node:22\n", "x.sh").images;
    assert.equal(use?.platform, "linux/arm64");
  });

  it("reads the commands of other dialects", () => {
    const dockerfile = marked(
      "FROM ⟦node:22⟧\nARG V=1\nRUN set -e; \\\n  docker pull ⟦a/b:1⟧ && crane digest ⟦a/c:$V⟧\n",
    );
    const workflow = marked(
      "on: push\nenv:\n  I: a/b:1\njobs:\n  x:\n    runs-on: y\n    steps:\n      - run: |\n          docker run ⟦$I⟧\n          docker pull ⟦${{ env.I }}⟧\n      - run: 'docker run \"⟦node:22⟧\"'\n",
    );
    for (const [path, { text, spans }] of [
      ["Dockerfile", dockerfile],
      [".github/workflows/x.yml", workflow],
    ] as const) {
      const { images } = readDocument(text, path);
      assert.deepEqual(
        images.map(({ span }) => span),
        spans,
      );
      for (const { reference } of images) assert.ok(reference !== undefined);
    }
  });
});
