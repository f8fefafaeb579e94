const template = ["spec", "template", "spec"];
const jobTemplate = ["spec", "jobTemplate", ...template];

/** Where resources keep their PodSpec, by API group and kind. */
const podSpecs = new Map<string, readonly string[]>([
  ["/Pod", ["spec"]],
  ["/PodTemplate", ["template", "spec"]],
  ["/ReplicationController", template],
  ["/DeploymentConfig", template],
  ["apps/Deployment", template],
  ["apps/ReplicaSet", template],
  ["apps/StatefulSet", template],
  ["apps/DaemonSet", template],
  ["extensions/Deployment", template],
  ["extensions/ReplicaSet", template],
  ["extensions/DaemonSet", template],
  ["batch/Job", template],
  ["batch/CronJob", jobTemplate],
]);

/** The same by kind alone, for manifests that name a version of the wrong group, or one that is gone. */
const podKinds = new Map([...podSpecs].map(([name, path]) => [name.slice(name.indexOf("/") + 1), path]));

const workloadGroups = new Set(["", "apps", "extensions", "batch"]);

/** A place of a custom resource that holds an image; `*` is each item of a list. */
export interface ImagePlace {
  readonly path: readonly string[];
  readonly site: string;
  readonly wrapper?: string;
}

function place(path: string, site = "image", wrapper?: string): ImagePlace {
  return { path: path.split("."), site, ...(wrapper === undefined ? {} : { wrapper }) };
}

const crossplanePackage = [place("spec.package", "package")];
const catalogImage = [place("spec.source.image.ref")];
const dataVolume = "source.registry.url";

/** Places where custom resources hold an image that their shape alone does not tell, by API group and kind. */
const imagePlaces = new Map<string, readonly ImagePlace[]>([
  ["operators.coreos.com/ClusterServiceVersion", [place("spec.relatedImages.*.image", "related-image")]],
  ["operators.coreos.com/CatalogSource", [place("spec.image")]],
  ["olm.operatorframework.io/ClusterCatalog", catalogImage],
  ["catalogd.operatorframework.io/ClusterCatalog", catalogImage],
  ["core.rukpak.io/BundleDeployment", catalogImage],
  ["image.toolkit.fluxcd.io/ImageRepository", [place("spec.image")]],
  ["pkg.crossplane.io/Provider", crossplanePackage],
  ["pkg.crossplane.io/Configuration", crossplanePackage],
  ["pkg.crossplane.io/Function", crossplanePackage],
  ["meta.pkg.crossplane.io/Provider", [place("spec.controller.image")]],
  ["kubevirt.io/VirtualMachineInstance", [place("spec.volumes.*.containerDisk.image", "volume")]],
  [
    "kubevirt.io/VirtualMachine",
    [
      place("spec.template.spec.volumes.*.containerDisk.image", "volume"),
      place(`spec.dataVolumeTemplates.*.spec.${dataVolume}`, "volume", "docker://"),
    ],
  ],
  ["cdi.kubevirt.io/DataVolume", [place(`spec.${dataVolume}`, "volume", "docker://")]],
  ["cdi.kubevirt.io/DataImportCron", [place(`spec.template.spec.${dataVolume}`, "volume", "docker://")]],
  ["elemental.cattle.io/ManagedOSVersion", [place("spec.metadata.uri")]],
  ["fluxcd.controlplane.io/FluxInstance", [place("spec.distribution.artifact", "oci-repository", "oci://")]],
  ["apps.kruise.io/ImagePullJob", [place("spec.image")]],
  ["apps.kruise.io/ImageListPullJob", [place("spec.images.*")]],
  [
    "mirror.openshift.io/ImageSetConfiguration",
    [place("mirror.additionalImages.*.name"), place("mirror.operators.*.catalog")],
  ],
  ["machineconfiguration.openshift.io/MachineConfig", [place("spec.osImageURL")]],
  [
    "core.oam.dev/Application",
    [place("spec.components.*.properties.image"), place("spec.components.*.traits.*.properties.image")],
  ],
  ["extensions.istio.io/WasmPlugin", [place("spec.url", "oci-repository", "oci://")]],
  ["sparkoperator.k8s.io/ScheduledSparkApplication", [place("spec.template.image")]],
  ["kappctrl.k14s.io/App", [place("spec.fetch.*.image.url")]],
  ["data.packaging.carvel.dev/Package", [place("spec.template.spec.fetch.*.image.url")]],
  ["serving.kserve.io/InferenceService", [place("spec.predictor.model.storageUri", "volume", "oci://")]],
]);

