import { withoutByteOrderMark } from "../image/span.ts";
import { readImageCommands, type GivenImages } from "../shell/imageCommands.ts";
import { createScript } from "../shell/script.ts";
import { textOfStretches } from "../shell/stretch.ts";
import { commandOfParts } from "../shell/wordParts.ts";
import { wholeSlice } from "../shell/wordValue.ts";
import type { Document, ShellCommand } from "./document.ts";
import { createDroneFunctions, type DroneFunctions } from "./droneFunctions.ts";
import { droneTokens, type DroneToken } from "./droneTokens.ts";
import { createDroneValues, type DroneValue } from "./droneValues.ts";
import { inDocumentOrder } from "./yamlImage.ts";

/** What a step gives to its plugin or its environment is the plugin's own. */
const settings = new Set(["settings", "environment", "vargs", "params"]);
const container = /^(?:\w+_)?container$/;
const maximumCommands = 1000;

/**
 * Reads a program in Jsonnet or Starlark that yields Drone pipelines: the images and commands of the steps and services
 * that it writes out, with variables and what functions are given followed as far as the program says them.
 */
export function readDroneProgram(source: string, path: string): Document {
  return readProgram(source, path, "drone");
}

/**
 * Reads a program in Starlark that yields tasks of Cirrus CI: the images of containers, which may stand in pairs of a
 * key and a value, or be given to `container(...)`.
 */
export function readCirrusProgram(source: string, path: string): Document {
  return readProgram(source, path, "cirrus");
}

function readProgram(source: string, path: string, dialect: "cirrus" | "drone"): Document {
  const text = withoutByteOrderMark(source);
  const tokens = droneTokens(text, /\.star$/i.test(path) ? "starlark" : "jsonnet");
  const functions = createDroneFunctions(tokens);
  const valueAt = createDroneValues(text, tokens, functions);
  const commands: ShellCommand[] = [];
  const pseudo: ShellCommand[] = [];
  const mentions: GivenImages["mentions"][number][] = [];
  const problems: Document["problems"][number][] = [];
  const open: string[] = [];
  let key = "";
  for (const [at, token] of tokens.entries()) {
    if (token.kind === "sign" && "([{".includes(token.text)) open.push(keyOfPair(tokens, at) ?? key);
    else if (token.kind === "sign" && ")]}".includes(token.text)) key = open.pop() ?? "";
    else if (token.kind === "sign" && ",;".includes(token.text)) key = "";
    const given = dialect === "cirrus" ? containerAt(tokens, at) : undefined;
    const named = given ?? keyAt(tokens, at, functions);
    if (named === undefined) continue;
    key = named.key;
    if (open.some((name) => settings.has(name))) continue;
    const isImage =
      key === "image" && (dialect === "drone" || given !== undefined || open.some((name) => container.test(name)));
    if (isImage && !(dialect === "drone" && isOfData(tokens, at))) {
      const value = valueAt(named.value);
      const [first] = value?.parts ?? [];
      if (value === undefined || first === undefined) continue;
      const command = commandOfParts(value.parts, first.span);
      const [word] = command.words;
      if (word === undefined) continue;
      pseudo.push(command);
      const last = tokens[value.next - 1];
      const slice = wholeSlice({ word, parts: value.parts, text: textOfStretches(value.parts) });
      mentions.push({ slice, site: "image", command, endsWithName: last?.kind !== "string", mayBeLocal: true });
    } else if (key === "commands" && isSign(tokens[named.value], "[")) {
      const reading = readCommands(text, tokens, named.value, valueAt);
      commands.push(...reading.commands);
      problems.push(...reading.problems);
    }
  }
  const images = readImageCommands({ text, commands: [...commands, ...pseudo], jobs: [] }, { mentions, outputs: [] });
  return { path, dialect, text, images: inDocumentOrder(images), commands, jobs: [], problems };
}

/** `("container", {`: the key of a pair, whose value is opened. */
function keyOfPair(tokens: readonly DroneToken[], brace: number): string | undefined {
  const key = tokens[brace - 2];
  const isPair = isSign(tokens[brace], "{") && isSign(tokens[brace - 1], ",") && isSign(tokens[brace - 3], "(");
  return isPair && key?.kind === "string" ? key.text : undefined;
}

