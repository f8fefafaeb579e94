import type { Dialect } from "./document.ts";
import { dialectByForm } from "./pathForms.ts";
import { yamlStart } from "./detectYaml.ts";

const byPath: readonly (readonly [dialect: Dialect, path: RegExp])[] = [
  ["gitlab-ci", /(?:^|\/)(?:[^/]*\.)?gitlab-ci(?:[._-][^/]*)?\.ya?ml$/i],
  ["gitlab-ci", /(?:^|\/)\.gitlab(?:\/ci|-ci(?:\.d)?)\/.*\.ya?ml$/i],
  [
    "gitlab-ci",
    /(?:^|\/)\.gitlab\/(?!agents\/|(?:issue|merge_request)_templates\/|.*(?:dashboard|changelog|route-map)).*\.ya?ml$/i,
  ],
  ["azure-pipelines", /(?:^|\/)[^/]*azure[._-]?pipelines?[^/]*\.ya?ml$/i],
  ["azure-pipelines", /(?:^|\/)\.(?:azuredevops|azure-pipelines)\/.*\.ya?ml$/i],
  ["circleci", /(?:^|\/)(?:\.circleci\/.*|circle)\.ya?ml$/i],
  ["bitbucket-pipelines", /(?:^|\/)bitbucket-pipelines[^/]*\.ya?ml$/i],
  ["drone", /(?:^|\/)\.(?:drone|vela)(?:[._-][^/]*)?\.ya?ml$/i],
  ["drone", /(?:^|\/)\.(?:drone|vela)\/.*\.ya?ml$/i],
  ["drone", /(?:^|\/)(?:\.?drone(?:[._-][^/]*)?|\.drone\/(?:.*\/)?[^/]*)\.(?:jsonnet|libsonnet|star)$/i],
  ["woodpecker", /(?:^|\/)\.(?:woodpecker|crow)(?:\.[^/]*)?\.ya?ml$/i],
  ["woodpecker", /(?:^|\/)\.(?:woodpecker|crow)\/.*\.ya?ml$/i],
  ["buildkite", /(?:^|\/)(?:\.?buildkite[^/]*|\.buildkite\/(?:.*\/)?[^/]*pipeline[^/]*)\.ya?ml$/i],
  ["cloud-build", /(?:^|\/)[^/]*cloud[._-]?build[^/]*\.(?:ya?ml|json)$/i],
  ["codebuild", /(?:^|\/)(?!\.onedev-)[^/]*buildspec[^/]*\.ya?ml$/i],
];

/** The pipeline dialect that a path alone tells, at the workspace's root or in any folder below it. */
export const pipelineOfPath: (path: string) => Dialect | undefined = dialectByForm(byPath);

