import { withoutByteOrderMark } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { createScript } from "../shell/script.ts";
import type { Document, ImageUse, ShellCommand } from "./document.ts";
import { useOfValue } from "./imageUse.ts";

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
]);
const maximumSettings = 20_000;

/**
 * Reads a Quadlet unit (podman-systemd.unit) or a systemd service: the images that it names, and the commands that it
 * starts. `x.image` and `x.build` name other units, and `%` and `${` are only known to systemd.
 */
export function readQuadlet(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const images: ImageUse[] = [];
  const commands: ShellCommand[] = [];
  const problems: Problem[] = [];
  for (const { section, key, value, start } of settingsOf(text)) {
    if (imageKeys.get(section)?.has(key) === true) {
      if (value === "" || /\.(?:image|build)$/.test(value)) continue;
      const begin = /^(?:docker:\/\/)?/.exec(value)?.[0].length ?? 0;
      const span = { start: start + begin, end: start + value.length };
      const isKnown = !/[%$]/.test(value);
      const part = isKnown ? { text: value.slice(begin), span } : {};
      const use = useOfValue(text, { span, site: "image", parts: [part], chain: [], hasVariables: !isKnown });
      if ("code" in use) problems.push(use);
      else images.push(use);
    } else if (section === "Service" && /^Exec(?:Start|StartPre|StartPost|Stop|StopPost|Reload)$/.test(key)) {
      const script = createScript(text);
      const prefix = /^[-@:+!]*/.exec(value)?.[0].length ?? 0;
      script.add(value.slice(prefix), start + prefix);
      commands.push(...script.read().commands);
    }
  }
  return { path, dialect: "quadlet", text, images, commands, jobs: [], problems };
}

function settingsOf(text: string): readonly Setting[] {
  const settings: Setting[] = [];
  let section = "";
  for (let start = 0; start < text.length && settings.length < maximumSettings;) {
    let end = lineEnd(text, start);
    // A backslash at its end joins a line with the next (systemd.syntax).
    while (end < text.length && /\\\r?$/.test(text.slice(Math.max(start, end - 2), end))) end = lineEnd(text, end + 1);
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
