import type { Problem } from "../problem.ts";
import type { ImageUse, ShellCommand } from "./document.ts";
import type { Binding, Expansion } from "./dockerfileExpand.ts";
import type { FromUse } from "./dockerfileFrom.ts";
import { keywordSpan, type Instruction } from "./dockerfileInstruction.ts";
import { lookUp, type Scope } from "./dockerfileScope.ts";
import type { Stages } from "./dockerfileStages.ts";
import type { BuildSettings } from "./workspaceBuild.ts";

/** What is known of a Dockerfile while it is read, and what was found in it so far. */
export interface Reading {
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

/** How a text is expanded where these variables are known. */
export function expansionIn(scope: Scope, { escape, budget }: Reading): Expansion {
  return { escape, budget, lookup: (name) => lookUp(scope, name) };
}

/** Adds a problem with an instruction's keyword. */
export function report(
  instruction: Omit<Instruction, "heredocs">,
  reading: Reading,
  code: string,
  message: string,
): void {
  reading.problems.push({ code, message, span: keywordSpan(instruction) });
}
