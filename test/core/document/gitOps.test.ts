import assert from "node:assert/strict";
import { formatReference } from "../../../src/core/image/reference.ts";
import { readKubernetes } from "../../../src/core/document/kubernetes.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const digest = `sha256:${"1".repeat(64)}`;

function resource(type: string, body: string): string {
  const slash = type.lastIndexOf("/");
  return `apiVersion: ${type.slice(0, slash)}\nkind: ${type.slice(slash + 1)}\n${body}\n`;
}

describe("readSourceOverride", () => {
  it("reads what Argo CD puts over the parameters of a source", () => {
    const read = (text: string) => readKubernetes(text, "apps/.argocd-source-web.yaml");
    expectUses(
      read,
      "kustomize:\n  images:\n  - web=«ghcr.io/a/web:2»\n  - «nginx:1.27»\nhelm:\n  parameters:\n  - {name: image.name, value: «a/b», forcestring: true}\n  - {name: image.tag, value: v2, forcestring: true}\n  - {name: x.name, value: c/d}\n",
      [
        "images ghcr.io/a/web:2 literal",
        "images docker.io/library/nginx:1.27 literal",
        "image docker.io/a/b:v2 resolved",
      ],
    );
  });
});

describe("readGitOps", () => {
  const table: readonly (readonly [name: string, type: string, body: string, expected: readonly string[]])[] = [
    [
      "what a template of a composition writes",
      "apiextensions.crossplane.io/v1/Composition",
      `spec:
  pipeline:
  - step: a
    input:
      apiVersion: gotemplating.fn.crossplane.io/v1beta1
      kind: GoTemplate
      inline:
        template: |
          {{- range .x }}
          apiVersion: v1
          kind: Pod
          spec: {containers: [{image: «quay.io/a/b:1»}]}
          {{- end }}
          ---
          kind: Pod
          spec:
            containers:
            - image: «{{ .observed.image }}»
  - step: b
    functionRef: {name: c}`,
      ["image quay.io/a/b:1 literal", "image ? unresolved"],
    ],
    [
      "where an instance of Flux and what it installs come from",
      "fluxcd.controlplane.io/v1/FluxInstance",
      `spec:
  distribution: {registry: ghcr.io/fluxcd, artifact: "oci://«ghcr.io/a/manifests:latest»"}
  sync: {kind: OCIRepository, url: "oci://«ghcr.io/a/fleet»", ref: v1}
---
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
spec: {sync: {kind: GitRepository, url: "https://example.com/a/image", ref: main}}`,
      ["oci-repository ghcr.io/a/manifests:latest literal", "oci-repository ghcr.io/a/fleet:v1 resolved"],
    ],
    [
      "what functions of kpt set",
      "kpt.dev/v1/Kptfile",
      `pipeline:
  mutators:
  - image: «gcr.io/kpt-fn/set-image:v0.1»
    configMap: {name: a, newName: «b/c», newTag: v1}
  - image: «gcr.io/kpt-fn/set-labels:v0.2»
    configMap: {name: d, newTag: v1}
---
apiVersion: fn.kpt.dev/v1alpha1
kind: SetImage
image: {name: «nginx», newTag: 1.2.3}`,
      [
        "image gcr.io/kpt-fn/set-image:v0.1 literal",
        "images docker.io/b/c:v1 resolved",
        "image gcr.io/kpt-fn/set-labels:v0.2 literal",
        "images docker.io/library/nginx:1.2.3 resolved",
      ],
    ],
    [
      "a release's values and its renderers",
      "helm.toolkit.fluxcd.io/v2/HelmRelease",
      `spec:
  chart: {spec: {chart: a, version: 1.2.3}}
  values:
    image: {registry: docker.io, repository: «bitnami/redis», tag: 7.0}
    sidecar: {image: «busybox»}
  postRenderers: [{kustomize: {images: [{name: x, newName: «ghcr.io/a/x», newTag: v1}]}}]`,
      [
        "image docker.io/bitnami/redis:7 resolved",
        "image docker.io/library/busybox literal",
        "images ghcr.io/a/x:v1 resolved",
      ],
    ],
    [
      "variables with defaults in a release's values, and resources that they hold as texts",
      "helm.toolkit.fluxcd.io/v2/HelmRelease",
      `spec:
  values:
    image: {repository: «r.io/a», tag: "\${TAG:=v1}"}
    web: {image: "«\${REGISTRY:-r.io}/web:2»"}
    other: {image: {repository: "«\${REGISTRY}/c»", tag: v3}}
    none: {image: {repository: "\${NAME}", tag: v3}}
    extraDeploy:
    - |
      apiVersion: v1
      kind: Pod
      spec: {containers: [{image: «r.io/d:1»}]}`,
      ["image r.io/a:v1 resolved", "image r.io/web:2 resolved", "image ? unresolved", "image r.io/d:1 literal"],
    ],
    [
      "a release's values as operations put them there",
      "kustomize.toolkit.fluxcd.io/v1/Kustomization",
      `spec:
  patches:
  - patch: |
      - {op: add, path: /spec/values/image, value: {repository: «r.io/a», tag: v3}}
      - {op: replace, path: /spec/values/web, value: {image: «r.io/web:1»}}
      - {op: replace, path: /spec/values/image/tag, value: v2}`,
      ["image r.io/a:v3 resolved", "image r.io/web:1 literal"],
    ],
    [
      "a release's chart from a repository in a registry",
      "helm.toolkit.fluxcd.io/v2/HelmRelease",
      `spec:
  chart: {spec: {chart: «podinfo», version: 6.5.0+a, sourceRef: {kind: HelmRepository, name: pod}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
spec:
  chart: {spec: {chart: «podinfo», version: ">1", sourceRef: {kind: HelmRepository, name: pod}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
spec:
  chart: {spec: {chart: ./charts/a, sourceRef: {kind: GitRepository, name: pod}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
spec:
  chart: {spec: {chart: a, sourceRef: {kind: HelmRepository, name: plain}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: pod}
spec: {type: oci, url: "oci://ghcr.io/stefanprodan/charts/"}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: plain}
spec: {url: "https://charts.example.org"}`,
      ["chart ghcr.io/stefanprodan/charts/podinfo:6.5.0_a resolved", "chart ? partial"],
    ],
    [
      "a Flux instance's own manifests",
      "fluxcd.controlplane.io/v1/FluxInstance",
      "spec: {distribution: {registry: ghcr.io/fluxcd, artifact: 'oci://«ghcr.io/a/manifests:latest»'}}",
      ["oci-repository ghcr.io/a/manifests:latest literal"],
    ],
    [
      "a release's values that never say the word",
      "helm.toolkit.fluxcd.io/v2/HelmRelease",
      "spec: {values: {controller: {repository: «quay.io/a/b», tag: v1}}}",
      ["image quay.io/a/b:v1 resolved"],
    ],
    [
      "a repository in a registry",
      "source.toolkit.fluxcd.io/v1/OCIRepository",
      'spec: {url: "oci://«ghcr.io/a/manifests/app»", ref: {tag: "6.1"}}',
      ["oci-repository ghcr.io/a/manifests/app:6.1 resolved"],
    ],
    [
      "a repository at a digest, which wins",
      "source.toolkit.fluxcd.io/v1beta2/OCIRepository",
      `spec: {url: "oci://«ghcr.io/a/app»", ref: {tag: "6.1", digest: "${digest}"}}`,
      [`oci-repository ghcr.io/a/app@${digest} resolved`],
    ],
    [
      "a range of versions, which is not known",
      "source.toolkit.fluxcd.io/v1beta2/OCIRepository",
      'spec: {url: "oci://«ghcr.io/a/app»", ref: {semver: ">1"}}',
      ["oci-repository ? partial"],
    ],
    [
      "an image that is followed",
      "image.toolkit.fluxcd.io/v1beta2/ImageRepository",
      "spec: {image: «ghcr.io/a/app»}",
      ["image ghcr.io/a/app literal"],
    ],
    [
      "a kustomization of Flux",
      "kustomize.toolkit.fluxcd.io/v1/Kustomization",
      "spec: {images: [{name: «a», newTag: '1'}]}",
      ["images docker.io/library/a:1 resolved"],
    ],
    [
      "images that Flux fills in for variables",
      "kustomize.toolkit.fluxcd.io/v1/Kustomization",
      "spec: {postBuild: {substitute: {IMAGE: «r.io/a/job:1», web_image: «a/web», WEB_IMAGE: «a/web», WEB_IMAGE_TAG: '2', job_image_name: «r.io/a/job», job_image_tag: v3, IMAGE_NAME: job, IMAGE_DIR: 'a/b:1', BASE_IMAGE: ubuntu, SIDE_IMAGE: '${R}/b:1'}}}",
      [
        "image r.io/a/job:1 literal",
        "image docker.io/a/web literal",
        "image docker.io/a/web:2 resolved",
        "image r.io/a/job:v3 resolved",
      ],
    ],
    [
      "a kustomization under another name",
      "kustomize.config.k8s.io/v1alpha1/Component",
      "images: [{name: «a», newTag: '1'}]",
      ["images docker.io/library/a:1 resolved"],
    ],
    [
      "an application's parameters, values and images",
      "argoproj.io/v1alpha1/Application",
      `metadata: {annotations: {argocd-image-updater.argoproj.io/image-list: "app=«ghcr.io/a/b», «c/d:1.x», e/f:~1"}}
spec:
  source:
    repoURL: https://github.com/a/b
    helm:
      parameters:
      - {name: image.repository, value: «ghcr.io/a/app»}
      - {name: image.tag, value: v1}
      - {name: sidecar.image, value: «busybox:1»}
      - {name: replicas, value: "1"}
      values: |
        image:
          repository: «ghcr.io/a/other»
          tag: "2"
  sources:
  - {repoURL: "oci://«ghcr.io/a/charts»", chart: app, targetRevision: 1.2.3}
  - kustomize: {images: [a=«ghcr.io/a/c:1», «nginx:2»]}`,
      [
        "annotation ghcr.io/a/b literal",
        "annotation docker.io/c/d:1.x literal",
        "image ghcr.io/a/app:v1 resolved",
        "image docker.io/library/busybox:1 literal",
        "image ghcr.io/a/other:2 resolved",
        "chart ghcr.io/a/charts/app:1.2.3 resolved",
        "images ghcr.io/a/c:1 literal",
        "images docker.io/library/nginx:2 literal",
      ],
    ],
    [
      "charts in registries, but not in other repositories",
      "argoproj.io/v1alpha1/Application",
      `spec:
  sources:
  - {chart: a/b, repoURL: «r.example.org:443/», targetRevision: 1.0.0}
  - {chart: c, repoURL: «ghcr.io/charts», targetRevision: 2.x}
  - {chart: d, repoURL: "https://charts.example.org", targetRevision: 1.0.0}
  - {chart: e, repoURL: "gs://bucket", targetRevision: 1.0.0}
  - {path: f, repoURL: "git.example.org/x", targetRevision: 1.0.0}
  - {ref: g, repoURL: "git@github.com:a/b"}`,
      ["chart r.example.org:443/a/b:1.0.0 resolved", "chart ? partial"],
    ],
    [
      "a set of applications",
      "argoproj.io/v1alpha1/ApplicationSet",
      "spec: {template: {spec: {source: {helm: {valuesObject: {image: «a/b:1», other: {image: '{{name}}'}}}}}}}",
      ["image docker.io/a/b:1 literal"],
    ],
    [
      "images that KOTS bundles beside an application's",
      "kots.io/v1beta1/Application",
      "spec: {title: x, icon: 'https://a.io/x:1', additionalImages: [«a.io/b:1», «busybox:1.36»]}",
      ["image a.io/b:1 literal", "image docker.io/library/busybox:1.36 literal"],
    ],
    [
      "a chart of K3s",
      "helm.cattle.io/v1/HelmChart",
      'spec:\n  jobImage: «a/helm:1»\n  chart: oci://«ghcr.io/a/c»\n  version: 1.0.0+k3s1\n  set: {image.repository: «a/b», image.tag: "1"}\n  valuesContent: |-\n    image: «d/e:2»',
      [
        "image docker.io/a/helm:1 literal",
        "chart ghcr.io/a/c:1.0.0_k3s1 resolved",
        "image docker.io/a/b:1 resolved",
        "image docker.io/d/e:2 literal",
      ],
    ],
  ];
  for (const [name, type, body, expected] of table)
    it(`reads ${name}`, () => void expectUses(readKubernetes, resource(type, body), expected));

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      readKubernetes,
      resource(
        "argoproj.io/v1alpha1/Application",
        "spec:\n  source:\n    helm:\n      values: \"image: {repository: a/b,\\n tag: '1'}\"\n      parameters: [{name: image.repository, value: a}, {name: image.tag, value: &t b}]\n    kustomize: {images: [a=b:c]}\n",
      ),
    );
  });
});

