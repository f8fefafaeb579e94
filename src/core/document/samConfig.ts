import { siblingPath, type Siblings } from "./siblings.ts";
import type { Definition } from "./template.ts";
import { noTemplate } from "./templateSyntax.ts";
import { tomlTexts, type TomlText } from "./toml.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** Where `sam deploy` takes its options from without being told (AWS SAM, "AWS SAM CLI configuration file"). */
const places = [
  ["default", "deploy", "parameters", "parameter_overrides"],
  ["default", "global", "parameters", "parameter_overrides"],
];
const override =
  /(?:ParameterKey=(\w+),ParameterValue=|(?<![\w,])(\w+)=)(?:\\?"((?:[^"\\]|\\[^"])*)\\?"|'([^']*)'|([^\s,"']+))/g;

/** The values that the `samconfig.toml` beside the template at `path` has for its parameters. */
export function samOverrides(path: string, siblings: Siblings): (name: string) => Definition | undefined {
  let known: ReadonlyMap<string, Definition> | undefined;
  return (name) => {
    if (known === undefined) {
      const file = siblingPath(path, "samconfig.toml");
      const text = file === undefined ? undefined : siblings(file);
      known = file === undefined || text === undefined ? new Map() : definitionsIn(text, file);
    }
    return known.get(name);
  };
}

function definitionsIn(text: string, file: string): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>();
  for (const place of places.toReversed())
    for (const said of tomlTexts(text).filter(({ path }) => isAt(path, place)))
      for (const [, key = "", name = key, double, single, plain] of said.text.matchAll(override)) {
        const value = double ?? single ?? plain ?? "";
        found.set(name, {
          label: `${name} of samconfig.toml`,
          node: scalarOf(said, value),
          source: { text, file },
          scope,
        });
      }
  return found;
}

const scope = { syntax: noTemplate, lookup: () => [] };

/** Whether a string stands at a place or is an item of the list there. */
function isAt(path: TomlText["path"], place: readonly string[]): boolean {
  const own = path.at(-1) === "*" ? path.slice(0, -1) : path;
  return own.length === place.length && own.every((key, index) => key === place[index]);
}

function scalarOf({ span }: TomlText, value: string): YamlScalar {
  return { kind: "scalar", span, text: value, style: "plain", exact: false, contentStart: span.start };
}
