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
/** `cat <<EOF >> "$GITHUB_ENV"`, with the lines of the here-document. */
const printed =
  /\bcat\b[^\n]{0,200}?<<-?[ \t]*(["']?)(\w+)\1([^\n]{0,200})\n([\s\S]{0,10000}?)\n[ \t]*\2[ \t]*(?=\n|$)/g;
const target = />>?[ \t]*["']?\$\{?GITHUB_(ENV|OUTPUT)\b/;
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
  const script = text.slice(first, last + 2000);
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
    set(written.file.toUpperCase() === "ENV" ? environment : outputs, written.name, written.value);
  }
  for (const { 0: whole, 4: lines = "", index } of script.matchAll(printed)) {
    const head = whole.slice(0, whole.indexOf("\n"));
    const file = target.exec(head)?.[1];
    if (file === undefined || first + index > last) continue;
    const start = first + index + head.length + 1;
    for (const line of lines.matchAll(/^[ \t]*([A-Za-z_][\w-]*)=([^\n]*?)[ \t\r]*$/gm)) {
      const [all, name = "", said = ""] = line;
      const end = start + line.index + all.trimEnd().length;
      const value = /[$`\\]/.test(said) ? undefined : { text: said, span: { start: end - said.length, end } };
      set(file === "ENV" ? environment : outputs, name, value);
    }
  }
  return { environment, outputs };
}

/** A name that is written differently at several places is not known. */
function set(names: Map<string, PlacedText | undefined>, name: string, value: PlacedText | undefined): void {
  names.set(name, !names.has(name) || names.get(name)?.text === value?.text ? value : undefined);
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
