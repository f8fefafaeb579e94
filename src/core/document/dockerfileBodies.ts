import type { Binding } from "./dockerfileExpand.ts";
import { cutInstruction, type Instruction } from "./dockerfileInstruction.ts";
import { expansionIn, report, type Reading } from "./dockerfileReading.ts";
import { readRun, shellIsReadable } from "./dockerfileRun.ts";
import { environmentOf, lookUp, readArguments, readEnvironment, type Scope } from "./dockerfileScope.ts";
import { readSources } from "./dockerfileSources.ts";

const keywords = new Set(
  "add arg cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume workdir".split(
    " ",
  ),
);

/** Second pass: what the stages do, now that all their names are known. */
export function readBodies(instructions: readonly Instruction[], stageOf: readonly number[], reading: Reading): void {
  // A file without a stage is a part that others put into theirs, unless it is no Dockerfile at all.
  const isPart = reading.stages.list.length === 0;
  if (isPart) {
    reading.scopes[0] = { own: new Map(), parent: undefined };
    reading.readable[0] = true;
  }
  instructions.forEach((instruction, index) => {
    const stage = isPart && keywords.has(instruction.keyword) ? 0 : (stageOf[index] ?? -1);
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

/** Unlike `push(...items)`, which passes each as an argument, it takes any number. */
function addAll<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item);
}

function unknownInstruction(keyword: string): string {
  if (keyword === "") return "A line is continued here, but no instruction follows; BuildKit refuses this file.";
  return `'${keyword}' is not a Dockerfile instruction; BuildKit refuses this file.`;
}
