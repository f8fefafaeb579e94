import { parseTemplate, type TemplateNode, type TemplateOperand, type TemplatePipeline } from "./goTemplate.ts";
import {
  endOfItem,
  fieldOf,
  itemsOfData,
  stretchesOf,
  textData,
  textOfData,
  truthOf,
  unknownData,
  type TemplateData,
  type TemplateStretch,
} from "./templateData.ts";
import { templateFunctions } from "./templateFunctions.ts";

/** What templates are evaluated with. */
export interface TemplateContext {
  /** What `.` and `$` stand for at the top. */
  readonly root: TemplateData;
  /** The named template; undefined where none is known. */
  readonly define: (name: string) => readonly TemplateNode[] | undefined;
  /** Steps that are left for all that is evaluated with it. */
  readonly budget?: { left: number };
}

interface Evaluation extends TemplateContext {
  readonly dot: TemplateData;
  readonly variables: Map<string, TemplateData>;
  readonly depth: number;
  readonly budget: { left: number };
}

/** Functions that change what they are given. */
const changing = new Set(["set", "unset"]);
const maximumDepth = 30;
const maximumItems = 100;
const maximumSteps = 20_000;

/** What a template yields, stretch by stretch. Never throws; what is not known is a stretch without text. */
export function evaluateTemplate(nodes: readonly TemplateNode[], context: TemplateContext): readonly TemplateStretch[] {
  const variables = new Map([["$", context.root]]);
  const allowed = Math.min(maximumSteps, context.budget?.left ?? maximumSteps);
  const budget = { left: allowed };
  const stretches = evaluateNodes(nodes, { ...context, dot: context.root, variables, depth: 0, budget });
  if (context.budget !== undefined) context.budget.left -= allowed - budget.left;
  return stretches;
}

function evaluateNodes(nodes: readonly TemplateNode[], evaluation: Evaluation): readonly TemplateStretch[] {
  if (evaluation.depth > maximumDepth) return [{}];
  return nodes.flatMap((node) => (evaluation.budget.left-- > 0 ? evaluateNode(node, evaluation) : [{}]));
}

function evaluateNode(node: TemplateNode, evaluation: Evaluation): readonly TemplateStretch[] {
  switch (node.kind) {
    case "text":
      return [{ text: node.text }];
    case "output":
      return stretchesOf(evaluatePipeline(node.pipeline, evaluation));
    case "assignment":
      evaluation.variables.set(node.name, evaluatePipeline(node.pipeline, evaluation));
      return [];
    case "call":
      return callTemplate(node.name, evaluatePipeline(node.argument, evaluation), evaluation);
    case "unknown":
      return [{}];
    case "range":
      return evaluateLoop(node, evaluation);
    case "if":
    case "with":
      for (const { condition, body } of node.branches) {
        const value = condition === undefined ? undefined : evaluateCondition(condition, evaluation);
        const truth = value === undefined ? true : truthOf(value);
        // A chart that comes to anything has not come here.
        if (truth === undefined && fails(body)) continue;
        if (truth === undefined)
          return forgetting(
            node.branches.flatMap((one) => one.body),
            evaluation,
          );
        const within = { ...evaluation, depth: evaluation.depth + 1 };
        if (truth)
          return evaluateNodes(body, node.kind === "with" && value !== undefined ? { ...within, dot: value } : within);
      }
      return [];
  }
}

/** What a loop yields, one after the other; what an open one yields is kept apart. */
function evaluateLoop(
  loop: Extract<TemplateNode, { kind: "range" }>,
  evaluation: Evaluation,
): readonly TemplateStretch[] {
  const { names, over, body, otherwise, isOpen } = loop;
  const { variables, depth } = evaluation;
  const items = itemsOfData(evaluatePipeline(over, evaluation));
  const isKnown = items !== undefined && items.length <= maximumItems;
  if (!isOpen && !isKnown) return forgetting([...body, ...otherwise], evaluation);
  if (!isOpen && items?.length === 0) return evaluateNodes(otherwise, { ...evaluation, depth: depth + 1 });
  const one = { key: unknownData, value: unknownData };
  return (isKnown && items.length > 0 ? items : [one]).flatMap(({ key, value }) => {
    const [first, second] = names;
    if (second !== undefined && first !== undefined) variables.set(first, key).set(second, value);
    else if (first !== undefined) variables.set(first, value);
    const stretches = evaluateNodes(body, { ...evaluation, dot: value, depth: depth + 1 });
    return isOpen ? [...stretches, endOfItem] : stretches;
  });
}

/** Whether a branch ends in the failure of the chart. */
function fails(body: readonly TemplateNode[]): boolean {
  return body.some((node) => {
    const last = node.kind === "output" ? node.pipeline.at(-1)?.[0] : undefined;
    return last?.kind === "word" && last.name === "fail";
  });
}

