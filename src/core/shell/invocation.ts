import type { ShellCommand, ShellWord } from "../document/document.ts";

/** A command as the tool that it runs sees it, without what stands before the tool (`sudo`, `env A=b`, `xargs -I {}`). */
export interface Invocation {
  /** The tool's name without its folder and without `.exe`. */
  readonly tool: string;
  /** The words after the tool's own. */
  readonly rest: readonly ShellWord[];
}

/** An option of a command line with its value, whether written `--a=b` or `--a b`. */
export interface OptionUse {
  readonly name: string;
  readonly value: string | undefined;
  /** First and last word that the option takes up; the same for `--a=b`. */
  readonly words: readonly [ShellWord, ShellWord];
}

/** What a tool's command line holds, once its options are told from its arguments. */
export interface CommandLine {
  readonly options: readonly OptionUse[];
  readonly positionals: readonly ShellWord[];
}

// Wrappers that run the rest of their words as a command, with those of their options that take a value.
const wrappers: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["sudo", new Set(["-u", "--user", "-g", "--group", "-h", "-p", "-C", "-D"])],
  ["doas", new Set(["-u", "-C"])],
  ["env", new Set(["-u", "--unset", "-C", "--chdir"])],
  ["xargs", new Set(["-I", "-n", "-P", "-L", "-d", "-a", "-E", "-s", "--max-args", "--max-procs", "--delimiter"])],
  ["time", new Set(["-f", "-o"])],
  ["timeout", new Set(["-s", "--signal", "-k", "--kill-after"])],
  ["nice", new Set(["-n"])],
  ["nohup", new Set()],
  ["command", new Set()],
  ["builtin", new Set()],
  ["setsid", new Set()],
  ["chronic", new Set()],
  ["unbuffer", new Set()],
  ["winpty", new Set()],
  ["lima", new Set()],
  ["travis_retry", new Set()],
  ["ionice", new Set(["-c", "-n"])],
  ["stdbuf", new Set(["-i", "-o", "-e"])],
  ["watch", new Set(["-n", "--interval"])],
  ["retry", new Set(["-t", "--times", "-d", "--delay", "-m", "--max", "-s", "--sleep", "-n"])],
  ["exec", new Set(["-a"])],
  ["sshpass", new Set(["-d", "-f", "-p", "-P"])],
  ["npx", new Set(["-p", "--package"])],
  ["bunx", new Set(["-p", "--package"])],
  ["cross-env", new Set()],
  ["flatpak-spawn", new Set()],
  ["distrobox-host-exec", new Set()],
  ["then", new Set()],
  ["do", new Set()],
  ["else", new Set()],
  ["if", new Set()],
  ["!", new Set()],
]);

/** The tool that a command runs and its words, wrappers taken off; undefined where the tool's name is not known. */
export function invocationOf(command: ShellCommand): Invocation | undefined {
  const { at, tool } = programOf(command.words);
  return tool === undefined || wrappers.has(tool) ? undefined : { tool, rest: command.words.slice(at + 1) };
}

/** The words of a command from its program on, wrappers taken off, whether or not its name is known. */
export function programWords({ words }: ShellCommand): readonly ShellWord[] {
  return words.slice(programOf(words).at);
}

/** How many wrappers are taken off. */
const maximumWrappers = 8;

function programOf(words: readonly ShellWord[]): { readonly at: number; readonly tool: string | undefined } {
  let at = 0;
  for (let depth = 0; ; depth++) {
    while (isAssignment(words[at])) at++;
    const tool = toolName(words[at]);
    const valued = tool === undefined || depth >= maximumWrappers ? undefined : wrappers.get(tool);
    if (valued === undefined) {
      const last = lastEngine(words, at);
      return { at: last, tool: last === at ? tool : toolName(words[last]) };
    }
    at = afterOptions(words, at + 1, valued);
    // `timeout 5m cosign ...`, `retry 3 cosign ...`: a number is an argument of its own.
    if (tool === "timeout") at++;
    else if (tool === "retry") while (/^\d+[smh]?$/.test(words[at]?.text ?? "")) at++;
  }
}

const engine = /^(?:docker|podman|nerdctl)$/;

/** `"${ENGINE[@]}" run`: where branches give the array different programs, all of them stand there. */
function lastEngine(words: readonly ShellWord[], at: number): number {
  const first = words[at];
  if (first?.raw.endsWith('[@]}"') !== true || !engine.test(first.text ?? "")) return at;
  let last = at;
  for (let next = at + 1; words[next]?.span.start === first.span.start; next++) {
    const text = words[next]?.text ?? "";
    if (engine.test(text)) last = next;
    else if (!wrappers.has(text) && !text.startsWith("-")) break;
  }
  return last;
}

/**
 * Tells options from positional arguments. `valued` names the options that take the next word when no `=` follows;
 * short options may be joined with their value (`-kname`). Everything after `--` is positional.
 */
export function readCommandLine(words: readonly ShellWord[], valued: ReadonlySet<string>): CommandLine {
  const options: OptionUse[] = [];
  const positionals: ShellWord[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === undefined) break;
    const written = word.text ?? unquoted(word.raw);
    if (written === "--") {
      positionals.push(...words.slice(at + 1));
      break;
    }
    if (!written.startsWith("-") || written === "-") {
      positionals.push(word);
      continue;
    }
    const equals = written.indexOf("=");
    if (equals > 0) {
      const value = word.text === undefined ? undefined : written.slice(equals + 1);
      options.push({ name: written.slice(0, equals), value, words: [word, word] });
      continue;
    }
    const next = words[at + 1];
    if (valued.has(written) && next !== undefined) {
      options.push({ name: written, value: next.text, words: [word, next] });
      at++;
    } else {
      options.push({ name: written, value: undefined, words: [word, word] });
    }
  }
  return { options, positionals };
}

/** A raw word without the quotes around it. */
export function unquoted(raw: string): string {
  const quote = raw[0];
  return (quote === '"' || quote === "'") && raw.length > 1 && raw.endsWith(quote) ? raw.slice(1, -1) : raw;
}

function afterOptions(words: readonly ShellWord[], from: number, valued: ReadonlySet<string>): number {
  let at = from;
  for (;;) {
    const written = words[at]?.text;
    if (written === undefined || !written.startsWith("-")) return at;
    at += valued.has(written) ? 2 : 1;
  }
}

/** Whether a word sets a variable for the command, also where make has put it there. */
function isAssignment(word: ShellWord | undefined): boolean {
  if (word?.raw.includes("=") !== true && word?.raw.startsWith("$(") !== true) return false;
  return /^[A-Za-z_]\w*=/.test(
    word?.raw.startsWith("$(") === true ? (word.text ?? word.parts?.[0]?.text ?? "") : (word?.raw ?? ""),
  );
}

/** The name after the folder, which need not be known, without what says for which machine the program is. */
function toolName(word: ShellWord | undefined): string | undefined {
  const text = word?.text ?? word?.raw.replaceAll(/["']/g, "");
  const slash = text === undefined ? -1 : Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\"));
  if (text === undefined || (word?.text === undefined && slash < 0)) return undefined;
  const name = slash < 0 && !text.endsWith("e") ? text : text.slice(slash + 1).replace(/\.exe$/i, "");
  if (name === "" || (word?.text === undefined && !/^[\w.-]+$/.test(name))) return undefined;
  return !name.includes("64") ? name : name.replace(/[-_](?:linux|darwin|windows)[-_](?:amd64|arm64|x86_64)$/, "");
}
