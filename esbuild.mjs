// Bundles the two hosts. The command line is bundled without `vscode` as an external,
// so an import of it from core, application or adapters breaks the build.
import { build, context } from "esbuild";
import { readdirSync, rmSync } from "node:fs";
import { join, normalize } from "node:path";

const production = process.argv.includes("--production");
const watch = process.argv.includes("--watch");

/** @type {import("esbuild").BuildOptions} */
const shared = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  minify: production,
  keepNames: true,
  sourcemap: production ? false : "linked",
  loader: { ".md": "text" },
  outExtension: { ".js": ".cjs" },
  logLevel: watch ? "info" : "warning",
  outdir: "dist",
};

const bundles = [
  { ...shared, entryPoints: { extension: "src/extension/extension.ts" }, external: ["vscode"] },
  { ...shared, entryPoints: { cli: "src/cli/main.ts" }, banner: { js: "#!/usr/bin/env node" } },
];

if (watch) {
  for (const bundle of bundles) await (await context(bundle)).watch();
} else {
  const results = await Promise.all(bundles.map((bundle) => build({ ...bundle, metafile: true })));
  removeAllBut(results.flatMap((result) => Object.keys(result.metafile.outputs)));
}

/** What an earlier build left goes last, so that an editor that runs from this folder is never without a bundle. */
function removeAllBut(outputs) {
  const made = new Set(outputs.map((path) => normalize(path)));
  for (const entry of readdirSync("dist", { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !made.has(path)) rmSync(path);
  }
}
