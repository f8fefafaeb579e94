import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";

/** A file of the program as V8 has compiled it. */
interface Compiled {
  readonly place: string;
  readonly script: Script;
  /** How many runs have added to what is kept of it. */
  readonly runs: number;
}

/** After how many runs what is kept of a file holds what there is to run. */
const enoughRuns = 4;
/** Before the code: its checksum, and how many runs have added to it, as 32 bits each. */
const headerLength = 8;

/**
 * Keeps what V8 compiles of the program's files in `program` (CommonJS, named by their content), in a folder that only
 * this user writes: a short run would spend half of its time on compiling. Unlike Node's own compile cache it keeps what
 * is compiled while the program runs, which is most of it. What cannot be kept, or read, is compiled as ever.
 */
export function keepCompiledCode(program: string, folder: string): void {
  const compiled: Compiled[] = [];
  const { extensions } = createRequire(join(program, "x.cjs"));
  const usual = extensions[".js"];
  extensions[".cjs"] = (module, path) => {
    if (dirname(path) !== program) return usual(module, path);
    const place = join(folder, `${basename(path)}.bin`);
    const kept = readKept(place);
    const script = new Script(
      `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, "utf8")}\n})`,
      { filename: path, ...(kept === undefined ? {} : { cachedData: kept.code }) },
    );
    // What another version of Node has compiled is rejected by V8, and replaced.
    compiled.push({ place, script, runs: script.cachedDataRejected === false ? (kept?.runs ?? 0) : 0 });
    const run: unknown = script.runInThisContext();
    if (typeof run !== "function") return;
    run.call(module.exports, module.exports, (name: string): unknown => module.require(name), module, path, program);
  };
  process.on("exit", () => {
    try {
      for (const each of compiled) if (each.runs < enoughRuns) keep(each);
    } catch {
      // Nothing can be written there; the next run compiles again.
    }
  });
}

function readKept(place: string): { readonly code: Buffer; readonly runs: number } | undefined {
  try {
    const bytes = readFileSync(place);
    const code = bytes.subarray(headerLength);
    // V8 does not look whether what it is given is whole.
    return crc32(code) === bytes.readUInt32LE(0) ? { code, runs: bytes.readUInt32LE(4) } : undefined;
  } catch {
    return undefined;
  }
}

function keep({ place, script, runs }: Compiled): void {
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
  const code = script.createCachedData();
  const header = Buffer.alloc(headerLength);
  header.writeUInt32LE(crc32(code), 0);
  header.writeUInt32LE(runs + 1, 4);
  // Several runs may end at once.
  const written = `${place}.${process.pid}`;
  try {
    writeFileSync(written, Buffer.concat([header, code]), { mode: 0o600 });
    renameSync(written, place);
  } catch (error) {
    rmSync(written, { force: true });
    throw error;
  }
}
