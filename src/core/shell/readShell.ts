import { emptyWhere } from "./emptinessTest.ts";
import type { ShellCommand } from "../document/document.ts";
import type { Problem } from "../problem.ts";
import { documentSpan } from "./origin.ts";
import { skipBlanks } from "./shellBlanks.ts";
import { readSimpleCommand } from "./shellCommand.ts";
import { keywordAt, readBody, readCompound } from "./shellCompound.ts";
import { readLineBreak, skipLineBreaks } from "./shellHeredoc.ts";
import { callsOf, forwardedCommands, openArguments } from "./shellFunction.ts";
import { feedsShell, runsElsewhere } from "./shellInterpreter.ts";
import { isAwaited, withInputs } from "./shellState.ts";
import type { ShellState } from "./shellState.ts";
import type { NamedFile } from "./shellSource.ts";
import type { Stretch } from "./stretch.ts";
import { createVariables } from "./variables.ts";
import { asPosixScript, windowsEnvironment, type WindowsShell } from "./windowsShell.ts";
import { wordParts } from "./wordParts.ts";

/** What holds around a script one of the times that it runs. */
export interface ShellCombination {
  /** What a name of the environment is. */
  variable(name: string): string | undefined;
  resolveExpression?(expression: string): string | undefined;
}

/** Where a script stands and what is known around it. */
export interface ShellOptions {
  /** Document offset of the script's first character, where the script stands in the document as it is. */
  readonly offset?: number;
  /** Document offset of a character of the script, where lines were unindented, unescaped or joined. Wins over `offset`. */
  readonly toDocumentOffset?: (offset: number) => number;
  /** Environment that the script starts with, as far as it is known. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The value of a GitHub expression (the text between `${{` and `}}`, trimmed), where it is known. */
  readonly resolveExpression?: (expression: string) => string | undefined;
  /** What differs between the times that the script runs: what `environment` and `resolveExpression` leave open. */
  readonly combinations?: readonly ShellCombination[] | undefined;
  /** Where the script is not one of a POSIX shell: only the programs that it runs are read. */
  readonly windowsShell?: WindowsShell | undefined;
  /** The text of a file that the script names; what of the name is not known is one `unknownName`. */
  readonly fileNamed?: (name: string) => NamedFile | undefined;
  readonly job?: string;
  readonly step?: number;
  /** Whether another machine runs the script. */
  readonly isRemote?: boolean | undefined;
}

/** The simple commands of a script in the order in which they are written, those inside substitutions first. */
export interface ShellReading {
  readonly commands: readonly ShellCommand[];
  readonly problems: readonly Problem[];
  /** Commands of functions that take all arguments (`docker run "$@"`), as each call makes them. */
  readonly forwarded?: readonly ShellCommand[];
}

/**
 * Reads a POSIX or bash script: simple commands at any depth (pipelines, compound commands, functions, substitutions,
 * here-documents that a shell runs), with variables that the script itself sets resolved. Works in linear time, with
 * bounds on depth, commands and expansion; what could not be read is a problem. Never throws.
 */
