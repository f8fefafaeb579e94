import { parseReference } from "../image/reference.ts";
import { withoutByteOrderMark } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { mayNameImages } from "../shell/imageCommands.ts";
import type { Document, ImageUse, ShellCommand } from "./document.ts";
import { settingsBeside } from "./buildSettings.ts";
import { readDirectives } from "./dockerfileDirectives.ts";
import type { Directives } from "./dockerfileDirectives.ts";
import { suppliedValue, type Binding, type Expansion } from "./dockerfileExpand.ts";
import { readFrom } from "./dockerfileFrom.ts";
import type { FromReading, FromUse } from "./dockerfileFrom.ts";
import { cutInstruction } from "./dockerfileInstruction.ts";
import type { Instruction } from "./dockerfileInstruction.ts";
import { readInstructions } from "./dockerfileLines.ts";
import { createPinning } from "./dockerfilePin.ts";
import { readRun, shellIsReadable } from "./dockerfileRun.ts";
import { createGlobalScope, environmentOf, lookUp, readArguments, readEnvironment } from "./dockerfileScope.ts";
import type { Scope } from "./dockerfileScope.ts";
import { readSources } from "./dockerfileSources.ts";
import { createStages } from "./dockerfileStages.ts";
import type { Stages } from "./dockerfileStages.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import type { BuildSettings } from "./workspaceBuild.ts";

/** Most images that are listed for one file. */
const maximumImages = 10_000;
/** Most problems that are listed for one file; a file that is no Dockerfile has one in each line. */
const maximumProblems = 50;

const keywords = new Set(
  "add arg cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume workdir".split(
    " ",
  ),
);

/**
 * Reads a Dockerfile or Containerfile as BuildKit does: every image that FROM, `COPY --from`, `RUN --mount=from`, ONBUILD
 * and the syntax directive name, and the commands of RUN. Build arguments count only where an ARG has no default;
 * `supplied` gives them and the names of additional contexts, or else the files among `siblings` that build it.
 */
export function readDockerfile(
  source: string,
  path: string,
  siblings: Siblings = noSiblings,
  supplied: BuildSettings = settingsBeside(path, siblings),
): Document {
  const text = withoutByteOrderMark(source);
  const directives = readDirectives(text);
  const syntax = readSyntax(directives);
  const document = { path, dialect: "dockerfile", text, jobs: [] } as const;
  if (!directives.isDockerfile) return { ...document, images: syntax.images, commands: [], problems: syntax.problems };

  const { instructions, problems } = readInstructions(text, directives.escape);
  const reading: Reading = {
    text,
    escape: directives.escape,
    budget: { left: 10_000_000 },
    stages: createStages(),
    global: createGlobalScope(),
    scopes: [],
    readable: [],
    froms: [],
    images: [...syntax.images],
    commands: [],
    usedElsewhere: new Set(),
    problems: [...syntax.problems, ...directives.problems, ...problems],
    supplied,
    readsCommands: mayNameImages(text),
  };
  const starts = readStages(instructions, reading);
  readBodies(instructions, starts, reading);
  const pin = createPinning(reading.froms, reading.usedElsewhere);
  const images = [...reading.images, ...reading.froms.map((from) => ({ ...from.use, ...pin(from) }))];
  images.sort((one, other) => one.span.start - other.span.start);
  return {
    ...document,
    images: images.slice(0, maximumImages),
    commands: reading.commands,
    problems: bounded(reading.problems, images.length),
  };
}

interface Reading {
  readonly text: string;
  readonly escape: string;
  readonly budget: { left: number };
  readonly stages: Stages;
  readonly global: Scope;
  /** Scope of each stage, and whether its shell can be read. */
  readonly scopes: Scope[];
  readonly readable: boolean[];
  readonly froms: FromUse[];
  readonly images: ImageUse[];
  readonly commands: ShellCommand[];
  /** Global variables that also go somewhere else than into the name of an image. */
  readonly usedElsewhere: Set<Binding>;
  readonly problems: Problem[];
  readonly supplied: BuildSettings;
  /** Whether any RUN may name an image or sign one: of most files, the commands matter to nobody. */
  readonly readsCommands: boolean;
}

