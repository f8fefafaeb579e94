import { setFlagsFromString } from "node:v8";

/**
 * Has V8 compile for a process that ends within seconds, where all that it compiles has to pay for itself: with its
 * compiler of the middle alone, without what makes that one's code longer. `flags` are further ones. They are not given
 * to the process as it starts, since one that V8 does not know would keep it from starting.
 */
export function compileLittle(flags: readonly string[] = []): void {
  // Before, V8 had no such compiler, or not by default.
  if (Number.parseInt(process.versions.v8, 10) < 13) return;
  for (const flag of ["--no-turbofan", "--no-maglev-inlining", "--no-maglev-loop-peeling", ...flags])
    setFlagsFromString(flag);
}
