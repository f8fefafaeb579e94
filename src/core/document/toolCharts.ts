import type { ImageUse } from "./document.ts";
import { readInlineValues } from "./helmParameters.ts";
import { readResource } from "./kubernetesResource.ts";
import { addOciChart } from "./ociChart.ts";
import { createResourceReading, usesOf } from "./resourceReading.ts";
import type { ToolConfig } from "./toolPlaces.ts";
import { mappingOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";
import { placesOf } from "./yamlPlaces.ts";

/** Where a tool's configuration has charts, what they are given, and resources. */
export type ChartPlaces = Pick<ToolConfig, "values" | "charts" | "resources">;

/**
 * The images of charts that a tool installs, of the values that it gives them, and of resources that stand in its
 * configuration. `isTaken` tells, by where it begins and what it says, what is read elsewhere or none.
 */
export function readCharts(
  root: YamlNode,
  { values = [], charts = [], resources = [] }: ChartPlaces,
  text: string,
  path: string,
  isTaken: (start: number, text: string) => boolean,
): readonly ImageUse[] {
  const reading = createResourceReading(text, path);
  for (const node of values.flatMap((place) => placesOf(root, place))) readInlineValues(node, reading);
  for (const node of resources.flatMap((place) => placesOf(root, place)))
    if (mappingOf(node) !== undefined) readResource(node, reading);
  for (const chart of charts.flatMap((place) => placesOf(root, place))) {
    const [repository, name] = [valueAt(chart, "repo"), valueAt(chart, "name")];
    const named = textOf(repository) ? { url: repository, name } : { url: valueAt(chart, "url") ?? name };
    addOciChart(text, reading.images, { ...named, version: valueAt(chart, "version") }, "chart");
  }
  return usesOf(reading).filter(({ span, text }) => !text.includes("${") && !isTaken(span.start, text));
}
