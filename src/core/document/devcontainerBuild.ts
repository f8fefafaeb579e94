import type { WorkspaceBuild } from "./workspaceBuild.ts";
import { devcontainerScope } from "./devcontainerVariables.ts";
import { readJsonc } from "./jsonc.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import { templateText } from "./template.ts";
import { entriesOf, scalarOf, textOf, valueAt } from "./yamlNode.ts";

/** A dev container's configuration beside a Dockerfile, or in its own folder above or below. */
const places = [
  "devcontainer.json",
  ".devcontainer/devcontainer.json",
  ".devcontainer.json",
  "../.devcontainer/devcontainer.json",
  "../devcontainer.json",
];

/** The builds of the Dockerfile at `path` that the dev containers around it describe. */
export function devcontainerBuildsBeside(path: string, siblings: Siblings): readonly WorkspaceBuild[] {
  return places.flatMap((place) => {
    const file = siblingPath(path, place);
    const text = file === undefined ? undefined : siblings(file);
    const root = text === undefined ? undefined : readJsonc(text).documents[0]?.root;
    const build = valueAt(root, "build");
    const dockerfile = textOf(valueAt(build, "dockerfile")) ?? textOf(valueAt(root, "dockerFile"));
    if (file === undefined || text === undefined || siblingPath(file, dockerfile ?? "/") !== path) return [];
    return [
      {
        contexts: [],
        valuesOf: (name) =>
          entriesOf(valueAt(build, "args")).flatMap(({ key, value }) => {
            const scalar = key.text === name ? scalarOf(value) : undefined;
            if (scalar === undefined) return [];
            const given = templateText(text, scalar, devcontainerScope());
            const step = { span: scalar.span, file, label: `build argument ${name}`, text: scalar.text };
            return [given === undefined || given === "" ? undefined : { text: given, step }];
          }),
      },
    ];
  });
}
