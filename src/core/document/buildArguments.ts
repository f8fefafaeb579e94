import { environmentBeside } from "./composeEnvironment.ts";
import { interpolate, type ComposeEnvironment } from "./composeInterpolation.ts";
import { namedValues } from "./composeList.ts";
import type { ValueStep } from "./document.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** What the workspace's own builds give an ARG, where they all give the same. */
export type BuildArguments = (name: string) => { readonly text: string; readonly step: ValueStep } | undefined;

/** A build of a service of a compose file. */
interface ComposeBuild {
  readonly build: YamlNode | undefined;
  /** The compose file's path and text. */
  readonly path: string;
  readonly text: string;
  readonly environment: ComposeEnvironment;
}

const fileNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
/** Compose files beside a Dockerfile, and in the folders above. */
const folders = ["", "../", "../../"];
const maximumLength = 4096;

/** The arguments that the compose files beside and above the Dockerfile at `path` build it with. */
export function buildArgumentsBeside(path: string, siblings: Siblings): BuildArguments {
  let given: BuildArguments | undefined;
  return (name) => (given ??= buildArgumentsOf(buildsOf(path, siblings)))(name);
}

/** The arguments of builds: an argument that they give different values is none that is known. */
export function buildArgumentsOf(builds: readonly ComposeBuild[]): BuildArguments {
  return (name) => {
    const values = builds.flatMap((build) => valuesOf(build, name));
    const [first] = values;
    return values.every((value) => value?.text === first?.text) ? first : undefined;
  };
}

function valuesOf(
  { build, path, text, environment }: ComposeBuild,
  name: string,
): readonly ReturnType<BuildArguments>[] {
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

function buildsOf(path: string, siblings: Siblings): readonly ComposeBuild[] {
  return folders
    .flatMap((folder) => fileNames.map((name) => siblingPath(path, folder + name)))
    .flatMap((file) => {
      const text = file === undefined ? undefined : siblings(file);
      if (file === undefined || text === undefined) return [];
      const environment = environmentBeside(file, siblings);
      return entriesOf(valueAt(readYaml(text).documents[0]?.root, "services"))
        .map(({ value }) => valueAt(value, "build"))
        .filter((build) => dockerfileOf(build, file) === path)
        .map((build) => ({ build, path: file, text, environment }));
    });
}

/** The Dockerfile that a build reads; undefined where it stands in the compose file, or outside of the workspace. */
function dockerfileOf(build: YamlNode | undefined, file: string): string | undefined {
  if (build === undefined || valueAt(build, "dockerfile_inline") !== undefined) return undefined;
  const context = textOf(build) ?? textOf(valueAt(build, "context")) ?? ".";
  const dockerfile = textOf(valueAt(build, "dockerfile")) ?? "Dockerfile";
  return /^[a-z][a-z0-9+.-]*:/i.test(context) ? undefined : siblingPath(file, `${context}/${dockerfile}`);
}
