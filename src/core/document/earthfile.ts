import { withoutByteOrderMark } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { readImageCommands, type GivenImages } from "../shell/imageCommands.ts";
import { optionValues } from "../shell/mention.ts";
import { optionTable, readOptions } from "../shell/optionTable.ts";
import { createScript, type ScriptBuilder } from "../shell/script.ts";
import { readShell } from "../shell/readShell.ts";
import { textOfSlice, valueOfWord, wholeSlice } from "../shell/wordValue.ts";
import type { Document, ShellCommand } from "./document.ts";
import { givenArguments } from "./earthfileArguments.ts";
import { earthfileLines, type EarthfileLine } from "./earthfileLines.ts";
import type { Literal } from "./literalUses.ts";

const fromOptions = optionTable("--platform --build-arg", "--allow-privileged --pass-args");
const dockerOptions = optionTable(
  "--pull --load --compose --service --platform --build-arg --cache-id",
  "--allow-privileged --pass-args",
);
const saveOptions = optionTable(
  "--cache-from",
  "--push --cache-hint --insecure --no-manifest-list --without-earthly-labels",
);
/** Flags of RUN, which stand before the command. */
const runFlags = /^(?:--(?:mount|secret|network|oidc)(?:=\S+|[ \t]+\S+)[ \t]+|--[\w-]+(?:=\S+)?[ \t]+)+(?:--[ \t]+)?/;
/** Names of targets that are read; a file has a few dozen. */
const maximumTargets = 500;
/** Arguments of the base recipe that are read again for every target. */
const maximumShared = 200;

/**
 * Reads an Earthfile: FROM, `WITH DOCKER --pull`, and the commands of RUN, with ARG, ENV, LET and SET followed. A target
 * (`+name`) is no image, and SAVE IMAGE names an output, which commands of the file may run.
 */
export function readEarthfile(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const lines = earthfileLines(text);
  const starts = lines.flatMap((line, index) => (line.keyword === "target" ? [index] : [])).slice(0, maximumTargets);
  const base = lines.slice(0, starts[0] ?? lines.length);
  // Before version 0.7, what the base recipe declares holds for all targets.
  const isOld =
    !/^VERSION[^\n]*\b(?:0\.[7-9]|[1-9]\d*\.\d)/m.test(text) || /^VERSION\s+--arg-scope-and-set/m.test(text);
  const declares = ({ keyword, rest }: EarthfileLine): boolean =>
    keyword === "ARG" && (isOld || /^--global\b/.test(rest));
  const sure = certainEnvironment(base);
  const shared = base.filter((line) => sure.has(line) || declares(line)).slice(0, maximumShared);
  const environment = shared.flatMap(({ keyword, rest }) =>
    keyword === "ENV" ? (environmentForm.exec(rest)?.[2] ?? []) : [],
  );
  const commands: ShellCommand[] = [];
  const problems: Problem[] = [];
  const given = givenArguments(text, lines);
  const read = (own: readonly EarthfileLine[], before: readonly EarthfileLine[]): void => {
    const script = createScript(text);
    const name = own[0]?.keyword === "target" ? /[\w.-]+/.exec(text.slice(own[0].start))?.[0] : undefined;
    const values = given.get(name ?? "");
    const closers: string[] = [];
    let loops = 0;
    let inherited = before.length > 0 ? environment : [];
    for (const line of [...before, ...own]) {
      // A loop around what is left of the target, unless a block would close it.
      const required = closers.length === loops ? requiredArgument(line) : undefined;
      const items = required === undefined ? undefined : values?.get(required);
      if (required === undefined || items === undefined) addLine(script, text, line, closers, problems);
      else {
        loops++;
        openLoop(script, required, items, line.start);
        closers.push("done");
      }
      // Every target begins with `FROM +base`; from another image on, the environment is that image's.
      if (line.keyword === "FROM" && inherited.length > 0 && !line.rest.includes("+")) {
        script.addText(`\nunset ${inherited.join(" ")}\n`, line.start);
        inherited = [];
      }
    }
    for (const closer of closers.toReversed()) script.addText(`\n${closer}\n`, text.length);
    const from = own[0]?.start ?? 0;
    commands.push(...script.read().commands.filter(({ span }) => span.start >= from));
  };
  read(base, []);
  for (const [index, start] of starts.entries()) read(lines.slice(start, starts[index + 1] ?? lines.length), shared);
  const images = readImageCommands({ text, commands, jobs: [] }, instructionImages(commands, text));
  const isInstruction = ({ words }: ShellCommand): boolean => instructions.has(words[0]?.text ?? "");
  return {
    path,
    dialect: "earthfile",
    text,
    images,
    jobs: [],
    commands: commands.filter((command) => !isInstruction(command)),
    problems,
  };
}

