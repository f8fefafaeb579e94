import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder with programs that tests write, and what they were started with. */
export interface ProgramScene {
  readonly folder: string;
  /** Writes a program of JavaScript, executable, and gives its SHA-256. */
  write(path: string, script: string): string;
  /** Text of a file, empty where there is none. */
  read(path: string): string;
  stop(): void;
}

export function createProgramScene(): ProgramScene {
  const folder = mkdtempSync(join(tmpdir(), "countersign-program-"));
  return {
    folder,
    write(path, script) {
      const file = join(folder, path);
      const text = `#!${process.execPath}\n${script}`;
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, text);
      chmodSync(file, 0o755);
      return createHash("sha256").update(text).digest("hex");
    },
    read(path) {
      try {
        return readFileSync(join(folder, path), "utf8");
      } catch {
        return "";
      }
    },
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
}
