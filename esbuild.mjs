// Bundles the two hosts. The command line is bundled without `vscode` as an external,
// so an import of it from core, application or adapters breaks the build.
import { build, context, transform } from "esbuild";
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, normalize, relative } from "node:path";

const production = process.argv.includes("--production");
const watch = process.argv.includes("--watch");

/** @type {import("esbuild").BuildOptions} */
const shared = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  minify: production,
  sourcemap: production ? false : "linked",
  loader: { ".md": "text" },
  // The same library as modules, of which only what is used is bundled and nothing is run before it is needed.
  alias: { yaml: "./node_modules/yaml/browser/index.js" },
  outExtension: { ".js": ".cjs" },
  logLevel: watch ? "info" : "warning",
  outdir: "dist",
};

// What is imported lazily becomes files of its own, so that little is loaded at first. esbuild splits ES modules only:
// they are split as such, each module once, and then every file is turned into CommonJS.
const split = {
  ...shared,
  format: "esm",
  splitting: true,
  sourcemap: production ? false : "inline",
  write: false,
};

/** @param {string} name @param {string} [banner] */
const commonJsChunks = (name, banner = "") => ({
  chunkNames: `${name}/[name]-[hash]`,
  plugins: [{ name: "common-js-chunks", setup: ({ onEnd }) => onEnd((result) => writeChunks(result, name, banner)) }],
});

const bundles = [
  {
    ...split,
    ...commonJsChunks("extension"),
    entryPoints: { extension: "src/extension/extension.ts" },
    external: ["vscode"],
  },
  // What reads files in a process of its own, for both hosts.
  { ...shared, entryPoints: { readingProcess: "src/adapters/files/readingProcess.ts" } },
  { ...split, ...commonJsChunks("cli", "#!/usr/bin/env node\n"), entryPoints: { cli: "src/cli/launch.ts" } },
];

if (watch) {
  for (const bundle of bundles) await (await context(bundle)).watch();
} else {
  const results = await Promise.all(bundles.map((bundle) => build({ ...bundle, metafile: true })));
  const made = results.flatMap((result) => Object.keys(result.metafile.outputs));
  chmodSync("dist/cli.cjs", 0o755);
  removeAllBut(production ? made : made.flatMap((path) => [path, `${path}.map`]));
}

/** Writes the files of a split bundle as CommonJS, the entry last: it must not name a file that is not there yet. */
async function writeChunks({ outputFiles = [] }, name, banner) {
  const files = await Promise.all(outputFiles.map((file) => toCommonJs(file, name, banner)));
  for (const { path, code, map } of files.toSorted((a, b) => depthOf(b.path) - depthOf(a.path))) {
    mkdirSync(dirname(path), { recursive: true });
    if (map !== "") writeFileSync(`${path}.map`, map);
    writeFileSync(path, map === "" ? code : `${code}//# sourceMappingURL=${basename(path)}.map\n`);
  }
}

async function toCommonJs({ path, text }, name, banner) {
  const { code, map } = await transform(text, {
    format: "cjs",
    platform: "node",
    target: shared.target,
    minify: production,
    sourcemap: production ? false : "external",
    sourcefile: basename(path),
    // `import()` becomes a lazy `require`, which the extension host loads faster.
    supported: { "dynamic-import": false },
  });
  return { path, code: basename(path) === `${name}.cjs` ? banner + code : code, map };
}

function depthOf(path) {
  return relative("dist", path).split(/[\\/]/u).length;
}

/** What an earlier build left goes last, so that an editor that runs from this folder is never without a bundle. */
function removeAllBut(outputs) {
  const made = new Set(outputs.map((path) => normalize(path)));
  for (const entry of readdirSync("dist", { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !made.has(path)) rmSync(path);
  }
}
