import type { Parsed } from "../problem.ts";
import { pipelineCommand, pipelineVariables, type PipelineSigning, type PipelineTool } from "./pipelineCommand.ts";

/** Pipelines that steps are written for. */
export const pipelineDialects = [
  "github",
  "gitlab",
  "azure",
  "jenkins",
  "circleci",
  "bitbucket",
  "buildkite",
  "drone",
  "woodpecker",
] as const;

/** One of them. */
export type PipelineDialect = (typeof pipelineDialects)[number];

/** Where a build step of BuildKit leaves the digest of what it pushed (`--metadata-file`). */
const digestFromMetadata = `DIGEST="$(jq --raw-output '."containerimage.digest"' metadata.json)"`;

/** The run of the pipeline, as variables of its environment name it. */
const runs: Readonly<Record<PipelineDialect, string>> = {
  github: "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID",
  gitlab: "$CI_PIPELINE_URL",
  azure: "$BUILD_REPOSITORY_URI, $BUILD_BUILDURI",
  jenkins: "$BUILD_URL",
  circleci: "$CIRCLE_BUILD_URL",
  bitbucket: "$BITBUCKET_GIT_HTTP_ORIGIN, build $BITBUCKET_BUILD_NUMBER",
  buildkite: "$BUILDKITE_BUILD_URL",
  drone: "$DRONE_BUILD_LINK",
  woodpecker: "$CI_PIPELINE_URL",
};

type Variables = ReturnType<typeof pipelineVariables>;

interface Parts {
  readonly name: string;
  readonly command: string;
  readonly variables: Variables;
  /** Id of the step that has pushed the image, where the dialect names it. */
  readonly build: string;
}

/**
 * A step of a pipeline that signs, by its digest, the image that an earlier step has built and pushed; as text to be put
 * into the pipeline's file. No key and no secret is in it. Without a value, one problem says why there is none.
 */
