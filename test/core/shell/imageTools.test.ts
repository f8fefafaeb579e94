import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { marked } from "../../helpers/marked.ts";

/** Commands by tool, with their images between ⟦⟧. */
const commands: Readonly<Record<string, readonly string[]>> = {
  engines: [
    "buildah from --pull-never --userns host -v /a:/b --cap-add SYS_ADMIN --name c ⟦fedora:40⟧",
    "buildah from --format docker --isolation chroot docker://⟦alpine:3⟧",
    "buildah from --http-proxy=false ⟦alpine:3⟧ no:1",
    "buildah run ctr sh -c x",
    "buildah run no:1 -- sh && buildah config --env A=b no:2 && buildah commit no:3 a/b:1",
    "buildah inspect no:1",
    "buildah inspect --type image ⟦a/b:1⟧",
    "container image pull ⟦a/b:1⟧ && container run --rm -v a:/b ⟦a/b:2⟧ sh",
    "buildah from $WITH_POLICY ⟦alpine:3⟧ && buildah from --ulimit nofile=3 $POLICY_JSON ⟦alpine:4⟧",
    "buildah commit ctr a/b:1 && podman run a/b:1",
    "podman create --root /x --storage-driver vfs --net=host ⟦busybox⟧ ls",
    "podman build --inherit-annotations --logsplit --from ⟦a/b:1⟧ .",
    "nerdctl pull --soci-index-digest sha256:x --verify cosign ⟦a/b:1⟧",
    "docker run ⟦a/b:1⟧ run --rootfs x",
    "podman manifest add list docker://⟦a/b:1⟧",
    "podman manifest add --os linux --arch arm64 list ⟦a/b:1⟧",
    "podman manifest create --amend list ⟦a/b:1⟧ docker-archive:x",
    "podman manifest inspect docker://⟦a/b:1⟧",
    "docker manifest annotate --arch arm64 list:1 no:1",
    "kustomize edit set image app=no:1",
    "podman artifact pull --authfile x ⟦quay.io/a/b:1⟧ && podman artifact push quay.io/no:1 && podman artifact ls no:2",
    "podman run --mount type=artifact,src=⟦a/b:1⟧,dst=/x ⟦a/b:2⟧",
    "podman pod create --name p --infra-image ⟦a/pause:1⟧ --share net",
    "docker service update --args '--image no:1' --env-add A=b --image ⟦a/b:2⟧ --force web",
    "docker trust sign ⟦a/b:1⟧",
    "docker scout compare --to ⟦a/b:1⟧ --ignore-unchanged ⟦a/b:2⟧",
    "docker scout compare --to-latest ⟦a/b:2⟧",
    "docker scout cves --only-base ⟦a/b:1⟧",
    "docker scout compare --to fs://dir ⟦a/b:2⟧",
  ],
  kubectl: [
    "kubectl set image --record deployment/web web=⟦nginx:1⟧",
    "kubectl set image deployment/web web=⟦nginx:1⟧ --record -n x side=⟦a/b:2⟧",
    "kubectl debug web --set-image=web=⟦nginx:1⟧,side=⟦a/b:2⟧ --copy-to=x",
    "kubectl create cronjob x --image ⟦busybox⟧ --schedule '* * * * *' -- date",
    "kubectl create secret generic x --from-literal=image=no:1 --type a/b",
    "kubectl run x --image-pull-policy Always --image ⟦nginx:1⟧ --command -- sleep 1",
    "docker build -t a/b:1 . && kubectl run x --image=a/b:1 && kubectl set image d/x c=a/b:1 d=⟦a/b:2⟧",
    "oc new-app --docker-image=⟦a/b:1⟧ --name x",
    "oc import-image x --from=⟦a/b:1⟧ --confirm",
    "oc image info -a auth.json --filter-by-os linux/amd64 ⟦quay.io/a/b:1⟧",
    "oc image mirror ⟦quay.io/a/b:1⟧=c.io/a/b:1",
    "oc image mirror ⟦quay.io/a/b:1⟧ c.io/a/b:1",
    "oc image extract --path /x:. ⟦quay.io/a/b:1⟧",
    "oc image append --from=⟦a/b:1⟧ --to c/d:1 x.tar",
    "docker build -t a/b:1 . && helm upgrade x ./c --set image.repository=a/b,image.tag=1 --set side.image=⟦c/d:1⟧",
    "docker build -t a/b:1 . && helm upgrade x ./c --set image.repository=⟦a/b⟧,image.tag=2",
    "minikube kubectl -- run x --image=⟦nginx:1⟧",
    "minikube -p x kubectl -- create deployment x --image ⟦nginx:1⟧",
  ],
  clusters: [
    "kind build node-image --base-image ⟦kindest/base:v1⟧ --image a/node:1",
    "kind load docker-image a/b:1",
    "k3d registry create r -i ⟦registry:2⟧",
    "ctr --address /x -n k8s.io run --cpus 1 --rdt-class x -d ⟦docker.io/library/redis:7⟧ id",
    "ctr -n=k8s.io images pull --hosts-dir /x -k ⟦docker.io/library/redis:7⟧",
    "ctr content fetch --platform linux/arm64 ⟦docker.io/library/redis:7⟧",
    "ctr images import x.tar",
    "crictl -r unix:///run/containerd.sock pull --creds a:b ⟦redis:7⟧",
    "crictl --runtime-endpoint unix:///x -t 5m pull -pt 1m ⟦redis:7⟧",
    "crictl images pull:1",
  ],
  registries: [
    "crane rebase ⟦a/b:1⟧ --old_base ⟦base:1⟧ --new_base ⟦base:2⟧ --tag a/b:2",
    "crane validate --remote ⟦a/b:1⟧",
    "crane validate --tarball x.tar",
    "crane auth login -u x r.io",
    "regctl image check-base --base ⟦base:1⟧ ⟦a/b:1⟧",
    "regctl manifest diff ⟦a/b:1⟧ ⟦a/b:2⟧",
    "regctl index add --ref ⟦a/b:1⟧ a/b:list",
    "regctl index create --ref ocidir://x:1 --ref ⟦a/b:1⟧ a/b:list",
    "regctl image mod --label-to-annotation --time-max 2020 --create a/b:2 ⟦a/b:1⟧",
    "oras blob fetch --output - a/b@sha256:" + "a".repeat(64),
    "oras pull --oci-layout dir:1",
    "notation verify --oci-layout dir@sha256:" + "a".repeat(64),
    "notation blob sign file",
    "cosign verify --local-image dir --key k",
    "cosign generate ⟦a/b:1⟧",
    "cosign verify-attestation --policy p.cue --type custom -d ⟦a/b:1⟧",
    "skopeo inspect --no-tags -n docker://⟦a/b:1⟧",
  ],
  scanners: [
    "trivy image --helm-set a=b --skip-db-update ⟦node:22⟧",
    "trivy image --light ⟦node:22⟧",
    "grype --add-cpes-if-none ⟦node:22⟧ -o json",
    "grype --from registry -s all-layers ⟦node:22⟧",
    "syft --enrich all -o json ⟦node:22⟧",
    "syft attest --key k --output x ⟦node:22⟧",
    "syft login r.io",
    'syft "$DIR" -o json',
    "dive -i ⟦node:22⟧",
    "dive --json x.json ⟦node:22⟧",
    "dockle --exit-code 1 -i CIS-DI-0001 ⟦node:22⟧",
    "snyk container test ⟦node:22⟧ --file=Dockerfile",
    "snyk container monitor --severity-threshold=high ⟦node:22⟧",
    "snyk test --docker ⟦node:22⟧",
    "snyk test a/b:1",
  ],
  clouds: [
    "gcloud compute instances create vm --image=debian-12 --image-project debian-cloud",
    "gcloud compute instances create-with-container vm --container-image ⟦nginx:1⟧",
    "gcloud beta run jobs create j --image=⟦gcr.io/p/i:1⟧",
    "gcloud --project p run deploy s --image ⟦gcr.io/p/i:1⟧",
    "gcloud ai models upload --container-image-uri=⟦gcr.io/p/i:1⟧",
    "gcloud ai custom-jobs create --worker-pool-spec=machine-type=n1,container-image-uri=⟦gcr.io/p/i:1⟧",
    "gcloud app deploy --image-url=⟦gcr.io/p/i:1⟧",
    "gcloud container images add-tag gcr.io/p/i:1 gcr.io/p/i:2 --quiet",
    "gcloud container images describe ⟦gcr.io/p/i:1⟧ --format json",
    "gcloud builds submit --tag gcr.io/p/i:1 . && docker run gcr.io/p/i:1",
    "gcloud artifacts docker images describe ⟦eu-docker.pkg.dev/p/r/i:1⟧",
    "gcloud container clusters create c --image-type cos",
    "az acr import --name a --source repo:1 --registry other",
    "az webapp create -g r -p p -n x -i ⟦nginx:1⟧",
    "az webapp config container set -n x -c ⟦nginx:1⟧",
    "az vm create --image Ubuntu2204",
    "aws lambda update-function-code --function-name f --image-uri ⟦1.dkr.ecr.eu-west-1.amazonaws.com/f:1⟧",
    "aws lambda create-function --package-type Image --code ImageUri=⟦1.dkr.ecr.eu-west-1.amazonaws.com/f:1⟧",
    "aws sagemaker create-model --primary-container Image=⟦1.dkr.ecr.eu-west-1.amazonaws.com/f:1⟧,Mode=x",
    "aws ec2 run-instances --image-id ami-1",
  ],
  others: [
    "apptainer pull oras://⟦ghcr.io/a/b:1⟧",
    "apptainer push x.sif oras://ghcr.io/a/b:1",
    "enroot import docker://⟦nvidia/cuda:12⟧",
    "enroot import docker://user@nvcr.io#⟦nvidia/pytorch:1⟧",
    "buildctl build --frontend gateway.v0 --opt source=⟦docker/dockerfile:1⟧ --opt context:a=docker-image://⟦a/b:1⟧",
    "buildctl build --import-cache type=registry,ref=⟦a/b:cache⟧ --output type=image,name=a/b:1",
    "pack build a/b --builder ⟦paketobuildpacks/builder:base⟧ --run-image ⟦a/run:1⟧ --buildpack docker://⟦a/bp:1⟧",
    "pack config default-builder ⟦a/builder:1⟧",
    "pack builder create a/builder:1 --config x",
    "earthly --buildkit-image ⟦earthly/buildkitd:1⟧ +build",
    "container-structure-test test --image ⟦a/b:1⟧ --config x",
    "docker build -t a/b:1 . && container-structure-test test --image a/b:1",
    "copa patch -i ⟦a/b:1⟧ -t patched",
    "slsa-verifier verify-image ⟦a/b@sha256:" + "a".repeat(64) + "⟧ --source-uri x",
    "gh attestation verify oci://⟦ghcr.io/a/b:1⟧ --owner a",
    "dgoss run -e A=b ⟦a/b:1⟧",
  ],
};

describe("images of tools", () => {
  for (const [group, sources] of Object.entries(commands))
    describe(group, () => {
      for (const source of sources)
        it(source, () => {
          const { text, spans } = marked(`${source}\n`);
          const { images } = readDocument(text, "x.sh");
          const found = images.map(({ span, text: shown }) => [shown, span]);
          assert.deepEqual(
            found,
            spans.map((span) => [text.slice(span.start, span.end), span]),
          );
          for (const use of images) assert.ok(use.reference !== undefined, use.text);
        });
    });

  it("puts the registry of enroot before the image", () => {
    const [use] = readDocument("enroot import docker://nvcr.io#nvidia/pytorch:1\n", "x.sh").images;
    assert.deepEqual(use?.reference, { registry: "nvcr.io", repository: "nvidia/pytorch", tag: "1" });
  });
});