/** `container("image")` */
function containerAt(
  tokens: readonly DroneToken[],
  at: number,
): { readonly key: string; readonly value: number } | undefined {
  const [before, token, argument] = [tokens[at - 1], tokens[at], tokens[at + 2]];
  const isCall = token?.kind === "name" && container.test(token.text) && isSign(tokens[at + 1], "(");
  const isDefined = before?.kind === "name" && before.text === "def";
  if (!isCall || isDefined || argument?.kind !== "string") return undefined;
  return { key: "image", value: at + 2 };
}

/**
 * The key that stands at a token, and where its value begins. `dict(key = value)` has keys too, and what a function of
 * another file is given by name is for the steps that it makes.
 */
function keyAt(
  tokens: readonly DroneToken[],
  at: number,
  functions: DroneFunctions,
): { readonly key: string; readonly value: number } | undefined {
  const token = tokens[at];
  if (token === undefined || token.kind === "sign") return undefined;
  const before = tokens[at - 1];
  // `step["image"] = 'x'`
  const isItem = isSign(before, "[") && token.kind === "string" && isSign(tokens[at + 1], "]");
  if (isItem && isSign(tokens[at + 2], "=") && !isSign(tokens[at + 3], "=")) return { key: token.text, value: at + 3 };
  if (before?.kind !== "sign" || !"{,(".includes(before.text)) return undefined;
  // `image+: 'x'` adds to what it inherits.
  const colon = isSign(tokens[at + 1], "+") ? at + 2 : at + 1;
  const isKey = isSign(tokens[colon], ":") || isSign(tokens[colon], "::");
  if (isKey && before.text !== "(") return { key: token.text, value: colon + 1 };
  return isSign(tokens[at + 1], "=") && token.kind === "name" && isForOthers(tokens, at, functions)
    ? { key: token.text, value: at + 2 }
    : undefined;
}

/** Whether the object around a key keeps an image's tag apart: none of a step's does, but what a program goes over. */
function isOfData(tokens: readonly DroneToken[], at: number): boolean {
  for (const step of [1, -1]) {
    let depth = 0;
    for (let index = at + step; Math.abs(index - at) < 100; index += step) {
      const token = tokens[index];
      if (token === undefined) break;
      if (token.kind !== "sign") {
        if (depth === 0 && token.text === "tag" && isSign(tokens[index + 1], ":")) return true;
        continue;
      }
      if ((step > 0 ? "([{" : ")]}").includes(token.text)) depth += 1;
      else if ((step > 0 ? ")]}" : "([{").includes(token.text) && --depth < 0) break;
    }
  }
  return false;
}

function isForOthers(tokens: readonly DroneToken[], at: number, functions: DroneFunctions): boolean {
  let depth = 0;
  for (let index = at - 1; index > 0 && at - index < 300; index--) {
    const token = tokens[index];
    if (token?.kind !== "sign") continue;
    if (")]}".includes(token.text)) depth += 1;
    else if ("([{".includes(token.text) && --depth < 0) {
      const name = tokens[index - 1];
      return token.text === "(" && name?.kind === "name" && !functions.isDefined(name.text);
    }
  }
  return false;
}

function isSign(token: DroneToken | undefined, sign: string): boolean {
  return token?.kind === "sign" && token.text === sign;
}

/** The commands of a step, which one shell runs. */
function readCommands(
  text: string,
  tokens: readonly DroneToken[],
  open: number,
  valueAt: (index: number) => DroneValue | undefined,
): Pick<Document, "commands" | "problems"> {
  const script = createScript(text);
  for (let at = open + 1, count = 0; at < tokens.length && count < maximumCommands; count++) {
    const value = valueAt(at);
    if (value === undefined) break;
    script.addParts(value.parts);
    script.addText("\n", tokens[value.next - 1]?.span.start ?? 0);
    if (!isSign(tokens[value.next], ",")) break;
    at = value.next + 1;
  }
  return script.read();
}
