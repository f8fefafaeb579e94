import { baseArgument } from "./baseArgument.ts";
import { cacheReference } from "./buildSource.ts";
import type { Pipeline } from "./pipeline.ts";
import type { TemplateScope } from "./template.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Where plug-ins that build have what their builds may start from (drone-docker, plugin-docker-buildx). */
const caches = ["cache_from", "cache_images"];
const argument = /^([A-Za-z_]\w*)=/;

/**
 * Adds the images that the settings of a plug-in let its build start from: caches, and base images given as arguments.
 * What it makes (`repo`, `tags`, `cache_to`) is an output.
 */
export function readPluginSettings(pipeline: Pipeline, container: YamlNode | undefined, scope: TemplateScope): void {
  if (valueAt(container, "commands") !== undefined) return;
  const settings = settingsOf(container);
  for (const key of caches)
    for (const { node, from, to } of itemsOfSetting(valueAt(settings, key), /^\s*type=/)) {
      const place = cacheReference(scalarOf(node)?.text.slice(from, to) ?? "");
      if (place === undefined) continue;
      const range = { from: from + place.start, to: from + place.end };
      pipeline.image(node, "cache-from", { scope, ...range, skip: isSwitch });
    }
  const given = valueAt(settings, "build_args");
  for (const { key, value } of entriesOf(given)) {
    const options = baseArgument(key.text, scalarOf(value)?.text ?? "");
    if (options !== undefined) pipeline.image(scalarOf(value), "argument", { scope, ...options });
  }
  if (mappingOf(given) !== undefined) return;
  for (const { node, from, to } of itemsOfSetting(given)) {
    const text = scalarOf(node)?.text.slice(from, to) ?? "";
    const [start = "", name = ""] = argument.exec(text) ?? [];
    const options = start === "" ? undefined : baseArgument(name, text.slice(start.length));
    if (options !== undefined) pipeline.image(node, "argument", { scope, ...options, from: from + start.length, to });
  }
}

/** What a plug-in is given; older formats have no key for it. */
export function settingsOf(container: YamlNode | undefined): YamlNode | undefined {
  return ["settings", "parameters"].map((key) => valueAt(container, key)).find((node) => node) ?? container;
}

function isSwitch(value: string): boolean {
  return /^(?:true|false)$/i.test(value);
}

interface SettingItem {
  readonly node: YamlNode;
  readonly from: number;
  readonly to: number;
}

/** The items of a setting: of a list, or of a text between commas, unless they are a part of one `whole` item. */
function itemsOfSetting(node: YamlNode | undefined, whole?: RegExp): readonly SettingItem[] {
  return (itemsOf(node).length > 0 ? itemsOf(node) : node === undefined ? [] : [node]).flatMap((item) => {
    const text = scalarOf(item)?.text ?? "";
    if (whole?.test(text) === true) return [{ node: item, from: 0, to: text.length }];
    return [...text.matchAll(/[^\s,](?:[^,\n]*[^\s,])?/g)]
      .slice(0, 100)
      .map(({ 0: one, index }) => ({ node: item, from: index, to: index + one.length }));
  });
}
