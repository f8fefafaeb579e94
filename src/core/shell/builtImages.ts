import type { Document, ImageUse, WordPart } from "../document/document.ts";
import { formatReference, parseReference } from "../image/reference.ts";
import type { SplitMention } from "./mention.ts";
import { partsOfSlice, textOfSlice, writtenSpan, type WordSlice } from "./wordValue.ts";

/** The names that one document gives to images that it makes itself, with where it first does so. */
export interface BuiltImages {
  /** Adds a name of what is built or copied. */
  add(name: string, at: number): void;
  /** Adds a name without its tags, which are not known. */
  addRepository(name: string, at: number): void;
  /** Adds a name that counts only for what follows. */
  addLater(name: string, at: number): void;
  /** Adds a name that an image is pushed by. */
  addPush(name: string, at: number): void;
  /** Whether what has one of these names at a place is built. */
  has(names: () => readonly string[], at: number): boolean;
  /** Whether an image of one of these names is pushed, by whatever tag. */
  isPushed(names: readonly string[], at: number): boolean;
  /** Whether what an image refers to has been given its name before it is used there. */
  precedes(use: ImageUse): boolean;
}

type OpenVariables = NonNullable<Document["openVariables"]>;

/** Starts with no names; `variables` are those of which only a run can tell what they hold, with what is written there. */
export function createBuiltImages(
  variables: OpenVariables = {},
  /** Whether what stands at one place may run after what stands behind it. */
  mayFollow: (at: number, later: number) => boolean = () => false,
): BuiltImages {
  const held = Object.keys(variables).length > 0 ? variables : undefined;
  // One name is asked about at many places, and says the same at each of them where no variable holds further ones.
  const spelled = new Map<string, readonly string[]>();
  const spellings = (written: string, at: number): readonly string[] => {
    const known = spelled.get(written);
    if (known !== undefined) return known;
    const found = spellingsOf(written, held, at);
    if (held === undefined || !written.includes("$")) spelled.set(written, found);
    return found;
  };
  const outputs = new Map<string, number>();
  const later = new Map<string, number>();
  const repositories = new Set<string>();
  const pushed = new Set<string>();
  const addTo = (names: Map<string, number>, name: string, at: number): void => {
    for (const one of spellings(name, at)) names.set(one, Math.min(at, names.get(one) ?? at));
  };
  const isLater = (given: number | undefined, at: number): boolean =>
    given !== undefined && (given <= at || mayFollow(at, given));
  // Most documents make none.
  const isEmpty = (): boolean => outputs.size + later.size + repositories.size === 0;
  return {
    add: (name, at) => addTo(outputs, name, at),
    addRepository(name, at) {
      for (const one of spellings(name, at)) repositories.add(repositoryOf(one));
    },
    addLater: (name, at) => addTo(later, name, at),
    addPush(name, at) {
      for (const one of spellings(name, at)) pushed.add(repositoryOf(one));
    },
    has: (names, at) =>
      !isEmpty() &&
      names()
        .flatMap((name) => spellings(name, at))
        .some(
          (name) =>
            outputs.has(name) ||
            isLater(later.get(name), at) ||
            (repositories.size > 0 && withoutRegistry(repositoryOf(name)).some((one) => repositories.has(one))),
        ),
    isPushed: (names, at) =>
      pushed.size > 0 && names.flatMap((name) => spellings(name, at)).some((name) => pushed.has(repositoryOf(name))),
    precedes({ text, reference, span }) {
      if (isEmpty()) return false;
      const names = reference === undefined ? [text] : [text, formatReference(reference)];
      return names
        .flatMap((name) => spellings(name, span.start))
        .some((name) => [outputs, later].some((given) => (given.get(name) ?? span.start) < span.start));
    },
  };
}

/** A name without its tag and its digest. */
export function repositoryOf(name: string): string {
  return name.replace(/(?::[^/:@]*)?(?:@.*)?$/s, "");
}