export function readShell(text: string, options: ShellOptions = {}): ShellReading {
  const { windowsShell, ...others } = options;
  if (windowsShell !== undefined) {
    const { offset = 0, toDocumentOffset = (at: number) => offset + at } = options;
    const environment = {
      ...others.environment,
      ...windowsEnvironment(others.environment ?? {}, windowsShell),
    };
    const script = asPosixScript(text, windowsShell);
    const reading = readShell(script.text, {
      ...others,
      environment,
      toDocumentOffset: (at) => toDocumentOffset(script.toDocumentOffset(at)),
    });
    // What only a POSIX shell would refuse is no problem.
    return { ...reading, problems: [] };
  }
  let state = readOnce(text, options, nothingKnown);
  // What is read and what functions are called with may stand after them: a second reading knows, where it may matter
  // for an image.
  const mayMatter = (state.inputs.size > 0 || state.functions.size > 0) && namesTool.test(text);
  if (mayMatter && state.inputs.size > 0) state = readOnce(text, options, { ...nothingKnown, inputs: state.inputs });
  const callsIn = ({ functions, commands, forwarding }: ShellState): Known["calls"] =>
    callsOf(functions, [...commands, ...forwardedCommands(forwarding, commands)]);
  const takesArguments = /\$\{?[1-9]|\bfor\s+\w+\s*(?:;|\n|\bdo\b|in\s+"?\$\{?[@*])|=\(\s*"?\$\{?[@*]/.test(text);
  let calls = mayMatter && state.functions.size > 0 && takesArguments ? callsIn(state) : nothingKnown.calls;
  for (let readings = 0; calls.size > 0 && readings < maximumReadings; readings++) {
    const open = openArguments(calls);
    state = readOnce(text, options, { inputs: state.knownInputs, calls });
    if (open === 0) break;
    const next = callsIn(state);
    if (openArguments(next) >= open) break;
    calls = next;
  }
  const { commands, problems, forwarding, fed } = state;
  const forwarded = [...fed, ...forwardedCommands(forwarding, commands)];
  return { commands, problems, ...(forwarded.length === 0 ? {} : { forwarded }) };
}

/** Functions that call each other with what they are given are followed as deep as that. */
const maximumReadings = 4;

const namesTool =
  /docker|podman|nerdctl|buildah|crane|skopeo|oras|regctl|cosign|notation|trivy|grype|syft|kubectl|helm|kind|crictl|\bctr\b|gcloud|\baz\b/i;

/** What a reading before tells. */
interface Known {
  readonly calls: ShellState["calls"];
  readonly inputs: ShellState["knownInputs"];
}

const nothingKnown: Known = { calls: new Map(), inputs: new Map() };

function readOnce(text: string, options: ShellOptions, { calls, inputs }: Known): ShellState {
  const { offset = 0, toDocumentOffset = (at: number) => offset + at } = options;
  const place = { text, spanOf: (start: number, end: number) => documentSpan(toDocumentOffset, start, end) };
  const state: ShellState = {
    ...place,
    at: 0,
    end: text.length,
    depth: 0,
    gaveUp: false,
    pieces: 0,
    budget: 1_000_000 + text.length,
    variables: createVariables(
      options.environment ?? {},
      (stretches) => wordParts(place, stretches),
      (name) => combined(options.combinations, (one) => one.variable(name)),
    ),
    commands: [],
    problems: [],
    heredocs: [],
    awaited: new Map(),
    expressionEnd: 0,
    resolveExpression: options.resolveExpression ?? (() => undefined),
    combinedExpression: (expression) => combined(options.combinations, (one) => one.resolveExpression?.(expression)),
    functions: new Set(),
    functionName: undefined,
    forwarding: [],
    calls,
    positional: undefined,
    fileNamed: options.fileNamed ?? (() => undefined),
    sourced: 0,
    ...withInputs(inputs),
    readSubstitution,
    readList,
    readCommand,
    place: {
      ...(options.job === undefined ? {} : { job: options.job }),
      ...(options.step === undefined ? {} : { step: options.step }),
      ...(options.isRemote === true ? { isRemote: true } : {}),
    },
  };
  readList(state);
  if (state.budget < 0) {
    const message = "The script's variables expand to more text than is followed; later values count as unknown.";
    state.problems.push({ code: "limit-reached", message, span: state.spanOf(0, Math.min(1, text.length)) });
  }
  return state;
}

/** More times than a matrix lets a job run. */
const maximumCombinations = 256;

/** What differs between the times that a script runs, as one stretch that leaves open which; undefined where nothing is known. */
function combined(
  combinations: readonly ShellCombination[] | undefined,
  textIn: (combination: ShellCombination) => string | undefined,
): Stretch | undefined {
  if (combinations === undefined || combinations.length > maximumCombinations) return undefined;
  const texts = combinations.map(textIn);
  if (texts.every((text) => text === undefined)) return undefined;
  const nowhere = { start: 0, end: 0 };
  const choices = texts.map((text) => [{ span: nowhere, chain: [], ...(text === undefined ? {} : { text }) }]);
  return { text: undefined, ...nowhere, steps: [], choices, group: combinations };
}

/** Words that end a list of commands inside a compound command. */
const closers = new Set(["then", "elif", "else", "fi", "do", "done", "esac", "}"]);

function readSubstitution(state: ShellState, closing: ")" | "`"): void {
  state.variables.enter("subshell");
  readList(state);
  if (state.text[state.at] === closing && state.at < state.end) state.at += 1;
  state.variables.leave();
}

/** Reads commands up to the end, or to a closing word or character that something around awaits, which it leaves. */
function readList(state: ShellState): void {
  // What one command alone prints is known.
  let count = 0;
  state.printed = undefined;
  while (state.at < state.end) {
    skipBlanks(state);
    const character = state.text[state.at] ?? "";
    if (character === "\n") readLineBreak(state);
    else if (character === ")") {
      if (isAwaited(state, character)) return;
      state.at += 1;
    } else if (character === "`" && isAwaited(state, character)) return;
    else if (character === ";") {
      if (isAwaited(state, ";;") && /^;[;&]/.test(state.text.slice(state.at, state.at + 2))) return;
      state.at += 1;
    } else if (character === "&" || character === "|") state.at += 1;
    else {
      const closer = keywordAt(state);
      if (closer !== undefined && closers.has(closer)) {
        if (isAwaited(state, closer)) return;
        state.at += closer.length;
      } else {
        readAndOr(state);
        if (++count > 1) state.printed = undefined;
      }
    }
  }
}

function readAndOr(state: ShellState): void {
  const start = state.at;
  let certain = readPipeline(state);
  let entered = false;
  let operators = 0;
  for (;;) {
    skipBlanks(state);
    const operator = state.text.slice(state.at, state.at + 2);
    if ((operator !== "&&" && operator !== "||") || state.at >= state.end) break;
    const whereEmpty = operators === 0 ? emptyWhere(state.text.slice(start, state.at), operator === "&&") : undefined;
    state.at += 2;
    operators += 1;
    skipLineBreaks(state);
    // After a command that may fail, what follows perhaps does not run; what follows `||` is another way.
    if (operator === "||" && entered) state.variables.leave();
    if ((!certain && !entered) || operator === "||") {
      state.variables.enter("perhaps", whereEmpty);
      entered = true;
    }
    certain = readPipeline(state) && certain;
  }
  if (entered) state.variables.leave();
  if (entered || operators > 0) state.printed = undefined;
}

/** Reads commands joined by `|`; gives whether they only assign. */
function readPipeline(state: ShellState): boolean {
  const pending = state.heredocs.length;
  const only = readCommand(state);
  const given = state.commands.at(-1)?.words[0]?.text === "cat" ? state.heredocs.slice(pending) : [];
  let piped = false;
  for (;;) {
    skipBlanks(state);
    if (state.text[state.at] !== "|" || state.text[state.at + 1] === "|" || state.at >= state.end)
      return only && !piped;
    state.at += state.text[state.at + 1] === "&" ? 2 : 1;
    skipLineBreaks(state);
    piped = true;
    state.variables.enter("subshell");
    const before = state.commands.length;
    state.piped = state.printed;
    readCommand(state);
    state.piped = undefined;
    state.variables.leave();
    // `cat <<EOF | bash`: what is printed is run.
    const next = state.commands.length === before + 1 ? state.commands.at(-1) : undefined;
    const texts = next?.words.map(({ text }) => text);
    if (given.length > 0 && texts !== undefined && feedsShell(texts))
      for (const heredoc of given) Object.assign(heredoc, { isScript: true, isRemote: runsElsewhere(texts) });
    given.length = 0;
  }
}

function readCommand(state: ShellState): boolean {
  skipBlanks(state);
  if (readCompound(state)) return false;
  const start = state.at;
  const before = state.commands.length;
  const read = readSimpleCommand(state);
  if (state.text[state.at] === "(" && state.at < state.end) {
    readFunction(state, before);
    return false;
  }
  // Whatever stands here belongs to no command; it must not stop the reader.
  if (read === "nothing" && state.at === start && !/[\n;&|)`]/.test(state.text[state.at] ?? "")) state.at += 1;
  return read === "assignments";
}

/** `name ()` and its body: the name was read as a command, which it is not. */
function readFunction(state: ShellState, before: number): void {
  state.at += 1;
  skipBlanks(state);
  if (state.text[state.at] === ")") state.at += 1;
  else return;
  const name = state.commands.length > before ? state.commands.pop()?.words[0]?.text : undefined;
  readBody(state, name);
}
