import type { Document, Job, JobStep } from "../document/document.ts";
import { parseReference } from "../image/reference.ts";
import type { PipelineSigning } from "../sign/pipelineCommand.ts";
import { pipelineStep } from "../sign/pipelineStep.ts";
import { buildStepId } from "./buildSteps.ts";
import { metadataImages, metadataStep, type ImagePush } from "./imagePushes.ts";
import type { Edit, Fix, PipelineSigner } from "./rule.ts";

/** Fixes that are offered at one place, at most. */
const maximumFixes = 3;
/** Stands for the image while the step is written: names with expressions in them are the file's own. */
const placeholder = "image.invalid/pushed";

/** Steps that sign what a step of a workflow has pushed, one for each key: put after it, under its condition, with the permission that they need. */
export function signStepFixes(
  document: Document,
  { build }: ImagePush,
  signers: readonly PipelineSigner[],
): readonly Fix[] {
  const job = document.jobs.find(({ id }) => id === build?.job);
  const step = build === undefined ? undefined : job?.steps[build.step];
  if (build === undefined || job === undefined || step === undefined) return [];
  const image = imageOf(document, job, step);
  const condition = conditionOf(step, build.when);
  const named = buildStepId(document, job, step);
  const place = placeAfter(document, step);
  if (image === undefined || condition === undefined || named === undefined || place === undefined) return [];
  // Variables of the step's own are not there for the next one.
  const ownVariables = /^[ \t]*env:/m.test(document.text.slice(step.span.start, step.span.end));
  if (ownVariables && /\benv\./.test(`${image} ${condition}`)) return [];
  return signers.slice(0, maximumFixes).flatMap(({ service, key }): readonly Fix[] => {
    const signing: PipelineSigning = { image: placeholder, service, key, format: "sigstore-bundle" };
    const { value } = pipelineStep("github", signing, "countersign", named.id);
    if (value === undefined) return [];
    const permission = permissionEdit(document, job);
    const lines = value.split("\n").filter((line) => !line.startsWith("#"));
    // Where the job takes the repository's usual permissions, to name one would take away the others.
    if (permission === undefined)
      lines.unshift("# The job needs 'permissions: id-token: write', by which it signs in without a secret.");
    const text = lines
      .join("\n")
      .replace(placeholder, () => image)
      .replace(/^- name: .*\n/m, (line) => (condition === "" ? line : `${line}  if: ${condition}\n`));
    return [
      {
        title: `Sign it after the push, through ${service.name} with key '${key.name}'`,
        edits: [...named.edits, insertion(document, place, text), ...(permission ?? [])],
      },
    ];
  });
}

/** The repository that is pushed to, where there is one alone: as it is written, with expressions that need no quoting. */
function imageOf(document: Document, job: Job, step: JobStep): string | undefined {
  const tags = step.with?.["tags"]?.text ?? "";
  const meta = metadataStep(tags);
  const names = linesOf(meta === undefined ? tags : (metadataImages(document, job.id, meta) ?? ""));
  if (names.some((name) => name.length > 200)) return undefined;
  const repositories = new Set(names.map((name) => (meta === undefined ? withoutTag(name) : name)));
  const [only] = repositories;
  // An expression at the end may hold the tag, and more than one name.
  if (meta === undefined && only !== undefined && names.includes(only) && only.endsWith("}}")) return undefined;
  if (repositories.size !== 1 || only === undefined) return undefined;
  const outline = only.replace(/\$\{\{[\w\s.-]*\}\}/g, "x");
  return /^[\w./:-]+$/.test(outline) && parseReference(outline.toLowerCase()).value !== undefined ? only : undefined;
}

function linesOf(text: string): readonly string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** `ghcr.io/acme/app:${{ github.sha }}` without what follows the name; expressions may hold colons of their own. */
function withoutTag(name: string): string {
  const outline = name.replace(/\$\{\{.*?\}\}/g, (expression) => "x".repeat(expression.length));
  const colon = outline.lastIndexOf(":");
  return colon > outline.lastIndexOf("/") ? name.slice(0, colon) : name;
}

