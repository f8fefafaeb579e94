import { withoutByteOrderMark } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import type { Document, ImageUse, ValueStep } from "./document.ts";
import { useOfValue } from "./imageUse.ts";
import { starlarkCalls, type StarlarkCall } from "./starlark.ts";
import type { ValuePart } from "./value.ts";
import type { PinPlace } from "./yamlImage.ts";

/** Rules that pull an image: of rules_oci, as a tag of its module extension and as a macro, and of rules_docker. */
const pulls = new Set(["oci.pull", "oci_pull", "container_pull"]);
/** Those of rules_img, whose names others have too: a repository rule, and a tag of its module extension. */
const pullsOfImg = new Set(["pull", "images.pull", "img.pull"]);
const maximumUses = 10_000;

/** Reads Bazel's modules, workspaces and extensions: the images that rules pull. What rules push is what is built. */
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
  images.sort((one, other) => one.span.start - other.span.start);
  return { path, dialect: "bazel", text, images, commands: [], jobs: [], problems };
}

function useOf(text: string, { strings, others }: StarlarkCall): ImageUse | Problem | undefined {
  const name = strings.get("image") ?? strings.get("repository");
  if (name === undefined || name.text === "") return undefined;
  const chain: ValueStep[] = [];
  const begin = /^https?:\/\//.exec(name.text)?.[0].length ?? 0;
  const span = { start: name.span.start + begin, end: name.span.end };
  const parts: ValuePart[] = [];
  /** What another argument says, with what stands before and after it. */
  const add = (key: string, before: string, after: string): void => {
    const literal = strings.get(key);
    if (literal === undefined ? !others.has(key) : literal.text === "") return;
    if (literal !== undefined) chain.push({ span: literal.span, label: key, text: literal.text });
    const said = literal === undefined ? {} : { text: literal.text, span: literal.span, literal: literal.span };
    parts.push({ text: before }, said, { text: after });
  };
  if (!strings.has("image")) add(others.has("registries") ? "registries" : "registry", "", "/");
  parts.push({ text: name.text.slice(begin), span });
  // What the image says itself counts for rules_oci before the other arguments.
  if (!/[:@][^/]*$/.test(name.text)) add("tag", ":", "");
  if (!name.text.includes("@")) add("digest", "@", "");
  return useOfValue(text, { span, site: "pull", parts, chain, hasVariables: false, pin: pinOf(strings, others) });
}

/** Over the digest that is there; else after an image that no other argument adds to. */
function pinOf(strings: StarlarkCall["strings"], others: StarlarkCall["others"]): PinPlace | "none" {
  const digest = strings.get("digest");
  if (digest !== undefined) return digest.text === "" ? "none" : { at: digest.span, before: "" };
  const image = strings.get("image");
  const isWhole = ["tag", "digest"].every((key) => !strings.has(key) && !others.has(key));
  if (image === undefined || !isWhole) return "none";
  const at = image.text.indexOf("@");
  return { at: { start: at < 0 ? image.span.end : image.span.start + at, end: image.span.end }, before: "@" };
}
