import { withoutByteOrderMark } from "../image/span.ts";
import { mayNameImages } from "../shell/imageCommands.ts";
import { createScript } from "../shell/script.ts";
import type { BuiltName, Document, ImageUse, ShellCommand, WordPart } from "./document.ts";
import { useOfValue } from "./imageUse.ts";
import { rubyTokens, type RubyToken } from "./rubyTokens.ts";

/** What a block is given: a provisioner or a provider of Docker's, or something else. */
type Receiver = "provisioner" | "provider" | "other";

/** Variables that are followed for one value. */
const maximumDepth = 10;
/** Tokens that are read of one value, of one call's arguments and before its block. */
const maximumWords = 400;

/**
 * Reads a Vagrantfile: the images that Docker's provisioner pulls and runs, and its provider, and the scripts of shells
 * that stand in it. Names are followed to what the file assigns to them.
 */
export function readVagrantfile(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const nothing = { path, dialect: "vagrantfile" as const, text, images: [], commands: [], jobs: [], problems: [] };
  if (!mayNameImages(text)) return nothing;
  const tokens = rubyTokens(text);
  const values = valuesOf(tokens);
  const receivers = new Map<string, Receiver>();
  const images: ImageUse[] = [];
  const used = new Set<RubyToken>();
  const built: BuiltName[] = [];
  const scripts = new Map<number, readonly ShellCommand[]>();
  const partsAt = (token: RubyToken | undefined): readonly WordPart[] => partsOf(token, values, 0);
  const use = (token: RubyToken | undefined, site: string): void => {
    const parts = partsAt(token);
    if (
      token === undefined ||
      used.has(token) ||
      parts.length === 0 ||
      built.some(({ name }) => name === textOf(parts))
    )
      return;
    used.add(token);
    const chain = parts.flatMap((part) => part.chain);
    const made = useOfValue(text, {
      span: token.span,
      site,
      parts: parts.map((part) => ({ ...part, ...(part.chain.length > 0 ? { shared: true } : {}) })),
      chain,
      hasVariables: chain.length > 0,
      ...(chain.length > 0 ? { pin: "none" as const } : {}),
    });
    if (!("code" in made)) images.push(made);
  };
  const run = (token: RubyToken | undefined): void => {
    const written = token?.kind === "name" ? values.get(token.text) : token;
    if (written?.kind !== "string" || scripts.has(written.span.start)) return;
    const script = createScript(text);
    script.addParts(written.parts.map((part) => resolved(part, values, 0)));
    const { commands, forwarded = [] } = script.read();
    scripts.set(written.span.start, [...commands, ...forwarded]);
  };
  for (const [at, token] of tokens.entries()) {
    if (token.kind === "sign" && token.text === "|") setReceiver(tokens, at, receivers);
    if (isNamed(token, "inline")) run(valueAfter(tokens, at));
    if (token.kind !== "name") continue;
    if (token.text === "provision" && isOfDocker(tokens[at + 1], tokens[at + 2])) {
      const { named } = argumentsOf(tokens, at + 1);
      for (const image of named.get("images") ?? []) use(image, "pull_images");
    }
    const receiver = tokens[at - 1]?.text === "." ? receivers.get(tokens[at - 2]?.text ?? "") : undefined;
    if (receiver === "provider" && token.text === "image" && tokens[at + 1]?.text === "=") use(tokens[at + 2], "image");
    if (receiver !== "provisioner") continue;
    const { positional, named } = argumentsOf(tokens, at + 1);
    if (token.text === "pull_images") for (const image of positional) use(image, "pull_images");
    else if (token.text === "run") use(named.get("image")?.[0] ?? positional[0], "run");
    else if (token.text === "build_image") {
      const options = textOf(named.get("args")?.[0]?.parts ?? []) ?? "";
      for (const [, name = ""] of options.matchAll(/(?:^|\s)(?:-t|--tag)[ =](\S+)/g))
        built.push({ name, at: token.span.start });
    }
  }
  return { ...nothing, images, built, commands: [...scripts.values()].flat() };
}

/** Whether a provisioner or a provider is Docker's. */
function isOfDocker(...tokens: readonly (RubyToken | undefined)[]): boolean {
  const name = tokens.find((token) => token?.kind !== "sign");
  return (name?.kind === "string" || name?.kind === "symbol") && name.text === "docker";
}

