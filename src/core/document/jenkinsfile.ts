import { withoutByteOrderMark, type Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { readImageCommands, type GivenImages } from "../shell/imageCommands.ts";
import { createScript } from "../shell/script.ts";
import { textOfStretches } from "../shell/stretch.ts";
import { wholeSlice } from "../shell/wordValue.ts";
import type { Document, ImageUse, ShellCommand, WordPart } from "./document.ts";
import { placeDocument } from "./embedded.ts";
import { groovyTokens, type GroovyToken } from "./groovy.ts";
import { createGroovyValues, type GroovyValues } from "./groovyValues.ts";
import { readKubernetes } from "./kubernetes.ts";
import { inDocumentOrder } from "./yamlImage.ts";

/**
 * Reads a Jenkins pipeline, declarative or scripted: the images of docker agents, of `docker.image` and its kind, of pod
 * and container templates, and the commands of `sh` steps. Variables and parameters are followed to what the file
 * says; `docker.build` names an output.
 */
export function readJenkinsfile(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const tokens = groovyTokens(text);
  const values = createGroovyValues(text, tokens);
  const commands: ShellCommand[] = [];
  const furtherCommands: ShellCommand[] = [];
  const problems: Problem[] = [];
  const mentions: GivenImages["mentions"][number][] = [];
  const pseudo: ShellCommand[] = [];
  const pods: ImageUse[] = [];
  const outputs: GivenImages["outputs"][number][] = [];
  const taken = new Set<number>();
  const blocks: string[] = [];
  const is = (index: number, sign: string): boolean => {
    const token = tokens[index];
    return token?.kind === "sign" && token.text === sign;
  };
  const addImage = (index: number, site: string, registry?: string): void => {
    const value = values.valueAt(index);
    if (value === undefined) return;
    for (let at = index; at < value.next; at++) taken.add(at);
    const command = commandOf(value.parts, value.span);
    pseudo.push(command);
    const [word] = command.words;
    if (word === undefined) return;
    const prefix: readonly WordPart[] =
      registry === undefined
        ? []
        : [
            {
              text: `${registry}/`,
              span: { start: value.parts[0]?.span.start ?? 0, end: value.parts[0]?.span.start ?? 0 },
              chain: [],
            },
          ];
    const parts = textOfStretches(value.parts).startsWith(`${registry}/`) ? value.parts : [...prefix, ...value.parts];
    mentions.push({
      slice: wholeSlice({ word, parts, text: textOfStretches(parts) }),
      site,
      command,
      endsWithName: value.endsWithName,
      // What the pipeline itself builds is run and pushed by the same name.
      mayBeLocal: site === "docker.image",
    });
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind === "sign" && token.text === "{") blocks.push(ownerOf(tokens, at, values));
    else if (token?.kind === "sign" && token.text === "}") blocks.pop();
    if (token?.kind !== "name") continue;
    const argument = is(at + 1, "(") ? at + 2 : at + 1;
    const isCall = tokens[argument] !== undefined && !is(at + 1, "=") && !is(at + 1, ":");
    switch (token.text) {
      case "image":
        if (
          is(at + 1, ":") &&
          isInsideCall(tokens, at, ["containerTemplate", "withDockerContainer", "agent", "rtDockerPull"])
        )
          addImage(at + 2, "image");
        else if (blocks.at(-1) === "containerTemplate" && isCall) addImage(argument, "image");
        else if (blocks.at(-1) === "docker" && isCall) addImage(argument, "docker", registryBeside(tokens, at, values));
        break;
      case "docker":
        if (blocks.at(-1) === "agent" && tokens[at + 1]?.kind === "string") addImage(at + 1, "docker");
        break;
      case "docker.image":
        if (is(at + 1, "(")) addImage(at + 2, "docker.image", registryOf(blocks));
        break;
      case "docker.build": {
        const built = is(at + 1, "(") ? values.valueAt(at + 2) : undefined;
        const [word] = built === undefined ? [] : commandOf(built.parts, built.span).words;
        if (built !== undefined && word !== undefined)
          outputs.push(wholeSlice({ word, parts: built.parts, text: textOfStretches(built.parts) }));
        break;
      }
      case "withDockerContainer":
        if (tokens[argument]?.kind === "string") addImage(argument, "image");
        break;
      case "yaml":
        pods.push(
          ...readPod(text, tokens[is(at + 1, ":") || is(at + 1, "=") || is(at + 1, "(") ? at + 2 : at + 1], path),
        );
        break;
      case "sh":
      case "bat":
      case "powershell":
      case "pwsh": {
        const script = scriptArgument(tokens, argument, is(at + 1, "("));
        const value = script === undefined ? undefined : values.valueAt(script);
        if (script === undefined || value === undefined) break;
        for (let index = script; index < value.next; index++) taken.add(index);
        const builder = createScript(text);
        for (const part of value.parts) {
          if (part.text !== undefined && part.literal !== undefined && part.chain.length === 0)
            builder.add(part.text, part.literal.start);
          else if (part.text !== undefined && part.chain.length === 0) builder.addText(part.text, part.span.start);
          else builder.insert({ span: part.span, name: values.nameOf(part), parts: [part] });
        }
        const windowsShell = token.text === "sh" ? undefined : token.text === "bat" ? "cmd" : "powershell";
        const reading = builder.read({ environment: values.environment, windowsShell });
        (windowsShell === undefined ? commands : furtherCommands).push(...reading.commands);
        furtherCommands.push(...(reading.forwarded ?? []));
        problems.push(...reading.problems);
        break;
      }
      default:
    }
  }
  // Whatever else uses a variable must not change with an image.
  for (const [index, token] of tokens.entries())
    if (!taken.has(index) && !values.isDefinition(index)) pseudo.push(...usesIn(token, tokens[index - 1]));
  const given = { mentions, outputs };
  const images = readImageCommands({ text, commands: [...commands, ...furtherCommands, ...pseudo], jobs: [] }, given);
  return {
    path,
    dialect: "jenkinsfile",
    text,
    images: inDocumentOrder([...images, ...pods]),
    commands,
    furtherCommands,
    jobs: [],
    problems,
  };
}

