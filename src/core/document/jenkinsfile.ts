import { withoutByteOrderMark, type Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { readImageCommands, type GivenImages } from "../shell/imageCommands.ts";
import { mayRunTool } from "../shell/runsTool.ts";
import { createScript } from "../shell/script.ts";
import { textOfStretches } from "../shell/stretch.ts";
import type { WindowsShell } from "../shell/windowsShell.ts";
import { commandOfParts } from "../shell/wordParts.ts";
import { wholeSlice } from "../shell/wordValue.ts";
import type { Document, ImageUse, ShellCommand, WordPart } from "./document.ts";
import { placeDocument } from "./embedded.ts";
import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import { closingsOf } from "./groovyBrackets.ts";
import { argumentsAt, type GroovyScript } from "./groovyFunctions.ts";
import { createGroovyValues } from "./groovyValues.ts";
import { createKeptImages } from "./jenkinsKept.ts";
import { ownImages } from "./jenkinsHanded.ts";
import { createJenkinsLibrary, jenkinsTokens } from "./jenkinsLibrary.ts";
import { namesGivenAt } from "./jenkinsOutputs.ts";
import { objectImageAt } from "./jenkinsObjects.ts";
import {
  isInContainers,
  isInsideCall,
  isPushed,
  ownerOf,
  registryBeside,
  registryOf,
  scriptArgument,
  withCaller,
} from "./jenkinsPlaces.ts";
import { isPod, readPod, stringScalar } from "./jenkinsPods.ts";
import { isTold, podImagesAt, stepImageAt } from "./jenkinsSteps.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { inDocumentOrder } from "./yamlImage.ts";

/**
 * Reads a Jenkins pipeline, declarative or scripted: the images of docker agents, of `docker.image` and its kind, of pod
 * and container templates, and the commands of `sh` steps. Variables and parameters are followed to what the file
 * says, and its library's other files among `siblings`; `docker.build` names an output. `depth` is how many files have
 * led to this one.
 */
export function readJenkinsfile(source: string, path: string, siblings: Siblings = noSiblings, depth = 0): Document {
  const text = withoutByteOrderMark(source);
  const tokens = jenkinsTokens(text);
  const library = createJenkinsLibrary({ path, tokens, siblings, depth, read: readJenkinsfile });
  const values = createGroovyValues(text, tokens, library);
  const commands: ShellCommand[] = [];
  const furtherCommands: ShellCommand[] = [];
  /** Those of a pipeline within the script. */
  const inner: ShellCommand[] = [];
  const problems: Problem[] = [];
  const mentions: GivenImages["mentions"][number][] = [];
  const pseudo: ShellCommand[] = [];
  const pods: ImageUse[] = [];
  const outputs: GivenImages["outputs"][number][] = [];
  const taken = new Set<number>();
  /** Where values begin that a step of the library runs as images. */
  const handedOn = new Set<number>();
  let whole: GroovyScript | undefined;
  const blocks: string[] = [];
  const is = (index: number, sign: string): boolean => signAt(tokens, index) === sign;
  const seenPods = new Set<number>();
  const addPod = (index: number): void => {
    const token = tokens[index];
    if (token?.kind !== "string" || seenPods.has(index)) return;
    seenPods.add(index);
    const pod = readPod(text, token, path);
    pods.push(...pod.images);
    for (const { span, site, pieces } of pod.composed) mention(values.partsOf(pieces), span, site);
  };
  const mention = (
    given: readonly WordPart[],
    span: Span,
    site: string,
    { registry, endsWithName = false, isLocal = false }: MentionOptions = {},
  ): void => {
    const command = commandOfParts(given, span);
    pseudo.push(command);
    const [word] = command.words;
    if (word === undefined) return;
    const prefix: readonly WordPart[] =
      registry === undefined
        ? []
        : [
            {
              text: `${registry}/`,
              span: { start: given[0]?.span.start ?? 0, end: given[0]?.span.start ?? 0 },
              chain: [],
            },
          ];
    const parts = textOfStretches(given).startsWith(`${registry}/`) ? given : [...prefix, ...given];
    mentions.push({
      slice: wholeSlice({ word, parts, text: textOfStretches(parts) }),
      site,
      command,
      endsWithName,
      // What the pipeline itself builds is run and pushed by the same name.
      mayBeLocal: site !== "image" || isLocal,
    });
  };
  const addImage = (index: number, site: string, { registry, isLocal }: MentionOptions = {}): void => {
    const value = handedOn.has(index) ? undefined : values.valueAt(index);
    if (value === undefined) return;
    for (let at = index; at < value.next; at++) taken.add(at);
    mention(withCaller(value, text), value.span, site, { registry, isLocal, endsWithName: value.endsWithName });
  };
  const kept = createKeptImages(
    () => registryOf(blocks),
    (argument, registry) => addImage(argument, "docker.image", { registry }),
  );
  /** What a library's step, or an object of a plug-in, is given to run, which the file may have built itself. */
  const addStepImage = (at: number): void => {
    const made = objectImageAt(text, tokens, at);
    if (made !== undefined) return addImage(made, "image");
    const image = stepImageAt(text, tokens, at, values, blocks.length === 1 ? blocks[0] : undefined);
    if (image !== undefined) addImage(image, "image", { isLocal: true });
  };
  /** What a step of the library itself is given, and runs as an image. */
  const addHanded = (at: number, step: string): void => {
    whole ??= { text, tokens, closings: closingsOf(tokens) };
    const given = values.defines(step) ? [] : (argumentsAt(whole, at) ?? []);
    for (const { parts, value, index, endsWithName } of ownImages(library, step, given, values)) {
      for (let token = index; token < value.next; token++) taken.add(token);
      handedOn.add(index);
      mention(parts, value.span, "image", { isLocal: true, endsWithName });
    }
  };
  const addScript = (script: number, windowsShell?: WindowsShell): void => {
    const value = values.valueAt(script);
    if (value === undefined) return;
    for (let index = script; index < value.next; index++) taken.add(index);
    const written = tokens[script];
    // What a method makes of a script is mostly about its lines.
    const isChanged = value.parts.length === 1 && value.parts[0]?.text === undefined;
    const grown = value.next === script + 1 ? values.grownAt(script) : undefined;
    const parts = grown ?? (isChanged && written?.kind === "string" ? values.partsOf(written.pieces) : value.parts);
    const [only, ...others] = parts;
    // A function of its own runs one script after the other.
    const held = grown === undefined && written?.kind === "name" && others.length > 0 ? stringsOf(script) : [];
    const scripts =
      held.length > 0 ? held : others.length === 0 && only?.choices !== undefined ? only.choices : [parts];
    const isRun = (one: readonly WordPart[]): boolean => mayRunTool(one.map((part) => part.text ?? "").join(""));
    // Most scripts have to do with no image.
    if (scripts.some(isRun) || mayRunTool(text.slice(value.span.start, value.span.end)))
      for (const one of scripts) runScript(one, value.span.start, { windowsShell });
  };
  /** The strings that a name at a token stands for. */
  const stringsOf = (index: number): readonly (readonly WordPart[])[] =>
    values.sourcesOf(index).flatMap((at) => {
      const token = tokens[at];
      if (token?.kind !== "string") return [];
      return [
        (is(at + 1, "+") || is(at + 1, ".") ? values.valueAt(at)?.parts : undefined) ?? values.partsOf(token.pieces),
      ];
    });
  const runScript = (parts: readonly WordPart[], at: number, { windowsShell, isSaid = true }: ScriptOptions): void => {
    const builder = createScript(text);
    builder.addParts(parts);
    const cells = values.cellsAt(at);
    const combinations =
      cells.length === 0 ? undefined : cells.map((cell) => ({ variable: (name: string) => cell.get(name) }));
    const environment = values.environmentAt(at);
    const reading = builder.read({ environment, combinations, windowsShell });
    (windowsShell === undefined && isSaid ? commands : furtherCommands).push(...reading.commands);
    furtherCommands.push(...(reading.forwarded ?? []));
    problems.push(...reading.problems);
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind === "sign" && token.text === "{") blocks.push(ownerOf(tokens, at, values));
    else if (token?.kind === "sign" && token.text === "}") blocks.pop();
    if (token?.kind !== "name") continue;
    kept.follow(token.text, is(at + 1, "="));
    const argument = is(at + 1, "(") ? at + 2 : at + 1;
    const isCall = tokens[argument] !== undefined && !is(at + 1, "=") && !is(at + 1, ":");
    // A library is handed the pipeline: `script.docker.image`, `steps.sh`.
    const called = token.text.includes(".") ? token.text.replace(holder, "") : token.text;
    const step = token.text.replace(/^(?:ctx|context|dsl|jenkins|pipeline|script|steps|this)\./, "");
    // What is called without parentheses is a step or a member of an object.
    const own = isCall && step.includes(".") ? values.importedAt(at, step) : step;
    if (isCall && own !== undefined && library.hasStep(own)) addHanded(at, own);
    if (/(?:\.(?:tag|push)|^docker\.(?:build|image))$/.test(called))
      for (const text of namesGivenAt(tokens, at, argument, values, registryOf(blocks)))
        for (const word of commandOfParts([{ text, span: token.span, chain: [] }], token.span).words)
          outputs.push(wholeSlice({ word, parts: word.parts ?? [], text }));
    switch (called) {
      case "image":
        if (is(at + 1, ":") && isInsideCall(tokens, at, ["withDockerContainer"]))
          addImage(at + 2, "image", { isLocal: true });
        else if (is(at + 1, ":") && blocks.at(-1) === "agent" && isInsideCall(tokens, at, ["docker"]))
          addImage(at + 2, "docker");
        else if (is(at + 1, ":") && (isInsideCall(tokens, at, holders) || isInContainers(tokens, at)))
          addImage(at + 2, "image");
        else if (blocks.at(-1) === "containerTemplate" && isCall) addImage(argument, "image");
        else if (/^(?:ecs|buildInDocker)$/.test(blocks.at(-1) ?? "") && isCall) addImage(argument, "image");
        else if (/^docker(?:Container)?$/.test(blocks.at(-1) ?? "") && isCall)
          addImage(argument, "docker", { registry: registryBeside(tokens, at, values) });
        else addStepImage(at);
        break;
      case "docker":
      case "dockerContainer":
        if (blocks.at(-1) === "agent" && tokens[at + 1]?.kind === "string") addImage(at + 1, "docker");
        break;
      case "docker.image":
        if ((is(at + 1, "(") || tokens[at + 1]?.kind === "string") && !isPushed(tokens, at + 1))
          kept.add(is(at - 1, "=") ? nameAt(tokens, at - 2) : "", argument);
        break;
      case "docker.build": {
        const isSameLine = !text.slice(token.span.end, tokens[argument]?.span.start).includes("\n");
        const built = isSameLine || is(at + 1, "(") ? values.valueAt(argument) : undefined;
        if (built === undefined) break;
        const [first, ...rest] = built.parts;
        for (const parts of rest.length === 0 && first?.choices !== undefined ? first.choices : [built.parts])
          for (const word of commandOfParts(parts, built.span).words)
            outputs.push(wholeSlice({ word, parts, text: textOfStretches(parts) }));
        break;
      }
      case "withDockerContainer":
      case "dockerNode": {
        // A name may be that of an argument, or of what a library's own step of this name takes.
        const isNamed = nameAt(tokens, argument) !== "" && is(at + 1, "(") && !is(argument + 1, ":");
        if (tokens[argument]?.kind === "string" || (isNamed && isTold(values, argument)))
          addImage(argument, "image", { isLocal: true });
        break;
      }
      case "yaml":
        for (const index of [":", "=", "("].some((sign) => is(at + 1, sign)) ? [at + 2] : [at + 1]) {
          const sources = nameAt(tokens, index) === "" ? [index] : values.sourcesOf(index);
          for (const source of sources) addPod(source);
          for (const call of new Set([index, ...sources]))
            for (const image of podImagesAt(tokens, call, values)) addImage(image, "image", { isLocal: true });
        }
        break;
      case "sh":
      // As jobs that a script defines call them.
      case "shell":
      case "batchFile":
      case "bat":
      case "powershell":
      case "pwsh": {
        const script = scriptArgument(text, tokens, argument, is(at + 1, "("));
        if (script !== undefined) addScript(script, windowsShells.get(called));
        break;
      }
      // What a build of the agent's own image is told beside its folder.
      case "additionalBuildArgs": {
        const told = values.valueAt(argument);
        if (told === undefined) break;
        const { start } = told.span;
        runScript([{ text: "docker build ", span: { start, end: start }, chain: [] }, ...told.parts], start, {
          isSaid: false,
        });
        break;
      }
      // A job that is defined by a script may hold the pipeline as a text.
      case "script": {
        const held = tokens[argument];
        const scalar = held?.kind === "string" ? stringScalar(text, held) : undefined;
        if (scalar === undefined || !/^\s*(?:@Library\b[^\n]*\s+)?(?:pipeline|node|podTemplate)\b/.test(scalar.text))
          break;
        taken.add(argument);
        const found = placeDocument(readJenkinsfile(scalar.text, path, siblings, depth), scalar, text);
        pods.push(...found.images);
        inner.push(...found.commands);
        break;
      }
      // Steps of the plug-ins for SSH, and Groovy's own way to run a program.
      case "execCommand":
        if (is(at + 1, ":")) addScript(at + 2);
        break;
      case "command":
        if (is(at + 1, ":") && isInsideCall(tokens, at, ["sshCommand"])) addScript(at + 2);
        break;
      case "execute":
        if (is(at - 1, ".") && is(at + 1, "(") && tokens[at - 2]?.kind === "string") addScript(at - 2);
        break;
      default:
        addStepImage(at);
    }
  }
  kept.end();
  // A pod may be kept anywhere; what is written to a file is none.
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token?.kind !== "string" || taken.has(index) || !isPod(token)) continue;
    if (nameAt(tokens, index - 2) !== "text") addPod(index);
  }
  // Whatever else uses a variable must not change with an image.
  if (mentions.length + commands.length + furtherCommands.length > 0) {
    const expands = new Set<string>();
    for (let index = 0; index < tokens.length; index++)
      if (!taken.has(index) && !values.isDefinition(index)) addUses(expands, tokens[index], tokens[index - 1]);
    const span = { start: 0, end: 0 };
    pseudo.push({ span, environment: {}, words: [{ span, raw: "", text: "", expands: [...expands] }] });
  }
  const given = { mentions, outputs };
  const images = readImageCommands({ text, commands: [...commands, ...furtherCommands, ...pseudo], jobs: [] }, given);
  return {
    path,
    dialect: "jenkinsfile",
    text,
    images: inDocumentOrder([...images, ...pods]),
    commands: [...commands, ...inner],
    furtherCommands,
    jobs: [],
    problems,
  };
}

