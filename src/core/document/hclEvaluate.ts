import { callTag, expressionTag } from "./hclExpression.ts";
import { callHclFunction } from "./hclFunctions.ts";
import { truthOf, operate } from "./hclOperators.ts";
import { nodeOfExpression, parseHclExpression, type HclExpression, type HclFor, type HclStep } from "./hclSyntax.ts";
import { combined, entriesIn, lookupWith, preferKnown, withNames } from "./hclNames.ts";
import { interpolations } from "./hclTemplate.ts";
import { callWithFiles } from "./hclTexts.ts";
import { declaredValues } from "./hclTypes.ts";
import {
  knownText,
  listOf,
  literalOf,
  madeText,
  maximumAlternatives,
  objectOf,
  stepOf,
  unknownValues,
  withSteps,
  type HclDefinition,
  type HclEnvironment,
  type HclThunk,
  type HclValue,
} from "./hclValue.ts";
import { dereference, entriesOf, isNull, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

const maximumDepth = 60;

/** What a thunk comes to: one value for each way in which it may. */
export function force(thunk: HclThunk): readonly HclValue[] {
  if (thunk.kind === "known") return thunk.values;
  const { node, environment, label } = thunk;
  const values = evaluateNode(node, environment);
  const scalar = dereference(node);
  if (label === undefined || scalar?.kind !== "scalar") return values;
  const step = stepOf(environment, scalar.span, label, scalar.text);
  return values.map((value) => withSteps(value, [step]));
}

/** What a node of an HCL, JSON or YAML document comes to. */
export function evaluateNode(node: YamlNode | undefined, environment: HclEnvironment): readonly HclValue[] {
  const found = dereference(node);
  const thunk = (inner: YamlNode): HclThunk => ({ kind: "written", node: inner, environment });
  switch (found?.kind) {
    case undefined:
      return unknownValues;
    case "mapping":
      return [objectOf(entriesOf(found).map(({ key, value }) => [keyOf(key, environment), thunk(value)] as const))];
    case "sequence":
      return found.tag?.startsWith(callTag) === true
        ? call(found.tag.slice(callTag.length), found.items.map(thunk), environment)
        : [listOf(found.items.map(thunk))];
    case "scalar":
      if (isNull(found)) return [{ kind: "null", chain: [] }];
      return found.tag === expressionTag ? expressionValues(found, environment) : templateValues(found, environment);
  }
}

/** A key of an object, with what is known of its interpolations, or of the expression that it is. */
function keyOf(key: YamlScalar, environment: HclEnvironment): string {
  const isExpression = key.tag === expressionTag;
  if (!isExpression && !key.text.includes("${")) return key.text;
  const values = (isExpression ? expressionValues : templateValues)(key, environment).map(knownText);
  return (values.length === 1 ? values[0] : undefined) ?? key.text;
}

function expressionValues(scalar: YamlScalar, environment: HclEnvironment): readonly HclValue[] {
  const { start, end } = scalar.span;
  const expression = parseHclExpression(environment.source.text, start, end);
  if (expression === undefined) return unknownValues;
  const step = stepOf(environment, scalar.span, labelOf(expression, scalar.text), scalar.text);
  return evaluate(expression, environment).map((value) => withSteps(value, [step]));
}

function labelOf({ kind }: HclExpression, text: string): string {
  return kind === "name" || kind === "steps" ? `variable ${text}` : "expression";
}

/** A text with its interpolations; one that is nothing else is the value itself. */
function templateValues(scalar: YamlScalar, environment: HclEnvironment): readonly HclValue[] {
  const { text } = scalar;
  const places = environment.isPlain === true ? [] : interpolations(text);
  const literal = (from: number, to: number): HclValue => ({
    kind: "text",
    value: { parts: to > from ? [literalOf(environment, scalar, from, to)] : [], chain: [] },
  });
  const pieces: (readonly HclValue[])[] = [];
  let at = 0;
  for (const { start, end, name, text: fixed } of places) {
    if (start > at) pieces.push([literal(at, start)]);
    at = end;
    pieces.push(
      fixed === undefined ? interpolated(scalar, { start, end, name: name ?? "" }, environment) : [madeText(fixed)],
    );
  }
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1 && at === text.length) return only;
  if (at < text.length || pieces.length === 0) pieces.push([literal(at, text.length)]);
  return combined(pieces);
}