describe("readInlineValues", () => {
  it("survives values with variables that have defaults, and pins what they name", () => {
    const source = resource(
      "helm.toolkit.fluxcd.io/v2/HelmRelease",
      'spec:\n  values:\n    image: {repository: r.io/a, tag: "${TAG:=v1}"}\n    b: {image: "${R:=r.io}/b:2"}\n    extraDeploy:\n    - |\n      apiVersion: v1\n      kind: Pod\n      spec: {containers: [{image: r.io/d:1}]}',
    );
    expectPinsToHold(readKubernetes, source);
    expectToSurvive(readKubernetes, source);
  });
});

describe("addFluxChart", () => {
  it("finds the repository in a file beside it", () => {
    const source = resource(
      "helm.toolkit.fluxcd.io/v2/HelmRelease",
      "spec: {chart: {spec: {chart: a, version: 1.2.3, sourceRef: {kind: HelmRepository, name: r}}}}",
    );
    const repository = resource(
      "source.toolkit.fluxcd.io/v1/HelmRepository",
      "metadata: {name: r}\nspec: {url: oci://ghcr.io/a}",
    );
    const files = new Map([["apps/helm-repository.yaml", repository]]);
    const [use] = readKubernetes(source, "apps/release.yaml", (path) => files.get(path)).images;
    assert.equal(use?.reference && formatReference(use.reference), "ghcr.io/a/a:1.2.3");
    assert.equal(use?.chain[0]?.file, "apps/helm-repository.yaml");
  });
});
