import type { Dialect } from "./document.ts";
import { dialectByForm } from "./pathForms.ts";

/** Configuration of tools that build, run or develop, by their paths. */
const byPath: readonly (readonly [Dialect, RegExp])[] = [
  ["gitpod", /(?:^|\/)\.gitpod\.ya?ml$|(?:^|\/)\.(?:gitpod|ona)\/automations\.ya?ml$/i],
  ["devfile", /(?:^|\/)\.?devfile\.ya?ml$/i],
  ["cirrus", /(?:^|\/)\.cirrus(?:(?:\.[\w-]+)?\.ya?ml|\.star)$/i],
  ["travis", /(?:^|\/)\.travis\.ya?ml$/i],
  ["semaphore", /(?:^|\/)\.semaphore\/.*\.ya?ml$/i],
  ["batect", /(?:^|\/)batect(?:-bundle)?\.ya?ml$/i],
  ["molecule", /(?:^|\/)molecule\/(?:.*\/)?molecule\.ya?ml$|(?:^|\/)\.config\/molecule\/config\.ya?ml$/i],
  ["execution-environment", /(?:^|\/)(?:execution[-_]environment(?:[._-][\w-]+)*|\.?ansible-navigator)\.ya?ml$/i],
  ["kitchen", /(?:^|\/)(?:\.kitchen[._-][\w.-]+|\.?kitchen(?:\.[\w-]+)*)\.ya?ml$/],
  ["okteto", /(?:^|\/)okteto(?:[.-](?!(?:docker-)?(?:compose|stack|values)\b)[\w-]+)*\.ya?ml$/i],
  ["screwdriver", /(?:^|\/)(?:screwdriver|[^/]*sd-template)\.ya?ml$/i],
  ["prow", /(?:^|\/)\.prow(?:\.ya?ml|\/.*\.ya?ml)$/i],
  ["pre-commit", /(?:^|\/)\.pre-commit-(?:config|hooks)\.ya?ml$/i],
  ["codefresh", /(?:^|\/)(?:codefresh|\.codefresh\/(?:.*\/)?[^/]*)\.ya?ml$/i],
  ["app-platform", /(?:^|\/)\.do\/[^/]*\.ya?ml$/i],
  ["fly", /(?:^|\/)fly(?:\.[\w-]+)?\.toml$/],
  ["buildpacks", /(?:^|\/)(?:project|builder|package)\.toml$/],
  ["cross", /(?:^|\/)Cross\.toml$/],
  [
    "toml-tasks",
    /(?:^|\/)(?:\.?mise(?:\.[\w-]+)*\.toml|(?:\.config\/|\.)?mise\/(?:config(?:\.[\w-]+)*|conf\.d\/[^/]+)\.toml|Makefile\.toml|[\w-]+\.Makefile\.toml|pixi\.toml|pyproject\.toml)$/,
  ],
  [
    "runtime-config",
    /(?:^|\/)[^/]*(?:config|containerd|runner)[^/]*\.toml$|(?:^|\/)crio(?:\.conf\.d\/[^/]+|[\w-]*)\.conf$/i,
  ],
  ["bazel", /(?:^|\/)(?:(?:[^/]*\.)?MODULE\.bazel|WORKSPACE(?:\.bazel|\.bzlmod)?|[^/]+\.bzl|BUILD(?:\.bazel)?)$/],
  ["bazel-options", /(?:^|\/)[\w.-]*\.?bazelrc(?:\.[\w-]+)?$/],
  ["tilt", /(?:^|\/)(?:[\w-]+\.)?Tiltfile(?:[._-][\w-]+)*$|\.tiltfile$/],
  ["gradle", /\.gradle(?:\.kts)?$/],
  ["maven", /(?:^|\/)pom\.xml$/],
  ["nix", /\.nix$/],
  ["taskfile", /(?:^|\/)taskfile(?:\.dist|[._-][\w-]+)?\.ya?ml$/i],
  ["package-scripts", /(?:^|\/)package\.json$/],
  ["editor-tasks", /(?:^|\/)\.vscode\/tasks\.json$|\.code-workspace$/],
  ["vagrantfile", /(?:^|\/)(?:[\w-]+\.)?Vagrantfile(?:[._-][\w-]+)*$/],
  ["justfile", /(?:^|\/)\.?justfile$|\.just$/i],
  ["pulumi", /(?:^|\/)Pulumi\.ya?ml$/],
  ["serverless", /(?:^|\/)serverless(?:\.[\w-]+)?\.ya?ml$/i],
  ["bitrise", /(?:^|\/)bitrise\.ya?ml$/i],
  ["werf", /(?:^|\/)werf(?:[.-][\w-]+)*\.ya?ml$/],
  ["container-definition", /(?:^|\/)(?:Singularity|Apptainer)(?:\.[\w.-]+)?$|\.def$/],
  ["act-options", /(?:^|\/)\.actrc$/],
  ["captain-definition", /(?:^|\/)captain-definition(?:[.-][\w-]+)*$/],
  ["ddev", /(?:^|\/)\.ddev\/config(?:\.[\w.-]+)?\.ya?ml$/],
  ["lando", /(?:^|\/)\.lando(?:\.[\w-]+)*\.ya?ml$/],
  ["onedev", /(?:^|\/)\.onedev-buildspec\.ya?ml$/],
  ["wercker", /(?:^|\/)wercker\.ya?ml$/],
  ["devspace", /(?:^|\/)devspace(?:[.-][\w-]+)?\.ya?ml$/],
  ["goreleaser", /(?:^|\/)\.?goreleaser(?:[.-][\w-]+)*\.ya?ml$/],
];