function interpolated(
  scalar: YamlScalar,
  { start, end, name }: { readonly start: number; readonly end: number; readonly name: string },
  environment: HclEnvironment,
): readonly HclValue[] {
  const { span, text } = scalar;
  const isInPlace = scalar.exact && environment.source.text.startsWith(text, span.start);
  const source = isInPlace ? environment.source : { ...environment.source, text, at: environment.source.at ?? span };
  const offset = isInPlace ? span.start : 0;
  const expression = parseHclExpression(source.text, offset + start + 2, offset + end - 1);
  if (expression === undefined) return unknownValues;
  const within = { ...environment, source };
  const step = stepOf(
    within,
    { start: offset + start, end: offset + end },
    labelOf(expression, name),
    text.slice(start, end),
  );
  return evaluate(expression, within).map((value) => withSteps(value, [step]));
}

/** What an expression comes to, without a step for itself. */
export function evaluate(expression: HclExpression, environment: HclEnvironment): readonly HclValue[] {
  const { budget } = environment;
  if (budget.left-- <= 0 || budget.depth >= maximumDepth) return unknownValues;
  budget.depth += 1;
  const values = evaluateKind(expression, environment);
  budget.depth -= 1;
  return values.slice(0, maximumAlternatives);
}

function evaluateKind(expression: HclExpression, environment: HclEnvironment): readonly HclValue[] {
  const thunk = (inner: HclExpression, label?: string): HclThunk => ({
    kind: "written",
    node: nodeOfExpression(environment.source.text, inner),
    environment,
    ...(label === undefined ? {} : { label }),
  });
  switch (expression.kind) {
    case "node":
      return evaluateNode(expression.node, environment);
    case "name":
      return named(expression.name, [], environment);
    case "steps": {
      const { of, steps } = expression;
      if (of.kind === "name") return named(of.name, steps, environment);
      return stepsInto({ kind: "known", values: evaluate(of, environment) }, steps, environment);
    }
    case "call": {
      const { name, args, isSpread } = expression;
      const given = args.map((arg) => thunk(arg));
      const last = isSpread ? given.pop() : undefined;
      const [spread] = last === undefined ? [] : force(last);
      if (last !== undefined && spread?.kind !== "list") return unknownValues;
      return call(name, [...given, ...(spread?.kind === "list" ? spread.items : [])], environment);
    }
    case "conditional": {
      const holds = truthOf(force(thunk(expression.condition)));
      const branch = (taken: HclExpression): readonly HclValue[] => force(thunk(taken, "branch of the condition"));
      if (holds !== undefined) return branch(holds ? expression.whenTrue : expression.whenFalse);
      return preferKnown([...branch(expression.whenTrue), ...branch(expression.whenFalse)]);
    }
    case "operation":
      return operate(
        expression.operator,
        expression.operands.map((operand) => force(thunk(operand))),
      );
    case "for":
      return loop(expression, environment);
  }
}

function named(root: string, steps: readonly HclStep[], environment: HclEnvironment): readonly HclValue[] {
  const [first, next] = steps;
  const second = first?.kind === "attribute" ? `${root}.${first.name}` : undefined;
  // `data.docker_registry_image.web`: what data stands for has a kind and a name.
  if (root === "data" && second !== undefined && next?.kind === "attribute")
    return named(`${second}.${next.name}`, steps.slice(2), environment);
  if (second === "path.module") return [madeText(".")];
  const longer = second === undefined ? undefined : environment.lookup(second);
  const found = longer ?? environment.lookup(root);
  const inside = longer === undefined ? steps : steps.slice(1);
  if (found === undefined || (found.isOpen === true && !isWritten(found, inside[0]))) return unknownValues;
  return thunksOf(found, environment).flatMap((thunk) => stepsInto(thunk, inside, environment));
}

function isWritten({ nodes }: HclDefinition, step: HclStep | undefined): boolean {
  return step?.kind === "attribute" && nodes.some((node) => valueAt(node, step.name) !== undefined);
}

/** What a name stands for, each where the file that says it is evaluated. */
export function thunksOf(definition: HclDefinition, environment: HclEnvironment): readonly HclThunk[] {
  const { nodes, source, label, thunks = [], type } = definition;
  const { own, root, budget } = environment;
  const inside = { source: source ?? own, lookup: root, own, root, isShared: true, budget };
  const written = nodes.map((node): HclThunk => ({ kind: "written", node, environment: inside, label }));
  const all = [...written, ...thunks];
  return type === undefined ? all : all.map((thunk) => declaredValues(thunk, type, inside, force));
}

