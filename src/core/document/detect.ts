import { deliveryOfJson, deliveryOfPath, deliveryOfYaml, isChartValues } from "./detectDelivery.ts";
import {
  infrastructureOfContent,
  infrastructureOfPath,
  infrastructureOfYaml,
  isJenkinsPipeline,
  isToFillIn,
  mayHoldInfrastructure,
} from "./detectInfrastructure.ts";
import { pipelineOfJson, pipelineOfPath, pipelineOfYaml } from "./detectPipeline.ts";
import { isCloudConfig, toolOfPath, toolOfYaml } from "./detectTool.ts";
import { keepingMany } from "../lastResults.ts";
import type { Dialect } from "./document.ts";
import { filledPath } from "./templatePath.ts";
import { yamlStart } from "./detectYaml.ts";

const dockerfileName = /(?:^|[._-])(?:docker|container)file(?:[._-].*)?$/i;
/** Names like a Dockerfile's that are not one: ignore lists, documents, scripts and source code. */
const notDockerfile =
  /\.(?:dockerignore|bash|bats|earth|ps1|psm1|sh|zsh|go|md|markdown|rst|adoc|html?|ts|tsx|rs|java|kt|cs|c|h|cpp|json|ya?ml|toml|lock|snap|golden|rego|sarif|xml|csv|diff|patch|png|svg)$/i;
/** Programs about Dockerfiles (`lint-dockerfile.py`), unlike one for what Python needs (`Dockerfile.py`). */
const aboutDockerfiles = /[._-](?:docker|container)file\.(?:bzl|groovy|hcl|js|mjs|mk|nix|php|pl|py|rb|tf)$/i;
/** Of a Dockerfile for what a language needs (`Dockerfile.go`), or of source code about them; `web.docker`: only the content tells. */
const perhapsDockerfile = /(?:^|[._-])(?:docker|container)file\.(?:c|cpp|cs|go|java|kt|rs|ts)$|[^.]\.docker$/i;

/** `compose.yaml`, `docker-compose.prod.yml`, `docker-stack.yml`, Codeship's services, and templates of them in braces. */
const composeName =
  /^(?:(?:docker-)?compose(?![a-z])|docker-stack|codeship-services).*\.(?:ya?ml|json)(?:\.(?:ctmpl|gotmpl|hbs|mustache|tmpl|tpl))?$/i;

/** `Makefile`, `GNUmakefile`, `lib.Makefile`, `Makefile.docker`, `rules.mk`. */
const makefileName = /^(?:[\w.-]*[._-])?(?:gnu)?makefile(?:[._-][\w.-]*)?$|\.mk$/i;
const notMakefile = /\.(?:sh|py|rb|pl|bak|orig|rej|erb|j2|tmpl|tpl|toml)$/i;