/** The dialect of a tool's configuration that a path alone tells. */
export const toolOfPath: (path: string) => Dialect | undefined = dialectByForm(byPath);

/**
 * The dialect of a tool's configuration in YAML that a text's beginning shows, where its path does not tell it. `has`
 * says whether a key stands at the top level.
 */
export function toolOfYaml(head: string, path: string, has: (key: string) => boolean): Dialect | undefined {
  if (isTalos(head, has)) return "talos";
  if (/(?:^|[/.])garden\.ya?ml$/.test(path) && isGarden(head, has)) return "garden";
  if (has("apiVersion") || has("on") || has("runs")) return undefined;
  if (has("platform") && has("run") && (has("image_resource") || /^image[ \t]*:[ \t]*["']?docker:\/\//m.test(head)))
    return "concourse";
  if (has("jobs") && /^[ \t-]+plan[ \t]*:/m.test(head) && /^[ \t-]+(?:get|put|task|in_parallel)[ \t]*:/m.test(head))
    return "concourse";
  if (/(?:^|\/)kitchen[_-]/.test(path) && ["driver", "platforms", "suites"].some(has)) return "kitchen";
  if (isProw(head, has)) return "prow";
  if (isJenkinsCasc(head, has)) return "jenkins-casc";
  if (has("deploymentSpec") && has("pipelineInfo")) return "kubeflow-pipelines";
  if (has("implementation") && /^[ \t]+container[ \t]*:/m.test(head)) return "kubeflow-pipelines";
  if (isTaskfile(head, has)) return "taskfile";
  if (isCodefresh(head, has)) return "codefresh";
  if (/(?:^|\/)\.harness\//.test(path) && ["pipeline", "template"].some(has)) return "harness";
  if (has("schemaVersion") && has("components") && /^schemaVersion[ \t]*:[ \t]*["']?2\.\d/m.test(head))
    return "devfile";
  if (/^[ \t-]+registry_type[ \t]*:[ \t]*["']?(?:DOCKER_HUB|DOCR|GHCR)\b/m.test(head)) return "app-platform";
  if (isConcourseResource(head)) return "concourse";
  const isBlueprint = ["services", "projects", "ungrouped"].some(has) && /^[ \t-]+type[ \t]*:[ \t]*\w/m.test(head);
  return isBlueprint && /(?:^|\/)render\.ya?ml$/i.test(path) ? "render" : undefined;
}

/** Projects, modules and actions of Garden; resources of Kubernetes have versions of their own. */
function isGarden(head: string, has: (key: string) => boolean): boolean {
  if (/^apiVersion[ \t]*:(?![ \t]*["']?garden\.io\/)/m.test(head)) return false;
  if (["module", "project"].some(has)) return true;
  return /^kind[ \t]*:[ \t]*["']?(?:Project|Module|Build|Deploy|Run|Test|Workflow)\b/m.test(head);
}

/** Resources of Concourse that pipelines are put together of: they name an image as only it does. */
function isConcourseResource(head: string): boolean {
  if (!/\b(?:registry|docker)-image\b/.test(head)) return false;
  return (
    /^[ \t-]+type[ \t]*:[ \t]*["']?(?:registry|docker)-image\b/m.test(head) &&
    /^[ \t-]+source[ \t]*:/m.test(head) &&
    /^[ \t-]+repository[ \t]*:/m.test(head)
  );
}

/** A machine's configuration (Talos), whole or as a patch of one; newer kinds of its documents stand beside it. */
function isTalos(head: string, has: (key: string) => boolean): boolean {
  // Documents of their own, whose version has no group (Talos 1.14).
  if (/^apiVersion[ \t]*:[ \t]*["']?v1alpha1["']?[ \t]*$/m.test(head) && has("kind")) return true;
  if (!has("machine") && !has("cluster")) return false;
  if (/^version[ \t]*:[ \t]*["']?v1alpha1\b/m.test(head)) return true;
  if (has("apiVersion")) return false;
  const named = /^[ \t]+(?:install|kubelet|apiServer|controllerManager|inlineManifests)[ \t]*:/m.test(head);
  return named || (has("machine") && /^[ \t]+pods[ \t]*:/m.test(head));
}

/** Jobs of Prow, which stand under the repositories that they are for, or its own configuration. */
function isProw(head: string, has: (key: string) => boolean): boolean {
  if (has("plank") && /^[ \t]+utility_images[ \t]*:/m.test(head)) return true;
  return (
    ["presubmits", "postsubmits", "periodics", "presets"].some(has) &&
    /^[ \t]*-?[ \t]+(?:agent|always_run|cluster|cron|decorate|interval|labels|minimum_interval|rerun_command|run_if_changed|skip_report|spec)[ \t]*:/m.test(
      head,
    )
  );
}

/** A controller's configuration (Jenkins Configuration as Code); values of a chart name it alike. */
function isJenkinsCasc(head: string, has: (key: string) => boolean): boolean {
  if (has("jobs") && /^jobs[ \t]*:[ \t]*\r?\n[ \t]*-[ \t]+script[ \t]*:/m.test(head)) return true;
  return (
    has("jenkins") &&
    /^[ \t]+(?:clouds|systemMessage|numExecutors|authorizationStrategy|securityRealm)[ \t]*:/m.test(head) &&
    !/^[ \t]+(?:controller|master)[ \t]*:/m.test(head)
  );
}

/** What a Taskfile includes may have any name: version 3, and tasks under their names. */
function isTaskfile(head: string, has: (key: string) => boolean): boolean {
  if (!has("version") || !has("tasks") || has("services")) return false;
  return (
    /^version[ \t]*:[ \t]*["']?3(?:\.\d+)*["']?[ \t]*\r?$/m.test(head) &&
    /^[ \t]+(?:cmds?|deps|desc|internal|preconditions|silent|sources|status)[ \t]*:/m.test(head)
  );
}

/** Steps under names, of a type that only Codefresh has or beside its stages. */
function isCodefresh(head: string, has: (key: string) => boolean): boolean {
  if (/^kind[ \t]*:[ \t]*["']?step-type\b/m.test(head)) return true;
  if (!has("steps") || /^steps[ \t]*:\s*(?:#[^\n]*\n\s*)*-/m.test(head)) return false;
  return /^[ \t]+type[ \t]*:[ \t]*["']?(?:freestyle|git-clone|composition|launch-composition|pending-approval|push|build)\b/m.test(
    head,
  );
}

/** Whether a text is what cloud-init is told in YAML (cloud-init documentation, "User-data formats"). */
export function isCloudConfig(head: string): boolean {
  return /^\s*(?:## template: jinja\s+)?#cloud-config\b/.test(head);
}
