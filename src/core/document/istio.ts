import { readShape } from "./customShape.ts";
import { filled, type Hub } from "./helmValuesSplit.ts";
import { readInlineValues } from "./helmParameters.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { valueAt, type YamlNode } from "./yamlNode.ts";

const groups = new Set(["install.istio.io", "sailoperator.io", "operator.istio.io"]);

/**
 * Reads a resource that installs Istio: the values of its charts, whose images are mostly names under the registry and
 * tag that the resource states for all (IstioOperator, `hub` and `tag`); gives whether it is one.
 */
export function readIstio(
  node: YamlNode | undefined,
  group: string,
  reading: ResourceReading,
  nested: (node: YamlNode, around?: ResourceReading) => void,
): boolean {
  if (!groups.has(group)) return false;
  const spec = valueAt(node, "spec");
  const registry = filled(valueAt(spec, "hub"));
  const hub: Hub | undefined = registry === undefined ? undefined : { registry, tag: filled(valueAt(spec, "tag")) };
  readInlineValues(valueAt(spec, "values"), reading, { hub });
  readShape(valueAt(spec, "components"), reading, nested);
  return true;
}
