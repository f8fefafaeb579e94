import { isShellProgram } from "../shell/shellInterpreter.ts";
import type { BuiltName, Document, JobStep } from "./document.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { placedVariables, assignmentsOf, textsOf, variableLookup } from "./pipelineVariables.ts";
import type { ScriptOptions } from "./pipelineScript.ts";
import { templateText, type TemplateScope } from "./template.ts";
import { dollar } from "./templateSyntax.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const syntax = dollar({ escape: true });

/** Builders whose image runs the tool that its name ends with. */
const tools = new Set([
  "docker",
  "gcloud",
  "kubectl",
  "crane",
  "cosign",
  "skopeo",
  "notation",
  "oras",
  "helm",
  "gke-deploy",
  "pack",
]);

/**
 * Reads Cloud Build configuration: the image of every step, with substitutions followed to their defaults, and the
 * commands of steps. `images` are what the build pushes.
 */
export function readCloudBuild(text: string, path: string): Document {
  const pipeline = createPipeline(text, path, "cloud-build");
  // A trigger's own file holds the build.
  const builds = pipeline.roots.flatMap((root) => [root, valueAt(root, "build")]);
  for (const build of builds) readBuild(pipeline, build);
  return { ...pipeline.document(), built: builds.flatMap((build) => builtNames(build, pipeline.text)) };
}

function readBuild(pipeline: Pipeline, build: YamlNode | undefined): void {
  const substitutions = valueAt(build, "substitutions");
  const scope: TemplateScope = { syntax, lookup: variableLookup((name) => `substitution ${name}`, substitutions) };
  const known = placedVariables(pipeline.text, entriesOf(substitutions), scope);
  const around = placedVariables(pipeline.text, assignmentsOf(valueAt(build, "options", "env")), scope);
  const steps: JobStep[] = [];
  for (const step of itemsOf(valueAt(build, "steps"))) {
    pipeline.image(valueAt(step, "name"), "name", { scope });
    const own = placedVariables(pipeline.text, assignmentsOf(valueAt(step, "env")), scope);
    const environment = { ...textsOf(around), ...textsOf(own) };
    readCommands(pipeline, step, { environment, scope, job: "steps", step: steps.length }, textsOf(known));
    const id = textOf(valueAt(step, "id"));
    steps.push({ span: step.span, ...(id === undefined ? {} : { id }) });
  }
  if (build !== undefined && steps.length > 0)
    pipeline.job({ id: "steps", span: valueAt(build, "steps")?.span ?? build.span, steps, environment: known });
}

/** What a step says that may make an image. */
const mayBuild = /\b(?:docker|podman|kaniko|buildah|buildpacks?|pack|ko|make|bazel|mvn|gradle|jib|skaffold|build)\b/i;

/** What the build makes, as it is written: a later step may run it. Builders other than docker name it as docker does. */
function builtNames(build: YamlNode | undefined, source: string): readonly BuiltName[] {
  const steps = itemsOf(valueAt(build, "steps"));
  const first = steps.findIndex(({ span }) => mayBuild.test(source.slice(span.start, span.end)));
  const fetched = new Set(
    steps.slice(0, first < 0 ? undefined : first + 1).map((step) => textOf(valueAt(step, "name"))),
  );
  // The list of what is pushed may stand before its steps or after them; what runs before anything builds was there.
  const named: BuiltName[] = itemsOf(valueAt(build, "images"))
    .map((image) => ({ name: textOf(image) ?? "", at: 0, isPushed: true }))
    .filter(({ name }) => !fetched.has(name));
  for (const step of steps) {
    const words = itemsOf(valueAt(step, "args"));
    for (const [index, word] of words.entries()) {
      const text = textOf(word) ?? "";
      const tag =
        /^(?:--tag|--destination|-t)=(.+)$/s.exec(text)?.[1] ??
        (/^(?:-t|--tag|--destination)$/.test(text) ? textOf(words[index + 1]) : undefined);
      named.push({ name: tag ?? "", at: word.span.start, isPushed: text.startsWith("--destination") });
    }
  }
  return named.filter(({ name }) => name !== "");
}

function readCommands(
  pipeline: Pipeline,
  step: YamlNode,
  options: ScriptOptions & { readonly scope: TemplateScope },
  substitutions: Readonly<Record<string, string>>,
): void {
  const script = valueAt(step, "script");
  // A script sees substitutions as its environment, where they are mapped.
  if (script !== undefined) {
    const { scope: _, ...inShell } = options;
    pipeline.script([script], { ...inShell, environment: { ...substitutions, ...options.environment } });
    return;
  }
  const args = valueAt(step, "args");
  const words = scalarOf(args) === undefined ? itemsOf(args) : [];
  const entrypoint = scalarOf(valueAt(step, "entrypoint"));
  const builder = scalarOf(valueAt(step, "name"));
  if (entrypoint !== undefined) pipeline.words([entrypoint, ...words], options);
  else if (builder !== undefined && words.length > 0) {
    const tool = toolOf(templateText(pipeline.text, builder, options.scope) ?? builder.text);
    const first = textOf(words[0]) ?? "";
    // Images without an entrypoint run what they are given.
    if (tools.has(first) || (tool === undefined && isShellProgram(first))) pipeline.words(words, options);
    else if (tool !== undefined) pipeline.words(words, { ...options, program: { text: tool, node: builder } });
  }
}

/** The tool of a builder, whose project may be anyone's. */
function toolOf(image: string): string | undefined {
  const name = image.replace(/@.*$/s, "").replace(/^.*\//s, "").replace(/:.*$/s, "");
  return tools.has(name) ? name : undefined;
}