/** The lines that set variables of the environment in every case, of names that no block sets. */
function certainEnvironment(lines: readonly EarthfileLine[]): ReadonlySet<EarthfileLine> {
  const found = new Map<EarthfileLine, string>();
  const unsure = new Set<string>();
  let depth = 0;
  for (const line of lines) {
    if (/^(?:IF|FOR|TRY|WAIT|WITH)$/.test(line.keyword)) depth++;
    else if (line.keyword === "END") depth--;
    const name = line.keyword === "ENV" ? environmentForm.exec(line.rest)?.[2] : undefined;
    if (name === undefined) continue;
    if (depth > 0) unsure.add(name);
    else found.set(line, name);
  }
  return new Set([...found].flatMap(([line, name]) => (unsure.has(name) ? [] : [line])));
}

/** The argument that a line declares without a default. */
function requiredArgument({ keyword, rest }: EarthfileLine): string | undefined {
  return keyword === "ARG" ? /^(?:--required[ \t]+)?([A-Za-z_]\w*)[ \t]*$/.exec(rest)?.[1] : undefined;
}

/** What follows, once for each value that other targets give to an argument. */
function openLoop(script: ScriptBuilder, name: string, values: readonly Literal[], at: number): void {
  script.addText(`\nfor ${name} in`, at);
  for (const { text, span } of values) {
    script.addText(" '", at);
    script.add(text, span.start);
    script.addText("'", at);
  }
  script.addText("\ndo :\n", at);
}

/** Instructions, and what is put between them. */
const instructions = new Set(["FROM", "WITH", "SAVE", "unset"]);

const argumentForm = /^((?:--(?:required|global)[ \t]+)*)([A-Za-z_]\w*)(?:([ \t]*=[ \t]*)(.*))?$/s;
/** One name and one word, which names stand for as for arguments (`Collection.effective` of Earthly). */
const environmentForm = /^()([A-Za-z_]\w*)([ \t]*=[ \t]*|[ \t]+)("[^"\n]*"|'[^'\n]*'|[^\s"']*)$/;

