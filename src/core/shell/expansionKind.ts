import type { WordPart } from "../document/document.ts";
import { unknownCharacter } from "./stretch.ts";
import type { WordValue } from "./wordValue.ts";

/** Names of variables that hold options rather than an argument. */
const optionsName =
  /(?:opts?|args?|flags?|params?|options|arguments|extra|env(?:var)?s|mounts?|mappings?|binds?|volumes?|ports?|forward|links?|networks?|networking|labels?|devices?|gpus?|sockets?|tty|ulimits?|privileged|interactive|platform)$/i;
/** A variable whose name says that it holds an image, however it comes to it. */
const imageName = /^variable \w*(?:image|img)$/i;
/** Functions of make that give any number of words, and `$(LIST:%=a%)`. */
export const makeFunction =
  /^["']?\$[({](?:if|or|and|foreach|addprefix|addsuffix|patsubst|subst|filter(?:-out)?|call|shell|strip|sort)\s|^["']?\$[({][\w.-]+:[^=)}]*=/;

/** An expression of a template that chooses options, or none. */
const chosenOptions = /^["']?\{\{(?:-?[\s(]*|[^}]*(?:\bternary\(|\belse\b)\s*)["']\s*-{1,2}\w/;

const ofImages = /image|img/i;

/** Whether an expression of Jinja ends in a list of words: `flags | join(' ')`. */
export function joinsWords(expression: string): boolean {
  return /\|\s*join\b(?:\(\s*(?:["'][^"']*\s[^"']*["']\s*)?\))?\s*$/.test(expression);
}

/** What an expansion whose value is not known may become: one argument, options only, or any words. */
export function expansionKind({ text, word, parts }: WordValue): "argument" | "options" | "anything" {
  if (!text.startsWith(unknownCharacter)) return "argument";
  const [first] = parts;
  // Inside a variable that holds more than this word, the innermost expansion tells.
  const step = first?.chain.findLast(({ label }) => label.startsWith("variable "));
  const raw = first !== undefined && first.chain.length > 1 && step !== undefined ? step.text : word.raw;
  if (/^["']?\$(?:[@*]|\{[@*])/.test(raw)) return "anything";
  const isWhole = text === unknownCharacter;
  const choices = first?.choices;
  if (choices !== undefined && isWhole && choices.length > 0 && choices.every(isOption)) return "options";
  // `$(tty -s && echo -it)`
  if (/^["']?(?:\$\(|`).*\becho\s+["']?--?\w/s.test(raw)) return "options";
  if (first?.chain.some(({ label }) => imageName.test(label)) === true) return "argument";
  // Whatever its elements are called, an array of which nothing is known holds options.
  const isElement = (first?.chain.length ?? 0) > 1;
  if (isWhole && !isElement && /^["']?\$\{\w+\[[@*]\]\}["']?$/.test(word.raw)) return "options";
  // One that an expression of a pipeline gives is an argument, unless it says that it is none.
  const given = isWhole && isElement && /\[[@*]\]/.test(raw) ? first?.chain.at(-1) : undefined;
  if (given?.label === "expression")
    return optionsName.test(/[\w-]+(?=\W*$)/.exec(given.text)?.[0] ?? "") ? "options" : "argument";
  if (isWhole && makeFunction.test(raw)) return /[,\s]-{1,2}\w/.test(raw) ? "options" : "anything";
  // `{{ flags | join(' ') }}` of a playbook: a list is one of options, unless it is said to be of images.
  const [, joined] = /^["']?\{\{-?\s*([\s\S]*?)-?\}\}/.exec(raw) ?? [];
  if (isWhole && joined !== undefined && joinsWords(joined)) return ofImages.test(joined) ? "anything" : "options";
  // `{{ '-p 80:80' if open else '' }}` is, too.
  if (isWhole && chosenOptions.test(raw)) return "options";
  // `${X:+--option $X}` is options or nothing.
  if ((isWhole && /^\$\{\w+:?\+/.test(raw)) || /^"\$\{\w+:?\+\s*-/.test(raw)) return "options";
  // `{{ flags | trim }}`: what filters make of it is called nothing.
  const name = step?.label.slice("variable ".length) ?? word.expands[0]?.replace(/\s*\|.*$/s, "") ?? "";
  if (/\[[@*]\]/.test(raw) || optionsName.test(name)) return isWhole ? "options" : "argument";
  // Without a name it is a command's output, which may be any number of words.
  return !raw.startsWith('"') && isWhole && first?.chain.length === 0 ? "anything" : "argument";
}

/** Whether parts begin as an option does, or are nothing. */
function isOption(parts: readonly WordPart[]): boolean {
  const first = parts.find(({ text }) => text !== "");
  return first === undefined || first.text?.startsWith("-") === true;
}
