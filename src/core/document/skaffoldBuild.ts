import { siblingPath, type Siblings } from "./siblings.ts";
import type { SuppliedArgument, WorkspaceBuild } from "./workspaceBuild.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** Where skaffold's configuration stands, as seen from a Dockerfile. */
const places = ["", "../", "../../"].flatMap((folder) => [`${folder}skaffold.yaml`, `${folder}skaffold.yml`]);
const builders = ["docker", "kaniko"];
const maximumLength = 4096;

/** The builds of the Dockerfile at `path` in the configuration of skaffold beside and above it. */
export function skaffoldBuildsBeside(path: string, siblings: Siblings): readonly WorkspaceBuild[] {
  return places
    .flatMap((place) => siblingPath(path, place) ?? [])
    .flatMap((file) => {
      const text = siblings(file);
      if (text?.includes("skaffold/") !== true) return [];
      return readYaml(text)
        .documents.flatMap(({ root }) => [root, ...itemsOf(valueAt(root, "profiles"))])
        .flatMap((node) => itemsOf(valueAt(node, "build", "artifacts")))
        .flatMap((artifact) => buildsOf(artifact, file, path));
    });
}

/** The build of an artifact, where it is one of the Dockerfile at `path`. */
function buildsOf(artifact: YamlNode, file: string, path: string): readonly WorkspaceBuild[] {
  const builder = builders.map((name) => valueAt(artifact, name)).find((found) => found !== undefined);
  const context = textOf(valueAt(artifact, "context")) ?? ".";
  const dockerfile = textOf(valueAt(builder, "dockerfile")) ?? "Dockerfile";
  if (siblingPath(file, `${context}/${dockerfile}`) !== path) return [];
  const required = itemsOf(valueAt(artifact, "requires"));
  return [
    {
      valuesOf(name) {
        const own = entriesOf(valueAt(builder, "buildArgs"))
          .filter(({ key }) => key.text === name)
          .map(({ value }) => scalarOf(value));
        // The image that another artifact makes goes by its name until it is there (skaffold, "Artifact dependencies").
        const made = required
          .filter((one) => (textOf(valueAt(one, "alias")) ?? textOf(valueAt(one, "image"))) === name)
          .map((one) => scalarOf(valueAt(one, "image")));
        return [...own, ...made].map((scalar) => supplied(scalar, name, file));
      },
      contexts: required.flatMap((one) => textOf(valueAt(one, "image")) ?? []),
    },
  ];
}

function supplied(scalar: YamlScalar | undefined, name: string, file: string): SuppliedArgument | undefined {
  if (scalar === undefined || scalar.text === "" || scalar.text.includes("{{") || scalar.text.length > maximumLength)
    return undefined;
  return { text: scalar.text, step: { span: scalar.span, file, label: `build argument ${name}`, text: scalar.text } };
}
