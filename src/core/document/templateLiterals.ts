import { parseTemplate, type TemplateNode, type TemplateOperand, type TemplatePipeline } from "./goTemplate.ts";

/** A text that can hold the end of a repository: a path, a name with a tag, or a name alone. */
const named = /[\w.-]\/[\w]|[a-z0-9]:[\w]/;
const bare = /^[a-z][a-z0-9_-]+$/;
/** Words that stand for tags, policies and parts of a reference, never for a repository. */
const others =
  /^(?:latest|stable|main|master|edge|image|root|context|global|registry|repository|tag|digest|name|values)$/;
const maximumVisits = 2000;

/**
 * Whether a template, or one that it includes, says a text that can be the name of an image. Where none does, the name
 * comes from values, and there is no need to evaluate it. `define` gives the named templates.
 */
export function mayNameImage(source: string, define: (name: string) => readonly TemplateNode[] | undefined): boolean {
  const seen = new Set<string>();
  let left = maximumVisits;
  const inTemplate = (name: string): boolean => {
    if (seen.has(name)) return false;
    seen.add(name);
    return inNodes(define(name) ?? []);
  };
  const inNodes = (nodes: readonly TemplateNode[]): boolean => nodes.some((node) => left-- > 0 && inNode(node));
  const inNode = (node: TemplateNode): boolean => {
    switch (node.kind) {
      case "text":
        return named.test(node.text);
      case "output":
      case "assignment":
        return inPipeline(node.pipeline);
      case "call":
        return inTemplate(node.name) || inPipeline(node.argument);
      case "if":
      case "with":
        return node.branches.some(({ body }) => inNodes(body));
      case "unknown":
        return false;
    }
  };
  const inPipeline = (pipeline: TemplatePipeline): boolean => pipeline.some(inCommand);
  const inCommand = (command: readonly TemplateOperand[]): boolean => {
    const [first, second] = command;
    const called = first?.kind === "word" ? first.name : "";
    if (called === "include" && second?.kind === "text" && inTemplate(second.text)) return true;
    const chooses = called === "default" || called === "coalesce" || called === "ternary";
    return command.some((operand, index) => {
      if (operand.kind === "group") return inPipeline(operand.pipeline);
      if (operand.kind !== "text" || (called === "include" && index === 1)) return false;
      // Every second argument of a dictionary is a key.
      const isValue = chooses || (called === "dict" && index % 2 === 0);
      return named.test(operand.text) || (isValue && bare.test(operand.text) && !others.test(operand.text));
    });
  };
  return inNodes(parseTemplate(source).nodes);
}
