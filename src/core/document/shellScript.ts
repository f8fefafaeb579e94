import { withoutByteOrderMark } from "../image/span.ts";
import { readShell } from "../shell/readShell.ts";
import type { Document } from "./document.ts";

/** Reads a shell script: its commands. */
export function readShellScript(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  return { path, dialect: "shell", text, images: [], jobs: [], ...readShell(text) };
}
