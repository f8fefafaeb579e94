import { parseReference } from "../image/reference.ts";
import type { ValueStep } from "./document.ts";
import { nameEnd } from "./splitImage.ts";
import type { TemplateStretch } from "./templateData.ts";
import type { Value } from "./value.ts";

/** What stretches come to as a value, with the expression that yielded them. */
export function valueOfStretches(stretches: readonly TemplateStretch[], expression: ValueStep): Value {
  const steps = stretches.flatMap(({ step }) => step ?? []);
  return {
    parts: stretches.map(({ text }) => (text === undefined ? {} : { text })),
    chain: [expression, ...steps.filter((step, index) => steps.indexOf(step) === index)],
  };
}

/** The known stretches before the first that is not, what they say, and where the name ends in it. */
interface KnownName {
  readonly known: readonly TemplateStretch[];
  readonly text: string;
  readonly end: number;
}

/** The name that stretches begin with; undefined where what is not known may belong to it. */
function nameIn(stretches: readonly TemplateStretch[]): KnownName | undefined {
  const unknown = stretches.findIndex(({ text }) => text === undefined);
  const known = unknown < 0 ? stretches : stretches.slice(0, unknown);
  const text = known.map((stretch) => stretch.text ?? "").join("");
  const end = nameEnd(text);
  const isOpen =
    unknown >= 0 && (end === text.length || stretches.slice(unknown).some((one) => one.text?.includes("/")));
  return isOpen ? undefined : { known, text, end };
}

/** Where the end of a repository stands, if it is known and another file says it. */
export function repositoryStep(stretches: readonly TemplateStretch[]): ValueStep | undefined {
  const name = nameIn(stretches);
  if (name === undefined) return undefined;
  let at = 0;
  for (const { text = "", step } of name.known) {
    at += text.length;
    if (at >= name.end) return step;
  }
  return undefined;
}

/** Whether the templates themselves say the end of a repository, which then stands nowhere else. */
export function sayRepository(stretches: readonly TemplateStretch[]): boolean {
  const name = nameIn(stretches);
  if (name === undefined) return false;
  const { known, text, end } = name;
  const start = text.lastIndexOf("/", end) + 1;
  let at = 0;
  for (const { text: part = "", step } of known) {
    const overlaps = at < end && at + part.length > start && part !== "";
    if (overlaps && step !== undefined) return false;
    at += part.length;
  }
  return parseReference(text.slice(0, end)).value !== undefined;
}

/** Whether all of a reference is known, and the templates themselves say the end of its name, whatever begins it. */
export function sayNameEnd(stretches: readonly TemplateStretch[]): boolean {
  if (stretches.length === 0 || stretches.some(({ text }) => text === undefined)) return false;
  const whole = stretches.map(({ text }) => text ?? "").join("");
  return parseReference(whole).value !== undefined && repositoryStep(stretches) === undefined;
}

/** Stretches without the white space and the quotation marks around them, and without those that say nothing. */
export function trimmedStretches(stretches: readonly TemplateStretch[]): readonly TemplateStretch[] {
  const said = trimmed(stretches, /^\s+/, /\s+$/);
  const [first, last] = [said.at(0)?.text ?? "", said.at(-1)?.text ?? ""];
  // What a template yields behind a key may be quoted itself.
  const mark = /^["']/.exec(first)?.[0] ?? "";
  const isQuoted = mark !== "" && last.endsWith(mark) && (said.length > 1 || first.length > 1);
  return isQuoted ? trimmed(said, /^["']/, /["']$/) : said;
}

/** Stretches of an argument without the option that they begin with. */
export function withoutOption(stretches: readonly TemplateStretch[]): readonly TemplateStretch[] {
  return trimmed(stretches, /^--?[\w.-]+=/, /$^/);
}

function trimmed(stretches: readonly TemplateStretch[], start: RegExp, end: RegExp): readonly TemplateStretch[] {
  const said = stretches.filter(({ text }) => text?.trim() !== "");
  const cut = said.map((stretch, index) => {
    if (stretch.text === undefined) return stretch;
    const started = index === 0 ? stretch.text.replace(start, "") : stretch.text;
    return { ...stretch, text: index === said.length - 1 ? started.replace(end, "") : started };
  });
  return cut.filter(({ text }) => text !== "");
}
