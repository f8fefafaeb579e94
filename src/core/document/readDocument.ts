import { withoutByteOrderMark } from "../image/span.ts";
import { imagesOf } from "../shell/imageCommands.ts";
import { readActOptions } from "./actOptions.ts";
import { readBazel } from "./bazel.ts";
import { readBazelOptions } from "./bazelOptions.ts";
import { readAnsible } from "./ansible.ts";
import { readAzurePipelines } from "./azurePipelines.ts";
import { readBake } from "./bake.ts";
import { readBitbucketPipelines } from "./bitbucketPipelines.ts";
import { readButane } from "./butane.ts";
import { readBuildkite } from "./buildkite.ts";
import { readCaptainDefinition } from "./captainDefinition.ts";
import { inputMentions } from "./commandInput.ts";
import { readCirrus } from "./cirrus.ts";
import { readCircleci } from "./circleci.ts";
import { readCloudBuild } from "./cloudBuild.ts";
import { readCloudFormation, readTaskDefinition } from "./cloudFormation.ts";
import { readCloudInit } from "./cloudInit.ts";
import { readCodeBuild } from "./codeBuild.ts";
import { readCompose } from "./compose.ts";
import { readContainerDefinition } from "./containerDefinition.ts";
import { readDrone, readWoodpecker } from "./containerPipeline.ts";
import { dialectOfContent, dialectOfPath } from "./detect.ts";
import { isResourceNamedLike } from "./detectDelivery.ts";
import { readDevcontainer } from "./devcontainer.ts";
import { withTemplateOptions } from "./devcontainerTemplate.ts";
import { readDockerfile } from "./dockerfile.ts";
import type { Dialect, Document } from "./document.ts";
import { readEarthfile } from "./earthfile.ts";
import { readEditorTasks } from "./editorTasks.ts";
import { readGithubAction } from "./githubAction.ts";
import { readGithubWorkflow } from "./githubWorkflow.ts";
import { readGitlabCi } from "./gitlabCi.ts";
import { readGradle } from "./gradle.ts";
import { readHelmChart, readHelmValuesFile } from "./helmChart.ts";
import { readHelmTemplate } from "./helmTemplate.ts";
import { readHelmfile } from "./helmfile.ts";
import { readKo } from "./ko.ts";
import { readKubernetes, readKustomizationFile } from "./kubernetes.ts";
import { readPreCommit } from "./preCommit.ts";
import { readAppPlatform } from "./appPlatform.ts";
import { readCodefresh } from "./codefresh.ts";
import { readArgo, readTekton } from "./manifestPipeline.ts";
import { readJinjaTemplate } from "./jinjaTemplate.ts";
import { readJenkinsCasc } from "./jenkinsCasc.ts";
import { readJenkinsfile } from "./jenkinsfile.ts";
import { readJustfile } from "./justfile.ts";
import { readMaven } from "./maven.ts";
import { readMakefile } from "./makefile.ts";
import { readNix } from "./nix.ts";
import { readNomad } from "./nomad.ts";
import { withoutUnsafePins } from "./pinSafety.ts";
import { readPulumi } from "./pulumi.ts";
import { readSemaphore } from "./semaphore.ts";
import { readScrewdriver } from "./screwdriver.ts";
import { readServerless } from "./serverless.ts";
import { readPackageScripts } from "./packageScripts.ts";
import { readTaskfile } from "./taskfile.ts";
import { readPacker } from "./packer.ts";
import { fillingOf, filledPath } from "./templatePath.ts";
import { readTerraform } from "./terraform.ts";
import { readTiltfile } from "./tiltfile.ts";
import { readTerraformTemplate } from "./terraformTemplate.ts";
import { readQuadlet } from "./quadlet.ts";
import { readShellScript } from "./shellScript.ts";
import { readToolConfig } from "./toolConfig.ts";
import { readConcourse } from "./concourse.ts";
import { readTravis } from "./travis.ts";
import { readWaypoint } from "./waypoint.ts";
import { readVagrantfile } from "./vagrantfile.ts";
import { readTomlConfig } from "./tomlConfig.ts";
import { readTomlTasks } from "./tomlTasks.ts";
import { readSkaffold } from "./skaffold.ts";
import { noSiblings, type Siblings } from "./siblings.ts";

/** Longest text that is read, in UTF-16 units. */
const maximumLength = 8 * 1024 * 1024;

