// Bundles the suites that run inside the extension host: one file each, and the index that runs them.
import { build } from "esbuild";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { out, root } from "../root.mjs";

const source = join(root, "test", "editor", "suites");
const target = join(out, "editor-suites");

/** Bundles the suites. Gives the path of the index, for extensionTestsPath, and how many suites there are. */
export async function bundleSuites() {
  rmSync(target, { recursive: true, force: true });
  const suites = readdirSync(source).filter((name) => name.endsWith(".suite.ts"));
  await build({
    entryPoints: [join(root, "test", "editor", "index.ts"), ...suites.map((name) => join(source, name))],
    entryNames: "[name]",
    outdir: target,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    sourcemap: "inline",
    loader: { ".md": "text" },
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
  return { index: join(target, "index.cjs"), count: suites.length };
}
