import { withoutByteOrderMark } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { createScript, type ScriptBuilder } from "../shell/script.ts";
import type { Document, ImageUse, ShellCommand, ValueStep } from "./document.ts";
import { useOfValue } from "./imageUse.ts";
import type { Literal } from "./literalUses.ts";
import type { ValuePart } from "./value.ts";

/** A line `Key=value` of a unit file, with its continued lines left out of `value` where they would change its place. */
interface Setting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly start: number;
}

/** Sections of units that podman makes services of (podman-systemd.unit), with the keys that name images. */
const imageKeys = new Map([
  ["Container", new Set(["Image"])],
  ["Image", new Set(["Image"])],
  ["Volume", new Set(["Image"])],
  ["Artifact", new Set(["Artifact"])],
]);
/** Transports of what is on the machine already (containers-transports). */
const localTransport = /^(?:containers-storage|docker-archive|docker-daemon|dir|oci|oci-archive|ostree|sif):(?!\d)/;
const maximumSettings = 20_000;

/**
 * Reads a Quadlet unit (podman-systemd.unit) or a systemd service: the images that it names, and the commands that it
 * starts. `x.image`, `x.build` and `x.artifact` name other units; what `%` stands for only systemd knows, and of `${NAME}` what the unit itself
 * says of its service's environment.
 */
export function readQuadlet(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const images: ImageUse[] = [];
  const commands: ShellCommand[] = [];
  const problems: Problem[] = [];
  const settings = settingsOf(text);
  const environment = environmentOf(settings);
  const texts = Object.fromEntries([...environment].map(([name, { text: value }]) => [name, value]));
  const add = (value: string, start: number, site: string): void => {
    if (value === "" || /\.(?:image|build|artifact)$/.test(value) || localTransport.test(value)) return;
    const begin = /^(?:docker:\/\/)?/.exec(value)?.[0].length ?? 0;
    const span = { start: start + begin, end: start + value.length };
    const isKnown = !/[%$]/.test(value);
    const chain: ValueStep[] = [];
    let at = span.start;
    const parts = value
      .slice(begin)
      .split(/(%[A-Za-z]|\$\{?\w*\}?|%)/)
      .map((piece, index): ValuePart => {
        const place = { start: at, end: at + piece.length };
        at = place.end;
        if (index % 2 === 0) return { text: piece, span: place };
        const name = /^\$\{(\w+)\}$/.exec(piece)?.[1];
        const given = name === undefined ? undefined : environment.get(name);
        if (given === undefined || /[%$]/.test(given.text)) return {};
        chain.push(
          { span: place, label: `variable ${name}`, text: piece },
          { span: given.span, label: "environment of the service", text: given.text },
        );
        return { text: given.text, span: given.span, literal: given.span, shared: true };
      })
      .filter((part) => part.text !== "");
    const use = useOfValue(text, { span, site, parts, chain, hasVariables: !isKnown });
    if ("code" in use) problems.push(use);
    else images.push(use);
  };
  for (const { section, key, value, start } of settings) {
    if (imageKeys.get(section)?.has(key) === true) {
      // A continued line begins with what joins it.
      const joined = /^(?:\\\r?\n[ \t]*)*/.exec(value)?.[0].length ?? 0;
      const quoted = /^(["'])([^"']*)\1$/.exec(value.slice(joined))?.[2];
      if (quoted === undefined) add(value.slice(joined), start + joined, "image");
      else add(quoted, start + joined + 1, "image");
    } else if (section === "Container" && key === "Mount") {
      const mounted = /(?:^|,)type=(?:image|artifact)(?:,|$)/.test(value)
        ? /(?:^|,)(?:source|src)=([^,]+)/.exec(value)
        : null;
      if (mounted?.[1] !== undefined)
        add(mounted[1], start + mounted.index + mounted[0].length - mounted[1].length, "mount");
    } else if (section === "Service" && /^Exec(?:Condition|Start|StartPre|StartPost|Stop|StopPost|Reload)$/.test(key)) {
      const script = createScript(text);
      const prefix = /^[-@:+!]*/.exec(value)?.[0].length ?? 0;
      addCommand(script, value.slice(prefix), start + prefix);
      commands.push(...script.read({ environment: texts }).commands);
    }
  }
  const built = builtBefore(commands);
  const wanted = built.size === 0 ? images : images.filter((use) => use.site !== "image" || !built.has(use.text));
  return { path, dialect: "quadlet", text, images: wanted, commands, jobs: [], problems };
}

/** The names that a unit's own commands give to what they build, which its container then starts from. */
function builtBefore(commands: readonly ShellCommand[]): ReadonlySet<string> {
  const built = new Set<string>();
  for (const { words } of commands) {
    const texts = words.map(({ text = "" }) => text);
    if (
      !/(?:^|\/)(?:podman|docker|buildah)$/.test(texts[0] ?? "") ||
      !texts.some((word) => /^(?:build|bud)$/.test(word))
    )
      continue;
    for (const [at, word] of texts.entries()) {
      const own = /^--tag=(.+)$/s.exec(word)?.[1];
      const tag = own ?? (word === "-t" || word === "--tag" ? texts[at + 1] : undefined);
      if (tag !== undefined && tag !== "") built.add(tag);
    }
  }
  return built;
}

const ofCommand = /\\[^\n]|"(?:\\.|[^"\\])*"|'[^']*'|(?<comment>(?<=\n)[ \t]*[#;][^\n]*\n?)|<[\w.-]+>/gs;

