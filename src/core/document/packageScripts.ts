import { withoutByteOrderMark } from "../image/span.ts";
import { mayNameImages } from "../shell/imageCommands.ts";
import type { Document } from "./document.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline } from "./pipeline.ts";
import { entriesOf, scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Reads what a `package.json` lets npm and its kind run, each script by a shell of its own. */
export function readPackageScripts(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  // Most packages run nothing that names an image.
  if (!mayNameImages(text))
    return { path, dialect: "package-scripts", text, images: [], commands: [], jobs: [], problems: [] };
  const pipeline = createPipeline(source, path, "package-scripts", readJsonc);
  for (const root of pipeline.roots)
    for (const { value } of entriesOf(valueAt(root, "scripts")))
      pipeline.script([scalarOf(value)], { environment: environmentOf(root) });
  // Half of what such a file holds is no YAML's business; whoever uses it is told by npm.
  return { ...pipeline.document(), problems: [] };
}

/** What npm tells scripts of the package (npm, "scripts", "Environment"). */
function environmentOf(root: YamlNode): Readonly<Record<string, string>> {
  const known = ["name", "version"].map(
    (name) => [`npm_package_${name}`, scalarOf(valueAt(root, name))?.text] as const,
  );
  const config = entriesOf(valueAt(root, "config")).map(
    ({ key, value }) => [`npm_package_config_${key.text}`, scalarOf(value)?.text] as const,
  );
  return Object.fromEntries(
    [...known, ...config].flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
}