interface MentionOptions {
  /** The host that is put before the image's name. */
  readonly registry?: string | undefined;
  readonly endsWithName?: boolean;
  /** Whether the image may be one that the pipeline itself builds. */
  readonly isLocal?: boolean | undefined;
}

interface ScriptOptions {
  readonly windowsShell?: WindowsShell | undefined;
  /** Whether the script stands in the pipeline as it runs. */
  readonly isSaid?: boolean;
}

/** What stands before a step or an image where it is not called by itself. */
const holder = /^.*\.(?=(?:docker\.(?:image|build)|sh|bat|powershell|pwsh)$)/;
/** Calls whose argument `image` names one that is run or pulled. */
const holders = ["containerTemplate", "ContainerTemplate", "agent", "rtDockerPull", "dockerNode", "ecsTaskTemplate"];
const windowsShells = new Map<string, WindowsShell>([
  ["bat", "cmd"],
  ["batchFile", "cmd"],
  ["powershell", "powershell"],
  ["pwsh", "powershell"],
]);

/** Adds the variables that a token uses. */
function addUses(names: Set<string>, token: GroovyToken | undefined, before: GroovyToken | undefined): void {
  if (token === undefined || token.kind === "sign") return;
  if (before?.kind === "name" && (before.text === "echo" || before.text === "println")) return;
  if (token.kind === "name" && !token.text.includes(".")) names.add(token.text);
  else {
    const used =
      token.kind === "name" ? [token.text] : token.pieces.flatMap((one) => (one.kind === "text" ? [] : one.name));
    for (const path of used) for (const name of path.match(/\w+/g) ?? []) names.add(name);
  }
}