/** Comments stand between continued lines too (systemd.syntax), and what is to be filled in is no redirection. */
function addCommand(script: ScriptBuilder, value: string, start: number): void {
  let at = 0;
  for (const { 0: found, index, groups } of value.matchAll(ofCommand)) {
    if (groups?.["comment"] === undefined && !found.startsWith("<")) continue;
    addWritten(script, value.slice(at, index), start + at);
    at = index + found.length;
    if (!found.startsWith("<")) continue;
    script.addText("\\", start + index);
    script.add(found.slice(0, -1), start + index);
    script.addText("\\", start + at - 1);
    script.add(">", start + at - 1);
  }
  addWritten(script, value.slice(at), start + at);
}

/** What a specifier stands for only systemd knows (systemd.unit, "Specifiers"), within quotes too. */
function addWritten(script: ScriptBuilder, value: string, start: number): void {
  let at = start;
  for (const piece of value.split(/(?<!%)((?:%%)*)(%[A-Za-z])/)) {
    const span = { start: at, end: at + piece.length };
    at = span.end;
    if (/^%[A-Za-z]$/.test(piece)) script.insert({ span, name: piece, parts: [{ span, chain: [] }] });
    else script.add(piece, span.start);
  }
}

/** The variables that a unit sets for its service (systemd.exec, Environment=), where their values stand as they are. */
function environmentOf(settings: readonly Setting[]): ReadonlyMap<string, Literal> {
  const found = new Map<string, Literal>();
  for (const { section, key, value, start } of settings) {
    if (section !== "Service" || key !== "Environment") continue;
    for (const { index, 0: word } of value.matchAll(/"[^"\\]*"|'[^'\\]*'|[^\s"'\\]+/g)) {
      const bare = /^["']/.test(word) ? word.slice(1, -1) : word;
      const equals = bare.indexOf("=");
      if (equals < 1) continue;
      const text = bare.slice(equals + 1);
      const from = start + index + (bare === word ? 0 : 1) + equals + 1;
      found.set(bare.slice(0, equals), { text, span: { start: from, end: from + text.length } });
    }
  }
  return found;
}

function settingsOf(text: string): readonly Setting[] {
  const settings: Setting[] = [];
  let section = "";
  for (let start = 0; start < text.length && settings.length < maximumSettings;) {
    let end = lineEnd(text, start);
    // A backslash at its end joins a line with the next, but for comments (systemd.syntax).
    for (let from = start; end < text.length;) {
      const isComment = /^[ \t]*[#;]/.test(text.slice(from, end));
      if (isComment ? from === start : !/\\\r?$/.test(text.slice(Math.max(from, end - 2), end))) break;
      from = end + 1;
      end = lineEnd(text, from);
    }
    const line = text.slice(start, end);
    const head = /^\s*\[([^\]\n]*)\]/.exec(line)?.[1];
    const setting = /^\s*([A-Za-z]\w*)[ \t]*=[ \t]*/.exec(line);
    if (head !== undefined) section = head;
    else if (setting?.[1] !== undefined) {
      const value = line.slice(setting[0].length).trimEnd();
      settings.push({ section, key: setting[1], value, start: start + setting[0].length });
    }
    start = end + 1;
  }
  return settings;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
