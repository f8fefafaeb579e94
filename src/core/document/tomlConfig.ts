import { withoutByteOrderMark } from "../image/span.ts";
import { buildpackImageStart } from "./buildpackLocator.ts";
import type { Dialect, Document } from "./document.ts";
import { createLiteralUses } from "./literalUses.ts";
import { tomlStrings } from "./toml.ts";

interface Place {
  readonly site: string;
  readonly path: string;
  /** Whether it is a locator of buildpacks, which may name anything else than an image. */
  readonly isLocator?: true;
}

const places = new Map<Dialect, readonly Place[]>([
  // Fly.io's app configuration.
  [
    "fly",
    [
      { site: "image", path: "build.image" },
      { site: "builder", path: "build.builder" },
      { site: "buildpack", path: "build.buildpacks.*", isLocator: true },
    ],
  ],
  // Cloud Native Buildpacks: project descriptors, builders, packages.
  [
    "buildpacks",
    [
      { site: "builder", path: "io.buildpacks.builder" },
      { site: "builder", path: "build.builder" },
      { site: "image", path: "build.image" },
      { site: "run-image", path: "run.images.*.image" },
      { site: "run-image", path: "run.images.*.mirrors.*" },
      { site: "image", path: "stack.build-image" },
      { site: "run-image", path: "stack.run-image" },
      { site: "run-image", path: "stack.run-image-mirrors.*" },
      ...["io.buildpacks.group.*", "io.buildpacks.pre.group.*", "io.buildpacks.post.group.*", "build.buildpacks.*"].map(
        (path) => ({ site: "buildpack", path: `${path}.uri`, isLocator: true as const }),
      ),
      ...["buildpacks.*", "extensions.*", "dependencies.*", "buildpack"].flatMap((path) => [
        { site: "buildpack", path: `${path}.uri`, isLocator: true as const },
        { site: "buildpack", path: `${path}.image` },
      ]),
      { site: "lifecycle", path: "lifecycle.uri", isLocator: true },
    ],
  ],
  // cross, for Rust.
  [
    "cross",
    [
      { site: "image", path: "target.?.image" },
      { site: "image", path: "target.?.image.name" },
      { site: "image", path: "build.image" },
    ],
  ],
  // What holds a pod together for containerd (each version of its configuration) and CRI-O, and jobs of GitLab's runner.
  [
    "runtime-config",
    [
      { site: "image", path: "plugins.?.sandbox_image" },
      { site: "image", path: "plugins.?.pinned_images.sandbox" },
      { site: "image", path: "crio.image.pause_image" },
      ...["docker", "kubernetes"].flatMap((executor) => [
        { site: "image", path: `runners.${executor}.image` },
        { site: "image", path: `runners.${executor}.helper_image` },
        { site: "services", path: `runners.${executor}.services.*.name` },
      ]),
    ],
  ],
]);

/** Reads the configuration of a tool in TOML: the images at the places that the tool has for them. */
export function readTomlConfig(dialect: Dialect): (source: string, path: string) => Document {
  const known = (places.get(dialect) ?? []).map((place) => ({ ...place, keys: place.path.split(".") }));
  return (source, path) => {
    const text = withoutByteOrderMark(source);
    const uses = createLiteralUses(text);
    for (const string of tomlStrings(text)) {
      const place = known.find(
        ({ keys }) =>
          keys.length === string.path.length && keys.every((key, index) => key === "?" || key === string.path[index]),
      );
      const start = place?.isLocator === true ? buildpackImageStart(string.text) : 0;
      if (place === undefined || start === undefined) continue;
      uses.add(string, place.site, string.text.slice(0, start));
    }
    return uses.document(path, dialect);
  };
}
