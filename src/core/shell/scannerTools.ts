import { local, noImages, type ToolReader } from "./commandVerbs.ts";
import { optionValues, type CommandImages } from "./mention.ts";
import { dive, dockle, grype, syft, trivy } from "./options/scanners.ts";
import { readOptions, type OptionTable } from "./optionTable.ts";
import { unknownCharacter } from "./stretch.ts";
import { afterPrefix, wholeSlice, type WordValue } from "./wordValue.ts";

/** Tools that look into images. */
export const scannerTools: readonly (readonly [string, ToolReader])[] = [
  ["trivy", readTrivy],
  ["grype", (words) => readScanner(words, grype, new Set())],
  ["syft", (words) => readScanner(words, syft, new Set(["scan", "packages", "attest"]))],
  ["dive", (words) => readScanner(words, dive, new Set())],
  ["dockle", (words) => readScanner(words, dockle, new Set())],
  ["snyk", readSnyk],
];

function readTrivy(words: readonly WordValue[]): CommandImages {
  const { options, positionals } = readOptions(words, trivy);
  if (optionValues(options, "--input").length > 0) return noImages;
  const [first, ...rest] = positionals;
  if (["image", "i", "client"].includes(first?.text ?? "")) return local(rest.map(wholeSlice));
  // Its first versions had no command for it.
  return first !== undefined && rest.length === 0 && isNamed(first) ? local([wholeSlice(first)]) : noImages;
}

/** Whether a word is more than the name of a command: what has a path, a tag or a digest, or a variable that is called an image. */
function isNamed({ text, word: { expands } }: WordValue): boolean {
  if (text.startsWith(unknownCharacter)) return expands.some((name) => /image|img/i.test(name));
  return /[/:@]/.test(text) && !notImage.test(text) && !/\s/.test(text);
}

/** Commands of scanners that take no image, or none as their first word. */
const others = new Set("build cataloger completion config convert db explain help login registry version".split(" "));
const wrapper = /^(?:docker|podman|registry|containerd|docker-daemon|oci-registry):(?:\/\/)?(?=[a-z])/;
const notImage = /^[./~]|^[a-z-]+:(?=[./])|^(?:dir|file|sbom|oci-dir|oci-archive|docker-archive|purl|singularity):/;

/** Scanners that take an image, a file or a folder; only a name or a wrapper tells which. */
function readScanner(words: readonly WordValue[], table: OptionTable, verbs: ReadonlySet<string>): CommandImages {
  const { positionals } = readOptions(words, table);
  const [given, ...further] = verbs.has(positionals[0]?.text ?? "") ? positionals.slice(1) : positionals;
  if (given === undefined || further.length > 0) return noImages;
  const whole = wholeSlice(given);
  const wrapped = wrapper.exec(given.text)?.[0];
  if (wrapped !== undefined && !/^[\w-]+:\d+\//.test(given.text)) return local([afterPrefix(whole, wrapped)]);
  // A folder is as likely, unless the variable is named after an image.
  const isOpen = given.text.startsWith(unknownCharacter) || /^["']?\$\{?\w+\}?["']?$/.test(given.word.raw);
  if (
    isOpen &&
    given.text.includes(unknownCharacter) &&
    !given.word.expands.some((name) => /im(?:a)?g|ref|tag/i.test(name))
  )
    return noImages;
  return notImage.test(given.text) || others.has(given.text) ? noImages : local([whole]);
}

/** `snyk container test IMAGE` (snyk 1.1307), formerly `snyk test --docker IMAGE`; its options take their values after `=` alone. */
function readSnyk(words: readonly WordValue[]): CommandImages {
  const given = words.filter(({ text }) => !text.startsWith("-"));
  const [group, verb] = given.map(({ text }) => text);
  if (group === "container" && /^(?:test|monitor|sbom)$/.test(verb ?? ""))
    return local(given.slice(2, 3).flatMap((one) => (notImage.test(one.text) ? [] : [wholeSlice(one)])));
  const isDocker = words.some(({ text }) => text === "--docker");
  return isDocker && (group === "test" || group === "monitor") ? local(given.slice(1, 2).map(wholeSlice)) : noImages;
}