function commandOf(parts: readonly WordPart[], span: Span): ShellCommand {
  const isKnown = parts.every(({ text }) => text !== undefined);
  const text = isKnown ? textOfStretches(parts) : undefined;
  return { span, environment: {}, words: [{ span, raw: "", text, expands: [], parts }] };
}

/** The uses of variables in a token, as a command that says nothing of images. */
function usesIn(token: GroovyToken, before: GroovyToken | undefined): readonly ShellCommand[] {
  if (before?.kind === "name" && ["echo", "println"].includes(before.text)) return [];
  const names =
    token.kind === "string"
      ? token.pieces.flatMap((piece) => (piece.kind === "expression" ? [piece.name] : []))
      : token.kind === "name"
        ? [token.text]
        : [];
  if (names.length === 0) return [];
  const expands = names.flatMap((name) => name.match(/\w+/g) ?? []);
  return [{ span: token.span, environment: {}, words: [{ span: token.span, raw: "", text: "", expands }] }];
}

/** What a block belongs to: the name before its brace, or that of the call whose arguments stand there. */
function ownerOf(tokens: readonly GroovyToken[], brace: number, values: GroovyValues): string {
  const before = tokens[brace - 1];
  if (before?.kind === "name") return before.text;
  if (before?.kind !== "sign" || before.text !== ")") return "";
  let depth = 0;
  for (let at = brace - 1; at >= 0 && brace - at < 200; at--) {
    const token = tokens[at];
    if (token?.kind !== "sign") continue;
    if (token.text === ")") depth += 1;
    else if (token.text === "(" && --depth === 0) {
      const name = tokens[at - 1];
      if (name?.kind !== "name") return "";
      return name.text === "docker.withRegistry" ? `registry ${knownText(values, at + 1) ?? "?"}` : name.text;
    }
  }
  return "";
}

function knownText(values: GroovyValues, index: number): string | undefined {
  const value = values.valueAt(index);
  return value?.parts.every(({ text }) => text !== undefined) === true ? textOfStretches(value.parts) : undefined;
}

