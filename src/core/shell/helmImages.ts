import { chartTagText } from "../document/ociChart.ts";
import { addressed, namedValues } from "./commandVerbs.ts";
import type { CommandImages, Mention } from "./mention.ts";
import { unknownCharacter } from "./stretch.ts";
import { textOfSlice, type WordSlice, type WordValue } from "./wordValue.ts";

/** Charts in registries, and values that charts take for images. */
export function readHelm(words: readonly WordValue[]): CommandImages {
  const charts = addressed(words, "oci://");
  // Where charts are pushed, and what an index of charts points to, is no chart that is used.
  const isPush = words.some(({ text }) => text === "push" || text === "registry" || text === "repo");
  const sets = namedValues(words, ["--set", "--set-string"]).flatMap((slice) => {
    const text = textOfSlice(slice);
    // Lists and escaped commas are not followed.
    if (/[{}\\]/.test(text)) return [];
    let from = slice.from;
    return text.split(",").map((field) => {
      const part = { ...slice, from, to: from + field.length };
      from += field.length + 1;
      return part;
    });
  });
  const values = new Map<string, WordSlice>();
  for (const slice of sets) {
    const key = /^([\w.[\]-]{1,200})=/.exec(textOfSlice(slice))?.[1];
    if (key !== undefined) values.set(key, { ...slice, from: slice.from + key.length + 1 });
  }
  const mentions: Mention[] = [];
  for (const [key, slice] of values) {
    const text = textOfSlice(slice);
    const prefix = /^(.*\.|)(?:image|[a-z]\w*Image)$/.exec(key)?.[1];
    if (prefix !== undefined && (/[/:@]/.test(text.replace(unknownCharacter, "")) || isHeldImage(key, text)))
      mentions.push({ slice, mayBeLocal: true, isDeployed: true });
    const around = /^((?:.*\.)?(?:image|[a-z]\w*Image))\.repository$/.exec(key)?.[1];
    if (around === undefined) continue;
    const [registry, tag, digest] = ["registry", "tag", "digest"].map((name) => values.get(`${around}.${name}`));
    mentions.push({
      slice,
      mayBeLocal: true,
      isDeployed: true,
      split: {
        ...(registry === undefined ? {} : { registry }),
        ...(tag === undefined ? {} : { tag }),
        ...(digest === undefined ? {} : { digest }),
      },
    });
  }
  return { mentions: [...(isPush ? [] : charts.map((slice) => asVersioned(slice, words))), ...mentions], outputs: [] };
}

/** Whether a value that only running the script can tell is an image: by its key alone, or by a name behind a registry. */
function isHeldImage(key: string, text: string): boolean {
  return text.startsWith(unknownCharacter) && (/(?:^|\.)image$/.test(key) || /^.[\w.-]+$/.test(text));
}

/** A chart with its version, which is its tag in the registry. */
function asVersioned(slice: WordSlice, words: readonly WordValue[]): Mention {
  const tag = namedValues(words, ["--version"]).at(-1);
  const version = tag === undefined ? "" : textOfSlice(tag);
  const isTag = version.includes(unknownCharacter) || chartTagText(version) === version;
  return tag === undefined || !isTag || /[:@][^/]*$/.test(textOfSlice(slice)) ? { slice } : { slice, split: { tag } };
}
