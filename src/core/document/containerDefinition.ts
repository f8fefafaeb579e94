import { withoutByteOrderMark } from "../image/span.ts";
import type { Document } from "./document.ts";
import { createLiteralUses } from "./literalUses.ts";

/** A line of a header: what builds, or what it builds from. */
const header = /^[ \t]*(bootstrap|from)[ \t]*:[ \t]*([^\s#]+)\s*(?:#[^\n]*)?$/i;
const section = /^[ \t]*%[a-z]/i;

/** Reads a definition file (Apptainer User Guide, "Definition Files"): the images of registries that its stages begin from. */
export function readContainerDefinition(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const uses = createLiteralUses(text);
  let isRegistry = false;
  let isHeader = true;
  let start = 0;
  for (const line of text.split("\n")) {
    const [whole, key = "", value = ""] = header.exec(line) ?? [];
    // The header of a further stage follows the sections of the one before.
    if (key.toLowerCase() === "bootstrap") {
      isRegistry = value.toLowerCase() === "docker";
      isHeader = true;
    } else if (section.test(line)) isHeader = false;
    else if (whole !== undefined && isHeader && isRegistry) {
      const at = start + line.indexOf(value, line.indexOf(":") + 1);
      uses.add({ text: value, span: { start: at, end: at + value.length } }, "from");
    }
    start += line.length + 1;
  }
  return uses.document(path, "container-definition");
}
