import type { Document } from "./document.ts";
import { readSubstituted, type Substitution } from "./substitution.ts";
import { interpolations } from "./hclTemplate.ts";
import { filledPath } from "./templatePath.ts";
import { inOrder, lineOf, wholeOf } from "./templateLines.ts";

/** Files whose readers take the same expressions, and may know what they name. */
const understands = /\.(?:hcl2?|job|nomad|tf|tofu)$/i;
const maximumDirectives = 20_000;

/**
 * Reads a template of Terraform (`templatefile`) as what it becomes: all that its directives choose between, and its
 * interpolations as variables to whoever reads the file, to whom `-` in a name would be an operator.
 */
export function readTerraformTemplate(text: string, path: string, read: (text: string) => Document): Document {
  const found = understands.test(filledPath(path)) ? [] : interpolations(text);
  const named = found.flatMap(({ start, end, name, text: fixed }): readonly Substitution[] => {
    // What begins with two braces is another tool's.
    if (fixed !== undefined || name === undefined || /^(?:\w*$|\{)/.test(name)) return [];
    return [{ start, end, text: `\${terraform_${name.replaceAll(/\W+/g, "_").slice(0, 60)}}` }];
  });
  const substitutions = inOrder([...named, ...directivesOf(text)].toSorted((one, other) => one.start - other.start));
  return substitutions.length === 0 ? read(text) : readSubstituted(wholeOf(text), text, substitutions, read);
}

/** What takes the places of directives, which steer what is written, and of `$${` and `%%{`, which do not. */
export function directivesOf(text: string): readonly Substitution[] {
  if (!text.includes("%{") && !text.includes("$${")) return [];
  const found: Substitution[] = [];
  for (const { 0: written, index } of text.matchAll(/\$\$\{|%%\{|%\{[^{}\n]{0,500}\}/g)) {
    if (found.length >= maximumDirectives) break;
    const end = index + written.length;
    if (written.startsWith("%{")) found.push({ ...lineOf(text, { start: index, end }), text: "" });
    else found.push({ start: index, end: index + 2, text: written.charAt(0) });
  }
  return inOrder(found);
}
