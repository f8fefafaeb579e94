import { withoutByteOrderMark } from "../image/span.ts";
import { templateOptions } from "./devcontainerVariables.ts";
import type { Document } from "./document.ts";
import type { Siblings } from "./siblings.ts";
import { readSubstituted, type Substitution } from "./substitution.ts";
import { definitionText, type TemplateScope } from "./template.ts";
import { noTemplate } from "./templateSyntax.ts";
import type { YamlScalar } from "./yamlNode.ts";

type Read = (source: string, path: string, siblings: Siblings) => Document;

const plain: TemplateScope = { syntax: noTemplate, lookup: () => [] };
const maximumOptions = 1000;

/**
 * Reads a file of a dev container's template (containers.dev, "Templates") as it is with the options' defaults, which
 * stand in the file wherever it names them; what they are a part of is nothing to pin.
 */
export function withTemplateOptions(read: Read): Read {
  return (source, path, siblings) => {
    if (!source.includes("${templateOption:")) return read(source, path, siblings);
    const text = withoutByteOrderMark(source);
    const options = templateOptions(path, siblings);
    const found = [...text.matchAll(/\$\{(templateOption:\w+)\}/g)].slice(0, maximumOptions);
    const substitutions = found.flatMap(({ index, 0: written, 1: name = "" }): Substitution[] => {
      const [definition] = options(name);
      const value = definition === undefined ? undefined : definitionText(text, definition, plain);
      return value === undefined ? [] : [{ start: index, end: index + written.length, text: value }];
    });
    const span = { start: 0, end: text.length };
    const whole: YamlScalar = { kind: "scalar", span, text, style: "plain", exact: true, contentStart: 0 };
    const document = readSubstituted(whole, text, substitutions, (inner) => read(inner, path, siblings));
    return { ...document, images: document.images.map(withoutPin) };
  };
}

function withoutPin(use: Document["images"][number]): Document["images"][number] {
  const { pinAt: _, pinBefore: __, ...rest } = use;
  return use.text.includes("${templateOption:") ? rest : use;
}