/** Instructions are read as if they were commands, so that their words are expanded where they stand. */
function addLine(
  script: ScriptBuilder,
  text: string,
  { keyword, rest, pieces, start, restStart }: EarthfileLine,
  closers: string[],
  problems: Problem[],
): void {
  const open = (opening: string, closer: string): void => {
    script.addText(`\n${opening}\n`, start);
    closers.push(closer);
  };
  switch (keyword) {
    case "ARG":
    case "ENV":
    case "LET":
    case "SET": {
      const declaration = (keyword === "ENV" ? environmentForm : argumentForm).exec(rest);
      const [, flags = "", name = "", equals, value = ""] = declaration ?? [];
      if (declaration === null || equals === undefined || /\n/.test(value)) return;
      script.addText(`\n${name}=`, restStart + flags.length);
      script.add(value.trimEnd(), restStart + rest.length - value.length);
      return;
    }
    case "FROM":
      if (/^DOCKERFILE\b/.test(rest)) return;
      script.addText("\nFROM ", start);
      for (const piece of pieces) script.add(text.slice(piece.start, piece.end), piece.start);
      return;
    case "WITH":
      script.addText("\nWITH ", start);
      for (const piece of pieces) script.add(text.slice(piece.start, piece.end), piece.start);
      open("{", "}");
      return;
    case "SAVE":
      if (!/^IMAGE\b/.test(rest)) return;
      script.addText("\nSAVE ", start);
      for (const piece of pieces) script.add(text.slice(piece.start, piece.end), piece.start);
      script.addText("\n", pieces.at(-1)?.end ?? start);
      return;
    case "IF":
      open("if :; then", "fi");
      return;
    case "ELSE":
      if (closers.at(-1) === "fi") script.addText(/^IF\b/.test(rest) ? "\nelif :; then :;\n" : "\nelse :;\n", start);
      return;
    case "FOR": {
      const loop = /^(?:--\S+[ \t]+)*([A-Za-z_]\w*)[ \t]+IN[ \t]+([^\n]*)$/.exec(rest);
      if (loop === null) open("{", "}");
      else {
        script.addText(`\nfor ${loop[1] ?? ""} in `, restStart);
        script.add(loop[2] ?? "", restStart + rest.length - (loop[2] ?? "").length);
        open("; do :;", "done");
      }
      return;
    }
    case "TRY":
    case "WAIT":
      open("{", "}");
      return;
    case "END": {
      const closer = closers.pop();
      if (closer !== undefined) script.addText(`\n${closer}\n`, start);
      return;
    }
    case "RUN":
      addRun(script, text, rest, pieces, problems);
      return;
    default:
  }
}

/** Adds the command of a RUN in a subshell, unless it cannot be read: then what follows would not be either. */
function addRun(
  script: ScriptBuilder,
  text: string,
  rest: string,
  pieces: EarthfileLine["pieces"],
  problems: Problem[],
): void {
  const flags = runFlags.exec(rest)?.[0] ?? "";
  const [first, ...others] = pieces;
  if (first === undefined || /^\[\s*"/.test(rest)) return;
  const own = [{ start: Math.min(first.start + flags.length, first.end), end: first.end }, ...others];
  const alone = readShell(own.map((piece) => text.slice(piece.start, piece.end)).join(""));
  if (alone.problems.length > 0) {
    const span = { start: first.start, end: first.start };
    problems.push(...alone.problems.map(({ code, message }) => ({ code, message, span })));
    return;
  }
  script.addText("\n(", first.start);
  for (const piece of own) script.add(text.slice(piece.start, piece.end), piece.start);
  script.addText("\n)\n", own.at(-1)?.end ?? first.end);
}

function instructionImages(commands: readonly ShellCommand[], text: string): GivenImages {
  const mentions: GivenImages["mentions"][number][] = [];
  const outputs: GivenImages["outputs"][number][] = [];
  for (const command of commands) {
    const [keyword, ...others] = command.words;
    const words = others.map((word) => valueOfWord(word, text));
    if (keyword?.text === "FROM") {
      const { options, positionals } = readOptions(words, fromOptions);
      const platform = optionValues(options, "--platform").map(textOfSlice).at(-1);
      const [image] = positionals;
      if (image === undefined || image.text.includes("+") || image.text === "scratch") continue;
      const known = platform === undefined || !/^[\w/.-]+$/.test(platform) ? {} : { platform };
      mentions.push({ slice: wholeSlice(image), site: "from", command, ...known });
    } else if (keyword?.text === "WITH" && words[0]?.text === "DOCKER") {
      const { options } = readOptions(words.slice(1), dockerOptions);
      for (const slice of optionValues(options, "--pull")) mentions.push({ slice, site: "pull", command });
      for (const slice of optionValues(options, "--load")) {
        const equals = textOfSlice(slice).lastIndexOf("=");
        if (equals > 0) outputs.push({ ...slice, to: slice.from + equals });
      }
    } else if (keyword?.text === "SAVE") {
      const { options, positionals } = readOptions(words.slice(1), saveOptions);
      for (const slice of optionValues(options, "--cache-from")) mentions.push({ slice, site: "cache-from", command });
      // `WITH DOCKER --load=+target` gives an image the name under which that target saves it.
      outputs.push(...positionals.map(wholeSlice));
    }
  }
  return { mentions, outputs };
}