const byPath: readonly { readonly dialect: Dialect; readonly matches: (path: string, name: string) => boolean }[] = [
  {
    dialect: "github-workflow",
    matches: (path) => /(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/i.test(path),
  },
  { dialect: "github-action", matches: (_, name) => /^action\.ya?ml$/i.test(name) },
  { dialect: "compose", matches: (_, name) => composeName.test(name) },
  {
    dialect: "dockerfile",
    matches: (_, name) => dockerfileName.test(name) && !notDockerfile.test(name) && !aboutDockerfiles.test(name),
  },
  {
    dialect: "makefile",
    matches: (_, name) => makefileName.test(name) && !notMakefile.test(name) && !notDockerfile.test(name),
  },
  {
    dialect: "shell",
    matches: (_, name) => shellName.test(name),
  },
];

const shellName = new RegExp(
  [
    String.raw`\.(?:sh|bash|bats|ksh|zsh|ps1|psm1|cmd|bat)$|^Procfile(?:\.\w+)?$`,
    // What a person's own shells read.
    String.raw`^(?:\.|dot_)(?:(?:bash|zsh|ksh)(?:rc|env|_\w+)|(?:ba|z|k)?(?:sh_)?(?:profile|login|aliases|functions)|envrc|dockerfunc)$`,
  ].join("|"),
  "i",
);

/**
 * The dialect that a path alone tells, at the workspace's root or in any folder below it. Each path is asked about
 * several times while a workspace is read.
 */
export const dialectOfPath: (path: string) => Dialect | undefined = keepingMany(2_048, tellDialect);

function tellDialect(path: string): Dialect | undefined {
  const name = nameOf(path);
  return (
    byPath.find(({ matches }) => matches(path, name))?.dialect ??
    (isToFillIn(path) ? undefined : deliveryOfPath(path)) ??
    pipelineOfPath(path) ??
    infrastructureOfPath(path) ??
    toolOfPath(path)
  );
}

/** YAML by its ending, or a compose file without one. */
const mayBeYaml = /\.ya?ml$|compose$/i;

/** A template of helmfile's whose name says no more (`api.gotmpl`): values, by what it holds. */
const mayBeValues = /(?:^|\/)[^/.]+\.gotmpl$/i;

/** JSON that tools keep for themselves. */
const notManifest = /(?:^|[/.-])(?:package(?:-lock)?|composer|tsconfig[^/]*|[^/]*schema|translation|messages)\.json$/i;

/** What most of a project's files end with, none of which a dialect has but in names such as `Dockerfile.py`. */
const source =
  /\.(?:c|cc|cpp|cs|css|csv|dart|gif|go|h|html?|ico|java|jpe?g|jsx?|kt|less|mdx?|mjs|php|png|proto|py|rb|rs|rst|scss|snap|sql|svg|swift|tsx?|txt|vue|webp|woff2?)$/i;

/** Whether a file is worth reading: its path tells a dialect, or its content may (YAML, JSON, or a name without extension). */
export function mayHoldReferences(path: string): boolean {
  if (mayBeYaml.test(path) || mayBeValues.test(path)) return true;
  const name = nameOf(path);
  if (!name.includes(".")) return true;
  if (source.test(name) && !/file/i.test(name)) return false;
  if (perhapsDockerfile.test(name)) return true;
  const target = filledPath(path);
  return (
    (target !== path && mayHoldReferences(target)) ||
    (/\.json$/i.test(path) && !notManifest.test(path)) ||
    mayHoldInfrastructure(path) ||
    dialectOfPath(path) !== undefined
  );
}

/** A service's image or build, in a line of its own or in braces. */
const composeService =
  /^[ \t]+(?:image|build)[ \t]*:|^(?:services|[ \t]+[\w.-]+)[ \t]*:[ \t]*\{(?:[^\n]*[{, \t])?(?:image|build)[ \t]*:/m;

/** Services in a list, which those of a chart's values may be. */
const listedServices = /^services[ \t]*:[ \t]*(?:#[^\n]*|\r)?\n(?:[ \t]*(?:#[^\n]*|\r)?\n)*[ \t]*-[ \t]/m;

/** Variables that Ansible reads, which may be of services and their images. */
const ansibleVariables = /(?:^|\/)(?:(?:defaults|vars)\/main|(?:group|host)_vars\/.*)\.ya?ml$/i;

/** How much of a text is looked at to tell its dialect. */
const lookedAt = 65_536;

/** The dialect that a text shows where its path does not tell one. */
export function dialectOfContent(text: string, path: string): Dialect | undefined {
  const head = text.slice(0, lookedAt);
  const known = mayBeYaml.test(path) ? dialectOfYaml(head, path) : dialectOfManifestTemplate(head, path);
  if (known !== undefined) return known;
  if (perhapsDockerfile.test(nameOf(path))) return isDockerfile(head) ? "dockerfile" : undefined;
  if (/\.ya?ml$/i.test(path)) {
    if (dockerfileName.test(nameOf(path)) && isDockerfile(head)) return "dockerfile";
    // JSON is YAML, too.
    return /^\s*[[{]/.test(head) ? (pipelineOfJson(head) ?? deliveryOfJson(head)) : undefined;
  }
  if (mayBeValues.test(path)) return isChartValues(head, path) ? "helm-values" : undefined;
  if (mayHoldInfrastructure(path)) return infrastructureOfContent(head, path);
  if (/\.json$/i.test(path)) return pipelineOfJson(head) ?? deliveryOfJson(head) ?? infrastructureOfContent(head, path);
  if (nameOf(path).includes(".")) return undefined;
  if (/^#(?:![^\n]{0,200}\b|[ \t]*shellcheck[ \t][^\n]{0,200}\bshell=)(?:ba|da|a|z|k|mk)?sh\b/.test(head))
    return "shell";
  if (isCloudConfig(head)) return "cloud-init";
  if (isJenkinsPipeline(head)) return "jenkinsfile";
  if (manifestStart.test(head)) return dialectOfYaml(head, path);
  if (/^\s*(?:\[\s*)?\{/.test(head)) return infrastructureOfContent(head, path);
  return isDockerfile(head) ? "dockerfile" : undefined;
}

/** A template that a program fills in with what its author gave it (text/template), by the endings that people choose. */
const manifestTemplate = /\.(?:tpl|tmpl|gotmpl)$/i;

/** The dialect of such a template where it comes to a manifest. */
function dialectOfManifestTemplate(head: string, path: string): Dialect | undefined {
  if (!manifestTemplate.test(path) || !/^[ \t-]*["']?apiVersion["']?[ \t]*:/m.test(head)) return undefined;
  const known = dialectOfYaml(head, path.replace(manifestTemplate, ""));
  return known === "kubernetes" || known === "helm-template" ? known : undefined;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A text that begins as a Dockerfile does, and has an instruction of one that stands alone on its line. */
function isDockerfile(head: string): boolean {
  if (/^#[ \t]*syntax[ \t]*=/i.test(head)) return true;
  const starts = /^(?:[ \t]*(?:#[^\n]*|\r)?\n)*(?:FROM|ARG)[ \t]+\S/.test(head);
  return starts && /^FROM[ \t]+(?:--\S+[ \t]+)*\S+(?:[ \t]+(?:AS|as)[ \t]+\S+)?[ \t]*\r?$/m.test(head);
}

/** What a manifest or a compose file begins with, to tell one by where its name has no ending, as that of a template (`deployment.j2`). */
const manifestStart = yamlStart(String.raw`(?:- )?(?:apiVersion|kind|services|version)[ \t]*:`);

/** A key of a YAML text that stands at the beginning of its line. */
const topLevelKey = /^["']?([A-Za-z]\w*)["']?[ \t]*:/gm;

const listStart = yamlStart(String.raw`-[ ]+["']?(?:apiVersion|kind)["']?[ \t]*:`);
const podStart = yamlStart(String.raw`( *)(?:kind|metadata|spec)[ \t]*:`);
const indentedStart = yamlStart(String.raw`(?<in> +)apiVersion[ \t]*:[^\n]*\n(?:\k<in>[^\n]*\n)*?\k<in>kind[ \t]*:`);

/** Whether a text is a list of resources, as templates of Ansible make one for its module `k8s`. */
function isResourceList(head: string): boolean {
  return (
    listStart.test(head) &&
    /^-[ ]+(?:[^\n]*\n[ ]+){0,2}["']?apiVersion["']?[ \t]*:/m.test(head) &&
    /^-[ ]+(?:[^\n]*\n[ ]+){0,2}["']?kind["']?[ \t]*:/m.test(head)
  );
}

/** Whether a text is a pod that leaves out its version, or its type too: Jenkins asks for neither in those of its agents. */
function isPodAlone(head: string): boolean {
  if (!/^ +containers[ \t]*:/m.test(head)) return false;
  const root = podStart.exec(head)?.[1];
  if (root === undefined) return false;
  const within = String.raw`(?:${root} +[^\s#][^\n]*\n|[ \t]*(?:#[^\n]*|\r)?\n)*?${root} +containers[ \t]*:`;
  return new RegExp(
    String.raw`^${root}(?:kind[ \t]*:[ \t]*["']?Pod\b|spec[ \t]*:[ \t]*(?:#[^\n]*|\r)?\n${within})`,
    "m",
  ).test(head);
}

function dialectOfYaml(head: string, path: string): Dialect | undefined {
  if (isCloudConfig(head)) return "cloud-init";
  const keys = new Set(Array.from(head.matchAll(topLevelKey), ([, key]) => key));
  const has = (key: string): boolean => keys.has(key);
  const known =
    deliveryOfYaml(head, path) ??
    toolOfYaml(head, path, has) ??
    pipelineOfYaml(head, path, has) ??
    (isResourceList(head) ? "kubernetes" : undefined) ??
    infrastructureOfYaml(head);
  if (known !== undefined) return known;
  if (has("apiVersion") && has("kind")) return "kubernetes";
  if (/^[ \t-]+apiVersion[ \t]*:/m.test(head) && /^[ \t]+kind[ \t]*:/m.test(head) && has("items")) return "kubernetes";
  // A whole document may be indented.
  if (indentedStart.test(head)) return "kubernetes";
  if (isPodAlone(head)) return "kubernetes";
  if (has("jobs") && has("on") && /^[ \t]+(?:runs-on|uses)[ \t]*:/m.test(head)) return "github-workflow";
  if (has("runs") && /^[ \t]+using[ \t]*:/m.test(head)) return "github-action";
  const isService = has("services") && composeService.test(head) && !ansibleVariables.test(path);
  if (isService && !listedServices.test(head)) return "compose";
  if (isChartValues(head, path)) return "helm-values";
  return isService ? "compose" : undefined;
}
