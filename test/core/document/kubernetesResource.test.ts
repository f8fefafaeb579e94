import assert from "node:assert/strict";
import { readKubernetes } from "../../../src/core/document/kubernetes.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

function resource(type: string, body: string): string {
  const slash = type.lastIndexOf("/");
  return `apiVersion: ${type.slice(0, slash)}\nkind: ${type.slice(slash + 1)}\n${body}\n`;
}

const digest = `sha256:${"1".repeat(64)}`;

describe("readResource", () => {
  const found: readonly (readonly [name: string, type: string, body: string, expected: readonly string[]])[] = [
    [
      "a Knative service",
      "serving.knative.dev/v1/Service",
      "spec: {template: {spec: {containers: [{image: «a/b»}]}}}",
      ["image docker.io/a/b literal"],
    ],
    [
      "a KEDA job",
      "keda.sh/v1alpha1/ScaledJob",
      "spec: {jobTargetRef: {template: {spec: {containers: [{image: «node»}]}}}}",
      ["image docker.io/library/node literal"],
    ],
    [
      "a workload under a version of another group",
      "apps/v1/Pod",
      "spec: {containers: [{image: «node»}]}",
      ["image docker.io/library/node literal"],
    ],
    [
      "the release of a cluster",
      "config.openshift.io/v1/ClusterVersion",
      `spec: {desiredUpdate: {image: «quay.io/o/release@${digest}»}}`,
      [`image quay.io/o/release@${digest} literal`],
    ],
    [
      "a rollout",
      "argoproj.io/v1alpha1/Rollout",
      "spec: {template: {spec: {initContainers: [{image: «a»}]}}}",
      ["image docker.io/library/a literal"],
    ],
    [
      "any kind with containers",
      "example.org/v1/Thing",
      "spec: {deep: [{pod: {containers: [{image: «a»}], volumes: [{image: {reference: «b/c»}}]}}]}",
      ["image docker.io/library/a literal", "volume docker.io/b/c literal"],
    ],
    [
      "functions of kpt",
      "kpt.dev/v1/Kptfile",
      "pipeline: {mutators: [{image: «gcr.io/kpt-fn/set-namespace:v0.4», configMap: {image: x}}], validators: [{image: «kubeval:v0.3»}]}",
      ["image gcr.io/kpt-fn/set-namespace:v0.4 literal", "image docker.io/library/kubeval:v0.3 literal"],
    ],
    [
      "one container, and steps",
      "example.org/v1/Thing",
      "spec: {container: {image: «a»}, steps: [{image: «b»}, {name: x}]}",
      ["image docker.io/library/a literal", "image docker.io/library/b literal"],
    ],
    [
      "images under keys that say so",
      "example.org/v1/Thing",
      "spec:\n  image: «quay.io/a/b»\n  proxyImage: «envoy:1.2»\n  initImage: «a/b»",
      ["image quay.io/a/b literal", "image docker.io/library/envoy:1.2 literal", "image docker.io/a/b literal"],
    ],
    [
      "a repository with its tag",
      "example.org/v1/Thing",
      'spec: {image: {repository: «quay.io/a/b», tag: "1.2"}}',
      ["image quay.io/a/b:1.2 resolved"],
    ],
    [
      "Prometheus",
      "monitoring.coreos.com/v1/Prometheus",
      "spec: {image: «prometheus», thanos: {image: «quay.io/thanos/thanos:v0.3»}}",
      ["image docker.io/library/prometheus literal", "image quay.io/thanos/thanos:v0.3 literal"],
    ],
    [
      "container disks",
      "kubevirt.io/v1/VirtualMachine",
      "spec:\n  dataVolumeTemplates: [{spec: {source: {registry: {url: 'docker://«quay.io/a/disk:1»'}}}}]\n" +
        "  template: {spec: {volumes: [{name: d, containerDisk: {image: «disk», path: /x.img}}]}}",
      ["volume quay.io/a/disk:1 literal", "volume docker.io/library/disk literal"],
    ],
    [
      "an operator's bundle",
      "operators.coreos.com/v1alpha1/ClusterServiceVersion",
      `metadata: {annotations: {alm-examples: '[{"image": "x:1"}]'}}
spec:
  description: "image: nothing:1"
  install: {spec: {deployments: [{spec: {template: {spec: {containers: [{image: «quay.io/a/op:1»}]}}}}]}}
  relatedImages:
  - {name: op, image: «quay.io/a/op@${digest}»}`,
      ["image quay.io/a/op:1 literal", `related-image quay.io/a/op@${digest} literal`],
    ],
    [
      "a catalog",
      "operators.coreos.com/v1alpha1/CatalogSource",
      "spec: {sourceType: grpc, image: «quay.io/a/catalog»}",
      ["image quay.io/a/catalog literal"],
    ],
    [
      "a Crossplane package",
      "pkg.crossplane.io/v1/Provider",
      "spec: {package: «xpkg.upbound.io/a/provider:v1»}",
      ["package xpkg.upbound.io/a/provider:v1 literal"],
    ],
    [
      "an image stream",
      "image.openshift.io/v1/ImageStream",
      "spec: {tags: [{from: {kind: DockerImage, name: «quay.io/a/b:1»}}, {from: {kind: ImageStreamTag, name: 'b:1'}}]}",
      ["image-stream quay.io/a/b:1 literal"],
    ],
    [
      "a build with its Dockerfile, not its output",
      "build.openshift.io/v1/BuildConfig",
      `spec:
  source: {dockerfile: "FROM «golang:1» AS b\\nFROM node:22", images: [{from: {kind: DockerImage, name: «a/b»}}]}
  strategy: {dockerStrategy: {from: {kind: DockerImage, name: «c/d:1»}}}
  output: {to: {kind: DockerImage, name: "e/f:1"}}`,
      ["from docker.io/library/golang:1 literal", "build docker.io/a/b literal", "build docker.io/c/d:1 literal"],
    ],
    [
      "a template whose parameter says what kind of thing a build starts from",
      "template.openshift.io/v1/Template",
      `objects:
- apiVersion: v1
  kind: BuildConfig
  spec: {strategy: {dockerStrategy: {from: {kind: "\${KIND}", name: "«\${NAME}»"}}}}
- apiVersion: v1
  kind: BuildConfig
  spec: {strategy: {dockerStrategy: {from: {kind: "\${OTHER}", name: a/b:1}}}}
parameters: [{name: KIND, value: DockerImage}, {name: OTHER, value: ImageStreamTag}, {name: NAME, value: "c/d:1"}]`,
      ["build docker.io/c/d:1 resolved"],
    ],
    [
      "a template with parameters",
      "template.openshift.io/v1/Template",
      `objects:
- apiVersion: v1
  kind: Pod
  spec: {containers: [{image: "«\${NAME}:\${TAG}»"}, {image: "«quay.io/a/b:\${UNKNOWN}»"}]}
parameters: [{name: NAME, value: quay.io/a/b}, {name: TAG, value: "1"}, {name: UNKNOWN}]`,
      ["image quay.io/a/b:1 resolved", "image ? partial"],
    ],
    [
      "resources within others",
      "kubernetes.crossplane.io/v1alpha1/Object",
      "spec: {forProvider: {manifest: {apiVersion: v1, kind: Pod, spec: {containers: [{image: «a»}]}}}}",
      ["image docker.io/library/a literal"],
    ],
    [
      "the proxy's image",
      "apps/v1/Deployment",
      "spec: {template: {metadata: {annotations: {sidecar.istio.io/proxyImage: «istio/proxyv2:1»}}, spec: {}}}",
      ["annotation docker.io/istio/proxyv2:1 literal"],
    ],
    [
      "sources of extensions",
      "postgresql.cnpg.io/v1/Cluster",
      "spec: {postgresql: {extensions: [{name: a, image: {reference: «r.io/a:1»}}]}, other: {reference: no:1}}",
      ["volume r.io/a:1 literal"],
    ],
    [
      "a group of a project that is named like those of Kubernetes",
      "sparkoperator.k8s.io/v1beta2/SparkApplication",
      "spec: {image: «spark», driver: {image: «a.io/d:1»}}",
      ["image docker.io/library/spark literal", "image a.io/d:1 literal"],
    ],
    [
      "a system's own image",
      "machineconfiguration.openshift.io/v1/MachineConfig",
      "spec: {osImageURL: «a.io/os:1»}",
      ["image a.io/os:1 literal"],
    ],
    [
      "a component's image",
      "core.oam.dev/v1beta1/Application",
      "spec: {components: [{type: webservice, properties: {image: «nginx»}}]}",
      ["image docker.io/library/nginx literal"],
    ],
    [
      "what Carvel fetches",
      "kappctrl.k14s.io/v1alpha1/App",
      "spec: {fetch: [{imgpkgBundle: {image: «a.io/b:1»}}, {image: {url: «a.io/c:1»}}]}",
      ["image a.io/b:1 literal", "image a.io/c:1 literal"],
    ],
    [
      "models in a registry",
      "serving.kserve.io/v1beta1/InferenceService",
      "spec: {predictor: {model: {storageUri: 'oci://«a.io/m:1»'}}}",
      ["volume a.io/m:1 literal"],
    ],
    [
      "what a resource is given to as a function",
      "fn.kpt.dev/v1alpha1/StarlarkRun",
      "metadata:\n  annotations:\n    config.kubernetes.io/function: |\n      container:\n        image: «gcr.io/kpt-fn/starlark:v0.4»\n    other: |\n      container: {image: a/no:1}",
      ["annotation gcr.io/kpt-fn/starlark:v0.4 literal"],
    ],
    [
      "variables with defaults, which are filled in before",
      "v1/Pod",
      'spec: {containers: [{image: "«a.io/a:${V:=v1}»"}, {image: "«${R:-b.io}/b:1»"}, {image: "«c/c:${V}»"}, {image: "«${R}/d:1»"}]}',
      ["image a.io/a:v1 resolved", "image b.io/b:1 resolved", "image ? partial", "image ? unresolved"],
    ],
    [
      "what policies of Open Cluster Management create",
      "policy.open-cluster-management.io/v1/Policy",
      "spec: {policy-templates: [{objectDefinition: {apiVersion: policy.open-cluster-management.io/v1, kind: ConfigurationPolicy, spec: {object-templates: [{complianceType: musthave, objectDefinition: {apiVersion: v1, kind: Pod, spec: {containers: [{image: «a:1»}]}}}, {complianceType: mustnothave, objectDefinition: {apiVersion: v1, kind: Pod, spec: {containers: [{image: b:1}]}}}]}}}]}",
      ["image docker.io/library/a:1 literal"],
    ],
    [
      "machines that are containers",
      "infrastructure.cluster.x-k8s.io/v1beta1/DockerMachineTemplate",
      "spec: {template: {spec: {customImage: «kindest/node:v1.31.0», extraMounts: []}}}",
      ["image docker.io/kindest/node:v1.31.0 literal"],
    ],
    [
      "disks of machines",
      "infrastructure.cluster.x-k8s.io/v1alpha1/KubevirtMachineTemplate",
      "spec: {template: {spec: {virtualMachineTemplate: {spec: {template: {spec: {volumes: [{containerDisk: {image: '«quay.io/a/b:1»'}}]}}}}}}}",
      ["volume quay.io/a/b:1 literal"],
    ],
    [
      "static pods that a machine is given",
      "controlplane.cluster.x-k8s.io/v1beta1/KubeadmControlPlane",
      "spec:\n  kubeadmConfigSpec:\n    files:\n    - path: /etc/kubernetes/manifests/vip.yaml\n      owner: root\n      content: |\n        apiVersion: v1\n        kind: Pod\n        spec:\n          containers:\n          - image: «ghcr.io/a/vip:v1» # why\n            args: [$X]\n",
      ["image ghcr.io/a/vip:v1 literal"],
    ],
    [
      "what a cluster of kops runs",
      "kops.k8s.io/v1alpha2/Cluster",
      "spec: {etcdClusters: [{image: '«a.io/etcd:v3»', manager: {image: '«a.io/em:v1»'}}], containerd: {sandboxImage: '«a.io/pause:3»'}, hooks: [{execContainer: {image: '«a/hook:1»'}}]}",
      [
        "image a.io/etcd:v3 literal",
        "image a.io/em:v1 literal",
        "image a.io/pause:3 literal",
        "image docker.io/a/hook:1 literal",
      ],
    ],
    [
      "hooks of machines, but not what they boot from",
      "kops/v1alpha2/InstanceGroup",
      "spec: {image: kope.io/k8s-debian-amd64, hooks: [{execContainer: {image: '«a/hook:1»'}}]}",
      ["image docker.io/a/hook:1 literal"],
    ],
    [
      "a catalog of operators",
      "olm.operatorframework.io/v1/ClusterCatalog",
      "spec: {source: {type: Image, image: {ref: «quay.io/a/catalog:latest»}}}",
      ["image quay.io/a/catalog:latest literal"],
    ],
    [
      "modules of a proxy",
      "extensions.istio.io/v1alpha1/WasmPlugin",
      "spec: {url: 'oci://«a.io/wasm:1»'}",
      ["oci-repository a.io/wasm:1 literal"],
    ],
    [
      "filters of a gateway",
      "gateway.envoyproxy.io/v1alpha1/EnvoyExtensionPolicy",
      "spec: {wasm: [{code: {type: Image, image: {url: «a.io/wasm:1»}}}]}",
      ["image a.io/wasm:1 literal"],
    ],
    [
      "systems that machines are given",
      "elemental.cattle.io/v1beta1/ManagedOSVersion",
      "spec: {type: iso, metadata: {uri: «a.io/os-image:1»}}",
      ["image a.io/os-image:1 literal"],
    ],
    [
      "a tag of a stream",
      "image.openshift.io/v1/ImageStreamTag",
      "tag: {from: {kind: DockerImage, name: «a.io/b:1»}}",
      ["image-stream a.io/b:1 literal"],
    ],
    [
      "the proxy that a mesh injects",
      "apps/v1/Deployment",
      "spec: {template: {metadata: {annotations: {config.linkerd.io/proxy-image: «a.io/proxy»}}, spec: {}}}",
      ["annotation a.io/proxy literal"],
    ],
    [
      "the server that runs policies",
      "policies.kubewarden.io/v1/PolicyServer",
      "spec: {image: «a.io/server:1»}",
      ["image a.io/server:1 literal"],
    ],
    [
      "components whose images are said in parts",
      "nvidia.com/v1/ClusterPolicy",
      "spec: {driver: {repository: nvcr.io/nvidia, image: «driver», version: '580'}, toolkit: {initContainer: {repository: nvcr.io/nvidia, image: «cuda», version: 13.0-x}}, dcgm: {repository: nvcr.io/nvidia, image: no}}",
      ["image nvcr.io/nvidia/driver:580 resolved", "image nvcr.io/nvidia/cuda:13.0-x resolved"],
    ],
    [
      "traits of a component",
      "core.oam.dev/v1beta1/Application",
      "spec: {components: [{type: webservice, properties: {image: «nginx»}, traits: [{type: sidecar, properties: {image: «fluentd»}}]}]}",
      ["image docker.io/library/nginx literal", "image docker.io/library/fluentd literal"],
    ],
    [
      "pre-pulled images",
      "apps.kruise.io/v1beta1/ImageListPullJob",
      "spec: {images: [«a», «b:1»]}",
      ["image docker.io/library/a literal", "image docker.io/library/b:1 literal"],
    ],
  ];
  for (const [name, type, body, expected] of found)
    it(`reads ${name}`, () => void expectUses(readKubernetes, resource(type, body), expected));

  const nothing: readonly (readonly [name: string, type: string, body: string])[] = [
    ["patterns of Kyverno", "kyverno.io/v1/ClusterPolicy", "spec: {rules: [{validate: {image: 'ghcr.io/a/b:1'}}]}"],
    ["constraints", "constraints.gatekeeper.sh/v1beta1/K8sAllowedRepos", "spec: {image: 'ghcr.io/a/b:1'}"],
    ["policies of OpenShift", "config.openshift.io/v1/ClusterImagePolicy", "spec: {image: 'ghcr.io/a/b:1'}"],
    ["mirrors", "config.openshift.io/v1/ImageDigestMirrorSet", "spec: {imageDigestMirrors: [{source: a.io/b}]}"],
    [
      "definitions of resources",
      "apiextensions.k8s.io/v1/CustomResourceDefinition",
      "spec: {versions: [{schema: {openAPIV3Schema: {example: {image: 'a/b:1'}}}}]}",
    ],
    ["images of machines", "infrastructure.cluster.x-k8s.io/v1/GCPMachine", "spec: {image: a/b}"],
    [
      "files that no kubelet runs",
      "controlplane.cluster.x-k8s.io/v1beta1/KubeadmControlPlane",
      "spec: {kubeadmConfigSpec: {files: [{path: /etc/a.yaml, content: 'apiVersion: v1\n\n  kind: Pod\n\n  spec: {containers: [{image: a/b:1}]}'}]}}",
    ],
    [
      "words, pictures and long paths",
      "example.org/v1/Thing",
      "spec: {image: latest, iconImage: a/b.png, diskImage: a/b/c/d}",
    ],
    [
      "names without a registry or a tag",
      "example.org/v1/Thing",
      "spec: {osImage: ubuntu, dataImage: 'https://a/b:1', image: latest, below: {image: ubuntu}}",
    ],
    [
      "what a trigger builds",
      "cloudbuild.cnrm.cloud.google.com/v1beta1/CloudBuildTrigger",
      "spec: {build: {images: ['gcr.io/a/out:1']}}",
    ],
    ["what a build makes", "shipwright.io/v1beta1/Build", "spec: {output: {image: 'a.io/out:1'}}"],
    ["what a resource reports", "example.org/v1/Thing", "status: {image: 'a/b:1'}"],
    ["an environment's texts", "example.org/v1/Thing", "spec: {env: {image: 'a/b:1'}}"],
    ["placeholders", "example.org/v1/Thing", "spec: {containers: [{image: auto}, {image: 'ko://github.com/a/b'}]}"],
    ["schemas", "example.org/v1/Thing", "spec: {schema: {openAPIV3Schema: {image: 'a/b:1'}}}"],
    [
      "what is promoted from stage to stage",
      "kargo.akuity.io/v1alpha1/Warehouse",
      "spec: {subscriptions: [{image: {repoURL: a.io/b, name: 'a.io/b:1'}}]}",
    ],
    ["a repository of charts", "source.toolkit.fluxcd.io/v1/HelmRepository", "spec: {type: oci, url: 'oci://a.io/b'}"],
    [
      "a policy within a template",
      "template.openshift.io/v1/Template",
      "objects: [{apiVersion: kyverno.io/v1, kind: Policy, spec: {image: 'a/b:1'}}]",
    ],
  ];
  for (const [name, type, body] of nothing)
    it(`finds nothing in ${name}`, () => void expectUses(readKubernetes, resource(type, body), []));

  it("leads from a template's parameter to its value", () => {
    const source = resource(
      "template.openshift.io/v1/Template",
      'objects: [{apiVersion: v1, kind: Pod, spec: {containers: [{image: "a:${TAG}"}]}}]\nparameters: [{name: TAG, value: "1.5"}]',
    );
    const [use] = readKubernetes(source, "t.yaml").images;
    assert.deepEqual(
      use?.chain.map(({ label }) => label),
      ["variable TAG", "parameter TAG"],
    );
    assert.equal(source.slice(use?.definedAt?.start, use?.definedAt?.end), "1.5");
  });

  it("pins a tag that stands alone after the tag", () => {
    const source = resource("example.org/v1/Thing", 'spec: {image: {repository: quay.io/a/b, tag: "1.2"}}');
    assert.equal(expectPinsToHold(readKubernetes, source), 1);
    const [use] = readKubernetes(source, "t.yaml").images;
    assert.deepEqual([use?.pinBefore, use?.pinAt?.start], [undefined, source.indexOf("1.2") + 3]);
  });

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      readKubernetes,
      resource(
        "template.openshift.io/v1/Template",
        "objects:\n- &p {apiVersion: v1, kind: Pod, spec: {containers: [{image: 'a:${T}'}]}}\n- *p\nparameters: [{name: T, value: &v 'x'}]",
      ) +
        "---\n" +
        resource(
          "build.openshift.io/v1/BuildConfig",
          "spec:\n  source:\n    dockerfile: |\n      FROM a:1\n      RUN x\n",
        ) +
        "---\n" +
        resource("example.org/v1/Thing", "spec:\n  image: {repository: a/b, tag: '1'}\n  xImage: >-\n    a/b:c\n"),
    );
  });
});