/** The host that `docker.withRegistry` puts before the names of images; none for Docker Hub. */
function registryOf(blocks: readonly string[]): string | undefined {
  const around = blocks.findLast((block) => block.startsWith("registry "));
  return around === undefined ? undefined : registryHost(around.slice("registry ".length));
}

function registryHost(url: string): string | undefined {
  const host = /^(?:https?:\/\/)?([^/]+)/.exec(url)?.[1];
  return host === undefined || /(?:^|\.)docker\.(?:io|com)$/.test(host) || host === "?" ? undefined : host;
}

/** The host of `registryUrl` in the same block of an agent. */
function registryBeside(tokens: readonly GroovyToken[], at: number, values: GroovyValues): string | undefined {
  for (const step of [1, -1]) {
    let depth = 0;
    for (let index = at + step; Math.abs(index - at) < 200; index += step) {
      const token = tokens[index];
      if (token === undefined) break;
      if (token.kind === "name" && token.text === "registryUrl" && depth === 0)
        return registryHost(knownText(values, index + 1) ?? "?");
      if (token.kind !== "sign") continue;
      if (token.text === (step > 0 ? "{" : "}")) depth += 1;
      else if (token.text === (step > 0 ? "}" : "{") && --depth < 0) break;
    }
  }
  return undefined;
}

/** Whether a named argument belongs to one of the given calls. */
function isInsideCall(tokens: readonly GroovyToken[], at: number, calls: readonly string[]): boolean {
  let depth = 0;
  for (let index = at - 1; index >= 0 && at - index < 500; index--) {
    const token = tokens[index];
    if (token?.kind === "name" && depth === 0 && calls.includes(token.text)) return true;
    if (token?.kind !== "sign") continue;
    if (")}]".includes(token.text)) depth += 1;
    else if (token.text === "(" && depth === 0) {
      const name = tokens[index - 1];
      return name?.kind === "name" && calls.includes(name.text);
    } else if ("({[".includes(token.text) && --depth < 0) return false;
  }
  return false;
}

/** Where the script of an `sh` step begins: its only argument, or the one named `script`. */
function scriptArgument(tokens: readonly GroovyToken[], from: number, isParenthesised: boolean): number | undefined {
  if (tokens[from]?.kind === "string") return from;
  let depth = 0;
  for (let at = from; at < tokens.length && at < from + 60; at++) {
    const token = tokens[at];
    if (token?.kind === "name" && token.text === "script" && depth === 0) return at + 2;
    if (token?.kind !== "sign") continue;
    if ("([{".includes(token.text)) depth += 1;
    else if (")]}".includes(token.text) && --depth < 0) return undefined;
    if (!isParenthesised && at === from) return undefined;
  }
  return undefined;
}

/** The images of a pod that is written in a string. */
function readPod(text: string, token: GroovyToken | undefined, path: string): readonly ImageUse[] {
  const [piece, ...others] = token?.kind === "string" ? token.pieces : [];
  if (token?.kind !== "string" || piece?.kind !== "text") return [];
  const { start } = piece;
  const last = others.at(-1) ?? piece;
  const end = last.kind === "text" ? last.start + last.text.length : last.span.end;
  const raw = text.slice(start, end);
  if (!/\bcontainers\s*:/.test(raw)) return [];
  // A pod may be given as its specification alone.
  const scalar = {
    kind: "scalar",
    text: raw,
    span: { start, end },
    style: "literal",
    exact: true,
    contentStart: start,
  } as const;
  const indentation = /^[ \t]*(?=[^\s#])/m.exec(raw)?.[0] ?? "";
  const lacks = (key: string): boolean => !new RegExp(`^${indentation}${key}[ \\t]*:`, "m").test(raw);
  const said = [lacks("kind") ? "kind: Pod" : "", lacks("apiVersion") ? "apiVersion: v1" : ""];
  const added = said.flatMap((line) => (line === "" ? [] : [`${indentation}${line}\n`])).join("");
  const document = readKubernetes(added === "" ? raw : `${raw.trimEnd()}\n${added}`, path);
  return placeDocument(document, scalar, text).images.filter(({ span }) => span.end <= end);
}
