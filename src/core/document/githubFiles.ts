import { partsOfSlice, valueOfWord, wholeSlice } from "../shell/wordValue.ts";
import type { ShellCommand, ShellWord } from "./document.ts";
import type { PlacedText } from "./githubScope.ts";

/** What a step writes to the files that GitHub reads after it; undefined for a value that cannot be known. */
export interface GithubFiles {
  readonly environment: ReadonlyMap<string, PlacedText | undefined>;
  readonly outputs: ReadonlyMap<string, PlacedText | undefined>;
}

const printers = /^(?:echo|printf|Write-Output|Write-Host)$/i;
/** `>> "$GITHUB_ENV"`, `| tee -a $GITHUB_ENV`, `| Out-File -FilePath $env:GITHUB_ENV -Append` */
const appended =
  /^[ \t]*(?:>>?|\|[ \t]*(?:tee[ \t]+(?:-a|--append)|Out-File\b[^\n|]*?|Add-Content\b[^\n|]*?))[ \t]*["']?\$(?:\{|env:)?GITHUB_(ENV|OUTPUT)\b/i;
/** `{ ...; } >> "$GITHUB_ENV"` */
const grouped = /(?:^|[\s;])\{\s([\s\S]{0,10000}?)[\s;]\}[ \t]*>>?[ \t]*["']?\$\{?GITHUB_(ENV|OUTPUT)\b/g;
/** The workflow commands that stood for those files before there were any. */
const legacy = /^::set-(env|output) name=([^:,]+)::/;

/**
 * The variables and outputs that the commands of a script write (GitHub's documentation, "Workflow commands"). A name
 * that is written differently at several places, in branches for example, is not known.
 */
export function githubFiles(commands: readonly ShellCommand[], text: string): GithubFiles {
  const environment = new Map<string, PlacedText | undefined>();
  const outputs = new Map<string, PlacedText | undefined>();
  const first = commands[0]?.span.start ?? 0;
  const last = commands.at(-1)?.span.end ?? 0;
  const script = text.slice(first, last + 200);
  if (!/GITHUB_(?:ENV|OUTPUT)|::set-/i.test(script)) return { environment, outputs };
  const groups = [...script.matchAll(grouped)].map(({ 0: whole, index, 2: file }) => ({
    start: first + index,
    end: first + index + whole.length,
    file,
  }));
  for (const command of commands) {
    const [program, ...words] = command.words;
    const word = words.findLast(({ text: said }) => said === undefined || !/^-[neE]+$/.test(said));
    if (word === undefined || !printers.test(program?.text ?? "")) continue;
    const around = groups.find(({ start, end }) => start <= command.span.start && command.span.end <= end);
    const file = appended.exec(text.slice(word.span.end, word.span.end + 200))?.[1] ?? around?.file;
    const written = words.length === 1 || file !== undefined ? assignmentOf(word, text, file) : undefined;
    if (written === undefined) continue;
    const target = written.file.toUpperCase() === "ENV" ? environment : outputs;
    const { name, value } = written;
    target.set(name, !target.has(name) || target.get(name)?.text === value?.text ? value : undefined);
  }
  return { environment, outputs };
}

interface Assignment {
  readonly file: string;
  readonly name: string;
  readonly value: PlacedText | undefined;
}

function assignmentOf(word: ShellWord, document: string, file: string | undefined): Assignment | undefined {
  const value = valueOfWord(word, document);
  const found = legacy.exec(value.text);
  const name = found?.[2] ?? (file === undefined ? undefined : /^([A-Za-z_][\w-]*)=/.exec(value.text)?.[1]);
  const target = found?.[1] ?? file;
  if (name === undefined || target === undefined) return undefined;
  const from = found?.[0].length ?? name.length + 1;
  const parts = partsOfSlice({ ...wholeSlice(value), from });
  const text = parts.some((part) => part.text === undefined) ? undefined : parts.map((part) => part.text).join("");
  if (text === undefined) return { file: target, name, value: undefined };
  const [only] = parts;
  const span = (parts.length === 1 ? only?.literal : undefined) ?? word.span;
  // `printf` ends its line itself.
  return { file: target, name, value: { text: text.replace(/(?:\\n|\n)$/, ""), span } };
}