/** Kinds whose `spec.image` names an image even where it has neither a host nor a tag. */
const specImageGroups = new Set([
  "monitoring.coreos.com",
  "argoproj.io",
  "agent.k8s.elastic.co",
  "apm.k8s.elastic.co",
  "beat.k8s.elastic.co",
  "elasticsearch.k8s.elastic.co",
  "kibana.k8s.elastic.co",
  "logstash.k8s.elastic.co",
  "sparkoperator.k8s.io",
  "flink.apache.org",
  "opentelemetry.io",
  "jaegertracing.io",
  "minio.min.io",
  "kafka.strimzi.io",
  "k8s.mariadb.com",
  "grafana.integreatly.org",
]);

/** How the images of a resource are found. */
export type KindReading =
  | { readonly kind: "nothing" }
  | { readonly kind: "pod"; readonly path: readonly string[] }
  | { readonly kind: "custom"; readonly places: readonly ImagePlace[] };

/** Says how the images of resources of a group and kind are found. */
export function readingOfKind(group: string, kind: string): KindReading {
  const name = `${group}/${kind}`;
  const path = podSpecs.get(name) ?? (workloadGroups.has(group) ? podKinds.get(kind) : undefined);
  if (path !== undefined) return { kind: "pod", path };
  if (name === "config.openshift.io/ClusterVersion")
    return { kind: "custom", places: [place("spec.desiredUpdate.image")] };
  // It runs the policies, and is none.
  if (name === "policies.kubewarden.io/PolicyServer") return { kind: "custom", places: [place("spec.image")] };
  // It adds filters to a gateway, some of which are images.
  if (name === "gateway.envoyproxy.io/EnvoyExtensionPolicy") return { kind: "custom", places: [] };
  // It says which drivers the GPU operator runs, and nothing about anybody else's images.
  if (name === "nvidia.com/ClusterPolicy") return { kind: "custom", places: [] };
  const isKnown = group === "" ? coreKinds.has(kind) : isBuiltIn(group);
  if (isKnown || isPolicy(group, kind)) return { kind: "nothing" };
  const spec = specImageGroups.has(group) ? [place("spec.image")] : [];
  return { kind: "custom", places: [...(imagePlaces.get(name) ?? []), ...spec] };
}

/** Kinds of the core group without images, and a client's own configuration: others are somebody's own, who left out the group. */
const coreKinds: ReadonlySet<string> = new Set(
  `APIGroup APIResourceList APIVersions Binding ComponentStatus Config ConfigMap DeleteOptions Endpoints Eviction Event
  LimitRange List Namespace Node PersistentVolume PersistentVolumeClaim ResourceQuota Scale Secret SerializedReference
  Service ServiceAccount Status TokenReview`.split(/\s+/),
);

/** Groups of Kubernetes itself; what of theirs holds images is in the table. Projects around it have such names as well. */
function isBuiltIn(group: string): boolean {
  return !ofProjects.has(group) && (!group.includes(".") || /^[a-z.]+\.k8s\.io$/.test(group));
}

const ofProjects = new Set(["sparkoperator.k8s.io", "app.k8s.io", "kops.k8s.io", "kops"]);

/** Resources that hold patterns, schemas, mirrors, what is promoted, or the images that a build makes. */
function isPolicy(group: string, kind: string): boolean {
  return (
    /(?:^|\.)(?:kyverno\.io|gatekeeper\.sh|sigstore\.dev|kubewarden\.io)$/.test(group) ||
    /(?:Policy|Policies|PolicySet|PolicyException|PolicyReport|VulnerabilityReport|Constraint)$/.test(kind) ||
    /(?:^|\.)(?:config\.openshift\.io|kargo\.akuity\.io|aquasecurity\.github\.io|cloudbuild\.cnrm\.cloud\.google\.com)$/.test(
      group,
    ) ||
    ["ImageDigestMirrorSet", "ImageTagMirrorSet"].includes(kind)
  );
}

/** Whether `spec.image` of a kind is what machines boot from (kops, "Instance groups"), whatever it looks like. */
export function bootsFromImage(group: string, kind: string): boolean {
  return kind === "InstanceGroup" && (group === "kops.k8s.io" || group === "kops");
}

/** Whether resources of a group describe machines, which have images of their own (Cluster API, Config Connector). */
export function isOfMachines(group: string): boolean {
  return /(?:^|\.)(?:cluster\.x-k8s\.io|cnrm\.cloud\.google\.com)$/.test(group);
}

const annotations = new Set([
  "sidecar.istio.io/proxyImage",
  "vault.hashicorp.com/agent-image",
  "dapr.io/sidecar-image",
  "config.linkerd.io/proxy-image",
  "config.linkerd.io/init-image",
  "config.linkerd.io/debug-image",
]);

/** Whether a key holds what is written on resources, or on the nodes that they choose: texts by names of anyone's. */
export function isKeyOfNotes(key: string): boolean {
  return /(?:^|[a-z])(?:annotations|labels|nodeSelector)$/i.test(key);
}

/** Whether an annotation's value is the image of a container that will be injected. */
export function isImageAnnotation(name: string): boolean {
  return annotations.has(name);
}