function readSyntax({ syntax }: Directives): { images: readonly ImageUse[]; problems: readonly Problem[] } {
  if (syntax === undefined) return { images: [], problems: [] };
  const { text, span } = syntax;
  const { value, problems } = parseReference(text);
  const at = text.indexOf("@");
  const use = { span, text, site: "syntax", chain: [] };
  if (value === undefined)
    return {
      images: [{ ...use, resolution: "unresolved" }],
      problems: problems.map((problem) => ({ ...problem, span })),
    };
  const pinAt = { start: at < 0 ? span.end : span.start + at, end: span.end };
  return { images: [{ ...use, reference: value, resolution: "literal", pinAt }], problems: [] };
}

/** First pass: global ARGs and every FROM. Gives for each instruction the stage that it belongs to. */
function readStages(instructions: readonly Instruction[], reading: Reading): readonly number[] {
  const { stages, global, problems } = reading;
  const stageOf: number[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === "from") {
      const expansion = expansionIn(global, reading);
      const alone = readFrom(instruction, expansion, stages, reading.supplied);
      const from = isSupplied(alone)
        ? readFrom(instruction, withAllSupplied(expansion, reading), stages, reading.supplied)
        : alone;
      problems.push(...from.problems);
      if (from.use !== undefined) reading.froms.push(from.use);
      // A variable that names a stage, or a platform, is not only an image's.
      for (const binding of from.use === undefined ? (from.value?.touched.keys() ?? []) : [])
        reading.usedElsewhere.add(binding);
      for (const binding of from.platformVariables) reading.usedElsewhere.add(binding);
      stages.add({ name: from.name, base: from.base });
    } else if (stages.list.length === 0) {
      if (instruction.keyword === "arg") {
        readArguments(instruction, expansionIn(global, reading), (binding) => {
          if (binding.kind === "value" || lookUp(global, binding.name) === undefined)
            global.own.set(binding.name, withSupplied(binding, reading));
        });
      } else
        report(
          instruction,
          reading,
          "instruction-before-from",
          "Only ARG may stand before the first FROM; BuildKit refuses this file.",
        );
    }
    stageOf.push(stages.list.length - 1);
  }
  if (stages.list.length === 0) {
    const message = "The file has no FROM instruction, so it builds nothing.";
    problems.push({ code: "no-stage", message, span: { start: 0, end: 0 } });
  }
  return stageOf;
}

/** An ARG without a default has the value that the workspace's own build gives it. */
function withSupplied(binding: Binding, { supplied }: Reading): Binding {
  const given = binding.kind === "declared" ? supplied.argument(binding.name) : undefined;
  if (given === undefined) return binding;
  return { ...binding, label: `ARG ${binding.name}`, kind: "value", value: suppliedValue(given.text, given.step) };
}

/** Whether a FROM names an image only together with what a build of the workspace sets. */
function isSupplied({ use, value }: FromReading): boolean {
  return use !== undefined && value?.steps.some(({ file }) => file !== undefined) === true;
}

/** The expansion of that build: what it sets counts more than a default. */
function withAllSupplied(expansion: Expansion, { supplied }: Reading): Expansion {
  return {
    ...expansion,
    lookup: (name) => {
      const binding = expansion.lookup(name);
      const given = binding?.kind === "value" ? supplied.argument(name) : undefined;
      return binding === undefined || given === undefined
        ? binding
        : { ...binding, value: suppliedValue(given.text, given.step) };
    },
  };
}

/** Second pass: what the stages do, now that all their names are known. */
function readBodies(instructions: readonly Instruction[], stageOf: readonly number[], reading: Reading): void {
  instructions.forEach((instruction, index) => {
    const stage = stageOf[index] ?? -1;
    if (stage < 0) return;
    if (instruction.keyword === "from") {
      const base = reading.stages.list[stage]?.base;
      reading.scopes[stage] = {
        own: new Map(),
        parent: base === undefined ? undefined : nonEmpty(reading.scopes[base]),
      };
      reading.readable[stage] = base === undefined || reading.readable[base] === true;
      return;
    }
    readInstruction(instruction, stage, reading);
  });
}

/** Skips scopes without variables, so that a long chain of stages is not walked for each look-up. */
function nonEmpty(scope: Scope | undefined): Scope | undefined {
  return scope === undefined || scope.own.size > 0 ? scope : scope.parent;
}

