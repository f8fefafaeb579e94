import type { Dialect, Document, JobStep, ShellCommand, ShellWord } from "../document/document.ts";
import type { Span } from "../image/span.ts";
import { invocationOf } from "../shell/invocation.ts";
import { pushTargets } from "../shell/pushTargets.ts";
import { valueOfWord } from "../shell/wordValue.ts";

/** A place in a pipeline that surely pushes an image to where others pull it from. */
export interface ImagePush {
  readonly span: Span;
  /** The step of a workflow that builds and pushes, and when it does: absent for commands. */
  readonly build?: { readonly job: string; readonly step: number; readonly when?: string };
}

/** Whether anything of the text could push. */
function mayPush(text: string): boolean {
  return /build-push-action@|\b(?:docker|podman|nerdctl|buildah)\b[^\n]{0,400}\bpush\b/.test(text);
}

/** Pipelines: what they push is released. Scripts and Makefiles are run by people, too. */
export const pipelines: ReadonlySet<Dialect> = new Set<Dialect>([
  "github-workflow",
  "gitlab-ci",
  "azure-pipelines",
  "circleci",
  "bitbucket-pipelines",
  "buildkite",
  "drone",
  "woodpecker",
  "jenkinsfile",
  "travis",
]);

/** Every step that builds and pushes, and of each job's commands the first that pushes. */
export function imagePushes(document: Document): readonly ImagePush[] {
  if (!pipelines.has(document.dialect) || !mayPush(document.text) || isExample(document.path)) return [];
  if (document.dialect === "github-workflow" && !releases(document.text)) return [];
  const told = new Set<string>();
  const byCommand = document.commands.flatMap((command): readonly ImagePush[] => {
    const image = pushedBy(command);
    if (image === undefined || isLocal(image.text ?? image.raw)) return [];
    // Jobs that are written alike, and what one job pushes besides, are one thing to see to.
    const places = [`job ${command.job ?? ""}`, `image ${image.raw}`];
    if (places.some((place) => told.has(place))) return [];
    for (const place of places) told.add(place);
    return [{ span: image.span }];
  });
  return [
    ...document.jobs.flatMap((job) => job.steps.flatMap((step, index) => pushOf(document, job.id, step, index))),
    ...byCommand,
  ];
}

/** Pipelines that show something, or are read by tests, release nothing. */
function isExample(path: string): boolean {
  return /(?:^|\/)(?:examples?|samples?|tests?|testdata|fixtures|demos?|docs?|e2e|templates?)\//i.test(path);
}

/** A workflow that others call leaves the signing to them; one that only looks at proposals pushes nothing that is released. */
function releases(text: string): boolean {
  const block =
    /^["']?(?:on|"on"|true)["']?:([^\n]*(?:\n(?:[ \t]+[^\n]*|[ \t]*#[^\n]*|[ \t]*\r?|- [^\n]*))*)/m.exec(text)?.[1] ??
    "";
  if (/\bworkflow_call\b/.test(block)) return false;
  return /\b(?:push|release|schedule|workflow_dispatch|workflow_run|create|registry_package|repository_dispatch)\b/.test(
    block,
  );
}

function pushOf(document: Document, job: string, step: JobStep, index: number): readonly ImagePush[] {
  const { uses = "", with: inputs } = step;
  if (!uses.startsWith("docker/build-push-action@")) return [];
  const when = pushCondition(inputs?.["push"]?.text ?? "");
  const tags = tagsOf(document, job, inputs?.["tags"]?.text ?? "");
  // Without a tag it pushes by digest, for an index that is put together and signed elsewhere.
  if (when === undefined || tags === undefined || isLocal(tags)) return [];
  if (/push-by-digest|type=(?!image\b|registry\b)/.test(inputs?.["outputs"]?.text ?? "")) return [];
  const at = document.text.indexOf(uses, step.span.start);
  if (at < 0 || at > step.span.end) return [];
  return [
    {
      span: { start: at, end: at + uses.length },
      build: { job, step: index, ...(when === "" ? {} : { when }) },
    },
  ];
}

/** When `push:` is true: empty for always, a condition on the event; undefined where it cannot be said. */
function pushCondition(text: string): string | undefined {
  const trimmed = text.trim();
  if (/^true$/i.test(trimmed)) return "";
  const expression = /^\$\{\{([^{}]*)\}\}$/.exec(trimmed)?.[1]?.trim();
  if (expression === undefined) return undefined;
  if (expression === "true") return "";
  return /\bgithub\.(?:event_name|ref|ref_name|ref_type|repository|event\.)/.test(expression) &&
    !/\b(?:inputs|env|matrix|steps|needs|vars)\./.test(expression)
    ? expression
    : undefined;
}

/** What the tags say, with what docker/metadata-action was given where they come from it; undefined for none. */
function tagsOf(document: Document, job: string, text: string): string | undefined {
  if (text.trim() === "") return undefined;
  const id = metadataStep(text);
  if (id === undefined) return text;
  return `${text}\n${metadataImages(document, job, id) ?? ""}`;
}

/** The step of docker/metadata-action that these tags come from. */
export function metadataStep(tags: string): string | undefined {
  return /^\s*\$\{\{\s*steps\.([\w-]+)\.outputs\.tags\s*\}\}\s*$/.exec(tags)?.[1];
}

/** The images that a step of docker/metadata-action names, as they are written. */
export function metadataImages(document: Document, job: string, id: string): string | undefined {
  const steps = document.jobs.find((each) => each.id === job)?.steps ?? [];
  const step = steps.find((each) => each.id === id && each.uses?.startsWith("docker/metadata-action@") === true);
  return step?.with?.["images"]?.text;
}

/** Whether all that is pushed stays on the machine that builds, or is gone in a moment. */
function isLocal(names: string): boolean {
  return /localhost|127\.0\.0\.1|0\.0\.0\.0|::1|host\.docker\.internal|kind-registry|\bttl\.sh\b|\.local(?:domain)?\b|(?:^|[\s,"'])(?:registry|k3d-[\w.-]+):\d+\//i.test(
    names,
  );
}

/** Tools that build images on the machine, and push what they have built. */
const builders = new Set(["docker", "podman", "nerdctl", "buildah"]);

/** The image that a command pushes which builds images, or may have built it. */
function pushedBy(command: ShellCommand): ShellWord | undefined {
  const invocation = invocationOf(command);
  if (invocation === undefined || !builders.has(invocation.tool)) return undefined;
  const words = invocation.rest.map((word) => valueOfWord(word, ""));
  // An index is put together from images that were pushed before.
  const builds =
    words[0]?.text !== "manifest" && words.some(({ text }) => text === "push" || text.startsWith("--push"));
  return builds ? pushTargets(invocation.tool, () => words)[0]?.value.word : undefined;
}
