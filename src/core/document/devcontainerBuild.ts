import type { WorkspaceBuild } from "./workspaceBuild.ts";
import { devcontainerScope } from "./devcontainerVariables.ts";
import { readJsonc } from "./jsonc.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import { templateText } from "./template.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt } from "./yamlNode.ts";

/** A dev container's configuration beside a Dockerfile, or in its own folder above or below. */
const places = [
  "devcontainer.json",
  ".devcontainer/devcontainer.json",
  ".devcontainer.json",
  "../.devcontainer/devcontainer.json",
  "../devcontainer.json",
];

/** Where dev containers that build the Dockerfile at `path` may be described. */
function devcontainersBeside(path: string): readonly string[] {
  return places.flatMap((place) => siblingPath(path, place) ?? []);
}

/** The builds of the Dockerfile at `path` that the dev containers around it describe. */
export function devcontainerBuildsBeside(path: string, siblings: Siblings): readonly WorkspaceBuild[] {
  return devcontainersBeside(path).flatMap((file) => {
    const text = siblings(file);
    const root = text === undefined ? undefined : readJsonc(text).documents[0]?.root;
    const build = valueAt(root, "build");
    const dockerfile = textOf(valueAt(build, "dockerfile")) ?? textOf(valueAt(root, "dockerFile"));
    if (text === undefined || siblingPath(file, dockerfile ?? "/") !== path) return [];
    return [
      {
        contexts: contextNames(itemsOf(valueAt(build, "options")).map((item) => textOf(item) ?? "")),
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

/** The names of `--build-context NAME=PLACE` among the options of docker build, also where one text holds both. */
function contextNames(options: readonly string[]): readonly string[] {
  return options.flatMap((option, index) => {
    const [, own] = /^--build-context(?:=(.*))?$/s.exec(option) ?? [];
    const given = own ?? (option === "--build-context" ? options[index + 1] : undefined);
    const equals = given?.indexOf("=") ?? -1;
    return given === undefined || equals < 0 ? [] : [given.slice(0, equals)];
  });
}
