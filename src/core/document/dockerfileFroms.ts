import { suppliedValue, unsetValue, type Binding, type Expansion } from "./dockerfileExpand.ts";
import { readFrom, type FromReading } from "./dockerfileFrom.ts";
import type { Instruction } from "./dockerfileInstruction.ts";
import { expansionIn, report, type Reading } from "./dockerfileReading.ts";
import { lookUp, readArguments } from "./dockerfileScope.ts";

/** First pass: global ARGs and every FROM. Gives for each instruction the stage that it belongs to. */
export function readStages(instructions: readonly Instruction[], reading: Reading): readonly number[] {
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
        readArguments(instruction, expansionIn(global, reading), (written) => {
          const binding = isUnset(written) ? { ...written, kind: "declared" as const, value: unsetValue } : written;
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

/** Whether a default comes to nothing without what the build sets, as that of `ARG TAG="${TAG}"`. */
function isUnset({ kind, value }: Binding): boolean {
  const { pieces, refusal, hasVariables } = value;
  const isEmpty = pieces.every((piece) => (piece.kind === "gap" ? piece.empty : piece.text === ""));
  return kind === "value" && hasVariables && isEmpty && refusal === undefined;
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
