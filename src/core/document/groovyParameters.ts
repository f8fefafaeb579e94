import { nameAt, signAt, type GroovyToken } from "./groovy.ts";

/** A parameter of a pipeline, whose value is a default or the first of its choices where nobody says another. */
export interface GroovyParameter {
  readonly name: string;
  /** The token at which that value begins. */
  readonly at: number;
  /** Whether the value is the first line of a text of choices. */
  readonly isLines: boolean;
}

/** Tokens of a parameter's arguments that are looked through, each way. */
const maximumArguments = 40;

/** The parameter whose argument `name` stands at a token: `string(name: 'X', defaultValue: 'y')`, in any order. */
export function parameterAt(tokens: readonly GroovyToken[], at: number): GroovyParameter | undefined {
  const given = tokens[at + 2];
  const [piece] = given?.kind === "string" ? given.pieces : [];
  if (piece?.kind !== "text") return undefined;
  for (const key of [...keysFrom(tokens, at, 1), ...keysFrom(tokens, at, -1)]) {
    const value = key + 2;
    // Who starts the pipeline fills in what has an empty default.
    if (nameAt(tokens, key) === "defaultValue" && !isEmpty(tokens[value]))
      return { name: piece.text, at: value, isLines: false };
    if (nameAt(tokens, key) !== "choices") continue;
    const isList = signAt(tokens, value) === "[";
    return { name: piece.text, at: isList ? value + 1 : value, isLines: !isList };
  }
  return undefined;
}

/** The keys of the other arguments of the same call, after a token or before it. */
function keysFrom(tokens: readonly GroovyToken[], at: number, step: 1 | -1): readonly number[] {
  const keys: number[] = [];
  const [opens, closes] = step > 0 ? ["([{", ")]}"] : [")]}", "([{"];
  let depth = 0;
  for (let index = at + step; Math.abs(index - at) < maximumArguments; index += step) {
    const token = tokens[index];
    if (token === undefined) return keys;
    if (token.kind === "sign" && opens.includes(token.text)) depth += 1;
    else if (token.kind === "sign" && closes.includes(token.text) && --depth < 0) return keys;
    if (token.kind !== "name" || depth > 0) continue;
    if (signAt(tokens, index + 1) === ":") keys.push(index);
    // Another call begins, or this one.
    else if (signAt(tokens, index - 1) !== ":") return keys;
  }
  return keys;
}

function isEmpty(token: GroovyToken | undefined): boolean {
  return token?.kind === "string" && token.pieces.every((piece) => piece.kind === "text" && piece.text === "");
}
