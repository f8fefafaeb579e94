import { templateActions } from "./templateMask.ts";

/** A value in a pipeline, as Go's text/template writes it. */
export type TemplateOperand =
  | { readonly kind: "text"; readonly text: string }
  /** `.a.b`, `$.a`, `$name.a`: `root` is `.`, `$` or the variable. */
  | { readonly kind: "path"; readonly root: string; readonly fields: readonly string[] }
  | { readonly kind: "group"; readonly pipeline: TemplatePipeline; readonly fields: readonly string[] }
  /** A function, a number or a constant. */
  | { readonly kind: "word"; readonly name: string };

/** Commands whose results are passed on, each a list of operands. */
export type TemplatePipeline = readonly (readonly TemplateOperand[])[];

/** A branch of an `if` or `with`; the last may have no condition. */
interface TemplateBranch {
  readonly condition?: TemplatePipeline;
  readonly body: readonly TemplateNode[];
}

/** A piece of a template. */
export type TemplateNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly pipeline: TemplatePipeline }
  | { readonly kind: "assignment"; readonly name: string; readonly pipeline: TemplatePipeline }
  | { readonly kind: "if" | "with"; readonly branches: readonly TemplateBranch[] }
  | { readonly kind: "call"; readonly name: string; readonly argument: TemplatePipeline }
  | TemplateLoop
  /** What is not followed. */
  | { readonly kind: "unknown" };

/** A loop; `names` are those of the key and the value, or of the value alone. */
interface TemplateLoop {
  readonly kind: "range";
  readonly names: readonly string[];
  readonly over: TemplatePipeline;
  readonly body: readonly TemplateNode[];
  readonly otherwise: readonly TemplateNode[];
  /** Whether the text ends within it: what is asked for is what its end yields each time. */
  readonly isOpen: boolean;
}

/** A template: what it yields, and the templates that it defines by name. */
export interface ParsedTemplate {
  readonly nodes: readonly TemplateNode[];
  readonly defines: ReadonlyMap<string, readonly TemplateNode[]>;
}

interface Block {
  readonly keyword: string;
  readonly rest: string;
  body: TemplateNode[];
  readonly branches: TemplateBranch[];
  condition: TemplatePipeline | undefined;
}

/** Reads a template of Go's text/template. Never throws; what it does not understand yields something unknown. */
export function parseTemplate(text: string): ParsedTemplate {
  const defines = new Map<string, readonly TemplateNode[]>();
  const top: Block = { keyword: "", rest: "", body: [], branches: [], condition: undefined };
  const open: Block[] = [top];
  const current = (): Block => open.at(-1) ?? top;
  let at = 0;
  let trimsStart = false;
  for (const { start, end, source } of templateActions(text)) {
    const trimsEnd = /^\{\{-\s/.test(text.slice(start, start + 4));
    pushText(current().body, text.slice(at, start), trimsStart, trimsEnd);
    at = end;
    trimsStart = /\s-\}\}$/.test(text.slice(end - 4, end));
    const [, keyword = "", rest = ""] =
      /^(if|with|range|define|block|else|end|template|break|continue)\b\s*([^]*)$/.exec(source) ?? [];
    if (source.startsWith("/*") || keyword === "break" || keyword === "continue") continue;
    if (keyword === "end") {
      const block = open.length > 1 ? open.pop() : undefined;
      if (block !== undefined) close(block, current().body, defines);
    } else if (keyword === "else") {
      if (open.length > 1) nextBranch(current(), rest);
    } else if (["if", "with", "range", "define", "block"].includes(keyword))
      open.push({ keyword, rest, body: [], branches: [], condition: parsePipeline(rest) });
    else current().body.push(keyword === "template" ? callOf(rest) : nodeOf(source));
  }
  pushText(current().body, text.slice(at), trimsStart, false);
  while (open.length > 1) {
    const block = open.pop();
    if (block !== undefined) close(block, current().body, defines, true);
  }
  return { nodes: top.body, defines };
}

function pushText(body: TemplateNode[], raw: string, trimsStart: boolean, trimsEnd: boolean): void {
  const started = trimsStart ? raw.trimStart() : raw;
  const text = trimsEnd ? started.trimEnd() : started;
  if (text !== "") body.push({ kind: "text", text });
}