/** Which branch is taken is not known: nor is what it yields, and what it assigns. */
function forgetting(body: readonly TemplateNode[], evaluation: Evaluation): readonly TemplateStretch[] {
  let yields = false;
  for (const node of body) {
    if (node.kind === "assignment") {
      evaluation.variables.set(node.name, unknownData);
      const [name, target] = node.pipeline[0] ?? [];
      if (name?.kind === "word" && changing.has(name.name)) keep(target, unknownData, evaluation);
    } else if (node.kind === "range") yields = forgets([...node.body, ...node.otherwise], evaluation) || yields;
    else if (node.kind === "if" || node.kind === "with")
      for (const branch of node.branches) yields = forgets(branch.body, evaluation) || yields;
    else if (node.kind !== "text" || node.text.trim() !== "") yields = true;
  }
  return yields ? [{}] : [];
}

/** Whether what is forgotten would yield anything; a branch that fails yields nothing. */
function forgets(body: readonly TemplateNode[], evaluation: Evaluation): boolean {
  return !fails(body) && forgetting(body, evaluation).length > 0;
}

/** A condition may also give a name to what it tests. */
function evaluateCondition(pipeline: TemplatePipeline, evaluation: Evaluation): TemplateData {
  const [first, ...others] = pipeline;
  const [target, sign, ...rest] = first ?? [];
  if (target?.kind !== "path" || sign?.kind !== "word" || !/^:?=$/.test(sign.name))
    return evaluatePipeline(pipeline, evaluation);
  const value = evaluatePipeline([rest, ...others], evaluation);
  evaluation.variables.set(target.root, value);
  return value;
}

function callTemplate(name: string, argument: TemplateData, evaluation: Evaluation): readonly TemplateStretch[] {
  const body = evaluation.define(name);
  if (body === undefined) return [{}];
  const variables = new Map([["$", argument]]);
  return evaluateNodes(body, { ...evaluation, dot: argument, variables, depth: evaluation.depth + 1 });
}

function evaluatePipeline(pipeline: TemplatePipeline, evaluation: Evaluation): TemplateData {
  let value: TemplateData | undefined;
  for (const command of pipeline) value = evaluateCommand(command, value, evaluation);
  return value ?? unknownData;
}

function evaluateCommand(
  command: readonly TemplateOperand[],
  piped: TemplateData | undefined,
  evaluation: Evaluation,
): TemplateData {
  if (evaluation.budget.left-- <= 0) return unknownData;
  const [first, ...rest] = command;
  if (first === undefined) return piped ?? unknownData;
  if (first.kind !== "word")
    return rest.length === 0 && piped === undefined ? operandValue(first, evaluation) : unknownData;
  if (rest.length === 0 && piped === undefined) return operandValue(first, evaluation);
  const args = [...rest.map((operand) => operandValue(operand, evaluation)), ...(piped === undefined ? [] : [piped])];
  if (first.name === "include") {
    const name = textOfData(args[0] ?? unknownData);
    if (name === undefined) return unknownData;
    return { kind: "text", stretches: callTemplate(name, args[1] ?? unknownData, evaluation) };
  }
  if (first.name === "tpl") return evaluateText(args[0] ?? unknownData, args[1] ?? unknownData, evaluation);
  const value = templateFunctions.get(first.name)?.(args) ?? unknownData;
  if (changing.has(first.name)) keep(rest[0], value, evaluation);
  return value;
}

/** What is changed in place is so for those that ask for it by the same name. */
function keep(target: TemplateOperand | undefined, value: TemplateData, { variables }: Evaluation): void {
  if (target?.kind === "path" && target.root !== "." && target.fields.length === 0) variables.set(target.root, value);
}

/** A text that is a template itself. */
function evaluateText(source: TemplateData, dot: TemplateData, evaluation: Evaluation): TemplateData {
  const text = textOfData(source);
  // What of it is known may be no template, whatever the rest comes to.
  if (text === undefined) return isPlain(source) ? source : unknownData;
  if (!text.includes("{{")) return source;
  const variables = new Map([["$", dot]]);
  const within = { ...evaluation, dot, variables, depth: evaluation.depth + 1 };
  const [step] = stretchesOf(source).flatMap((stretch) => stretch.step ?? []);
  const stretches = evaluateNodes(parseTemplate(text).nodes, within);
  return {
    kind: "text",
    stretches: step === undefined ? stretches : stretches.map((stretch) => ({ step, ...stretch })),
  };
}

function isPlain(source: TemplateData): boolean {
  return source.kind === "text" && !source.stretches.some(({ text }) => text?.includes("{{") === true);
}

function operandValue(operand: TemplateOperand, evaluation: Evaluation): TemplateData {
  switch (operand.kind) {
    case "text":
      return textData(operand.text);
    case "group":
      return operand.fields.reduce(
        fieldOf,
        evaluatePipeline(operand.pipeline, { ...evaluation, depth: evaluation.depth + 1 }),
      );
    case "path": {
      const start = operand.root === "." ? evaluation.dot : (evaluation.variables.get(operand.root) ?? unknownData);
      return operand.fields.reduce(fieldOf, start);
    }
    case "word":
      if (operand.name === "true" || operand.name === "false")
        return { kind: "boolean", value: operand.name === "true" };
      if (operand.name === "nil") return textData("");
      if (/^-?\d+(?:\.\d+)?$/.test(operand.name)) return textData(operand.name);
      return operand.name === "dict" || operand.name === "list"
        ? (templateFunctions.get(operand.name)?.([]) ?? unknownData)
        : unknownData;
  }
}
