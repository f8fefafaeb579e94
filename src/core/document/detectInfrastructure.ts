import type { Dialect } from "./document.ts";
import { dialectByForm } from "./pathForms.ts";
import { yamlStart } from "./detectYaml.ts";

/** Files that describe machines, builds and services, by their paths. */
const byPath: readonly (readonly [Dialect, RegExp])[] = [
  ["devcontainer", /(?:^|\/)(?:\.?devcontainer(?:[.-][\w.-]+)?|tests?\/(?:.*\/)?scenarios)\.json$/i],
  ["earthfile", /(?:^|\/)(?:(?:[\w-]+\.)?Earthfile(?:\.[\w-]+)?|[\w.-]+\.earth)$/],
  ["bake", /(?:(?:^|[/._-])docker-bake[^/]*|(?:^|\/)bake|\.bake)\.(?:hcl|json)$/i],
  ["terraform", /\.(?:tf|tofu)(?:\.json)?$|(?:^|\/)terragrunt(?:\.[\w-]+)?\.hcl$/i],
  ["nomad", /\.nomad(?:\.hcl)?(?:\.(?:tpl|tmpl|tftpl|template|levant))?$/i],
  ["packer", /\.pkr\.(?:hcl|json)$/i],
  ["waypoint", /(?:^|\/)waypoint\.hcl$/i],
  ["quadlet", /\.(?:container|image|volume|artifact|kube|service)(?:\.d\/[^/]+\.conf)?$/],
  ["ecs", /(?:^|\/)(?:[^/]*task-?_?def(?:inition)?s?[^/]*|Dockerrun\.aws)\.json$/i],
  ["ecs", /(?:^|\/)copilot\/[^/]+\/manifest\.ya?ml$/i],
  ["cloudformation", /\.template\.json$|(?:\.cfn|cloudformation[^/]*|\.cfn-template)\.(?:json|ya?ml)$/i],
  [
    "jenkinsfile",
    /(?:^|\/)(?:Jenkinsfile(?:[._-][^/]*|\w*)|[^/]*(?:\.jenkins|jenkinsfile[\w-]*)|vars\/[^/]+\.groovy)$/i,
  ],
];

/** The dialect of an infrastructure file that a path alone tells. */
export const infrastructureOfPath: (path: string) => Dialect | undefined = dialectByForm(byPath);

/** The dialect of an infrastructure file in YAML whose path does not tell one. */
export function infrastructureOfYaml(head: string): Dialect | undefined {
  // A controller of Kubernetes may describe the same things.
  if (/^apiVersion[ \t]*:/m.test(head)) return undefined;
  return isButane(head) ? "butane" : isAnsible(head) ? "ansible" : awsDialectOf(head);
}

/**
 * Whether a text in YAML is a configuration of Butane: each says for which system it is. What came before it, for
 * Container Linux, has its units at the same place.
 */