function nextBranch(block: Block, rest: string): void {
  const { condition, body } = block;
  block.branches.push(condition === undefined ? { body } : { condition, body });
  block.body = [];
  const follow = /^(?:if|with)\b\s*([^]*)$/.exec(rest)?.[1];
  block.condition = follow === undefined ? undefined : parsePipeline(follow);
}

function close(
  block: Block,
  around: TemplateNode[],
  defines: Map<string, readonly TemplateNode[]>,
  isOpen = false,
): void {
  const { keyword, body, branches, condition } = block;
  if (keyword === "define" || keyword === "block") {
    const name = /^"([^"]*)"|^`([^`]*)`/.exec(block.rest);
    const label = name?.[1] ?? name?.[2] ?? "";
    if (label !== "" && !defines.has(label)) defines.set(label, body);
    if (keyword === "block") around.push(callOf(block.rest));
    return;
  }
  if (keyword === "range") {
    around.push(loopOf(block, isOpen));
    return;
  }
  const all = [...branches, condition === undefined ? { body } : { condition, body }];
  around.push({ kind: keyword === "with" ? "with" : "if", branches: all });
}

function loopOf({ rest, body, branches }: Block, isOpen: boolean): TemplateLoop {
  const [head = "", first, second] = /^(\$\w*)(?:\s*,\s*(\$\w*))?\s*:?=/.exec(rest) ?? [];
  const names = [first, second].flatMap((name) => name ?? []);
  const over = parsePipeline(rest.slice(head.length));
  // What follows `else` is what it yields without an item.
  const [items, otherwise] = branches[0] === undefined ? [body, []] : [branches[0].body, body];
  return { kind: "range", names, over, body: items, otherwise, isOpen };
}

function callOf(rest: string): TemplateNode {
  const [, quoted, raw, argument = ""] = /^(?:"([^"]*)"|`([^`]*)`)\s*([^]*)$/.exec(rest) ?? [];
  const name = quoted ?? raw;
  return name === undefined ? { kind: "unknown" } : { kind: "call", name, argument: parsePipeline(argument) };
}

function nodeOf(source: string): TemplateNode {
  const [head, name] = /^(\$\w*)\s*:?=/.exec(source)?.slice(0, 2) ?? [];
  if (head === undefined || name === undefined) return { kind: "output", pipeline: parsePipeline(source) };
  return { kind: "assignment", name, pipeline: parsePipeline(source.slice(head.length)) };
}

const token = /\s+|"((?:[^"\\\n]|\\.)*)"|`([^`]*)`|([()|])|((?:[^\s()|"`])+)/y;
const maximumSource = 4096;
const maximumDepth = 30;

/** Reads what stands between the braces of an action. */
function parsePipeline(source: string): TemplatePipeline {
  if (source.length > maximumSource) return [[{ kind: "word", name: "" }]];
  let at = 0;
  const read = (depth: number): TemplatePipeline => {
    const commands: TemplateOperand[][] = [[]];
    const add = (operand: TemplateOperand): void => void commands.at(-1)?.push(operand);
    while (at < source.length) {
      token.lastIndex = at;
      const match = token.exec(source);
      if (match === null) {
        at += 1;
        continue;
      }
      at = token.lastIndex;
      const [, quoted, raw, sign, word] = match;
      if (quoted !== undefined)
        add({ kind: "text", text: quoted.replace(/\\(.)/g, (_, one: string) => (one === "n" ? "\n" : one)) });
      else if (raw !== undefined) add({ kind: "text", text: raw });
      else if (sign === ")") return commands;
      else if (sign === "|") commands.push([]);
      else if (sign === "(") {
        const pipeline: TemplatePipeline = depth > maximumDepth ? [] : read(depth + 1);
        const fields = /^(?:\.\w+)+/.exec(source.slice(at))?.[0] ?? "";
        at += fields.length;
        add({ kind: "group", pipeline, fields: fields.split(".").slice(1) });
      } else if (word !== undefined) add(operandOf(word));
    }
    return commands;
  };
  return read(0);
}

function operandOf(word: string): TemplateOperand {
  const [, root, path = ""] = /^(\$\w*|)((?:\.\w+)+|\.)?$/.exec(word) ?? [];
  if (root === undefined || (root === "" && path === "")) return { kind: "word", name: word };
  return { kind: "path", root: root === "" ? "." : root, fields: path === "." ? [] : path.split(".").slice(1) };
}
