import type { WordSlice, WordValue } from "./wordValue.ts";
import { expansionKind, makeFunction } from "./expansionKind.ts";
import { textOfStretches, unknownCharacter } from "./stretch.ts";

/** The options of a command: those that take a value, and those that do not. */
export interface OptionTable {
  readonly valued: ReadonlySet<string>;
  readonly flags: ReadonlySet<string>;
}

/** An option with its value, whether written `--a=b`, `--a b`, `-ab` or `-a b`. */
interface ValuedOption {
  readonly name: string;
  readonly value: WordSlice;
}

/** What a command line holds, as far as it is certain which words are arguments. */
export interface ReadOptions {
  readonly options: readonly ValuedOption[];
  readonly positionals: readonly WordValue[];
}

/** Makes a table out of names separated by white space; `also` are tables that hold too. */
export function optionTable(valued: string, flags: string, ...also: readonly OptionTable[]): OptionTable {
  const names = (text: string): readonly string[] => text.split(/\s+/).filter((name) => name !== "");
  return {
    valued: new Set([...names(valued), ...also.flatMap((table) => [...table.valued])]),
    flags: new Set([...names(flags), ...also.flatMap((table) => [...table.flags])]),
  };
}

/** The same options where one of them takes no value. */
export function withoutValue(name: string, { valued, flags }: OptionTable): OptionTable {
  return { valued: new Set([...valued].filter((other) => other !== name)), flags: new Set([...flags, name]) };
}

/** The options of a table that are written out, which stand after a command too where all commands share them. */
export function longOptions({ valued, flags }: OptionTable): OptionTable {
  const isLong = (name: string): boolean => name.startsWith("--");
  return { valued: new Set([...valued].filter(isLong)), flags: new Set([...flags].filter(isLong)) };
}

/**
 * Tells options from arguments. What the table does not know may take the next word: from there on no word counts as
 * an argument, since a missed image is better than a wrong one. `stopsAtArgument`: options end at the first argument.
 */
export function readOptions(
  words: readonly WordValue[],
  table: OptionTable,
  { stopsAtArgument = false }: { readonly stopsAtArgument?: boolean } = {},
): ReadOptions {
  const options: ValuedOption[] = [];
  const positionals: WordValue[] = [];
  let isCertain = true;
  let at = 0;
  while (at < words.length) {
    const word = words[at];
    if (word === undefined) break;
    at += 1;
    const { text } = word;
    if (text === "--") {
      if (isCertain) positionals.push(...words.slice(at));
      break;
    }
    if (!text.startsWith("-") || text === "-") {
      // `"$1 $2"`: an option with its value, as nothing that is run or pulled has a blank.
      if (stopsAtArgument && text.startsWith(unknownCharacter) && /\s/.test(text)) continue;
      const kind = expansionKind(word);
      if (kind === "options") {
        // What branches set is read for each of them where that holds the argument, too.
        if (stopsAtArgument && holdsArgument(word, table)) break;
        if (printsValued(word, table)) at += 1;
        continue;
      }
      if (stopsAtArgument && (standsBeforeImage(word, words[at]) || standsBeforeNamed(word, words, at, table)))
        continue;
      if (kind === "anything" && stopsAtArgument && standsBeforeOption(word, words[at], table)) continue;
      if (stopsAtArgument && standsAmongOptions(word, words, at, table)) continue;
      if (kind === "anything") isCertain = false;
      if (!isCertain && stopsAtArgument) break;
      if (isCertain) positionals.push(word);
      if (!stopsAtArgument) continue;
      positionals.push(...words.slice(at));
      break;
    }
    const option = readOption(word, words[at], table);
    if (option === "doubt") {
      const next = words[at];
      if (next !== undefined && !next.text.startsWith("-")) isCertain = false;
    } else {
      options.push(...option.options);
      at += option.took;
    }
  }
  return { options, positionals };
}

