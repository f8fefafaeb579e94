import { literalPart } from "./yamlImage.ts";
import { scalarOf, textOf, valueAt, type YamlEntry, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** A variable that a script sets for what runs after it. */
export interface AzureWritten {
  readonly name: string;
  /** Whether other jobs see it too, by the step's name. */
  readonly isOutput: boolean;
  readonly value: YamlScalar;
}

/** Azure Pipelines documentation, "Logging commands"; the value ends with the text that is printed. */
const command = /##vso\[task\.setvariable\s+([^\]\n]{0,500})\]([^"'`\n]{0,1000})/gi;
/** What only running the script can tell. */
const unknown = "$[ unknown ]";

/** The variables that the scripts of a step set. A name that is set differently at several places is not known. */
export function writtenVariables(text: string, step: YamlNode): readonly AzureWritten[] {
  const inputs = valueAt(step, "inputs");
  const scripts = [
    ...["script", "bash", "pwsh", "powershell"].map((key) => valueAt(step, key)),
    ...["script", "inlineScript"].map((key) => valueAt(inputs, key)),
  ];
  const found = new Map<string, AzureWritten>();
  for (const scalar of scripts.flatMap((node) => scalarOf(node) ?? []))
    for (const { 0: whole, 1: attributes = "", 2: said = "", index } of scalar.text.matchAll(command)) {
      const name = /(?:^|;)\s*variable\s*=\s*([\w.-]+)/i.exec(attributes)?.[1];
      if (name === undefined) continue;
      const value = valueOf(text, scalar, index + whole.length - said.length, said);
      const before = found.get(name.toUpperCase());
      const isOne = before === undefined || before.value.text === value.text;
      found.set(name.toUpperCase(), {
        name,
        isOutput: /(?:^|;)\s*isoutput\s*=\s*true/i.test(attributes),
        value: isOne ? value : { ...value, text: unknown },
      });
    }
  return [...found.values()];
}

function valueOf(text: string, scalar: YamlScalar, from: number, said: string): YamlScalar {
  const value = said.trim();
  const start = from + said.indexOf(value);
  const { span = scalar.span } = literalPart(text, scalar, start, start + value.length);
  // Macros are replaced before the script runs; all else that begins with a dollar is the shell's.
  const isKnown = !/\$(?!\([A-Za-z_][\w.]*\)|\{\{)|%\w+%/.test(value);
  return { ...scalar, text: isKnown ? value : unknown, span, exact: true, style: "plain" };
}

/** Those variables as entries by upper-case name, with the step's name where it has one. */
export function writtenEntries(
  step: YamlNode,
  written: readonly AzureWritten[],
): readonly (readonly [string, YamlEntry])[] {
  const id = textOf(valueAt(step, "name"));
  return written.flatMap(({ name, isOutput, value }): (readonly [string, YamlEntry])[] => {
    const entry = { key: { ...value, text: name }, value };
    const plain = [name.toUpperCase(), entry] as const;
    return isOutput && id !== undefined ? [[`${id}.${name}`.toUpperCase(), entry], plain] : [plain];
  });
}