/** What steps into a value lead to. What a name stands for gives its label to all that is in it. */
function stepsInto(thunk: HclThunk, steps: readonly HclStep[], environment: HclEnvironment): readonly HclValue[] {
  const [step, ...others] = steps;
  if (step === undefined) return force(thunk);
  const label = thunk.kind === "written" ? thunk.label : undefined;
  const labelled = (inner: HclThunk): HclThunk =>
    inner.kind === "written" && label !== undefined ? { ...inner, label } : inner;
  return force(thunk).flatMap((value): readonly HclValue[] => {
    if (step.kind === "splat") {
      if (value.kind === "unknown" || value.kind === "missing") return [value];
      const items =
        value.kind === "list"
          ? value.items
          : value.kind === "null"
            ? []
            : [{ kind: "known", values: [value] } as const];
      const end = step.isFull ? -1 : others.findIndex(({ kind }) => kind !== "attribute");
      const [each, rest] = end < 0 ? [others, []] : [others.slice(0, end), others.slice(end)];
      const list = listOf(
        items.map((item) => ({ kind: "known", values: stepsInto(labelled(item), each, environment) })),
      );
      return stepsInto({ kind: "known", values: [list] }, rest, environment);
    }
    if (value.kind !== "list" && value.kind !== "object")
      return [value.kind === "unknown" ? value : { kind: "missing" }];
    const keys = step.kind === "attribute" ? [step.name] : keysOf(step.key, environment);
    return keys.flatMap((key): readonly HclValue[] => {
      if (key === undefined) return unknownValues;
      const inner = value.kind === "object" ? value.entries.get(key) : value.items[Number(key)];
      if (inner === undefined) return [{ kind: "missing" }];
      return stepsInto(labelled(inner), others, environment).map((found) => withSteps(found, value.chain));
    });
  });
}

function keysOf(key: HclExpression, environment: HclEnvironment): readonly (string | undefined)[] {
  return evaluate(key, environment).map(knownText);
}

function loop(expression: HclFor, environment: HclEnvironment): readonly HclValue[] {
  const { names, of, key, value, condition } = expression;
  const [first = "", second] = names;
  return evaluate(of, environment).map((collection): HclValue => {
    const entries = entriesIn(collection);
    if (entries === undefined) return { kind: "unknown" };
    const made: (readonly [string, HclThunk])[] = [];
    for (const [name, item] of entries) {
      const bound = new Map<string, HclThunk>([[second ?? first, item]]);
      if (second !== undefined) bound.set(first, { kind: "known", values: [madeText(name)] });
      const within = withNames(environment, bound);
      if (condition !== undefined && truthOf(evaluate(condition, within)) === false) continue;
      const node = nodeOfExpression(environment.source.text, value);
      const [named] = key === undefined ? [] : evaluate(key, within);
      const at = key === undefined ? String(made.length) : knownText(named);
      if (at === undefined) return { kind: "unknown" };
      made.push([at, { kind: "written", node, environment: within }]);
    }
    return key === undefined ? listOf(made.map(([, thunk]) => thunk)) : objectOf(made);
  });
}

function call(name: string, args: readonly HclThunk[], environment: HclEnvironment): readonly HclValue[] {
  const { budget, root } = environment;
  const own = root(`${name}(`);
  if (own?.parameters === undefined)
    return callWithFiles(name, args, environment, force)?.flatMap(force) ?? callHclFunction(name, args, force);
  if (budget.left-- <= 0 || budget.depth >= maximumDepth) return unknownValues;
  const { parameters, isVariadic = false } = own;
  const last = parameters.length - 1;
  const given = parameters.map((parameter, index): [string, HclThunk] => {
    const rest: HclThunk = { kind: "known", values: [listOf(args.slice(index))] };
    return [parameter, isVariadic && index === last ? rest : (args[index] ?? { kind: "known", values: unknownValues })];
  });
  budget.depth += 1;
  const source = own.source ?? environment.own;
  const within = { ...environment, source, isShared: true, lookup: lookupWith(root, new Map(given), "argument") };
  const values = own.nodes.flatMap((node) => evaluateNode(node, within));
  budget.depth -= 1;
  return values;
}