const readers = new Map<Dialect, (text: string, path: string, siblings: Siblings) => Document>([
  ["dockerfile", withTemplateOptions(readDockerfile)],
  ["compose", withTemplateOptions(readCompose)],
  ["github-workflow", readGithubWorkflow],
  ["github-action", readGithubAction],
  ["kubernetes", readKubernetes],
  ["kustomize", readKustomizationFile],
  ["helm-chart", readHelmChart],
  ["helm-values", readHelmValuesFile],
  ["helm-template", readHelmTemplate],
  ["helmfile", readHelmfile],
  ["skaffold", readSkaffold],
  ["ko", readKo],
  ["gitlab-ci", readGitlabCi],
  ["azure-pipelines", readAzurePipelines],
  ["circleci", readCircleci],
  ["bitbucket-pipelines", readBitbucketPipelines],
  ["tekton", readTekton],
  ["argo", readArgo],
  ["drone", readDrone],
  ["woodpecker", readWoodpecker],
  ["buildkite", readBuildkite],
  ["cloud-build", readCloudBuild],
  ["codebuild", readCodeBuild],
  ["shell", readShellScript],
  ["makefile", readMakefile],
  ["bake", readBake],
  ["devcontainer", readDevcontainer],
  ["ansible", readAnsible],
  ["jenkinsfile", readJenkinsfile],
  ["jenkins-casc", readJenkinsCasc],
  ["quadlet", readQuadlet],
  ["butane", readButane],
  ["cloudformation", readCloudFormation],
  ["ecs", readTaskDefinition],
  ["terraform", readTerraform],
  ["nomad", readNomad],
  ["packer", readPacker],
  ["waypoint", readWaypoint],
  ["earthfile", readEarthfile],
  ["travis", readTravis],
  ["nix", readNix],
  ["vagrantfile", readVagrantfile],
  ["maven", readMaven],
  ["gradle", readGradle],
  ["bazel", readBazel],
  ["bazel-options", readBazelOptions],
  ["tilt", readTiltfile],
  ["fly", readTomlConfig("fly")],
  ["buildpacks", readTomlConfig("buildpacks")],
  ["cross", readTomlConfig("cross")],
  ["runtime-config", readTomlConfig("runtime-config")],
  ["pre-commit", readPreCommit],
  ["codefresh", readCodefresh],
  ["app-platform", readAppPlatform],
  ["concourse", readConcourse],
  ["gitpod", readToolConfig("gitpod")],
  ["devfile", readToolConfig("devfile")],
  ["cirrus", readCirrus],
  ["semaphore", readSemaphore],
  ["batect", readToolConfig("batect")],
  ["molecule", readToolConfig("molecule")],
  ["kitchen", readToolConfig("kitchen")],
  ["execution-environment", readToolConfig("execution-environment")],
  ["talos", readToolConfig("talos")],
  ["cloud-init", readCloudInit],
  ["okteto", readToolConfig("okteto")],
  ["garden", readToolConfig("garden")],
  ["screwdriver", readScrewdriver],
  ["prow", readToolConfig("prow")],
  ["bitrise", readToolConfig("bitrise")],
  ["werf", readToolConfig("werf")],
  ["act-options", readActOptions],
  ["captain-definition", readCaptainDefinition],
  ["container-definition", readContainerDefinition],
  ["ddev", readToolConfig("ddev")],
  ["lando", readToolConfig("lando")],
  ["kubeflow-pipelines", readToolConfig("kubeflow-pipelines")],
  ["wercker", readToolConfig("wercker")],
  ["onedev", readToolConfig("onedev")],
  ["harness", readToolConfig("harness")],
  ["devspace", readToolConfig("devspace")],
  ["goreleaser", readToolConfig("goreleaser")],
  ["render", readToolConfig("render")],
  ["pulumi", readPulumi],
  ["serverless", readServerless],
  ["taskfile", readTaskfile],
  ["package-scripts", readPackageScripts],
  ["toml-tasks", readTomlTasks],
  ["editor-tasks", readEditorTasks],
  ["justfile", readJustfile],
]);

/**
 * Reads a file by the dialect that its path tells, else its content. `path` is workspace-relative with forward slashes.
 * `siblings` are the texts that some dialects look up a value in (`.env`, `Chart.yaml`); without them it is read alone.
 * Never throws; a file in no known dialect has nothing in it, and one of more than 8 MiB has one problem, `limit-reached`.
 */
export function readDocument(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const text = withLineEnds(withoutByteOrderMark(source), path);
  if (text.length > maximumLength) {
    const message = `The file holds more than ${maximumLength / 1024 / 1024} MiB of text and was not read.`;
    const problems = [{ code: "limit-reached", message, span: { start: 0, end: 0 } }];
    const dialect = dialectOfPath(path) ?? "unrecognised";
    return { path, text, images: [], commands: [], jobs: [], dialect, problems };
  }
  const filling = fillingOf(path, text);
  if (filling === undefined) return readText(text, path, siblings);
  const target = filledPath(path);
  const read = (inner: string): Document => readText(inner, target, siblings);
  if (filling === "jinja") return readJinjaTemplate(text, path, siblings, read);
  return { ...(filling === "terraform" ? readTerraformTemplate(text, path, read) : read(text)), path };
}

/** In YAML a lone carriage return ends a line (YAML 1.2.2, 5.4), in what a shell or a builder reads it does not. */
function withLineEnds(text: string, path: string): string {
  return text.includes("\r") && /\.ya?ml\b/i.test(path) ? text.replace(/\r(?!\n)/g, "\n") : text;
}

function readText(text: string, path: string, siblings: Siblings): Document {
  const named = dialectOfPath(path);
  const byContent = named === undefined || isResourceNamedLike(named, text) ? dialectOfContent(text, path) : undefined;
  const dialect = byContent ?? named;
  const read = dialect === undefined ? undefined : readers.get(dialect);
  return read === undefined
    ? { path, text, images: [], commands: [], jobs: [], problems: [], dialect: dialect ?? "unrecognised" }
    : withCommandImages(read(text, path, siblings));
}

/** Dialects whose readers look at their commands themselves, since they know more of them. */
const readsOwnCommands: ReadonlySet<Dialect> = new Set<Dialect>(["earthfile", "jenkinsfile"]);

/** The document with the images that its commands name, except where its dialect lists them already. */
function withCommandImages(document: Document): Document {
  if (readsOwnCommands.has(document.dialect)) return { ...document, images: withoutUnsafePins(document) };
  const inputs = inputMentions(document, (text, dialect) => readers.get(dialect)?.(text, "", noSiblings));
  const images = imagesOf(document, inputs);
  return { ...document, images: withoutUnsafePins({ path: document.path, images }) };
}