/** A repository, and the same in any registry. */
function withoutRegistry(repository: string): readonly string[] {
  const slash = repository.indexOf("/");
  return slash < 0 ? [repository] : [repository, `*${repository.slice(slash)}`];
}

/** A name, and how others may spell it: without a tag it is `latest`, and on this machine it may be called `localhost/...`. */
function spellingsOf(written: string, variables: OpenVariables | undefined, at: number): readonly string[] {
  const name = heldName(variables, written, at);
  // What a command makes of the tags that a step has made up is one of them.
  if (/^(?:\$\(|`)/.test(name)) return [name, ...(name.match(/\$\{\{[^{}]*\}\}/g) ?? [])];
  const { value } = parseReference(name.replace(/^localhost\//, ""));
  // What only running the script can tell stands before the last path component, or is all but the end of it.
  if (value === undefined) return /[/}][\w.-]+$/.test(name) ? [name, `${name}:latest`] : [name];
  return [
    name,
    formatReference(value.tag === undefined && value.digest === undefined ? { ...value, tag: "latest" } : value),
  ];
}

const maximumFollowed = 12;
const maximumLength = 4096;

/** A name used at a place with what its variables hold there, where only a run can tell what that is. */
function heldName(variables: OpenVariables | undefined, written: string, at: number): string {
  if (!written.includes("$")) return written;
  if (variables === undefined) return withVariables(written).replaceAll(/\$([A-Za-z_]\w*)/g, "${$1}");
  let name = written;
  for (let followed = 0; followed < maximumFollowed && name.length < maximumLength; followed++) {
    let isFollowed = false;
    name = withVariables(name)
      .replaceAll(/\$([A-Za-z_]\w*)/g, "${$1}")
      .replaceAll(/\$\{(\w+)\}/g, (whole, variable: string) => {
        const all = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
        const held = all?.findLast(({ within }) => within.start <= at && at < within.end)?.text;
        isFollowed ||= held !== undefined;
        return held ?? whole;
      });
    if (!isFollowed) break;
  }
  return name;
}

/** The variables of a runner for the expressions that say the same: `${{ env.TAG }}`, `${{ github.sha }}`. */
function withVariables(written: string): string {
  if (!written.includes("${{")) return written;
  // All of what a step has made up is one name here, whichever of it is used.
  const name = written.replaceAll(/\$\{\{([^{}]*)\}\}/g, (_, inner: string) => {
    const expression = inner.trim();
    const id = /\bsteps\.([\w-]+)\.outputs\.(?:tags|json)\b/.exec(expression)?.[1];
    return `\${{ ${id === undefined ? expression : `steps.${id}.outputs.tags`} }}`;
  });
  return name.replaceAll(/\$\{\{\s*(?:env\.(\w+)|(?:github|gitea|forgejo)\.(\w+))\s*\}\}/g, (_, variable, known) =>
    typeof variable === "string" ? `\${${variable}}` : `\${GITHUB_${String(known).toUpperCase()}}`,
  );
}

/**
 * What a name reads as: its value, or the text that yields it, here and where its variables are set, also without what
 * may be set behind its end (`$(NAME):$(TAG)$(SUFFIX)`).
 */
export function namesOf(slice: WordSlice, document: string): readonly string[] {
  const parts = partsOfSlice(slice);
  const span = isOfHeldCommand(parts) ? undefined : writtenSpan(parts, document);
  const written = span === undefined ? [] : [document.slice(span.start, span.end).replaceAll(/["']/g, "")];
  if (parts.every(({ text }) => text !== undefined)) return [...new Set([textOfSlice(slice), ...written])];
  const followed = parts.map(({ text, chain, span: place }) => {
    const last = chain.at(-1);
    return text ?? last?.text ?? document.slice(place.start, place.end);
  });
  const isOpen = parts.at(-1)?.text === undefined;
  const shorter = (isOpen ? written : []).flatMap((name) => /^(.+:.*[)}])\$[({]\w+[)}]$/.exec(name)?.[1] ?? []);
  const joined = followed.join("").replaceAll(/["']/g, "");
  return [...written, ...shorter, joined, ...chosenNames(parts, document), ...withoutSuffix(parts)];
}

/** Whether parts are some of the words that a variable holds (`CMD="docker pull a"`), where it says nothing of this one. */
function isOfHeldCommand(parts: readonly WordPart[]): boolean {
  return parts.some(({ chain }) =>
    chain.some(
      ({ label, text }) => label.startsWith("assignment of ") && /\S\s+\S/.test(text.replaceAll(expansion, "")),
    ),
  );
}

const expansion = /\$\([^)]*\)|\$?\{[^}]*\}|`[^`]*`/g;

/** The name without what may be set behind its end: `app:1$(SUFFIX)`. */
function withoutSuffix(parts: readonly WordPart[]): readonly string[] {
  const end = parts.findLastIndex(({ text, choices }) => text !== undefined || choices !== undefined) + 1;
  const known = parts.slice(0, end).map(({ text }) => text);
  const name = known.join("");
  return end === parts.length || known.includes(undefined) || !/:[^/]*\w$/.test(name) ? [] : [name];
}

const maximumChoices = 64;

/** What a name may read as, where variables in it have several values; what nobody knows is as it is written. */
function chosenNames(parts: readonly WordPart[], document: string): readonly string[] {
  const groupOf = ({ group, choices }: WordPart): unknown => group ?? choices;
  const open = parts.map((part) => ({ ...part, of: groupOf(part), choices: part.choices?.flatMap(withinChoice) }));
  const sizes = new Map<unknown, number>();
  for (const { of, choices } of open)
    if (choices !== undefined) sizes.set(of, Math.max(choices.length, sizes.get(of) ?? 0));
  const groups = [...sizes.keys()];
  const textAt = ({ text, choices, chain, span, of }: (typeof open)[number], way: readonly number[]) => {
    if (text !== undefined) return text;
    if (choices === undefined) return chain.at(-1)?.text ?? document.slice(span.start, span.end);
    const choice = choices[way[groups.indexOf(of)] ?? 0] ?? choices[0];
    return choice
      ?.map((one) => one.text ?? one.chain.at(-1)?.text ?? document.slice(one.span.start, one.span.end))
      .join("");
  };
  return waysThrough([...sizes.values()])
    .map((way) => open.map((part) => textAt(part, way)))
    .flatMap((texts) => (texts.every((text) => text !== undefined) ? [texts.join("").replaceAll(/["']/g, "")] : []));
}

/** Which choice each of several takes: all ways where they are few, otherwise each choice beside the first of others. */
function waysThrough(sizes: readonly number[]): readonly (readonly number[])[] {
  if (sizes.length === 0) return [];
  const indexes = (size: number): readonly number[] => Array.from({ length: size }, (_, index) => index);
  if (sizes.reduce((product, size) => product * size, 1) > maximumChoices)
    return indexes(Math.min(maximumChoices, Math.max(...sizes))).map((index) => sizes.map(() => index));
  return sizes.reduce<readonly (readonly number[])[]>(
    (ways, size) => ways.flatMap((way) => indexes(size).map((index) => [...way, index])),
    [[]],
  );
}

/** A choice once for each of those that it leaves open in turn, as what a loop gives to a function does. */
function withinChoice(choice: readonly WordPart[]): readonly (readonly WordPart[])[] {
  const at = choice.findIndex(({ choices }) => choices !== undefined);
  const inner = choice[at]?.choices?.slice(0, maximumChoices);
  return inner === undefined ? [choice] : inner.map((one) => choice.toSpliced(at, 1, ...one));
}

/** The name whose parts stand apart. */
export function joinedName(slice: WordSlice, { registry, tag }: SplitMention): string {
  const before = registry === undefined ? "" : `${textOfSlice(registry)}/`;
  return `${before}${textOfSlice(slice)}${tag === undefined ? "" : `:${textOfSlice(tag)}`}`;
}
