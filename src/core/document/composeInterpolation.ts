import type { Span } from "../image/span.ts";
import type { ValueStep } from "./document.ts";
import type { Value, ValuePart } from "./value.ts";
import { literalPart } from "./yamlImage.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** What is known of the environment: a variable's value, and how it came to be. */
export type ComposeEnvironment = (name: string) => { readonly text: string; readonly step: ValueStep } | undefined;

const maximumNesting = 20;

/**
 * What a compose file's value comes to (Compose specification, Interpolation) with what is known of the environment.
 * Without that, a default counts as the value, `${V:+x}` is empty; every other variable is unknown. `$$` is a dollar sign.
 */
export function interpolate(
  text: string,
  scalar: YamlScalar,
  environment: ComposeEnvironment,
  from = 0,
  to = scalar.text.length,
): Value {
  const parts: ValuePart[] = [];
  const chain: ValueStep[] = [];
  const source = scalar.text;

  const read = (start: number, end: number, depth: number): void => {
    const literalSpan = depth === 0 ? undefined : literalPart(text, scalar, start, end).span;
    let at = start;
    let literal = start;
    const flush = (until: number): void => {
      if (until > literal)
        parts.push({
          ...literalPart(text, scalar, literal, until),
          ...(literalSpan === undefined ? {} : { literal: literalSpan }),
        });
    };
    while (at < end) {
      if (source.charAt(at) !== "$") {
        at++;
        continue;
      }
      flush(at);
      at = expansion(at, end, depth);
      literal = at;
    }
    flush(end);
  };

  /** Reads what begins with the dollar sign at `at`; gives the offset after it. */
  const expansion = (at: number, end: number, depth: number): number => {
    if (source.charAt(at + 1) === "$") {
      parts.push({ text: "$" });
      return at + 2;
    }
    const name = /^[A-Za-z_][A-Za-z0-9_]*/;
    const plain = name.exec(source.slice(at + 1, end))?.[0];
    if (plain !== undefined) return variableAt(at, at + 1 + plain.length, plain);
    const closing = source.charAt(at + 1) === "{" ? closingBrace(source, at + 1, end) : undefined;
    if (closing === undefined) {
      parts.push({});
      return end;
    }
    const variable = name.exec(source.slice(at + 2, closing))?.[0] ?? "";
    const rest = at + 2 + variable.length;
    const operator = /^:?[-+?]/.exec(source.slice(rest, closing))?.[0] ?? "";
    const value = operator === "" && rest !== closing ? undefined : environment(variable);
    // With a colon, an empty value is as good as none.
    const isSet = value !== undefined && (value.text !== "" || !operator.startsWith(":"));
    const hasInner = variable !== "" && depth < maximumNesting;
    if (operator.endsWith("-") && !isSet && hasInner) {
      chain.push(step(rest + operator.length, closing, `default of ${variable}`));
      read(rest + operator.length, closing, depth + 1);
    } else if (operator.endsWith("+") && isSet && hasInner) {
      chain.push(step(at, closing + 1, `variable ${variable}`), value.step);
      read(rest + operator.length, closing, depth + 1);
    } else if (operator.endsWith("+")) {
      parts.push({ text: "" });
      chain.push(step(at, closing + 1, `${variable} taken as not set`));
    } else if (isSet) variableAt(at, closing + 1, variable);
    else unknown(at, closing, variable);
    return closing + 1;
  };

  const variableAt = (start: number, end: number, variable: string): number => {
    const value = environment(variable);
    if (value === undefined) return unknown(start, end, variable);
    parts.push({ text: value.text });
    chain.push(step(start, end, `variable ${variable}`), value.step);
    return end;
  };

  const unknown = (start: number, end: number, variable: string): number => {
    parts.push({});
    chain.push(step(start, end, variable === "" ? "a variable" : `variable ${variable}`));
    return end;
  };

  const step = (start: number, end: number, label: string): ValueStep => {
    const { span = scalar.span } = literalPart(text, scalar, start, end);
    return { span, label, text: source.slice(start, end) };
  };

  read(from, to, 0);
  return { parts, chain };
}

/** Where the variables and escapes of a value stand, in order. */
export function expansionsIn(source: string): readonly Span[] {
  const found: Span[] = [];
  const simple = /\$(?:\$|[A-Za-z_][A-Za-z0-9_]*)/y;
  for (let at = source.indexOf("$"); at >= 0; at = source.indexOf("$", at)) {
    simple.lastIndex = at;
    const closing = source.charAt(at + 1) === "{" ? closingBrace(source, at + 1, source.length) : undefined;
    const end = closing === undefined ? at + (simple.exec(source)?.[0].length ?? 0) : closing + 1;
    if (end > at) found.push({ start: at, end });
    at = Math.max(end, at + 1);
  }
  return found;
}

/** The brace that closes the one at `open`, with those of nested variables skipped. */
function closingBrace(source: string, open: number, end: number): number | undefined {
  let depth = 0;
  for (let at = open; at < end; at++) {
    if (source.charAt(at) === "{") depth++;
    else if (source.charAt(at) === "}" && --depth === 0) return at;
  }
  return undefined;
}
