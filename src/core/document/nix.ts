import { formatReference } from "../image/reference.ts";
import { withoutByteOrderMark, type Span } from "../image/span.ts";
import { imagesOf } from "../shell/imageCommands.ts";
import type { Document, ImageUse } from "./document.ts";
import { isCertainImage, isImageKey, isPossibleImage } from "./imageShape.ts";
import { useOfValue } from "./imageUse.ts";
import { calledImages } from "./nixCalls.ts";
import { nixBindings, type NixBinding } from "./nixBindings.ts";
import { nixScripts } from "./nixScripts.ts";
import { nixTokens, type NixToken } from "./nixTokens.ts";
import { nixValues, type NixValues } from "./nixValues.ts";
import { textOfValue } from "./template.ts";
import type { Value } from "./value.ts";

/** Attributes that hold images, by the keys that lead to them, in modules of NixOS and Home Manager, Quadlet and Arion. */
const places: readonly (readonly [site: string, place: RegExp])[] = [
  ["container", /(?:^|\.)(?:oci-containers|podman)\.containers(?:\.[^.]+)?\.image$/],
  ["container", /(?:^|\.)(?:containerConfig|imageConfig)\.image$/],
  ["service", /(?:^|\.)services\.[^.]+\.service\.image$/],
  ["runner", /(?:^|\.)gitlab-runner\.services\.[^.]+\.dockerImage$/],
];
const runnerLabels = /(?:^|\.)gitea-actions-runner\.instances\.[^.]+\.labels$/;
/** Keys beside an image that name what is loaded under its name instead. */
const loaded = new Set(["imageFile", "imageStream"]);
const mayName = /[Ii]mage|docker:\/\/|\b(?:docker|podman|nerdctl|skopeo|crane)\b/;

/**
 * Reads Nix expressions: the images that modules of NixOS run, those that `dockerTools.pullImage` pulls, and texts
 * under a key for images that can be nothing else. Names are followed to the file's own `let`s and defaults.
 */
export function readNix(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const tokens = mayName.test(text) ? nixTokens(text) : [];
  const bindings = nixBindings(tokens);
  const values = nixValues(text, tokens, bindings);
  const literals = new Set<number | undefined>();
  const isHanded = ({ value }: NixBinding): boolean => {
    const token = value !== undefined && value.to - value.from === 1 ? tokens[value.from] : undefined;
    return token?.kind === "name" && values.isHanded(token.text, value?.from ?? 0);
  };
  const use: AddUse = (span, site, value) => {
    for (const part of value.parts) literals.add(part.literal?.start);
    return useOf(text, span, site, value);
  };
  const shaped = shapedImages(tokens, bindings, use);
  literals.clear();
  const called = calledImages(tokens, bindings, values);
  const replaced = new Set(called.map(({ instead }) => instead));
  const isElsewhere = (binding: NixBinding): boolean =>
    replaced.has(binding) || (shaped.length > 0 && isHanded(binding));
  const images = [
    ...pulledImages(text, tokens, bindings, values),
    // What a function is handed stands where that is written.
    ...placedImages(text, tokens, bindings, values, use, isElsewhere),
    ...called.flatMap(({ span, value }) => use(span, "container", value)),
    ...runnerImages(text, tokens, bindings, use),
  ];
  for (const { span } of images) literals.add(span.start);
  const document: Document = {
    path,
    dialect: "nix",
    text,
    images: [],
    commands: nixScripts(text, tokens, bindings, values).flatMap(({ commands }) => commands),
    jobs: [],
    problems: [],
  };
  // What a script runs by its name is no second image.
  const run = new Set(
    imagesOf(document).flatMap(({ reference, resolution }) =>
      resolution === "resolved" && reference !== undefined ? formatReference(reference) : [],
    ),
  );
  const isOther = ({ span, reference }: ImageUse): boolean =>
    !literals.has(span.start) && (reference === undefined || !run.has(formatReference(reference)));
  images.push(...shaped.filter(isOther));
  images.sort((one, other) => one.span.start - other.span.start);
  return { ...document, images };
}

type AddUse = (span: Span, site: string, value: Value) => readonly ImageUse[];

function useOf(text: string, span: Span, site: string, { parts, chain }: Value): readonly ImageUse[] {
  if (parts.every((part) => part.text === "")) return [];
  const use = useOfValue(text, { span, site, parts, chain, hasVariables: chain.length > 0 });
  return "code" in use ? [] : [use];
}

/** Where a binding's value stands: what is between the quotes of a single string, else the whole expression. */
function spanOf(text: string, tokens: readonly NixToken[], { span, value }: NixBinding): Span {
  const first = value === undefined ? undefined : tokens[value.from];
  const last = value === undefined ? undefined : tokens[value.to - 1];
  if (first === undefined || last === undefined) return span;
  if (first === last) return first.span;
  const start = first.kind === "string" ? first.outer.start : first.span.start;
  // Numbers are no tokens: the expression ends where the sign after it stands.
  const end = value === undefined ? undefined : tokens[value.to]?.span.start;
  return { start, end: start + text.slice(start, end).trimEnd().length };
}

