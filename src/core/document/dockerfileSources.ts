import { parseReference } from "../image/reference.ts";
import type { Problem } from "../problem.ts";
import { documentSpan } from "../shell/origin.ts";
import type { BuildSettings } from "./workspaceBuild.ts";
import type { ImageUse } from "./document.ts";
import { parseWord } from "./dockerfileWord.ts";
import type { Flag, Instruction } from "./dockerfileInstruction.ts";
import type { Stages } from "./dockerfileStages.ts";

/** Images that an instruction takes files from. */
export interface SourceReading {
  readonly images: readonly ImageUse[];
  readonly problems: readonly Problem[];
}

interface Source {
  readonly site: "copy-from" | "mount-from";
  readonly value: string;
  readonly offsets: readonly number[];
}

/** The images of `COPY --from=` and `RUN --mount=from=`. Stages may stand anywhere in the file, so `stages` holds them all. */
export function readSources(
  instruction: Omit<Instruction, "heredocs">,
  escape: string,
  stages: Stages,
  settings: BuildSettings,
): SourceReading {
  const images: ImageUse[] = [];
  const problems: Problem[] = [];
  for (const source of sourcesOf(instruction)) {
    // Which stages there are around a part of a Dockerfile is not known.
    if (source.value === "" || (stages.list.length === 0 && !/[/:@]/.test(source.value))) continue;
    const { line } = instruction;
    const spanOf = (start: number, end: number) =>
      documentSpan(line.toDocumentOffset, source.offsets[start] ?? 0, (source.offsets[end - 1] ?? 0) + 1);
    const span = spanOf(0, source.value.length);
    const problem = problemOf(source, escape, stages);
    if (problem !== undefined) problems.push({ ...problem, span });
    if (problem !== undefined || namesNoImage(source, stages) || settings.hasContext(source.value)) continue;
    const { value: reference, problems: found } = parseReference(source.value);
    problems.push(...found.map((one) => ({ ...one, span })));
    const at = source.value.indexOf("@");
    images.push({
      span,
      text: source.value,
      site: source.site,
      ...(reference === undefined ? {} : { reference }),
      resolution: reference === undefined ? "unresolved" : "literal",
      ...(reference === undefined
        ? {}
        : { pinAt: at < 0 ? { start: span.end, end: span.end } : spanOf(at, source.value.length) }),
      chain: [],
    });
  }
  return { images, problems };
}

function sourcesOf(instruction: Omit<Instruction, "heredocs">): readonly Source[] {
  if (instruction.keyword === "copy") {
    return instruction.flags
      .filter(({ name }) => name === "from")
      .map(({ value, offsets }) => ({ site: "copy-from", value, offsets }));
  }
  if (instruction.keyword !== "run") return [];
  return instruction.flags.filter(({ name }) => name === "mount").flatMap(mountSource);
}

/** The `from` of a mount's comma-separated fields, which may be quoted as in CSV: the last, or one that is refused. */
function mountSource({ value, offsets }: Flag): readonly Source[] {
  let found: Source | undefined;
  const fields = /("(?:[^"]|"")*"|[^,]*)(?:,|$)/y;
  for (let at = 0; at < value.length; at = fields.lastIndex) {
    fields.lastIndex = at;
    const match = fields.exec(value);
    if (match?.[1] === undefined || match[0] === "") break;
    const quoted = match[1].startsWith('"') ? 1 : 0;
    const field = match[1].slice(quoted, quoted === 1 ? -1 : undefined);
    const equals = field.indexOf("=");
    if (equals < 0 || field.slice(0, equals).toLowerCase() !== "from") continue;
    const start = at + quoted + equals + 1;
    const from = field.slice(equals + 1);
    if (found !== undefined && hasVariable(found.value)) continue;
    found = { site: "mount-from", value: from, offsets: offsets.slice(start, start + from.length) };
  }
  return found === undefined ? [] : [found];
}

function problemOf({ site, value }: Source, escape: string, stages: Stages): Problem | undefined {
  const flag = site === "copy-from" ? "--from" : "--mount from";
  const isPlain = site === "copy-from" ? expandsToItself(value, escape) : !hasVariable(value);
  if (!isPlain) {
    const message = `'${value.slice(0, 200)}' is not expanded in ${flag}; BuildKit refuses it. Name a stage instead: FROM ${value.slice(0, 200)} AS source.`;
    return { code: "from-variable", message };
  }
  if (!/^[+-]?\d+$/.test(value)) return undefined;
  const index = Number(value);
  if (site === "mount-from") {
    const message = `'${value}' is a number, which --mount from takes for the name of an image; name the stage to mount from it.`;
    return index < stages.list.length ? { code: "mount-from-index", message } : undefined;
  }
  if (index >= 0 && index < stages.list.length) return undefined;
  return {
    code: "stage-unknown",
    message: `There is no stage ${value}: this file has ${stages.list.length}, counted from 0.`,
  };
}

/** BuildKit's check of `--mount from`: a dollar sign anywhere but at the end. */
function hasVariable(value: string): boolean {
  const at = value.indexOf("$");
  return at >= 0 && at < value.length - 1;
}

/** BuildKit's check of `COPY --from`: expanding it with no variables at all must not change it. */
function expandsToItself(value: string, escape: string): boolean {
  const { parts, refusal } = parseWord(value, 0, value.length, escape);
  return (
    refusal === undefined &&
    parts.every((part) => part.kind === "text") &&
    parts.map((part) => (part.kind === "text" ? part.text : "")).join("") === value
  );
}

function namesNoImage({ site, value }: Source, stages: Stages): boolean {
  return (
    value === "scratch" || stages.anyCase(value) !== undefined || (site === "copy-from" && /^[+-]?\d+$/.test(value))
  );
}
