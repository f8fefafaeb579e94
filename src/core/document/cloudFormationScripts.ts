import { shebangIsShell } from "../shell/shellInterpreter.ts";
import { functionOf, substitutionScope, type TemplateContext } from "./cloudFormationValue.ts";
import { readSpecification } from "./codeBuild.ts";
import type { Document } from "./document.ts";
import type { Pipeline } from "./pipeline.ts";
import { interpolationsOf, readSubstituted } from "./substitution.ts";
import type { TemplateScope } from "./template.ts";
import {
  dereference,
  entriesOf,
  itemsOf,
  scalarOf,
  textOf,
  valueAt,
  type YamlNode,
  type YamlScalar,
} from "./yamlNode.ts";

/** A text of a template, and what is replaced in it. */
interface TemplateText {
  readonly lines: readonly YamlScalar[];
  readonly scope?: TemplateScope;
}

/**
 * Adds the commands that a resource gives to machines: the script of `UserData`, and the commands of `cfn-init` and
 * of Systems Manager. Gives the build specifications that it holds, read as documents of their own.
 */
export function readScripts(pipeline: Pipeline, context: TemplateContext, resource: YamlNode): readonly Document[] {
  const properties = valueAt(resource, "Properties");
  for (const holder of [properties, valueAt(properties, "LaunchTemplateData")]) {
    const { lines, scope } = textsOf(context, valueAt(holder, "UserData"));
    if (shebangIsShell(lines[0]?.text ?? "") === true) pipeline.script(lines, { scope });
  }
  for (const { value: config } of entriesOf(valueAt(resource, "Metadata", "AWS::CloudFormation::Init")))
    for (const { value: command } of entriesOf(valueAt(config, "commands"))) {
      const { lines, scope } = textsOf(context, valueAt(command, "command"));
      pipeline.script(lines, { scope });
    }
  const type = textOf(valueAt(resource, "Type"));
  for (const list of commandsOfSystemsManager(type, properties))
    for (const line of itemsOf(list)) {
      const { lines, scope } = textsOf(context, line);
      pipeline.script(lines, { scope });
    }
  if (type !== "AWS::CodeBuild::Project") return [];
  const sources = [valueAt(properties, "Source"), ...itemsOf(valueAt(properties, "SecondarySources"))];
  return sources.flatMap((source) => {
    const { lines, scope } = textsOf(context, valueAt(source, "BuildSpec"));
    const [specification, ...others] = lines;
    // The path of a file is one line.
    if (specification === undefined || others.length > 0 || !/[\n{]/.test(specification.text)) return [];
    const filled = scope === undefined ? [] : interpolationsOf(pipeline.text, specification, scope);
    return [readSubstituted(specification, pipeline.text, filled, readSpecification)];
  });
}

/** The lists of commands that Systems Manager runs on machines. */
function commandsOfSystemsManager(
  type: string | undefined,
  properties: YamlNode | undefined,
): readonly (YamlNode | undefined)[] {
  if (type === "AWS::SSM::Association") return [valueAt(properties, "Parameters", "commands")];
  if (type !== "AWS::SSM::Document") return [];
  const steps = itemsOf(valueAt(properties, "Content", "mainSteps"));
  return steps.map((step) => valueAt(step, "inputs", "runCommand"));
}

/** The text that functions make of what is written; of one put together from pieces, the lines that are one piece. */
function textsOf(context: TemplateContext, node: YamlNode | undefined, depth = 0): TemplateText {
  const { name, argument } = functionOf(node);
  if (argument === undefined || depth > 3) return { lines: [] };
  switch (name) {
    case "Base64":
      // In the short form, a function can be encoded in its long form only.
      return scalarOf(argument) === undefined || argument !== node
        ? textsOf(context, untagged(argument), depth + 1)
        : { lines: scalarsOf(argument) };
    case "Sub": {
      const [template, given] = itemsOf(argument);
      return { lines: scalarsOf(template ?? argument), scope: substitutionScope(context, given) };
    }
    case "Join": {
      const [delimiter, list] = itemsOf(argument);
      return { lines: wholeLines(itemsOf(list), textOf(delimiter) ?? "") };
    }
    case undefined:
      return { lines: scalarsOf(argument) };
    default:
      return { lines: [] };
  }
}

/** What is written behind `!Base64`. */
function untagged(node: YamlNode): YamlNode {
  const found = dereference(node);
  if (found?.kind !== "mapping" || found.tag !== "!Base64") return node;
  const { tag: _, ...written } = found;
  return written;
}

function scalarsOf(node: YamlNode): readonly YamlScalar[] {
  const scalar = scalarOf(node);
  return scalar === undefined ? [] : [scalar];
}

function wholeLines(items: readonly YamlNode[], delimiter: string): readonly YamlScalar[] {
  const endsLine = (node: YamlNode | undefined): boolean =>
    delimiter.includes("\n") || node === undefined || textOf(node)?.endsWith("\n") === true;
  return items.flatMap((item, at) => {
    const scalar = functionOf(item).name === undefined ? scalarOf(item) : undefined;
    const isWhole = (at === 0 || endsLine(items[at - 1])) && (at === items.length - 1 || endsLine(item));
    return scalar !== undefined && isWhole ? [scalar] : [];
  });
}
