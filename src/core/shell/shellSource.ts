import type { WordPart } from "../document/document.ts";
import { deeper, withInputs } from "./shellState.ts";
import type { ShellState } from "./shellState.ts";
import type { Range, Stretch, StretchStep } from "./stretch.ts";
import type { ArrayItem, Variables } from "./variables.ts";

/** A file that a script names, and where it is. */
export interface NamedFile {
  readonly file: string;
  readonly text: string;
}

const maximumSourced = 4;
const maximumLines = 200;
const maximumLength = 10_000;
const nowhere = { start: 0, end: 0 };

/** Stands in a file's name for what is not known. */
export const unknownName = "\0";

/** `source FILE`, `. FILE`: what the file sets holds from here on; what it runs is its own. */
export function sourceFile(state: ShellState, name: string): void {
  const found = state.sourced >= maximumSourced ? undefined : state.fileNamed(name);
  if (found === undefined) return;
  const inner: ShellState = {
    ...state,
    text: found.text,
    at: 0,
    end: found.text.length,
    commands: [],
    problems: [],
    heredocs: [],
    awaited: new Map(),
    expressionEnd: 0,
    functions: new Set(),
    calls: new Map(),
    positional: undefined,
    spanOf: () => nowhere,
    sourced: state.sourced + 1,
    ...withInputs(new Map()),
    variables: ofFile(state.variables, found),
  };
  deeper(inner, () => inner.readList(inner));
  state.budget = inner.budget;
  state.pieces = inner.pieces;
}

/** The variables, with what the other file sets placed in that file. */
function ofFile(variables: Variables, found: NamedFile): Variables {
  const placed = (name: string, stretches: readonly Stretch[] | undefined, value: string | undefined) =>
    stretches?.map((stretch): Stretch => {
      const [start, end] = [stretches[0]?.start ?? 0, stretches.at(-1)?.end ?? 0];
      const text = value ?? stretch.text ?? "";
      return ofStretch(stretch, { start, end, file: found.file, label: `assignment of ${name}`, text });
    });
  return {
    ...variables,
    assign(name, value, stretches) {
      const own = stretches ?? (value === undefined ? undefined : [{ text: value, ...nowhere, steps: [] }]);
      variables.assign(name, value, placed(name, own, value));
    },
    assignArray(name, items) {
      variables.assignArray(
        name,
        items.map(({ value, stretches }): ArrayItem => ({ value, stretches: placed(name, stretches, value) ?? [] })),
      );
    },
  };
}

function ofStretch({ text, steps, choices, group }: Stretch, own: StretchStep): Stretch {
  return {
    text,
    ...nowhere,
    steps: [own, ...steps.filter((step) => step.file !== undefined)],
    ...(choices === undefined
      ? {}
      : { choices: choices.map((parts) => parts.map(withoutPlace)), group: group ?? choices }),
  };
}

function withoutPlace({ text }: WordPart): WordPart {
  return { span: nowhere, chain: [], ...(text === undefined ? {} : { text }) };
}

const printing = /^\s*(?:cat\s+|<\s*)["']?(\$\{?\w+\}?\/|\$\((?:[^()]|\([^()]*\))*\)\/)?([\w.][\w./-]*)["']?\s*$/;

/** What `$(cat FILE)` and `$(< FILE)` print; undefined where the substitution does anything else. */
export function printedFile(state: ShellState, inner: string, place: Range): readonly Stretch[] | undefined {
  const [whole, folder, name] = printing.exec(inner.slice(0, 200)) ?? [];
  if (whole === undefined || name === undefined || inner.length > 200) return undefined;
  const found = state.fileNamed(folder === undefined ? name : `${unknownName}/${name}`);
  const text = found === undefined || found.text.length > maximumLength ? "" : found.text.trimEnd();
  if (found === undefined || text === "" || text.split("\n").length > maximumLines) return undefined;
  const step = { start: 0, end: text.length, file: found.file, label: `text of ${found.file}`, text };
  return [{ text, ...place, steps: [step] }];
}

const environmentFile =
  /^\$\((?=[^)]*\b(?:cat|grep|sed|xargs)\b)[^)]*?[\s"'<](\$\{?\w+\}?\/)?((?:[\w.-]+\/)*[\w-]*\.env[\w.-]*)(?=["'\s)])/;

/** `export $(grep -v '^#' .env | xargs)`: what the file sets holds from here on. */
export function exportFile(state: ShellState, raw: string): void {
  const [, folder, name] = environmentFile.exec(raw.slice(0, 300)) ?? [];
  if (name !== undefined) sourceFile(state, folder === undefined ? name : `${unknownName}/${name}`);
}
