import type { Dialect, Document } from "./document.ts";
import { placeDocument } from "./embedded.ts";
import { readKubernetes } from "./kubernetes.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { readContainerCommands, readImageVolumes } from "./pipelinePod.ts";
import type { TemplateScope, TemplateSyntax } from "./template.ts";
import { delimited, dollar, noTemplate } from "./templateSyntax.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";
import { placesOf, type PlaceStep } from "./yamlPlaces.ts";

/** Where a tool's configuration names images and commands. */
interface ToolConfig {
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
}

const configs = new Map<Dialect, ToolConfig>([
  // Talos documentation, "v1alpha1 configuration".
  [
    "talos",
    {
      images: [
        ["image", "machine", /^(?:install|kubelet)$/, "image"],
        ["image", "machine", "install", "extensions", "*", "image"],
        ["image", "cluster", /^(?:apiServer|controllerManager|proxy|scheduler|etcd|coreDNS)$/, "image"],
      ],
      pods: [["machine", "pods", "*", "spec"]],
      manifests: [["cluster", "inlineManifests", "*", "contents"]],
      syntax: dollar({ bare: false }),
    },
  ],
  // Gitpod documentation, ".gitpod.yml reference"; as a mapping, `image` names a Dockerfile.
  [
    "gitpod",
    {
      images: [["image", "image"]],
      scripts: [["tasks", "*", /^(?:before|init|prebuild|command)$/]],
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
]);

/** Reads the configuration of a tool whose images all stand at places of their own. */
export function readToolConfig(dialect: Dialect): (text: string, path: string) => Document {
  const {
    images,
    pods = [],
    scripts = [],
    manifests = [],
    only,
    syntax = noTemplate,
    variables = [],
  } = configs.get(dialect) ?? { images: [] };
  return (text, path) => {
    const pipeline = createPipeline(text, path, dialect);
    const inner: Document[] = [];
    for (const root of pipeline.roots) {
      if (only !== undefined && !isOneOf(root, only)) continue;
      const scope = { syntax, lookup: knownOnce(variables.flatMap((place) => placesOf(root, place))) };
      for (const [site, ...place] of images)
        for (const node of placesOf(root, place))
          if (scalarOf(node) !== undefined) pipeline.image(node, site, { scope });
      for (const pod of pods.flatMap((place) => placesOf(root, place))) readPod(pipeline, pod, scope);
      for (const place of scripts) for (const node of placesOf(root, place)) pipeline.script([node]);
      for (const node of manifests.flatMap((place) => placesOf(root, place))) {
        const scalar = scalarOf(node);
        if (scalar !== undefined) inner.push(placeDocument(readKubernetes(scalar.text, ""), scalar, pipeline.text));
      }
    }
    return pipeline.document(inner.flatMap((document) => document.images));
  };
}

function isOneOf(root: YamlNode, [form, ...path]: NonNullable<ToolConfig["only"]>): boolean {
  const text = textOf(valueAt(root, ...path));
  return text === undefined || form.test(text);
}

function readPod(pipeline: Pipeline, pod: YamlNode, scope: TemplateScope): void {
  for (const list of ["initContainers", "containers", "steps", "sidecars"])
    for (const container of itemsOf(valueAt(pod, list))) {
      pipeline.image(scalarOf(valueAt(container, "image")), "container", { scope });
      readContainerCommands(pipeline, container, "script", { scope });
    }
  readImageVolumes(pipeline, pod, scope);
}

/** What names stand for that one mapping alone defines. */
function knownOnce(mappings: readonly YamlNode[]): TemplateScope["lookup"] {
  const known = new Map<string, YamlNode | undefined>();
  for (const mapping of mappings)
    for (const { key, value } of entriesOf(mapping)) known.set(key.text, known.has(key.text) ? undefined : value);
  return (name) => {
    const node = known.get(name);
    return scalarOf(node) === undefined ? [] : [{ label: `variable ${name}`, node }];
  };
}