const printedOptions = /\becho[ \t]+(?:["'][ \t]*)?((?:-[\w-]+[ \t]+)*-[\w-]+)[ \t]*(?:["';)|&]|$)/g;

/** `$(if x; then echo --rm --name; else echo --name; fi) a node:22`: whether each of what a command prints ends with an option whose value follows. */
function printsValued({ word, parts }: WordValue, { valued }: OptionTable): boolean {
  const said = [word.raw, ...(parts[0]?.chain ?? []).map(({ text }) => text)].find((text) => text.includes("echo"));
  const last = [...(said ?? "").matchAll(printedOptions)].map(([, options = ""]) => options.split(/\s+/).at(-1) ?? "");
  return last.length > 0 && last.every((name) => valued.has(name));
}

/** `$ALL` where a branch sets `--rm node:22 sh`. */
function holdsArgument({ word, parts }: WordValue, table: OptionTable): boolean {
  return (parts[0]?.choices ?? []).some((choice) => {
    const texts = textOfStretches(choice).trim().split(/\s+/);
    const words = texts.map((text) => ({ word, text, parts: [{ text, span: word.span, chain: [] }] }));
    return texts.length > 1 && readOptions(words, table, { stopsAtArgument: true }).positionals.length > 0;
  });
}

/** Names of variables that an image, or what it is of, may be in. */
const heldName = /image|img|tag|ref|repo|name|app|target|service|container|distro|version|^(?:variable )?[\d@*]$/i;

/** A name with its tag or digest, either of which may not be known. */
const taggedName = new RegExp(
  `^[\\w./${unknownCharacter}-]+(?::\\d+\\/[\\w./${unknownCharacter}-]+)?[:@][\\w.:@${unknownCharacter}-]+$`,
);

const allArguments = /^"?\$(?:[@*]|\{[@*]\})"?$/;

/**
 * `$(X) node:22`: what is not known holds options, or nothing, where a reference with its tag follows. So does what a
 * script or function is given (`"$@" "$IMAGE"`), in a list of its words too, also before a variable that is called an image.
 */
function standsBeforeImage({ text, word, parts }: WordValue, next: WordValue | undefined): boolean {
  if (next === undefined || text !== unknownCharacter) return false;
  const chain = parts[0]?.chain ?? [];
  const isElement = chain.length > 1 && /^variable [\d@*]$/.test(chain.at(-1)?.label ?? "");
  const isAll = allArguments.test(word.raw) || (isElement && /^"?\$\{\w+\[[@*]\]\}"?$/.test(word.raw));
  if (isAll && next.text === unknownCharacter) return next.word.expands.some((name) => /image|img/i.test(name));
  if ((!isAll && !/^[$`\w]/.test(word.raw)) || makeFunction.test(word.raw) || !taggedName.test(next.text)) return false;
  const isKnown = !next.text.includes(unknownCharacter) || next.word.expands.some((name) => heldName.test(name));
  return isKnown && (isAll || !word.expands.some((name) => heldName.test(name)));
}

/** `$(X) $(Y) -i $(IMAGE)`: what is not known holds options, or nothing, before a variable that is called an image. */
function standsBeforeNamed(first: WordValue, words: readonly WordValue[], from: number, table: OptionTable): boolean {
  const isOpen = ({ text, word: { raw, expands } }: WordValue): boolean =>
    text === unknownCharacter && variableForm.test(raw) && !expands.some((name) => heldName.test(name));
  if (!isOpen(first)) return false;
  let at = from;
  while (at < words.length && at - from < maximumOpen) {
    const word = words[at];
    if (word === undefined) break;
    const option = word.text.startsWith("-") ? readOption(word, words[at + 1], table) : undefined;
    if (option === "doubt" || (option === undefined && !isOpen(word))) break;
    at += 1 + (option?.took ?? 0);
  }
  const named = words[at]?.word;
  return named !== undefined && namedForm.test(named.raw) && /image|img/i.test(named.expands[0] ?? "");
}

/** More words than anybody writes that are not known, one after the other. */
const maximumOpen = 20;
const variableForm = /^\$(?:\w+|\(\w+\)|\{\w+\})$|^"?\$\{\w+\[[@*]\]\}"?$/;
const namedForm = /^"?\$(?:\w+|\(\w+\)|\{\w+\})(?:"|$|:)/;

/** `$(env_options) --rm node:22`: what a command gives holds options where more follow, unless it tells of an image. */
function standsBeforeOption({ word }: WordValue, next: WordValue | undefined, { valued, flags }: OptionTable): boolean {
  const name = next?.text.replace(/=.*$/s, "") ?? "";
  return (
    (valued.has(name) || flags.has(name)) && !/docker|podman|ima?ge?|build|\b(?:cat|jq|yq|grep|sed)\b/i.test(word.raw)
  );
}

/** `$EXTRA -v a:b node:22`: so does a variable, unless its name tells of an image, where an option follows that only engines take. */
function standsAmongOptions(
  { text, word }: WordValue,
  words: readonly WordValue[],
  from: number,
  table: OptionTable,
): boolean {
  if (text !== unknownCharacter || !/^[$%]/.test(word.raw) || word.expands.some((name) => heldName.test(name)))
    return false;
  if (word.expands.length === 0) return false;
  let at = from;
  while (at < words.length && at - from < maximumOpen) {
    const next = words[at];
    if (next?.text.startsWith("-") !== true) return false;
    if (shortOfEngine.get(next.text)?.test(words[at + 1]?.text ?? "") ?? longOfEngine.test(next.text)) return true;
    const option = readOption(next, words[at + 1], table);
    if (option === "doubt") return false;
    at += 1 + option.took;
  }
  return false;
}

/** Values that tell short options of engines from those of other programs. */
const shortOfEngine = new Map([
  ["-v", /.:./],
  ["-p", /^[\d.]+:\d/],
  ["-w", /^\/./],
  ["-e", /^[A-Z_]+=/],
]);

const longOfEngine =
  /^--(?:rm|name|volume|mount|network|net|workdir|entrypoint|env-file|hostname|privileged|publish|detach|restart|cap-(?:add|drop)|add-host|shm-size|security-opt|volumes-from|tmpfs|userns|ulimit)(?:=|$)/;

function readOption(
  word: WordValue,
  next: WordValue | undefined,
  { valued, flags }: OptionTable,
): "doubt" | { readonly options: readonly ValuedOption[]; readonly took: number } {
  const { text } = word;
  const whole = (value: WordValue): WordSlice => ({ value, from: 0, to: value.text.length });
  const equals = text.indexOf("=");
  const start = equals < 0 ? text : text.slice(0, equals);
  // The first versions of some tools wrote `-name x` for `--name x`.
  const long = `-${start}`;
  const isEarly = start.length > 2 && !valued.has(start) && !flags.has(start) && (valued.has(long) || flags.has(long));
  if (text.startsWith("--") || isEarly || valued.has(text)) {
    const name = isEarly ? long : start;
    if (equals >= 0) return { options: [{ name, value: { value: word, from: equals + 1, to: text.length } }], took: 0 };
    if (valued.has(name)) return { options: next === undefined ? [] : [{ name, value: whole(next) }], took: 1 };
    return flags.has(name) ? { options: [], took: 0 } : "doubt";
  }
  for (let at = 1; at < text.length; at++) {
    const name = `-${text[at] ?? ""}`;
    if (valued.has(name)) {
      if (at + 1 === text.length) return { options: next === undefined ? [] : [{ name, value: whole(next) }], took: 1 };
      const from = text[at + 1] === "=" ? at + 2 : at + 1;
      return { options: [{ name, value: { value: word, from, to: text.length } }], took: 0 };
    }
    if (!flags.has(name)) return "doubt";
  }
  return { options: [], took: 0 };
}
