import type { Dialect } from "./document.ts";
import { choicesIn, type Substitution } from "./substitution.ts";
import type { TemplateSyntax } from "./template.ts";
import { delimited, dollar } from "./templateSyntax.ts";
import type { PlaceStep } from "./yamlPlaces.ts";

/** Where a tool's configuration names images and commands. */
export interface ToolConfig {
  readonly images: readonly (readonly [site: string, ...path: readonly PlaceStep[]])[];
  /** Containers of pods: their images, and what they run. */
  readonly pods?: readonly (readonly PlaceStep[])[];
  /** Scripts, each run by a shell of its own. */
  readonly scripts?: readonly (readonly PlaceStep[])[];
  /** Texts that are manifests of Kubernetes. */
  readonly manifests?: readonly (readonly PlaceStep[])[];
  readonly syntax?: TemplateSyntax;
  /** What the text at a place is, where a file has one there, so that its images are those of containers. */
  readonly only?: readonly [form: RegExp, ...path: readonly string[]];
  /** Mappings of variables; one that several define differently is not known. */
  readonly variables?: readonly (readonly PlaceStep[])[];
  /** What the tool builds itself, with its name as `image`, unless that is switched off under `build`. */
  readonly built?: readonly (readonly PlaceStep[])[];
  /** Values that charts are given. */
  readonly values?: readonly (readonly PlaceStep[])[];
  /** Charts by `name`, `repo` and `version`, or by `url`. */
  readonly charts?: readonly (readonly PlaceStep[])[];
  /** Resources of Kubernetes. */
  readonly resources?: readonly (readonly PlaceStep[])[];
  /** What stands for expressions before anything is read. */
  readonly fill?: (text: string) => readonly Substitution[];
  /** Names of what is built, or images of others, which have a tag. */
  readonly either?: readonly (readonly PlaceStep[])[];
  /** Whether a file is a template of Go (text/template). */
  readonly isTemplate?: boolean;
}

/** Where DevSpace has its configuration, and what profiles put over it. */
const devspaceParts: readonly (readonly PlaceStep[])[] = [[], ["profiles", "*", /^(?:merge|replace)$/]];

