import { valuesOf, type GithubScope } from "./githubScope.ts";
import type { ImageCollector } from "./yamlImage.ts";
import { entriesOf, itemsOf, scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** The variables that tell cibuildwheel in which containers it builds ("Options", `manylinux-*-image`). */
const variable = /^CIBW_(?:MANYLINUX|MUSLLINUX)_\w+_IMAGE$/;

/**
 * Adds the images in which a workflow, or a job, has wheels of Python built. Names without a path are the tool's own for
 * images that it knows.
 */
export function addWheelImages(
  holder: YamlNode | undefined,
  scopes: readonly GithubScope[],
  images: ImageCollector,
): void {
  for (const part of [holder, ...itemsOf(valueAt(holder, "steps"))])
    for (const { key, value } of entriesOf(valueAt(part, "env"))) {
      const scalar = variable.test(key.text) ? scalarOf(value) : undefined;
      if (scalar?.text.includes("/") !== true) continue;
      for (const scope of scalar.text.includes("${{") ? scopes : scopes.slice(0, 1))
        for (const result of valuesOf(scalar, scope))
          if (!("node" in result)) images.add(value, "env", { value: result });
    }
}