/** When the step pushes, as an `if:` says it; empty for always, undefined where it cannot be said in one line. */
function conditionOf(step: JobStep, when: string | undefined): string | undefined {
  const own = step.condition
    ?.trim()
    .replace(/^\$\{\{([^{}]*)\}\}$/, "$1")
    .trim();
  const parts = [own, when].filter((part) => part !== undefined && part !== "");
  if (parts.some((part) => part === undefined || /[\n{}]|\b(?:always|failure|cancelled)\s*\(/.test(part)))
    return undefined;
  const joined = parts.length === 1 ? parts[0] : parts.map((part) => `(${part})`).join(" && ");
  return joined === undefined || joined === "" ? "" : `\${{ ${joined} }}`;
}

interface Place {
  readonly at: number;
  readonly indent: string;
}

/** After the step's last line; undefined where it is not written as a block of lines. */
function placeAfter({ text }: Document, { span }: JobStep): Place | undefined {
  const start = text.startsWith("- ", span.start) ? span.start : text.lastIndexOf("- ", span.start);
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const indent = text.slice(lineStart, start);
  if (start < lineStart || !/^ *$/.test(indent)) return undefined;
  const end = span.start + text.slice(span.start, span.end).trimEnd().length;
  const newline = text.indexOf("\n", end);
  // What follows on the last line may be a comment and nothing else.
  const rest = text.slice(end, newline < 0 ? text.length : newline);
  if (!/^["']?[ \t]*(?:#.*)?\r?$/.test(rest)) return undefined;
  return { at: newline < 0 ? text.length : newline + 1, indent };
}

function insertion({ path, text }: Document, { at, indent }: Place, step: string): Edit {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = step.trimEnd().split("\n");
  const written = lines.map((line) => (line === "" ? line : `${indent}${line}`)).join(newline);
  const before = text.endsWith("\n") || at < text.length ? "" : newline;
  return { file: path, span: { start: at, end: at }, text: `${before}${written}${newline}` };
}

/** `id-token: write` where the job's permissions, or the workflow's, are listed without it; undefined where they are not listed. */
function permissionEdit(document: Document, job: Job): readonly Edit[] | undefined {
  const { text } = document;
  const lineStart = text.lastIndexOf("\n", job.span.start - 1) + 1;
  const jobIndent = /^ */.exec(text.slice(lineStart))?.[0].length ?? 0;
  const own = [...text.slice(job.span.start, job.span.end).matchAll(/^( *)permissions:([^\n]*)\n/gm)].find(
    ([, indent = ""]) => indent.length > jobIndent && isChild(text, job.span, indent.length),
  );
  const found = own ?? /^()permissions:([^\n]*)\n/m.exec(text);
  if (found === null || found === undefined) return undefined;
  const [whole, indent = "", rest = ""] = found;
  const start = (own === undefined ? 0 : job.span.start) + found.index;
  if (/^\s*write-all\s*(?:#.*)?\r?$/.test(rest)) return [];
  if (!/^\s*(?:#.*)?\r?$/.test(rest)) return undefined;
  const body = start + whole.length;
  const first = /^( *)[\w-]+:/.exec(text.slice(body));
  const inner = first?.[1] ?? "";
  if (first === null || inner.length <= indent.length) return undefined;
  const block = new RegExp(`^(?: {${inner.length}}[^\\n]*\\n?|[ \\t]*\\r?\\n)*`).exec(text.slice(body))?.[0] ?? "";
  const granted = /^ *id-token:[ \t]*(\S*)/m.exec(block)?.[1];
  if (granted !== undefined) return granted === "write" ? [] : undefined;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return [{ file: document.path, span: { start: body, end: body }, text: `${inner}id-token: write${newline}` }];
}

/** Whether keys of the job stand at this indent. */
function isChild(text: string, { start, end }: Job["span"], indent: number): boolean {
  const newline = text.indexOf("\n", start);
  const first = /^(?:[ \t]*(?:#[^\n]*|\r)?\n)*( *)\S/.exec(text.slice(newline + 1, end));
  return first?.[1]?.length === indent;
}
