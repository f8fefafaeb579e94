import type { ShellCommand } from "./document.ts";
import { valuesOf, type GithubScope } from "./githubScope.ts";
import { scalarParts, scalarWord } from "./scalarWord.ts";
import type { Value } from "./value.ts";
import { actionOf } from "./githubUses.ts";
import { scalarOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** The inputs of well-known actions that name an image, by the action's name in lower case. */
type Inputs = ReadonlyMap<string, readonly string[]>;

/** What they examine, as a scanner does, which looks on its own machine first. */
const examiners: Inputs = new Map([
  ["aquasecurity/trivy-action", ["image-ref"]],
  ["anchore/scan-action", ["image"]],
  ["anchore/sbom-action", ["image"]],
  ["docker/scout-action", ["image", "to"]],
  ["snyk/actions/docker", ["image"]],
  ["azure/container-scan", ["image-name"]],
  ["crazy-max/ghaction-container-scan", ["image"]],
  ["sysdiglabs/scan-action", ["image-tag"]],
  ["erzz/dockle-action", ["image"]],
  ["goodwithtech/dockle-action", ["image"]],
  ["paloaltonetworks/prisma-cloud-scan", ["image_name"]],
  ["kubescape/github-action", ["image"]],
  ["bridgecrewio/checkov-action", ["docker_image"]],
  ["crazy-max/.github/.github/actions/docker-scout", ["image"]],
]);

/** What they have a service run, which asks a registry for it. */
const deployers: Inputs = new Map([
  ["akhilerm/tag-push-action", ["src"]],
  ["lucacome/docker-image-update-checker", ["image"]],
  ["google-github-actions/deploy-cloudrun", ["image"]],
  ["azure/webapps-deploy", ["images"]],
  ["azure/webapps-container-deploy", ["images"]],
  ["azure/functions-container-action", ["image"]],
  ["azure/container-apps-deploy-action", ["imageToDeploy"]],
  ["azure/aci-deploy", ["image"]],
  ["azure/k8s-deploy", ["images"]],
  ["aws-actions/amazon-ecs-render-task-definition", ["image"]],
]);
/** Commands that do the same. */
const examining = ["trivy", "image"];
const asking = ["crane", "digest"];

/** Schemes that Docker Scout knows for an image of a registry; every other names a file or a local image. */
const scheme = /^(?:registry|image):\/\//;
const maximumLines = 50;
const maximumCombinations = 256;

/**
 * What well-known actions examine or deploy, as commands that do the same: like those, they may name what the workflow
 * itself builds.
 */
export function examinedImages(
  step: YamlNode,
  within: (scope: GithubScope) => GithubScope,
  scopes: readonly GithubScope[],
  job?: string,
): readonly ShellCommand[] {
  const commandsOf = (inputs: Inputs, tool: readonly string[]): readonly ShellCommand[] =>
    (inputs.get(actionOf(step)) ?? []).flatMap((input) => {
      const scalar = scalarOf(valueAt(step, "with", input));
      return scalar === undefined || scalar.text.length > 8192 ? [] : examinedBy(tool, scalar, within, scopes, job);
    });
  return [...commandsOf(examiners, examining), ...commandsOf(deployers, asking)];
}

function examinedBy(
  tool: readonly string[],
  scalar: YamlScalar,
  within: (scope: GithubScope) => GithubScope,
  scopes: readonly GithubScope[],
  job: string | undefined,
): readonly ShellCommand[] {
  const [first] = scopes;
  if (first === undefined) return [];
  const { text } = first;
  const used = scopes.slice(0, scalar.text.includes("${{") ? maximumCombinations : 1).map(within);
  const expand = (from: number, to: number): readonly Value[] =>
    used.flatMap((scope) =>
      valuesOf(scalar, scope, from, to).map((value): Value => ("node" in value ? { parts: [{}], chain: [] } : value)),
    );
  const placeholders = [...scalar.text.matchAll(/\$\{\{.*?\}\}/gs)].map(({ 0: whole, index }) => ({
    start: index,
    end: index + whole.length,
  }));
  return linesOf(scalar.text).flatMap(({ from, to }): readonly ShellCommand[] => {
    const range = { from, to };
    const parts = scalarParts(text, scalar, { placeholders, expand, group: used.length > 1 ? used : undefined }, range);
    const word = scalarWord(text, scalar, parts, range);
    // A name of which nothing is known is, on this machine, mostly that of what was just built.
    if (tool === examining && parts.every((part) => part.text === undefined && part.choices === undefined)) return [];
    const { span } = word;
    const named = tool.map((name) => ({ span, raw: name, text: name, expands: [] }));
    const words = [...named, word];
    return [{ span, environment: {}, words, ...(job === undefined ? {} : { job }) }];
  });
}

/** The images of an input, without what stands around them. */
function linesOf(input: string): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const { 0: line, index } of [...input.matchAll(/[^\s,](?:\$\{\{.*?\}\}|[^\n,])*/g)].slice(0, maximumLines)) {
    const own = line.trimEnd();
    const known = scheme.exec(own)?.[0].length ?? 0;
    if (known === 0 && /^[\w-]+:\/\//.test(own)) continue;
    found.push({ from: index + known, to: index + own.length });
  }
  return found;
}
