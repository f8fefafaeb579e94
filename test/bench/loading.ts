import { statSync } from "node:fs";
import { mustRun } from "./processes.ts";

const RUNS = 9;

// Loads a bundle in a fresh process, with the editor's API replaced by an object that answers everything.
const LOADER = `
const Module = require("node:module");
const anything = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : anything), apply: () => anything, construct: () => anything });
const api = Object.create(anything); // a bundle copies the module's own names and keeps its prototype
const load = Module._load;
Module._load = function (name, ...rest) { return name === "vscode" ? api : load.call(this, name, ...rest); };
const started = process.hrtime.bigint();
require(process.argv[1]);
console.log(Number(process.hrtime.bigint() - started) / 1e6);
`;

/** Loads the extension's bundle cold, as activation does, beside an empty module. */
export async function measureLoading(): Promise<void> {
  const path = `${process.cwd()}/dist/extension.cjs`;
  const ours = await medianOf(path);
  const empty = await medianOf("node:path");
  console.log(`Cold load of the extension's bundle (${Math.round(statSync(path).size / 1024)} kB)`);
  console.log(`  extension.cjs              ${ours.toFixed(1)} ms (an empty module: ${empty.toFixed(1)} ms)`);
}

async function medianOf(path: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < RUNS; round++) {
    times.push(Number((await mustRun(process.execPath, ["-e", LOADER, path])).output.trim()));
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
}