/** `provision "docker" do |d|`: what the variable of a block is. */
function setReceiver(tokens: readonly RubyToken[], at: number, receivers: Map<string, Receiver>): void {
  const [opener, name] = [tokens[at - 1]?.text ?? "", tokens[at + 1]];
  if (!/^(?:do|\{)$/.test(opener) || name?.kind !== "name") return;
  let first = at;
  while (first > at - maximumWords && first > 0 && tokens[first - 1]?.text !== "\n") first--;
  const method = tokens.slice(first, at).findLastIndex(({ text }) => text === "provision" || text === "provider");
  const index = first + method;
  // A provisioner of another name says what it is.
  const type = tokens.slice(first, at).findLastIndex((token) => isNamed(token, "type"));
  const isDocker =
    method >= 0 &&
    (isOfDocker(tokens[index + 1], tokens[index + 2]) || (type >= 0 && isOfDocker(valueAfter(tokens, first + type))));
  receivers.set(name.text, !isDocker ? "other" : tokens[index]?.text === "provider" ? "provider" : "provisioner");
}

/** A key of a method's arguments, or an attribute. */
function isNamed({ kind, text }: RubyToken, name: string): boolean {
  return text === name && kind !== "string" && kind !== "sign";
}

/** The value behind `name:`, `:name =>` or `name =`. */
function valueAfter(tokens: readonly RubyToken[], at: number): RubyToken | undefined {
  const [token, next] = [tokens[at], tokens[at + 1]];
  if (token?.kind === "key") return next;
  return next?.text === (token?.kind === "symbol" ? "=>" : "=") ? tokens[at + 2] : undefined;
}

interface Arguments {
  readonly positional: readonly RubyToken[];
  readonly named: ReadonlyMap<string, readonly RubyToken[]>;
}

/** The arguments of a call, which go on behind a comma. */
function argumentsOf(tokens: readonly RubyToken[], from: number): Arguments {
  const positional: RubyToken[] = [];
  const named = new Map<string, RubyToken[]>();
  let current = positional;
  let depth = 0;
  for (const [index, token] of tokens.slice(from, from + maximumWords).entries()) {
    const at = from + index;
    const { kind, text } = token;
    const isKey = kind === "key" || (tokens[at + 1]?.text === "=>" && kind !== "sign");
    if (isKey && depth <= 1) named.set(text, (current = []));
    else if (kind === "string" || (kind === "name" && text !== "do")) current.push(token);
    else if (/^[([{]$/.test(text)) depth += 1;
    else if (/^[)\]}]$/.test(text)) depth -= 1;
    const isEnd = text === "\n" && depth <= 0 && !/^(?:,|=>|\n)$/.test(tokens[at - 1]?.text ?? "");
    if (depth < 0 || isEnd || (kind === "name" && text === "do")) break;
  }
  return { positional, named };
}

/** What names are assigned: a text, or what is taken where the environment says nothing. */
function valuesOf(tokens: readonly RubyToken[]): ReadonlyMap<string, RubyToken> {
  const values = new Map<string, RubyToken>();
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind !== "name" || tokens[at + 1]?.text !== "=" || tokens[at - 1]?.text === ".") continue;
    let end = at + 2;
    while (
      end < Math.min(tokens.length, at + maximumWords) &&
      (tokens[end]?.text !== "\n" || tokens[end]?.kind !== "sign")
    )
      end++;
    const value = tokens.slice(at + 2, end);
    const [first] = value;
    const isEnvironment = first?.text === "ENV";
    const fallback = value.findIndex(({ text: sign }) => sign === "||" || (isEnvironment && sign === ","));
    const found = isEnvironment ? (fallback < 0 ? undefined : value[fallback + 1]) : first;
    if (found?.kind === "string" && !value.some(({ text: sign, kind: of }) => of === "sign" && sign === "+"))
      values.set(text, found);
  }
  return values;
}

function partsOf(
  token: RubyToken | undefined,
  values: ReadonlyMap<string, RubyToken>,
  depth: number,
): readonly WordPart[] {
  if (token?.kind === "string") return token.parts.map((part) => resolved(part, values, depth));
  if (token?.kind !== "name") return [];
  const step = { span: token.span, label: `variable ${token.text}`, text: token.text };
  return [resolved({ span: token.span, chain: [step] }, values, depth)];
}

/** A part with what the file says of the variable that it is. */
function resolved(part: WordPart, values: ReadonlyMap<string, RubyToken>, depth: number): WordPart {
  const [step] = part.chain;
  if (part.text !== undefined || step === undefined || depth > maximumDepth) return part;
  const value = values.get(step.label.slice("variable ".length));
  const parts = value === undefined ? [] : partsOf(value, values, depth + 1);
  const text = textOf(parts);
  if (value === undefined || text === undefined) return part;
  const assigned = {
    span: value.span,
    label: `assignment of ${step.label.slice("variable ".length)}`,
    text: value.text,
  };
  return { ...part, text, literal: value.span, chain: [step, assigned] };
}

function textOf(parts: readonly WordPart[]): string | undefined {
  return parts.every(({ text }) => text !== undefined) ? parts.map(({ text }) => text).join("") : undefined;
}
