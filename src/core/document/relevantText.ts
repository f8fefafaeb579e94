/** What every place in a resource that names an image, or leads to one, is written with. */
const mayName =
  /image|package|repository|repoURL|oci:\/\/|docker:\/\/|dockerfile|valuesContent|helmCharts|\b(?:docker|podman|nerdctl|ctr|crictl)\b/i;
const definition = /^kind[ \t]*:[ \t]*["']?CustomResourceDefinition\b/m;

/**
 * What of a text of resources is worth parsing, at the offsets of the text: nothing where no image can be named, and no
 * definitions of resources, which hold schemas alone and are by far the longest of what people keep. A line that begins
 * with three dashes begins a document wherever it stands (YAML 1.2.2, 9.1).
 */
export function relevantText(text: string): string {
  if (!mayName.test(text)) return "";
  if (!definition.test(text)) return text;
  return text
    .split(/^(?=---(?:[ \t\r\n]|$))/m)
    .map((part) => (definition.test(part) ? `#${" ".repeat(Math.max(0, part.length - 2))}\n` : part))
    .join("");
}
