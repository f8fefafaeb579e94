import type { Document, Job, JobStep, ShellCommand } from "../document/document.ts";
import type { Edit } from "./rule.ts";

/** A step that builds and pushes an image, and how a later step of its job can name what it pushed. */
export interface BuildStep {
  readonly id: string;
  /** What must be edited so that the step has the id; empty where it has one. */
  readonly edits: readonly Edit[];
  /** Whether it is the only such step before the command, so that no other could be meant. */
  readonly certain: boolean;
}

// Actions whose output `digest` is what they pushed.
const PUSHING = /^docker\/build-push-action@/;

/** The last step before the command, in the same job, that builds and pushes an image. */
export function findBuildStep(document: Document, command: ShellCommand): BuildStep | undefined {
  const job = document.jobs.find((each) => each.id === command.job);
  if (job === undefined) return undefined;
  const before = job.steps.slice(0, command.step ?? 0).filter(pushes);
  const step = before.at(-1);
  if (step === undefined) return undefined;
  const certain = before.length === 1;
  const named = buildStepId(document, job, step);
  return named === undefined ? undefined : { ...named, certain };
}

/** The step's id; where it has none, one that the edits give it. Undefined where that cannot be written. */
export function buildStepId(document: Document, job: Job, step: JobStep): Pick<BuildStep, "id" | "edits"> | undefined {
  if (step.id !== undefined) return { id: step.id, edits: [] };
  const id = freeId(job.steps);
  const edit = insertId(document, step, id);
  return edit === undefined ? undefined : { id, edits: [edit] };
}

function pushes(step: JobStep): boolean {
  if (!PUSHING.test(step.uses ?? "")) return false;
  const push = step.with?.["push"]?.text.trim().toLowerCase();
  const outputs = step.with?.["outputs"]?.text ?? "";
  return (push !== undefined && push !== "false") || /\bpush=true\b|\btype=registry\b/.test(outputs);
}

function freeId(steps: readonly JobStep[]): string {
  const taken = new Set(steps.map((step) => step.id));
  let id = "build";
  for (let number = 2; taken.has(id); number++) id = `build-${number}`;
  return id;
}

/** Writes `id:` as the step's first key; undefined where the step is not written as a block of lines. */
function insertId(document: Document, step: JobStep, id: string): Edit | undefined {
  const start = document.text.startsWith("- ", step.span.start) ? step.span.start + 2 : step.span.start;
  const lineStart = document.text.lastIndexOf("\n", start - 1) + 1;
  const before = document.text.slice(lineStart, start);
  if (!/^ *- *$/.test(before) || !/^[\w-]+:/.test(document.text.slice(start, start + 40))) return undefined;
  const newline = document.text.includes("\r\n") ? "\r\n" : "\n";
  const text = `id: ${id}${newline}${" ".repeat(before.length)}`;
  return { file: document.path, span: { start, end: start }, text };
}
