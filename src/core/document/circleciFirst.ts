import type { Pipeline } from "./pipeline.ts";
import { placedVariables, textsOf } from "./pipelineVariables.ts";
import { entriesOf, itemsOf, scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

const sections = ["machine", "checkout", "dependencies", "database", "compile", "test"];
const phases = ["pre", "override", "post"];

/** Reads the commands of CircleCI's first format, which has no jobs: each is a text, or the key of its options. */
export function readFirstCircleci(pipeline: Pipeline, root: YamlNode | undefined): void {
  const environment = textsOf(placedVariables(pipeline.text, entriesOf(valueAt(root, "machine", "environment"))));
  const lists = [
    ...sections.flatMap((section) => phases.map((phase) => valueAt(root, section, phase))),
    ...entriesOf(valueAt(root, "deployment")).map(({ value }) => valueAt(value, "commands")),
  ];
  for (const list of lists)
    for (const item of itemsOf(list)) pipeline.script([scalarOf(item) ?? entriesOf(item)[0]?.key], { environment });
}
