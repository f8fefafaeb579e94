import type { SuppliedArgument, WorkspaceBuild } from "./workspaceBuild.ts";
import { environmentBeside } from "./composeEnvironment.ts";
import { interpolate, type ComposeEnvironment } from "./composeInterpolation.ts";
import { composeFileNames, namedValues } from "./composeList.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** A build of a service of a compose file. */
interface ComposeBuild {
  readonly build: YamlNode | undefined;
  /** The compose file's path and text. */
  readonly path: string;
  readonly text: string;
  readonly environment: ComposeEnvironment;
}

/** Compose files beside a Dockerfile, and in the folders above. */
const folders = ["", "../", "../../"];
const maximumLength = 4096;

/** Where compose files that build the Dockerfile at `path` may be. */
function composeFilesBeside(path: string): readonly string[] {
  return folders.flatMap((folder) => composeFileNames.flatMap((name) => siblingPath(path, folder + name) ?? []));
}

/** The builds of the Dockerfile at `path` in the compose files beside and above it. */
export function composeBuildsBeside(path: string, siblings: Siblings): readonly WorkspaceBuild[] {
  return composeFilesBeside(path).flatMap((file) => {
    const text = siblings(file);
    if (text === undefined) return [];
    const environment = environmentBeside(file, siblings);
    return entriesOf(valueAt(readYaml(text).documents[0]?.root, "services"))
      .map(({ value }) => valueAt(value, "build"))
      .filter((build) => dockerfileOf(build, file) === path)
      .map((build) => composeBuild({ build, path: file, text, environment }));
  });
}

/** A compose file's `build` as a build of a Dockerfile. */
export function composeBuild(build: ComposeBuild): WorkspaceBuild {
  return {
    valuesOf: (name) => valuesOf(build, name),
    contexts: namedValues(valueAt(build.build, "additional_contexts")).map(({ name }) => name),
  };
}

function valuesOf(
  { build, path, text, environment }: ComposeBuild,
  name: string,
): readonly (SuppliedArgument | undefined)[] {
  return namedValues(valueAt(build, "args")).flatMap((argument) => {
    const scalar = argument.name === name ? scalarOf(argument.node) : undefined;
    if (scalar === undefined || scalar.text.length > maximumLength) return [];
    const { parts } = interpolate(text, scalar, environment, argument.from);
    const value = parts.map((part) => part.text ?? "").join("");
    const isKnown = value !== "" && parts.every((part) => part.text !== undefined);
    const step = { span: scalar.span, file: path, label: `build argument ${name}`, text: scalar.text };
    return [isKnown ? { text: value, step } : undefined];
  });
}

/** The Dockerfile that a build reads; undefined where it stands in the compose file, or outside of the workspace. */
function dockerfileOf(build: YamlNode | undefined, file: string): string | undefined {
  if (build === undefined || valueAt(build, "dockerfile_inline") !== undefined) return undefined;
  const context = textOf(build) ?? textOf(valueAt(build, "context")) ?? ".";
  const dockerfile = textOf(valueAt(build, "dockerfile")) ?? "Dockerfile";
  return /^[a-z][a-z0-9+.-]*:/i.test(context) ? undefined : siblingPath(file, `${context}/${dockerfile}`);
}
