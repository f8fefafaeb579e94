import { knownText, madeText, unknownValues, type HclValue } from "./hclValue.ts";

/** Whether a condition holds; undefined where it cannot be told. */
export function truthOf(values: readonly HclValue[]): boolean | undefined {
  const [first, ...others] = values.map(knownText);
  if (first === undefined || others.some((other) => other !== first)) return undefined;
  return first === "true" ? true : first === "false" ? false : undefined;
}

/** What an operator makes of its operands. */
export function operate(operator: string, operands: readonly (readonly HclValue[])[]): readonly HclValue[] {
  const [left = unknownValues, right = unknownValues] = operands;
  if (operands.length === 1 && operator === "!") return truth(negated(truthOf(left)));
  switch (operator) {
    case "&&":
    case "||":
      return truth(joined(operator === "||", truthOf(left), truthOf(right)));
    case "==":
      return truth(areEqual(left, right));
    case "!=":
      return truth(negated(areEqual(left, right)));
    default:
      return arithmetic(operator, operands.length === 1 ? [[madeText("0")], left] : [left, right]);
  }
}

/** A truth value as a text, as far as it is known. */
export function truth(value: boolean | undefined): readonly HclValue[] {
  return value === undefined ? unknownValues : [madeText(String(value))];
}

/** Whether two values are the same; undefined where it cannot be told. */
export function areEqual(one: readonly HclValue[], other: readonly HclValue[]): boolean | undefined {
  const [left, right] = [onlyScalar(one), onlyScalar(other)];
  return left === undefined || right === undefined ? undefined : left === right;
}

/** The one text of the alternatives, null where they are none. */
function onlyScalar(values: readonly HclValue[]): string | null | undefined {
  const [first, ...others] = values.map((value) => (value.kind === "null" ? null : knownText(value)));
  return others.every((other) => other === first) ? first : undefined;
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** `decisive` is what either side decides alone: true for `||`. */
function joined(decisive: boolean, one: boolean | undefined, other: boolean | undefined): boolean | undefined {
  if (one === decisive || other === decisive) return decisive;
  return one === undefined || other === undefined ? undefined : !decisive;
}

function arithmetic(operator: string, operands: readonly (readonly HclValue[])[]): readonly HclValue[] {
  const [one, other] = operands.map((values) => onlyScalar(values));
  if (!isNumber(one) || !isNumber(other)) return unknownValues;
  const [left, right] = [Number(one), Number(other)];
  switch (operator) {
    case "<":
      return truth(left < right);
    case "<=":
      return truth(left <= right);
    case ">":
      return truth(left > right);
    case ">=":
      return truth(left >= right);
    case "+":
      return number(left + right);
    case "-":
      return number(left - right);
    case "*":
      return number(left * right);
    case "%":
      return number(left % right);
    default:
      return number(left / right);
  }
}

function isNumber(text: string | null | undefined): text is string {
  return typeof text === "string" && /^-?\d{1,15}(?:\.\d{1,6})?$/.test(text);
}

function number(value: number): readonly HclValue[] {
  return Number.isFinite(value) ? [madeText(String(value))] : unknownValues;
}