function placedImages(
  text: string,
  tokens: readonly NixToken[],
  bindings: readonly NixBinding[],
  values: NixValues,
  use: AddUse,
  isElsewhere: (binding: NixBinding) => boolean,
): readonly ImageUse[] {
  const loadedSets = new Set(bindings.filter(({ path }) => loaded.has(path.at(-1) ?? "")).map(({ set }) => set));
  return bindings.flatMap((binding) => {
    const key = binding.path.join(".");
    const site = places.find(([, place]) => place.test(key))?.[0];
    if (site === undefined || loadedSets.has(binding.set) || isElsewhere(binding)) return [];
    const span = spanOf(text, tokens, binding);
    const value =
      binding.value === undefined
        ? values.named(binding.inherited ?? "", binding.set - 2, span)
        : values.of(binding.value);
    return use(span, site, value);
  });
}

/** `ubuntu-latest:docker://node:22`: what a runner of Gitea starts for a label. */
function runnerImages(
  text: string,
  tokens: readonly NixToken[],
  bindings: readonly NixBinding[],
  use: AddUse,
): readonly ImageUse[] {
  return bindings.flatMap(({ path, value }) => {
    if (value === undefined || !runnerLabels.test(path.join("."))) return [];
    return tokens.slice(value.from, value.to).flatMap((token) => {
      const begin = token.kind === "string" ? token.text.indexOf("docker://") : -1;
      if (begin < 0 || token.kind !== "string" || token.pieces?.length !== 1) return [];
      const span = { start: token.span.start + begin + "docker://".length, end: token.span.end };
      return use(span, "runner", { parts: [{ text: text.slice(span.start, span.end), span }], chain: [] });
    });
  });
}

/** Keys that only a container has, beside its image. */
const ofContainers = new Set([
  "autoStart",
  "cmd",
  "dependsOn",
  "entrypoint",
  "environmentFiles",
  "extraOptions",
  "ports",
  "volumes",
]);

/**
 * Texts under a key for images, wherever they stand: a module of one's own may hand them to whatever runs them. Beside
 * what only containers have, any text is one.
 */
function shapedImages(tokens: readonly NixToken[], bindings: readonly NixBinding[], use: AddUse): readonly ImageUse[] {
  const containers = new Set(bindings.filter(({ path }) => ofContainers.has(path.at(-1) ?? "")).map(({ set }) => set));
  return bindings.flatMap(({ path, value, set }) => {
    const key = path.at(-1) ?? "";
    const token = value !== undefined && value.to - value.from === 1 ? tokens[value.from] : undefined;
    if (!isImageKey(key) || key === "imageName" || token?.kind !== "string") return [];
    const [piece, ...others] = token.pieces ?? [];
    const isImage = key === "image" && containers.has(set) ? isPossibleImage : isCertainImage;
    if (piece?.kind !== "text" || others.length > 0 || !isImage(piece.text)) return [];
    return use(token.span, "image", { parts: [{ text: piece.text, span: piece.span }], chain: [] });
  });
}

/**
 * What `pullImage` pulls. Its digest has a key of its own; without the hash of the content, which only Nix can tell, a
 * changed digest does not build, so nothing is pinned there.
 */
function pulledImages(
  text: string,
  tokens: readonly NixToken[],
  bindings: readonly NixBinding[],
  values: NixValues,
): readonly ImageUse[] {
  const inSet = new Map<number, NixBinding[]>();
  for (const binding of bindings) {
    const same = inSet.get(binding.set);
    if (same === undefined) inSet.set(binding.set, [binding]);
    else same.push(binding);
  }
  return tokens.flatMap((token, at): readonly ImageUse[] => {
    const isCall = token.kind === "name" && /(?:^|\.)pullImage(?:FromManifest)?$/.test(token.text);
    const open = tokens[at + 1];
    if (!isCall || open?.kind !== "sign" || open.text !== "{") return [];
    const attribute = (key: string): NixBinding | undefined =>
      inSet.get(at + 2)?.find(({ path }) => path.at(-1) === key);
    const image = attribute("imageName");
    if (image?.value === undefined) return [];
    const name = values.of(image.value);
    const digest = attribute("imageDigest");
    if (textOfValue(name) === "") return [];
    const digestValue = digest?.value === undefined ? undefined : values.of(digest.value);
    const step =
      digest === undefined
        ? []
        : [
            {
              span: spanOf(text, tokens, digest),
              label: "imageDigest",
              text: (digestValue && textOfValue(digestValue)) ?? "",
            },
          ];
    const parts = [...name.parts, ...(digest === undefined ? [] : [{ text: "@" }, ...(digestValue?.parts ?? [{}])])];
    const use = useOfValue(text, {
      span: spanOf(text, tokens, image),
      site: "pull",
      parts,
      chain: [...name.chain, ...step],
      hasVariables: true,
      pin: "none",
    });
    return "code" in use ? [] : [use];
  });
}