function readInstruction(instruction: Instruction, stage: number, reading: Reading): void {
  const scope = reading.scopes[stage] ?? { own: new Map(), parent: undefined };
  switch (instruction.keyword) {
    case "arg":
      readArguments(instruction, expansionIn(scope, reading), (binding) => declareInStage(binding, scope, reading));
      return;
    case "env":
      for (const binding of readEnvironment(instruction, expansionIn(scope, reading)))
        scope.own.set(binding.name, binding);
      return;
    case "shell":
      reading.readable[stage] = shellIsReadable(instruction) ?? reading.readable[stage] === true;
      return;
    case "onbuild":
      readTrigger(instruction, stage, scope, reading);
      return;
    case "copy":
    case "run":
      readWork(instruction, stage, scope, reading);
      return;
    default:
      if (!keywords.has(instruction.keyword)) {
        report(instruction, reading, "instruction-unknown", unknownInstruction(instruction.keyword));
      }
  }
}

function readWork(instruction: Instruction, stage: number, scope: Scope, reading: Reading): void {
  const { images, problems } = readSources(instruction, reading.escape, reading.stages, reading.supplied);
  addAll(reading.images, images);
  addAll(reading.problems, problems);
  if (instruction.keyword !== "run" || !reading.readsCommands) return;
  const run = readRun(reading.text, instruction, environmentOf(scope), reading.readable[stage] === true);
  addAll(reading.commands, run.commands);
  addAll(reading.problems, run.problems);
}

/** The instruction that ONBUILD keeps for the builds that start from this image. */
function readTrigger(instruction: Instruction, stage: number, scope: Scope, reading: Reading): void {
  const trigger = cutInstruction(
    instruction.line,
    instruction.argumentsStart,
    instruction.argumentsEnd,
    reading.escape,
  );
  if (trigger.keyword === "") {
    report(
      instruction,
      reading,
      "onbuild-invalid",
      "ONBUILD needs an instruction to keep; BuildKit refuses this file.",
    );
  } else if (["onbuild", "from", "maintainer"].includes(trigger.keyword)) {
    report(
      trigger,
      reading,
      "onbuild-invalid",
      `ONBUILD ${trigger.keyword.toUpperCase()} is not allowed; BuildKit refuses this file.`,
    );
  } else if (trigger.keyword === "copy" || trigger.keyword === "run") {
    readWork({ ...trigger, heredocs: instruction.heredocs }, stage, scope, reading);
  } else if (!keywords.has(trigger.keyword)) {
    report(
      trigger,
      reading,
      "instruction-unknown",
      `'${trigger.keyword}' is not a Dockerfile instruction; builds that start from this image fail.`,
    );
  }
}

/** An ARG in a stage: without a default it takes the global value; an ENV of that name keeps winning. */
function declareInStage(binding: Binding, scope: Scope, reading: Reading): void {
  const global = reading.global.own.get(binding.name);
  const taken = binding.kind === "declared" ? global : undefined;
  for (const used of taken === undefined ? [] : [taken, ...taken.value.touched.keys()]) reading.usedElsewhere.add(used);
  if (lookUp(scope, binding.name)?.label.startsWith("ENV ") !== true) scope.own.set(binding.name, taken ?? binding);
}

function expansionIn(scope: Scope, { escape, budget }: Reading): Expansion {
  return { escape, budget, lookup: (name) => lookUp(scope, name) };
}

/** Unlike `push(...items)`, which passes each as an argument, it takes any number. */
function addAll<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item);
}

function unknownInstruction(keyword: string): string {
  if (keyword === "") return "A line is continued here, but no instruction follows; BuildKit refuses this file.";
  return `'${keyword}' is not a Dockerfile instruction; BuildKit refuses this file.`;
}

function report(instruction: Omit<Instruction, "heredocs">, reading: Reading, code: string, message: string): void {
  const start = instruction.line.toDocumentOffset(instruction.keywordStart);
  reading.problems.push({ code, message, span: { start, end: start + instruction.keyword.length } });
}

function bounded(problems: readonly Problem[], images: number): readonly Problem[] {
  const ordered = problems.toSorted((one, other) => (one.span?.start ?? 0) - (other.span?.start ?? 0));
  const kept = ordered.slice(0, maximumProblems);
  if (ordered.length > maximumProblems) {
    kept.push({
      code: "limit-reached",
      message: `The file has ${ordered.length} problems; the first ${maximumProblems} are listed.`,
    });
  }
  if (images > maximumImages) {
    kept.push({
      code: "limit-reached",
      message: `The file refers to ${images} images; the first ${maximumImages} are listed.`,
    });
  }
  return kept;
}
