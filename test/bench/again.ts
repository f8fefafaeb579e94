import { readFileSync } from "node:fs";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createNodeWire } from "../../src/adapters/registry/nodeWire.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { silentLog } from "../../src/adapters/log.ts";
import { createContentCache } from "../../src/application/contentCache.ts";
import { verifyImages } from "../../src/application/verifyImages.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import { commandLinePolicy } from "../../src/core/policy/commandLinePolicy.ts";

/** Seconds to verify the same images over and over in one process, as an editor does; the first time, when nothing is known, left out. */
export async function verifyAgain(names: readonly string[], keyFile: string, times: number): Promise<number[]> {
  const registry = createRegistry({
    credentials: noCredentials,
    userAgent: "countersign-bench",
    wire: createNodeWire({ environment: {} }),
    log: silentLog,
  });
  const clock = { now: () => new Date() };
  const ports = { registry, clock, content: createContentCache(), lastDigests: new Map<string, string>() };
  const policy = commandLinePolicy({ keys: [{ file: keyFile, pem: readFileSync(keyFile, "utf8") }] });
  const references = names.flatMap((name) => parseReference(name).value ?? []);
  const { signal } = new AbortController();
  const seconds: number[] = [];
  for (let round = 0; round <= times; round++) {
    const started = performance.now();
    const verdicts = await verifyImages(ports, references, policy, { trustedRoots: [] }, { signal });
    seconds.push((performance.now() - started) / 1000);
    const failed = [...verdicts.values()].find(({ state }) => state !== "verified");
    if (failed !== undefined) throw new Error(`${failed.reference} is ${failed.state}: ${failed.reason.message}`);
  }
  return seconds.slice(1);
}