const tektonVersion = /^[ \t-]*["']?apiVersion["']?[ \t]*:[ \t]*["']?(?:triggers\.)?tekton\.dev\//m;
const argoVersion = /^[ \t-]*["']?apiVersion["']?[ \t]*:[ \t]*["']?argoproj\.io\//m;
const argoKinds =
  /kind["']?[ \t]*:[ \t]*["']?(?:(?:Cluster)?Workflow(?:Template|EventBinding)?|CronWorkflow|Sensor|EventSource)\b/;

/** A workflow without its type: a list of templates, with what one of them runs. */
const workflowTemplates = /^ +templates[ \t]*:[ \t]*(?:#[^\n]*|\r)?\n(?:[ \t]*(?:#[^\n]*|\r)?\n)*[ ]*-[ ]/m;
const workflowContainer = /^[ -]+(?:container|script|containerSet)[ \t]*:/m;

const resourceInJson = /^\s*[[{][^]*?"apiVersion"\s*:\s*"(?:(?:triggers\.)?(tekton)\.dev|argoproj\.io)\//;

/** The dialect of resources in JSON that describe pipelines. */
export function pipelineOfJson(head: string): Dialect | undefined {
  if (!head.includes("tekton.dev/") && !head.includes("argoproj.io/")) return undefined;
  const found = resourceInJson.exec(head);
  if (found?.[1] !== undefined) return "tekton";
  return found !== null && argoKinds.test(head) ? "argo" : undefined;
}

/**
 * The pipeline dialect of a YAML text's beginning, where its path does not tell it. `has` says whether a key stands at
 * the top level.
 */
export function pipelineOfYaml(head: string, path: string, has: (key: string) => boolean): Dialect | undefined {
  if (head.includes("tekton.dev/") && tektonVersion.test(head)) return "tekton";
  if (head.includes("argoproj.io/") && argoVersion.test(head) && argoKinds.test(head)) return "argo";
  if (has("apiVersion")) return undefined;
  if (has("spec") && !has("kind") && workflowTemplates.test(head) && workflowContainer.test(head)) return "argo";
  if (has("pipelines") && item("step|parallel").test(head)) return "bitbucket-pipelines";
  if (has("phases") && has("version") && key("commands").test(head)) return "codebuild";
  if (has("pipeline") && key("image").test(head) && (key("commands").test(head) || has("matrix"))) return "drone";
  if (has("kind") && /^kind[ \t]*:[ \t]*pipeline\b/m.test(head)) return "drone";
  // An orb in several files has one for each of its executors.
  if (/^docker[ \t]*:[^\n]*\n\s*-[ \t]*image[ \t]*:/m.test(head)) return "circleci";
  if (
    (has("jobs") || has("executors")) &&
    !has("on") &&
    /^[ \t]+docker[ \t]*:[^\n]*\n\s*-[ \t]*(?:&\S+[ \t]*\n?\s*)?image/m.test(head)
  )
    return "circleci";
  // The jobs and commands of an orb, each in a file of its own.
  if (has("steps") && /(?:^|\/)src\/(?:jobs|commands)\//.test(path) && item("run").test(head)) return "circleci";
  if (has("steps") && /(?:^|\/)\.buildkite\//.test(path)) return "buildkite";
  if (
    has("steps") &&
    (has("substitutions") || /^[ \t]*(?:-[ \t]*)?name[ \t]*:[ \t]*["']?[\w$.{}-]+\//m.test(head)) &&
    key("args|entrypoint|script").test(head)
  )
    return "cloud-build";
  if (isAzure(head, has)) return "azure-pipelines";
  if (isGitlab(head, path, has)) return "gitlab-ci";
  if (has("steps") && (key("plugins").test(head) || (item("command|label").test(head) && has("agents"))))
    return "buildkite";
  if (has("steps") && key("image").test(head) && key("commands").test(head)) return "woodpecker";
  return undefined;
}

function isAzure(head: string, has: (key: string) => boolean): boolean {
  if (has("variables") && /^[ \t]*(?:-[ \t]*name[ \t]*:[ \t]*)?(?:Windows|Linux)ContainerImage\b/m.test(head))
    return true;
  if (has("on") || has("runs") || !["steps", "jobs", "stages", "resources", "extends"].some(has)) return false;
  if (item("task|bash|pwsh|powershell|checkout|job|deployment|stage").test(head)) return true;
  return item("script|template|container").test(head) && ["pool", "trigger", "parameters", "pr"].some(has);
}

const itemStart = yamlStart("- ");

function isGitlab(head: string, path: string, has: (key: string) => boolean): boolean {
  // Jobs have names. Tasks of Ansible have scripts and tags too.
  if (itemStart.test(head)) return false;
  // Compose has services by name, GitLab has a list of them.
  const isCompose = has("services") && !/^services[ \t]*:\s*(?:#[^\n]*\s*)?[-[]/m.test(head);
  if (has("on") || isCompose) return false;
  const isOfPipelines = /(?:^|\/)\.?(?:ci|gitlab|gitlab-ci)\//i.test(path);
  // A file of hidden jobs may give them images alone.
  if (isOfPipelines && /^\.[\w-]+[ \t]*:[^\n]*\n[ \t]+(?:image|services)[ \t]*:/m.test(head)) return true;
  if (!/^[ \t]+(?:script|extends|before_script|trigger)[ \t]*:/m.test(head)) return false;
  if (["stages", "default", "before_script", "workflow", "spec"].some(has)) return true;
  if (/^\.[\w-]+[ \t]*:/m.test(head) || /^[ \t]+stage[ \t]*:/m.test(head)) return true;
  // A job of its own: a script beside another keyword of jobs.
  if (
    /^(?<in>[ \t]+)script[ \t]*:[^\n]*\n(?:\k<in>[^\n]*\n){0,60}?\k<in>(?:image|needs|rules|only|tags|services)[ \t]*:/m.test(
      head,
    )
  )
    return true;
  if (
    /^(?<in>[ \t]+)(?:image|needs|rules|only|tags|services)[ \t]*:[^\n]*\n(?:\k<in>[^\n]*\n){0,60}?\k<in>script[ \t]*:/m.test(
      head,
    )
  )
    return true;
  return /(?:^|\/)\.?(?:ci|gitlab|templates)\//i.test(path);
}

function key(names: string): RegExp {
  return new RegExp(`^[ \\t]+(?:-[ \\t]+)?["']?(?:${names})["']?[ \\t]*:`, "m");
}

function item(names: string): RegExp {
  return new RegExp(`^[ \\t]*-[ \\t]+["']?(?:${names})["']?[ \\t]*:`, "m");
}