/** By dialect; each with the documentation that says so. */
export const toolConfigs: ReadonlyMap<Dialect, ToolConfig> = new Map<Dialect, ToolConfig>([
  // Talos documentation, "v1alpha1 configuration".
  [
    "talos",
    {
      images: [
        ["image", "machine", /^(?:install|kubelet)$/, "image"],
        ["image", "machine", "install", "extensions", "*", "image"],
        ["image", "cluster", /^(?:apiServer|controllerManager|proxy|scheduler|etcd|coreDNS)$/, "image"],
        // Documents of their own, one for each component.
        ["image", "image"],
        ["image", "installer", "image"],
      ],
      pods: [["machine", "pods", "*", "spec"]],
      manifests: [["cluster", "inlineManifests", "*", "contents"]],
      syntax: dollar({ bare: false }),
    },
  ],
  // Gitpod documentation, ".gitpod.yml reference", where `image` as a mapping names a Dockerfile, and "Automations".
  [
    "gitpod",
    {
      images: [
        ["image", "image"],
        ["container", /^(?:tasks|services)$/, "*", "runsOn", "docker", "image"],
      ],
      scripts: [
        ["tasks", "*", /^(?:before|init|prebuild|command)$/],
        ["services", "*", "commands", /^(?:start|ready|stop)$/],
      ],
    },
  ],
  // Devfile schema 2; `image` of a component is what is built.
  [
    "devfile",
    {
      images: [
        ["container", "components", "*", "container", "image"],
        // Version 1, where a component is of the type `dockerimage`.
        ["container", "components", "*", "image"],
        ["container", "parent", "components", "*", "container", "image"],
        ["container", "components", "*", "plugin", "components", "*", "container", "image"],
      ],
      scripts: [["commands", "*", "exec", "commandLine"]],
      manifests: [["components", "*", /^(?:kubernetes|openshift)$/, "inlined"]],
      syntax: delimited("{{", "}}", /^[\w-]+$/),
      variables: [["variables"]],
    },
  ],
  ["batect", { images: [["container", "containers", "*", "image"]] }],
  // Molecule documentation, "Configuration"; drivers of clouds have images of machines.
  [
    "molecule",
    {
      images: [["platform", "platforms", "*", "image"]],
      only: [/^(?:docker|podman|containers|default|delegated)$/, "driver", "name"],
      syntax: dollar({ escape: true }),
    },
  ],
  // Ansible Builder documentation, "Execution environment definition"; Ansible Navigator documentation, "Settings".
  [
    "execution-environment",
    {
      images: [
        ["base", "images", /^(?:base|builder)_image$/, "name"],
        ["base", "build_arg_defaults", /^EE_(?:BASE|BUILDER)_IMAGE$/],
        ["container", "ansible-navigator", "execution-environment", "image"],
      ],
    },
  ],
  // Test Kitchen documentation, with the drivers kitchen-docker and kitchen-dokken; other drivers have images of machines.
  [
    "kitchen",
    {
      images: [
        ["platform", /^driver(?:_config)?$/, "image"],
        ["platform", /^(?:platforms|suites)$/, "*", /^driver(?:_config)?$/, "image"],
      ],
      only: [/^(?:docker(?:_cli)?|dokken|podman)$/, "driver", "name"],
      syntax: delimited("<%=", "%>"),
    },
  ],
  // Okteto documentation, "Okteto Manifest"; `image` under `build` is what is built.
  [
    "okteto",
    {
      images: [
        ["image", "image"],
        ["image", "dev", "*", "image"],
        ["image", "dev", "*", "initContainer", "image"],
        ["image", "dev", "*", "services", "*", "image"],
        ["image", "initContainer", "image"],
        ["image", "services", "*", "image"],
        ["image", /^(?:deploy|destroy)$/, "image"],
        ["image", "test", "*", "image"],
        ["cache-from", "build", "*", "cache_from"],
        ["cache-from", "build", "*", "cache_from", "*"],
      ],
      scripts: [
        [/^(?:deploy|destroy)$/],
        [/^(?:deploy|destroy)$/, "commands"],
        [/^(?:deploy|destroy)$/, "commands", "*", "command"],
        ["test", "*", "commands"],
        ["test", "*", "commands", "*", "command"],
      ],
      syntax: dollar(),
    },
  ],
  // Prow documentation, "ProwJobs", and `config/prow` of its own jobs; a job is a pod.
  [
    "prow",
    {
      images: [["utility-image", "**", "utility_images", /^(?:clonerefs|initupload|entrypoint|sidecar)$/]],
      pods: [
        ["**", /^(?:spec|pod_spec)$/],
        ["**", "tekton_pipeline_run_spec", "**", "taskSpec"],
      ],
    },
  ],
  // Bitrise documentation, "Configuring containers": images under `containers`, and under `services` since before.
  [
    "bitrise",
    {
      images: [
        ["container", "containers", "*", "image"],
        ["services", "services", "*", "image"],
      ],
      scripts: [["**", /^script(?:@.*)?$/, "inputs", "*", "content"]],
      syntax: dollar(),
    },
  ],
  // Render's Blueprint specification.
  [
    "render",
    {
      images: [
        ["image", "services", "*", "image", "url"],
        ["image", "ungrouped", "services", "*", "image", "url"],
        ["image", "projects", "*", "environments", "*", "services", "*", "image", "url"],
      ],
    },
  ],
  // werf documentation, "werf.yaml"; `image` names what is built.
  ["werf", { images: [["from", "from"]], isTemplate: true }],
  // DDEV documentation, "Config Options" and "Hooks".
  ["ddev", { images: [["image", /^(?:web|db|dba)image$/]], scripts: [["hooks", "*", "*", "exec-host"]] }],
  // Lando documentation, "Compose" and "Overrides"; newer services name theirs themselves.
  [
    "lando",
    {
      images: [
        ["image", "services", "*", "image"],
        ["image", "services", "*", /^(?:services|overrides)$/, "image"],
      ],
      scripts: [["services", "*", /^(?:build|build_as_root|run|run_as_root)$/, "*"]],
    },
  ],
  // Kubeflow Pipelines' documentation, "Component Specification" and "Compile a Pipeline" (PipelineSpec).
  [
    "kubeflow-pipelines",
    {
      images: [
        ["image", "implementation", "container", "image"],
        ["image", "deploymentSpec", "executors", "*", "container", "image"],
      ],
      syntax: delimited("{{", "}}"),
    },
  ],
  // Wercker's documentation, "wercker.yml".
  [
    "wercker",
    {
      images: [
        ["box", "box"],
        ["box", "*", "box"],
        ["services", "services", "*"],
        ["services", "*", "services", "*"],
      ],
      scripts: [["*", /^(?:steps|after-steps)$/, "*", "script", "code"]],
    },
  ],
  // OneDev documentation, "Build Spec": what is built has its name under `output`.
  [
    "onedev",
    {
      images: [
        ["image", /^(?:jobs|stepTemplates)$/, "*", "steps", "*", "image"],
        ["services", "services", "*", "image"],
      ],
      scripts: [[/^(?:jobs|stepTemplates)$/, "*", "steps", "*", "interpreter", "commands"]],
      syntax: delimited("@", "@", /^\w+(?::[^@]+)?$/),
    },
  ],
  // Harness documentation, "CI pipeline YAML"; what is built is a `repo` with `tags`.
  [
    "harness",
    {
      images: [["image", "**", "spec", "image"]],
      scripts: [["**", "spec", "command"]],
      syntax: delimited("<+", ">"),
    },
  ],
  // DevSpace documentation, "devspace.yaml", with what earlier versions of it called otherwise; `images` are what is built.
  [
    "devspace",
    {
      images: devspaceParts.flatMap((part) => [
        ["image", ...part, "dev", "*", "devImage"],
        ["image", ...part, "dev", "*", "containers", "*", "devImage"],
        ["image", ...part, "dev", "replacePods", "*", "replaceImage"],
        ["image", ...part, "deployments", "*", "helm", "values", "**", "image"],
        ["image", ...part, "deployments", "*", "component", /^(?:containers|initContainers)$/, "*", "image"],
        ["builder", ...part, "images", "*", "kaniko", /^(?:image|initImage)$/],
        ["builder", ...part, "images", "*", "build", "kaniko", /^(?:image|initImage)$/],
      ]),
      scripts: [
        ["commands", "*"],
        ["commands", "*", "command"],
        ["pipelines", "*"],
        ["pipelines", "*", "run"],
        ["hooks", "*", "command"],
      ],
      manifests: [["deployments", "*", "kubectl", "inlineManifest"]],
      syntax: delimited("${", "}"),
      variables: [["vars"]],
      built: [["images", "*"]],
      values: devspaceParts.map((part) => [...part, "deployments", "*", "helm", "values"]),
      charts: [["deployments", "*", "helm", "chart"]],
    },
  ],
  // Garden documentation, "Action types" and "Module types"; an action of the kind `Build` has no image.
  [
    "garden",
    {
      images: [
        ["image", "spec", "image"],
        ["builder", /^(?:project|providers)$/, "*", /^(?:kaniko|util)$/, "image"],
      ],
      pods: [
        ["spec", "podSpec"],
        [/^(?:tasks|tests)$/, "*", "podSpec"],
      ],
      syntax: delimited("${", "}"),
      values: [["spec", "values"], ["values"]],
      charts: [["spec", "chart"]],
      resources: [
        ["spec", "manifests", "*"],
        ["manifests", "*"],
      ],
      either: [["image"], ["module", "image"]],
      fill: choicesIn,
    },
  ],
  // GoReleaser documentation, "Kos" and "Global hooks"; `dockers` are what is built.
  [
    "goreleaser",
    {
      images: [["from", "kos", "*", "base_image"]],
      scripts: [
        ["before", "hooks", "*"],
        ["before", "hooks", "*", "cmd"],
      ],
      syntax: delimited("{{", "}}"),
    },
  ],
]);
