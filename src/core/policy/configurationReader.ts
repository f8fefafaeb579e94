import {
  entriesOf,
  itemsOf,
  mappingOf,
  scalarOf,
  textOf,
  type YamlNode,
  type YamlScalar,
} from "../document/yamlNode.ts";
import type { Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { isSecretName, pathProblem } from "./configurationValue.ts";

/** Reads nodes of the configuration; what is wrong with them is collected as problems of the file. */
export interface ConfigurationReader {
  readonly problems: readonly Problem[];
  invalid(message: string, span: Span): void;
  secret(span: Span): void;
  fields(node: YamlNode | undefined, where: string, known: readonly string[]): ReadonlyMap<string, YamlNode>;
  required(fields: ReadonlyMap<string, YamlNode>, name: string, parent: YamlNode): YamlScalar | undefined;
  items(node: YamlNode | undefined, where: string): readonly YamlNode[];
  list(node: YamlNode, where: string): readonly YamlScalar[];
  paths(node: YamlNode, where: string): readonly string[];
  texts(node: YamlNode | undefined, where: string): Readonly<Record<string, string>>;
  isPath(scalar: YamlScalar): boolean;
  flag(node: YamlNode | undefined): boolean;
}

/** Creates the reader for the configuration at this path. */
export function createConfigurationReader(file: string): ConfigurationReader {
  const problems: Problem[] = [];
  const reader: ConfigurationReader = {
    problems,
    invalid(message, span) {
      problems.push({ code: "configuration-invalid", message, file, span });
    },
    secret(span) {
      problems.push({
        code: "configuration-holds-secret",
        message:
          "Secrets must not stand in this file and are not read from it: the editor asks for them and keeps them in its " +
          "secret storage; the command line takes them from the environment.",
        file,
        span,
      });
    },
    fields(node, where, known) {
      const fields = new Map<string, YamlNode>();
      if (node === undefined || mappingOf(node) === undefined) {
        reader.invalid(`'${where}' must be a mapping.`, node?.span ?? { start: 0, end: 0 });
        return fields;
      }
      for (const { key, value } of entriesOf(node)) {
        if (known.includes(key.text)) fields.set(key.text, value);
        else if (isSecretName(key.text)) reader.secret(key.span);
        else {
          const message = `'${key.text.slice(0, 60)}' is not a known field of ${where}.`;
          problems.push({ code: "configuration-unknown-field", message, file, span: key.span });
        }
      }
      return fields;
    },
    required(fields, name, parent) {
      const scalar = scalarOf(fields.get(name));
      if (scalar !== undefined && scalar.text.trim() !== "") return scalar;
      reader.invalid(`'${name}' is required here.`, fields.get(name)?.span ?? parent.span);
      return undefined;
    },
    items(node, where) {
      if (node === undefined) return [];
      const items = itemsOf(node);
      if (items.length === 0 && scalarOf(node) !== undefined) reader.invalid(`'${where}' must be a list.`, node.span);
      if (mappingOf(node) !== undefined) reader.invalid(`'${where}' must be a list.`, node.span);
      return items;
    },
    list(node, where) {
      return reader.items(node, where).flatMap((item) => {
        const scalar = scalarOf(item);
        if (scalar === undefined || scalar.text === "")
          reader.invalid(`Each entry of '${where}' must be text.`, item.span);
        return scalar === undefined || scalar.text === "" ? [] : [scalar];
      });
    },
    paths(node, where) {
      return reader.list(node, where).flatMap((scalar) => (reader.isPath(scalar) ? [scalar.text] : []));
    },
    texts(node, where) {
      const texts = new Map<string, string>();
      for (const { key, value } of entriesOf(node)) {
        const text = textOf(value);
        if (isSecretName(key.text)) reader.secret(key.span);
        else if (text === undefined) reader.invalid(`'${key.text}' in '${where}' must be text.`, value.span);
        else if (text.includes("PRIVATE KEY-----")) reader.secret(value.span);
        else texts.set(key.text, text);
      }
      return Object.fromEntries(texts);
    },
    isPath(scalar) {
      const why = pathProblem(scalar.text);
      if (why !== undefined) reader.invalid(`The path '${scalar.text.slice(0, 80)}' ${why}.`, scalar.span);
      return why === undefined;
    },
    flag(node) {
      const text = textOf(node);
      if (node !== undefined && text !== "true" && text !== "false")
        reader.invalid("This must be true or false.", node.span);
      return text === "true";
    },
  };
  return reader;
}
