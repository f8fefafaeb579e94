import { filled } from "./helmValuesSplit.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { addSplitImage, isUnknown, nameEnd, type SuppliedPart } from "./splitImage.ts";
import { entriesOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Keys of one mapping that share an image: the first of `tags` that is filled counts. */
interface SharedKeys {
  readonly repository: string;
  readonly tags: readonly string[];
  readonly digest?: string;
  /** A key of the resource's `spec` whose tag counts for all that state none. */
  readonly shared?: string;
}

const versioned: readonly SharedKeys[] = [{ repository: "repository", tags: ["version"] }];
const prometheus: readonly SharedKeys[] = [{ repository: "baseImage", tags: ["tag", "version"], digest: "sha" }];

/** Kinds whose images share keys that do not tell it by themselves, in `spec` or in what stands below it. */
const kinds = new Map<string, readonly SharedKeys[]>([
  ["argoproj.io/ArgoCD", [{ repository: "image", tags: ["version"] }]],
  ["hazelcast.com/Hazelcast", versioned],
  ["hazelcast.com/ManagementCenter", versioned],
  ["monitoring.coreos.com/Alertmanager", prometheus],
  ["monitoring.coreos.com/Prometheus", prometheus],
  ["monitoring.coreos.com/ThanosRuler", prometheus],
  ["scylla.scylladb.com/ScyllaCluster", [...versioned, { repository: "agentRepository", tags: ["agentVersion"] }]],
]);

/** What operators of all kinds write alike (TiDB's and TiKV's). */
const usual: readonly SharedKeys[] = [{ repository: "baseImage", tags: ["version"], shared: "version" }];

/** Adds the images of a kind whose keys share them, and gives the nodes that hold their repositories. */
export function addSharedKeys(
  node: YamlNode | undefined,
  group: string,
  kind: string,
  { text, images }: ResourceReading,
): ReadonlySet<YamlNode> {
  if (group === "upgrade.cattle.io" && kind === "Plan") return addUpgrades(valueAt(node, "spec"), { text, images });
  const taken = new Set<YamlNode>();
  const keys = kinds.get(`${group}/${kind}`) ?? usual;
  const spec = valueAt(node, "spec");
  if (spec === undefined) return taken;
  for (const holder of [spec, ...entriesOf(spec).map(({ value }) => value)])
    for (const { repository: key, tags, digest, shared } of keys) {
      const repository = filled(valueAt(holder, key));
      const sha = digest === undefined ? undefined : filled(valueAt(holder, digest));
      const own = tags.map((name) => filled(valueAt(holder, name))).find((found) => found !== undefined);
      const tag = own ?? (shared === undefined ? undefined : filled(valueAt(spec, shared)));
      const name = textOf(repository) ?? "";
      // What has a tag or digest of its own is taken as it is.
      if (repository === undefined || nameEnd(name) < name.length || (tag ?? sha) === undefined) continue;
      const isDigest = textOf(tag)?.startsWith("sha256:") === true;
      const last = sha ?? (isDigest ? tag : undefined);
      addSplitImage(text, images, { repository, tag: last === undefined ? tag : undefined, digest: last }, "image", {
        isGuess: true,
        pin: "none",
      });
      taken.add(repository);
    }
  return taken;
}

/**
 * Adds the images that an upgrade of nodes runs: the controller puts the version behind those that have neither a tag
 * nor a digest, with what no tag may hold replaced (system-upgrade-controller, `WithLatestTag` and `MungeVersion`).
 */
function addUpgrades(
  spec: YamlNode | undefined,
  { text, images }: Pick<ResourceReading, "text" | "images">,
): ReadonlySet<YamlNode> {
  const taken = new Set<YamlNode>();
  const version = upgradeVersion(spec);
  for (const step of ["prepare", "upgrade"]) {
    const repository = filled(valueAt(spec, step, "image"));
    const name = textOf(repository) ?? "";
    if (repository === undefined || version === undefined || nameEnd(name) < name.length) continue;
    addSplitImage(text, images, { repository, defaultTag: version }, "image", { isGuess: true, pin: "none" });
    taken.add(repository);
  }
  return taken;
}

/** The version that nodes are upgraded to; a channel tells it only when it is asked. */
function upgradeVersion(spec: YamlNode | undefined): SuppliedPart | undefined {
  const version = scalarOf(filled(valueAt(spec, "version")));
  if (version === undefined) return filled(valueAt(spec, "channel")) === undefined ? undefined : { steps: [] };
  if (isUnknown(version.text)) return { steps: [] };
  const step = { span: version.span, label: "version", text: version.text };
  return { text: version.text.replaceAll("+", "-"), steps: [step] };
}
