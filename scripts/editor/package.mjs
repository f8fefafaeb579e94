// Packages the extension as people get it.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { run } from "../processes.mjs";
import { out, root } from "../root.mjs";

/** Builds the extension into dist. */
export async function buildExtension({ production = false } = {}) {
  await run(process.execPath, [join(root, "esbuild.mjs"), ...(production ? ["--production"] : [])], {
    cwd: root,
    seconds: 120,
  });
}

/** Packages what is in dist. Gives the path of the .vsix. */
export async function packageExtension() {
  mkdirSync(out, { recursive: true });
  const vsix = join(out, "countersign.vsix");
  const vsce = createRequire(import.meta.url).resolve("@vscode/vsce/vsce");
  // The bundle holds every dependency already; the licence and repository fields are checked elsewhere.
  await run(
    process.execPath,
    [vsce, "package", "--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links", "--out", vsix],
    {
      cwd: root,
      seconds: 120,
    },
  );
  return vsix;
}

if (process.argv[1] === import.meta.filename) {
  await buildExtension({ production: true });
  console.log(await packageExtension());
}
