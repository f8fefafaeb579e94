import { valuesOf, type GithubScope } from "./githubScope.ts";
import type { ImageCollector } from "./yamlImage.ts";
import { cacheReference } from "./buildSource.ts";
import { actionOf } from "./githubUses.ts";
import { withoutStart, type Value, type ValuePart } from "./value.ts";
import { scalarOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** Where an image stands in a line of an input: after what `before` matches, up to what `until` matches. */
interface InputForm {
  readonly input: string;
  /** Matches what stands before the image in a line; a line that does not match holds none. */
  readonly before: RegExp;
  /** Whether a comma ends the image: it is one of several options in its line. */
  readonly inList?: boolean;
  /** Whether it is a source of caches. */
  readonly isCache?: boolean;
}

const whole = /^\s*(?=\S)/;
/** Text without blanks and `=`, but for what stands in expressions. */
const word = String.raw`(?:\$\{\{(?:(?!\}\}).)*\}\}|(?!\$\{\{)[^=\s])+`;
const contexts: InputForm = { input: "build-contexts", before: /^\s*["']?[^=\s"']+=docker-image:\/\// };
/** Where caches are, as buildx takes them: in a registry, or by the image's name alone. */
const caches = (input: string, option = ""): readonly InputForm[] => [
  { input, before: new RegExp(`^\\s*${option}(?=.*\\btype=registry\\b)(?:.*,)?\\s*ref=`), inList: true, isCache: true },
  { input, before: new RegExp(`^\\s*${option}(?=${word}\\s*$)`), isCache: true },
];
const generator: InputForm = { input: "sbom", before: /^(?:.*,)?\s*generator=/, inList: true };

/** The inputs of well-known actions that name an image, by the action's name without its version. */
const actions = new Map<string, readonly InputForm[]>([
  ["docker/setup-buildx-action", [{ input: "driver-opts", before: /^(?:.*,)?\s*["']?image=/, inList: true }]],
  ["docker/setup-qemu-action", [{ input: "image", before: whole }]],
  [
    "docker/build-push-action",
    [
      contexts,
      ...caches("cache-from"),
      generator,
      { input: "attests", before: /^(?=.*\btype=sbom\b)(?:.*,)?\s*generator=/, inList: true },
      { input: "build-args", before: /^\s*["']?BUILDKIT_SYNTAX=/ },
    ],
  ],
  [
    "docker/bake-action",
    [
      generator,
      { input: "set", before: new RegExp(`^\\s*${word}\\.contexts\\.[\\w.-]+=docker-image://`) },
      { input: "set", before: new RegExp(`^\\s*${word}\\.args\\.BUILDKIT_SYNTAX=`) },
      ...caches("set", `${word}\\.cache-from=\\s*`),
    ],
  ],
  ["helm/kind-action", [{ input: "node_image", before: whole }]],
  ["container-tools/kind-action", [{ input: "node_image", before: whole }]],
  ["engineerd/setup-kind", [{ input: "image", before: whole }]],
  ["addnab/docker-run-action", [{ input: "image", before: whole }]],
  ["kohlerdominik/docker-run-action", [{ input: "image", before: whole }]],
  ["shrink/actions-docker-extract", [{ input: "image", before: whole }]],
  ["uraimo/run-on-arch-action", [{ input: "base_image", before: whole }]],
  ["medyagh/setup-minikube", [{ input: "base-image", before: whole }]],
  ["maus007/docker-run-action-fork", [{ input: "image", before: whole }]],
  ["reproducible-containers/buildkit-cache-dance", [{ input: "utility-image", before: whole }]],
  [
    "redhat-actions/buildah-build",
    ["base-image", "buildah-image"].map((input): InputForm => ({ input, before: whole })),
  ],
  ["devcontainers/ci", caches("cacheFrom")],
  ["lucacome/docker-image-update-checker", [{ input: "base-image", before: whole }]],
  // `off` builds without a container.
  ...["pyo3/maturin-action", "messense/maturin-action"].map((name): [string, readonly InputForm[]] => [
    name,
    [{ input: "container", before: /^\s*(?!off\s*$)(?=\S)/i }],
  ]),
  ...["baseline", "full-scan", "api-scan", "af"].map((name): [string, readonly InputForm[]] => [
    `zaproxy/action-${name}`,
    [{ input: "docker_name", before: whole }],
  ]),
  ...["build", "publish", "snapshot"].map((name): [string, readonly InputForm[]] => [
    `chainguard-images/actions/apko-${name}`,
    [{ input: "apko-image", before: whole }],
  ]),
  ...["unity-builder", "unity-test-runner"].map((name): [string, readonly InputForm[]] => [
    `game-ci/${name}`,
    [{ input: "customImage", before: whole }],
  ]),
]);

const maximumLines = 200;
/** An expression may hold commas and quotes of its own. */
const maximumCombinations = 256;

/** Adds the images that a step gives to a well-known action; `within` adds the step's own environment to a scope. */
export function readActionInputs(
  step: YamlNode,
  within: (scope: GithubScope) => GithubScope,
  scopes: readonly GithubScope[],
  images: ImageCollector,
): void {
  const forms = actions.get(actionOf(step)) ?? [];
  for (const form of forms) {
    const node = valueAt(step, "with", form.input);
    const scalar = scalarOf(node);
    if (node === undefined || scalar === undefined) continue;
    const differing = scalar.text.includes("${{")
      ? scopes.slice(0, maximumCombinations).map(within)
      : scopes.slice(0, 1);
    for (const { from, to } of rangesIn(scalar, form))
      for (const scope of differing)
        for (const value of valuesOf(scalar, scope, from, to)) {
          if ("node" in value || value.parts.every((part) => part.text === "")) continue;
          const image = form.isCache === true && form.inList !== true ? cachedImage(value) : value;
          if (image !== undefined)
            images.add(node, form.isCache === true ? "cache-from" : "with", { value: image, from, to });
        }
  }
}

/** Where an input's lines hold images, without quotes around them. */
function rangesIn(scalar: YamlScalar, { before, inList = false }: InputForm): readonly { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  let offset = 0;
  for (const line of scalar.text.split("\n").slice(0, maximumLines)) {
    const start = line.length > 4096 ? undefined : before.exec(line)?.[0].length;
    if (start !== undefined && !isWithinExpression(line, start)) {
      const rest = line.slice(start);
      const end = inList ? (/^(?:\$\{\{.*?\}\}|[^,])*/.exec(rest)?.[0] ?? rest) : rest;
      const image = end.replace(/["']?\s*$/, "");
      if (image !== "") ranges.push({ from: offset + start, to: offset + start + image.length });
    }
    offset += line.length + 1;
  }
  return ranges;
}

const open = "\0";

/** The image of what takes its name or options: an expression of which nothing is known may give either, or none. */
function cachedImage(value: Value): Value | undefined {
  const text = value.parts.map((part) => part.text ?? open).join("");
  const place = text.replaceAll(open, "") === "" ? undefined : cacheReference(text);
  if (place === undefined || text.slice(0, place.start).includes(open)) return undefined;
  if (place.end - place.start === text.length) return value;
  const { parts, chain } = withoutStart(value, text.slice(0, place.start));
  const kept: ValuePart[] = [];
  let left = place.end - place.start;
  for (const part of parts) {
    const length = part.text?.length ?? 1;
    if (left > 0) kept.push(length <= left ? part : { text: (part.text ?? "").slice(0, left) });
    left -= length;
  }
  // An expression that gives more than the image has no place for a digest.
  return { parts: kept.map(({ text: one }) => (one === undefined ? {} : { text: one })), chain };
}

/** Whether what stands there is a part of an expression, which only together is a value. */
function isWithinExpression(line: string, at: number): boolean {
  const before = line.slice(0, at);
  return before.lastIndexOf("${{") > before.lastIndexOf("}}");
}
