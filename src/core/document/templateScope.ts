import { templateActions, type TemplateAction } from "./templateMask.ts";

/** What is in force at places of a template. */
export interface TemplateScopes {
  /** The expression at an offset, behind what gives its variables and `.` their values there. */
  around(expression: string, offset: number): string;
  /** The named template that stands around an offset. */
  namedAround(offset: number): string | undefined;
  /** A template that yields more than `.` where the nearest condition around an offset lets what stands there in. */
  conditionAround(offset: number): string | undefined;
}

interface Block {
  readonly keyword: string;
  readonly head: string;
  /** What opens it, where that changes what `.` is or names something. */
  readonly opening: string | undefined;
  readonly assignments: string[];
  /** All of it that matters for variables from around it. */
  readonly pieces: string[];
}

const steering = /^(if|with|range|define|block|else|end)\b\s*([^]*)$/;
const assignment = /^\$\w*\s*:?=/;
const reassignment = /^\{\{ \$\w*\s*=/;
/** Variables of its own, or fields of what is not the chart's. */
const needsScope = /\$\w|(?:^|[\s(|])\.(?!(?:Values|Chart|Release|Template|Capabilities|Files)\b)(?:\w|[\s)|}]|$)/;
const maximumAssignments = 60;

/** Finds the assignments and the blocks around places of a template (text/template), as soon as an expression needs them. */
export function templateScopes(text: string): TemplateScopes {
  let actions: readonly TemplateAction[] | undefined;
  return {
    around(expression, offset) {
      if (!needsScope.test(expression)) return expression;
      return scopeOf(blocksAt((actions ??= templateActions(text)), offset)) + expression;
    },
    namedAround(offset) {
      if (!/\b(?:define|block)\b/.test(text)) return undefined;
      const named = blocksAt((actions ??= templateActions(text)), offset).findLast(isNamed);
      return /^(?:define|block)\s+(?:"([^"]+)"|`([^`]+)`)/
        .exec(named?.head ?? "")
        ?.slice(1)
        .find(Boolean);
    },
    conditionAround(offset) {
      const open = blocksAt((actions ??= templateActions(text)), offset);
      const nearest = open.findLastIndex(({ keyword }) => keyword === "if");
      if (nearest < 0) return undefined;
      return `${scopeOf(open.slice(0, nearest))}${open[nearest]?.pieces.join("") ?? ""}in{{ end }}.`;
    },
  };
}

/** What is open at an offset, from the outermost on. */
function blocksAt(actions: readonly TemplateAction[], offset: number): readonly Block[] {
  const open: Block[] = [blockOf("", "")];
  for (const { start, source } of actions) {
    if (start >= offset) break;
    const [, keyword = "", rest = ""] = steering.exec(source) ?? [];
    const current = open.at(-1);
    if (assignment.test(source)) {
      current?.assignments.push(`{{ ${source} }}`);
      current?.pieces.push(`{{ ${source} }}`);
    } else if (keyword === "end") closeBlock(open);
    else if (keyword === "else") {
      const before = open.pop();
      const next = blockOf(before?.keyword ?? "", rest);
      open.push({ ...next, pieces: [...(before?.pieces ?? []), `{{ ${source} }}`] });
    } else if (keyword !== "") open.push(blockOf(keyword, `${keyword} ${rest}`));
  }
  return open;
}

function scopeOf(open: readonly Block[]): string {
  // A named template sees nothing of what is around it.
  const from = open.findLastIndex(isNamed);
  return open
    .slice(Math.max(0, from))
    .flatMap(({ opening, assignments }) => [...(opening === undefined ? [] : [opening]), ...assignments])
    .slice(-maximumAssignments)
    .join("");
}

function blockOf(keyword: string, head: string): Block {
  // What follows the `else` of a loop has no item.
  const pieces = [head === "" ? "{{ with $unknown }}" : `{{ ${head} }}`];
  return { keyword, head, opening: openingOf(head), assignments: [], pieces };
}

function isNamed({ keyword }: Block): boolean {
  return keyword === "define" || keyword === "block";
}

/** What a block assigns to a variable from around it stays. */
function closeBlock(open: Block[]): void {
  const block = open.length > 1 ? open.pop() : undefined;
  if (block === undefined || isNamed(block)) return;
  if (block.pieces.some((piece) => reassignment.test(piece)))
    open.at(-1)?.assignments.push(...block.pieces, "{{ end }}");
}

function openingOf(head: string): string | undefined {
  if (/^(?:with|range) /.test(head)) return `{{ ${head} }}`;
  // A condition may give a name to what it tests.
  const named = /^if\s+(\$\w+\s*:=[^]*)$/.exec(head)?.[1];
  return named === undefined ? undefined : `{{ ${named} }}`;
}