export function pipelineStep(
  dialect: PipelineDialect,
  signing: PipelineSigning,
  tool: PipelineTool = "countersign",
  build = "build",
): Parsed<string> {
  const { service, key, image } = signing;
  const texts = [service.name, service.url, key.name, image];
  // What a pipeline would replace, or what would end its line, must not come from names.
  if (texts.some((text) => /[\p{Cc}]|\$\{\{|\{\{|<<|\$\(|\$\[/u.test(text)))
    return refuse("A name holds characters that the pipeline would not take as they stand.");
  if (service.type === "trial")
    return refuse("The trial signs on this machine only; name a service that a pipeline can reach.");
  const made = pipelineCommand(signing, tool, runs[dialect]);
  if ("why" in made) return refuse(made.why);
  const identity = dialect === "github" ? "ambient" : dialect === "gitlab" ? "issued" : "none";
  const variables = pipelineVariables(signing, identity);
  const parts = { name: `Sign through ${service.name}`, command: made.command, variables, build };
  const needs = tool === "countersign" ? "" : `# Needs ${tool} in its path.\n`;
  const text = writers[dialect](parts);
  return { value: dialect === "jenkins" ? text : `${needs}${text}`, problems: [] };
}

const writers: Readonly<Record<PipelineDialect, (parts: Parts) => string>> = {
  github: ({
    name,
    command,
    variables,
    build,
  }) => `# After the step with 'id: ${build}' that pushes with docker/build-push-action.
# The job needs 'permissions: id-token: write', by which it signs in without a secret.
- name: ${yaml(name)}
  env:
    DIGEST: \${{ steps.${build}.outputs.digest }}
${valuesOf(variables, "    ", (secret) => `\${{ secrets.${secret} }}`)}  run: |
    ${command}
`,
  gitlab: ({
    name,
    command,
    variables,
  }) => `# After the job that builds with 'docker buildx build --push --metadata-file metadata.json' and keeps that file as an artifact.
sign:
  stage: deploy
${issuedTokens(variables)}  variables:
${valuesOf(variables, "    ")}  script:
    # ${name}. Secrets are masked variables of the project.
    - |
      ${digestFromMetadata}
      ${command}
`,
  azure: ({ name, command, variables }) => `# After 'docker buildx build --push --metadata-file metadata.json'.
- script: |
    ${digestFromMetadata}
    ${command}
  displayName: ${yaml(name)}
  env:
${valuesOf(variables, "    ", (secret) => `$(${secret})`)}`,
  jenkins: ({ name, command, variables }) => `// After 'docker buildx build --push --metadata-file metadata.json'.
stage(${groovy(name)}) {
  environment {
${variables.map(({ name: variable, value }) => `    ${variable} = ${value === undefined ? `credentials(${groovy(variable)})` : groovy(value)}\n`).join("")}  }
  steps {
    sh '''
      ${digestFromMetadata.replaceAll("\\", "\\\\")}
      ${command.replaceAll("\\", "\\\\")}
    '''
  }
}
`,
  circleci: ({
    name,
    command,
    variables,
  }) => `# After 'docker buildx build --push --metadata-file metadata.json'. Secrets come from a context of the job.
- run:
    name: ${yaml(name)}
    environment:
${valuesOf(variables, "      ")}    command: |
      ${digestFromMetadata}
      ${command}
`,
  bitbucket: ({
    name,
    command,
    variables,
  }) => `# After the step that builds with 'docker buildx build --push --metadata-file metadata.json' and keeps that file as an artifact.
# Secrets are secured variables of the repository.
- step:
    name: ${yaml(name)}
    script:
${variables.flatMap(({ name: variable, value }) => (value === undefined ? [] : [`      - export ${variable}=${yamlSafe(value)}\n`])).join("")}      - |
        ${digestFromMetadata}
        ${command}
`,
  buildkite: ({
    name,
    command,
    variables,
  }) => `# After the step that builds with 'docker buildx build --push --metadata-file metadata.json' and keeps that file as an artifact.
- label: ${yaml(name)}
  env:
${valuesOf(variables, "    ")}  command: |
    buildkite-agent artifact download metadata.json .
    ${digestFromMetadata.replaceAll("$", "$$$$")}
    ${command.replaceAll("$", "$$$$")}
`,
  drone: (parts) => container(parts, (secret) => `\n      from_secret: ${secret}`),
  woodpecker: (parts) => container(parts, (secret) => `\n      from_secret: ${secret}`),
};

function container({ name, command, variables }: Parts, secretOf: (name: string) => string): string {
  return `# After the step that builds with 'docker buildx build --push --metadata-file metadata.json'.
- name: ${yaml(name)}
  image: registry.example.com/tools/countersign # one that holds countersign and jq
  environment:
${variables.map(({ name: variable, value }) => `    ${variable}:${value === undefined ? secretOf(variable) : ` ${yaml(value)}`}\n`).join("")}  commands:
    - |
      ${digestFromMetadata}
      ${command}
`;
}

/** Variables with values, one on a line; secrets where the dialect names them beside the step. */
function valuesOf(variables: Variables, indent: string, secretOf?: (name: string) => string): string {
  return variables
    .flatMap(({ name, value, audience }) => {
      if (value !== undefined) return [`${indent}${name}: ${yaml(value)}\n`];
      return audience !== undefined || secretOf === undefined ? [] : [`${indent}${name}: ${secretOf(name)}\n`];
    })
    .join("");
}

/** Tokens that GitLab issues to the job, each for one audience. */
function issuedTokens(variables: Variables): string {
  const issued = variables.filter(({ audience }) => audience !== undefined);
  if (issued.length === 0) return "";
  return `  id_tokens:\n${issued.map(({ name, audience = "" }) => `    ${name}:\n      aud: ${yaml(audience)}\n`).join("")}`;
}

/** A scalar in double quotes, which JSON and YAML read alike. */
function yaml(text: string): string {
  return JSON.stringify(text);
}

/** A word of the shell that stands in a plain scalar: addresses and image names hold nothing that either would read. */
function yamlSafe(text: string): string {
  return `"${text.replace(/["\\$`]/g, "\\$&")}"`;
}

function groovy(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function refuse(message: string): { value: undefined; problems: [{ code: string; message: string }] } {
  return { value: undefined, problems: [{ code: "pipeline-step-impossible", message }] };
}
