import { withoutByteOrderMark } from "../image/span.ts";
import { mayRunTool } from "../shell/runsTool.ts";
import { readShell } from "../shell/readShell.ts";
import { unknownName, type NamedFile } from "../shell/shellSource.ts";
import type { Document } from "./document.ts";
import { noSiblings, siblingPath, type Siblings } from "./siblings.ts";

/** Reads a shell script: its commands, with what the files that it sources set. */
export function readShellScript(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const text = withoutByteOrderMark(source);
  const nothing = { path, dialect: "shell" as const, text, images: [], commands: [], jobs: [], problems: [] };
  // Most scripts have to do with no image: nobody looks at what they run.
  if (!mayRunTool(text)) return nothing;
  const isProcfile = /(?:^|\/)Procfile[^/]*$/i.test(path);
  // A Procfile names each command.
  const script = isProcfile ? text.replaceAll(/^[\w-]+:[ \t]*/gm, (name) => " ".repeat(name.length)) : text;
  const windowsShell = /\.ps(?:m?1)$/i.test(path) ? "powershell" : /\.(?:cmd|bat)$/i.test(path) ? "cmd" : undefined;
  const { commands, problems, forwarded } = readShell(script, {
    fileNamed: (name) => fileOfScript(name, path, siblings),
    windowsShell,
  });
  return windowsShell === undefined
    ? { ...nothing, problems, commands, ...(forwarded === undefined ? {} : { furtherCommands: forwarded }) }
    : { ...nothing, problems, furtherCommands: commands };
}

/** A file beside the script or below the workspace's root: from where the script is run, it does not say. */
export function fileOfScript(name: string, path: string, siblings: Siblings): NamedFile | undefined {
  const relative = name.startsWith(`${unknownName}/`) ? name.slice(2) : name;
  if (relative.includes(unknownName)) return undefined;
  for (const file of new Set([siblingPath(path, relative), siblingPath("", relative)])) {
    const text = file === undefined || file === path ? undefined : siblings(file);
    if (file !== undefined && text !== undefined) return { file, text };
  }
  return undefined;
}
