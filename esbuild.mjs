// Bundles the two hosts. The command line is bundled without `vscode` as an external,
// so an import of it from core, application or adapters breaks the build.
import { build, context } from "esbuild";
import { rmSync } from "node:fs";

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
  rmSync("dist", { recursive: true, force: true });
  await Promise.all(bundles.map((bundle) => build(bundle)));
}
