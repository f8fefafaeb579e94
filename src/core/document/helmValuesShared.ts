import { filled } from "./helmValuesSplit.ts";
import { mappingOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Registries that values state for all images. */
export interface SharedRegistries {
  /** Replaces those of single images. */
  readonly every: YamlNode | undefined;
  /** Stands for those that are not said. */
  readonly unsaid: YamlNode | undefined;
}

/**
 * The registries that hold for the images in values: `global` of the chart itself, and that which the values of a chart
 * within it have, whose own values come first.
 */
export function sharedIn(values: YamlNode | undefined, around?: SharedRegistries): SharedRegistries {
  const global = valueAt(values, "global");
  if (mappingOf(global) === undefined) return around ?? { every: undefined, unsaid: undefined };
  return {
    every: filled(valueAt(global, "imageRegistry")) ?? around?.every,
    unsaid:
      filled(valueAt(global, "image", "registry")) ??
      // Charts of Rancher's, and of RKE2's.
      filled(valueAt(global, "cattle", "systemDefaultRegistry")) ??
      filled(valueAt(global, "systemDefaultRegistry")) ??
      around?.unsaid,
  };
}