function isButane(head: string): boolean {
  return (
    /^variant[ \t]*:[ \t]*["']?(?:fcos|flatcar|openshift|r4e|fiot)\b/m.test(head) ||
    /^systemd[ \t]*:[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*[ \t]+units[ \t]*:/m.test(head)
  );
}

/** Whether a text in JSON is what Butane makes, for Ignition. */
function isIgnition(head: string): boolean {
  return /"ignition"\s*:\s*\{[^{}]*"version"\s*:/.test(head);
}

/** HCL and JSON that Terraform, Levant or another tool fills in first. */
const toFillIn = /\.(?:hcl|job|json|nomad)\.(?:tpl|tmpl|tftpl|levant)$/i;

/** Whether a file in any folder is a template of another tool than Helm. */
export function isToFillIn(path: string): boolean {
  return toFillIn.test(path);
}

/** A pipeline, what defines jobs, or a library's part that names images or runs commands for one. */
const jenkinsScript = new RegExp(
  [
    String.raw`^[ \t]*(?:(?:pipeline|node|podTemplate)\b[^\n]*(?:\n[ \t]*)?\{|podTemplate[ \t]*\(|@Library\b|agent[ \t]*\{)`,
    String.raw`^[ \t|]*["']?kind["']?[ \t]*:[ \t]*["']?Pod\b`,
    String.raw`^[ \t]*(?:job|pipelineJob|freeStyleJob|mavenJob|matrixJob|multibranchPipelineJob)[ \t]*\(`,
    String.raw`\bnew[ \t]+(?:[\w.]+\.)?(?:ContainerTemplate|DockerTemplateBase)[ \t]*\(`,
    String.raw`\bdocker\.(?:image|withRegistry)\b|\bcontainerTemplate[ \t]*\(|\bwithDockerContainer\b`,
    // A step that runs a script of several lines, or one that names a tool.
    String.raw`(?:^[ \t]*|[\w)]\.|=[ \t]*)(?:sh|bat|powershell|pwsh)\b[ \t(]*(?:\w+[ \t]*:[^\n]{0,200}?)?(?:"""|'''|["'][^\n]{0,200}?\b(?:docker|podman|nerdctl|skopeo|crane)\b)`,
  ].join("|"),
  "m",
);

/** What a pipeline begins with behind comments, and a stage, which every pipeline that does something has. */
const pipelineStart =
  /^(?:\s|(?:\/\/|#!)[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:@Library|pipeline|node|podTemplate|properties|library|def|import)\b/;

/** Whether a text whose name tells nothing is a pipeline of Jenkins: some keep one in `jenkinspipeline` or `deploy`. */
export function isJenkinsPipeline(head: string): boolean {
  return pipelineStart.test(head) && /^[ \t]*stages?[ \t]*[({]/m.test(head) && jenkinsScript.test(head);
}

/** Whether a file's content may tell one of these dialects though its path does not. */
export function mayHoldInfrastructure(path: string): boolean {
  return /\.(?:hcl|hcl2|job|groovy|template|bu|butane|fcc|ign)$/i.test(path) || toFillIn.test(path);
}

/** The dialect of such a file, or of one in JSON. */
export function infrastructureOfContent(head: string, path: string): Dialect | undefined {
  if (/\.json\.\w+$/i.test(path)) return awsDialectOf(head) === "ecs" ? "ecs" : undefined;
  if (/\.(?:ign|json)$/i.test(path) && isIgnition(head)) return "butane";
  if (/\.json$/i.test(path) || /^\s*(?:\[\s*)?\{/.test(head))
    return awsDialectOf(head) ?? (isPackerJson(head) ? "packer" : nomadOfJson(head));
  if (/\.template$/i.test(path)) return awsDialectOf(head) === "cloudformation" ? "cloudformation" : undefined;
  if (/\.(?:bu|butane|fcc)$/i.test(path)) return isButane(head) ? "butane" : undefined;
  if (/\.groovy$/i.test(path)) return jenkinsScript.test(head) ? "jenkinsfile" : undefined;
  if (/^job[ \t]+(?:"[^"\n]*"|[\w-]+)[ \t]*\{/m.test(head)) return "nomad";
  if (/^source[ \t]+"docker"/m.test(head)) return "packer";
  if (/^(?:target|group)[ \t]+"[^"\n]*"[ \t]*\{/m.test(head)) return "bake";
  // What configurations of Terragrunt share may have any name.
  return /^inputs[ \t]*=[ \t]*(?:\{|merge\()/m.test(head) ? "terraform" : undefined;
}

/** A job of Nomad in JSON. */
function nomadOfJson(head: string): Dialect | undefined {
  return /"TaskGroups"\s*:\s*\[/.test(head) && /"Driver"\s*:/.test(head) ? "nomad" : undefined;
}

const itemStart = yamlStart("- ");

/** Whether a YAML text with this beginning is a list of plays or tasks. */
function isAnsible(head: string): boolean {
  if (!itemStart.test(head) || /^[A-Za-z_"'][^\n]*:/m.test(head)) return false;
  return /^[ -][ \t-]*(?:hosts|tasks|(?:local_)?action|[\w.]*\b(?:docker(?:_\w+)?|podman_\w+|kolla_(?:container|docker)|ecs_taskdefinition|azure_rm_containerinstance|(?:win_)?(?:shell|command)|raw|expect|cron|k8s|helm|set_fact))[ \t]*:/m.test(
    head,
  );
}

/** Which of the two dialects of AWS a text with this beginning is. */
function awsDialectOf(head: string): Dialect | undefined {
  if (/\bAWSTemplateFormatVersion\b|["']?\bType\b["']?[ \t]*:[ \t]*["']?AWS::\w+::/.test(head)) return "cloudformation";
  const isEcs = /["']?containerDefinitions["']?\s*:/.test(head) || isContainerOrList(head) || isOfLightsail(head);
  return isEcs ? "ecs" : undefined;
}

/** A container in JSON or a list of them, with what only those of a task definition have. */
function isContainerOrList(head: string): boolean {
  return (
    /^\s*(?:\[\s*\{|\{\s*(?:"[^"]*"\s*:\s*(?:"[^"]*"|[\d.]+|true|false)\s*,\s*)*"image"\s*:\s*")/.test(head) &&
    /"image"\s*:/.test(head) &&
    /"(?:essential|logConfiguration|memoryReservation|mountPoints|portMappings)"\s*:|"(?:environment|secrets)"\s*:\s*\[\s*\{\s*"(?:name|value|valueFrom)"\s*:/.test(
      head,
    )
  );
}

/** A deployment to a container service of Lightsail in JSON: containers by their names, and the one that is public. */
function isOfLightsail(head: string): boolean {
  return /^\s*\{/.test(head) && /"containers"\s*:\s*\{/.test(head) && /"publicEndpoint"\s*:\s*\{/.test(head);
}

/** Whether a JSON text with this beginning is a template of Packer that builds an image of a container. */
function isPackerJson(head: string): boolean {
  return /"builders"\s*:\s*\[/.test(head) && /"type"\s*:\s*"docker"/.test(head);
}
