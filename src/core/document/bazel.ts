import { withoutByteOrderMark } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import type { Document, ImageUse, ValueStep } from "./document.ts";
import { useOfValue } from "./imageUse.ts";
import { starlarkCalls, starlarkEntries, type StarlarkCall, type StarlarkText } from "./starlark.ts";
import type { ValuePart } from "./value.ts";
import type { PinPlace } from "./yamlImage.ts";

/** Rules that pull an image: of rules_oci, as a tag of its module extension and as a macro, and of rules_docker. */
const pulls = new Set(["oci.pull", "oci_pull", "container_pull"]);
/** Those of rules_img, whose names others have too: a repository rule, and a tag of its module extension. */
const pullsOfImg = new Set(["pull", "images.pull", "img.pull"]);
/** The property by which remote execution is told the container of an action, also that of one group of actions. */
const container = "container-image";
const wrapper = "docker://";
const maximumUses = 10_000;

/**
 * Reads Bazel's modules, workspaces, extensions and packages: the images that rules pull, and those in which actions
 * run. What rules push is what is built.
 */
export function readBazel(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const images: ImageUse[] = [];
  const problems: Problem[] = [];
  const calls = text.includes("pull") ? starlarkCalls(text) : [];
  const isPull = text.includes("rules_img")
    ? (name: string): boolean => pulls.has(name) || pullsOfImg.has(name)
    : (name: string): boolean => pulls.has(name);
  for (const call of calls.filter(({ name }) => isPull(name)).slice(0, maximumUses)) {
    const use = useOf(text, call);
    if (use === undefined) continue;
    if ("code" in use) problems.push(use);
    else images.push(use);
  }
  const containers = text.includes(`${container}"`) ? starlarkEntries(text, container) : [];
  for (const use of containers.slice(0, maximumUses).flatMap((written) => containerUse(text, written) ?? []))
    if ("code" in use) problems.push(use);
    else images.push(use);
  images.sort((one, other) => one.span.start - other.span.start);
  return { path, dialect: "bazel", text, images, commands: [], jobs: [], problems };
}

function useOf(text: string, { strings, firsts, others }: StarlarkCall): ImageUse | Problem | undefined {
  const name = strings.get("image") ?? strings.get("repository");
  if (name === undefined || name.text === "") return undefined;
  const isConstant = name.at.start !== name.span.start;
  const chain: ValueStep[] = isConstant ? [{ span: name.at, label: "constant", text: name.text }] : [];
  const begin = /^https?:\/\//.exec(name.text)?.[0].length ?? 0;
  const written = { start: name.span.start + begin, end: name.span.end };
  const parts: ValuePart[] = [];
  /** What another argument says, with what stands before and after it. */
  const add = (key: string, before: string, after: string, said = strings.get(key)): void => {
    if (said === undefined ? !others.has(key) : said.text === "") return;
    if (said !== undefined) chain.push({ span: said.at, label: key, text: said.text });
    const part = said === undefined ? {} : { text: said.text, span: said.span, literal: said.span };
    parts.push({ text: before }, part, { text: after });
  };
  // The registry itself is asked before those that mirror it.
  const isMirrored = !strings.has("registry") && !others.has("registry") && others.has("registries");
  if (!strings.has("image")) {
    if (isMirrored) add("registries", "", "/", firsts.get("registries"));
    else add("registry", "", "/");
  }
  parts.push({
    text: name.text.slice(begin),
    span: written,
    ...(isConstant ? { literal: written, shared: true } : {}),
  });
  // What the image says itself counts for rules_oci before the other arguments.
  if (!/[:@][^/]*$/.test(name.text)) add("tag", ":", "");
  if (!name.text.includes("@")) add("digest", "@", "");
  const span = isConstant ? name.at : written;
  const pin = isConstant ? "none" : pinOf(strings, others);
  return useOfValue(text, { span, site: "pull", parts, chain, hasVariables: isConstant, pin });
}

/** The image of a container, which only its scheme tells from `none`. */
function containerUse(text: string, { text: image, span: literal, at }: StarlarkText): ImageUse | Problem | undefined {
  if (!image.startsWith(wrapper)) return undefined;
  const written = { start: literal.start + wrapper.length, end: literal.end };
  const isConstant = at.start !== literal.start;
  const part = { text: image.slice(wrapper.length), span: written };
  return useOfValue(text, {
    span: isConstant ? at : written,
    site: "container",
    parts: [isConstant ? { ...part, literal: written, shared: true } : part],
    chain: isConstant ? [{ span: at, label: "constant", text: image }] : [],
    hasVariables: isConstant,
    pin: isConstant ? "none" : undefined,
  });
}

/** Over the digest that is there; else after an image that no other argument adds to. */
function pinOf(strings: StarlarkCall["strings"], others: StarlarkCall["others"]): PinPlace | "none" {
  const digest = strings.get("digest");
  if (digest !== undefined) {
    const isOwn = digest.text !== "" && digest.at.start === digest.span.start;
    return isOwn ? { at: digest.span, before: "" } : "none";
  }
  const image = strings.get("image");
  const isWhole = ["tag", "digest"].every((key) => !strings.has(key) && !others.has(key));
  if (image === undefined || !isWhole) return "none";
  const at = image.text.indexOf("@");
  return { at: { start: at < 0 ? image.span.end : image.span.start + at, end: image.span.end }, before: "@" };
}
