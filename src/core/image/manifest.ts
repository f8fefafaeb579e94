import { isJsonArray, isJsonObject, readJson, type JsonObject } from "../json.ts";
import type { Parsed } from "../problem.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import { isDigest } from "./digest.ts";

/** An image manifest or artifact manifest: the layers carry what it holds. */
export interface ImageManifest {
  readonly kind: "manifest";
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config?: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An image index: a list of further manifests. */
export interface ImageIndex {
  readonly kind: "index";
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Media types of the manifests that are read: OCI image specification, and Docker's image manifest version 2, schema 2. */
export const manifestMediaTypes = {
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
  ociArtifact: "application/vnd.oci.artifact.manifest.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
} as const;

/**
 * Reads an OCI image manifest, image index or artifact manifest, or Docker's equivalents. The caller bounds the size
 * and checks the digest. A document that could be read as both kinds is refused (CVE-2021-41190), as is a wrong descriptor.
 */
export function parseManifest(bytes: Uint8Array): Parsed<ImageManifest | ImageIndex> {
  const json = readJson(bytes);
  if (!isJsonObject(json)) return unreadable("it is not a JSON object");
  const layers = json["layers"] ?? json["blobs"];
  const manifests = json["manifests"];
  if (manifests !== undefined && (layers !== undefined || json["config"] !== undefined))
    return unreadable("it is an index and an image manifest at once");

  const list = parseDescriptors(manifests ?? layers ?? []);
  const subject = json["subject"] === undefined ? undefined : parseDescriptor(json["subject"]);
  const config = json["config"] === undefined ? undefined : parseDescriptor(json["config"]);
  if (list === undefined) return unreadable("one of its descriptors is wrong");
  if (json["subject"] !== undefined && subject === undefined) return unreadable("its subject is wrong");
  if (json["config"] !== undefined && config === undefined) return unreadable("its config is wrong");

  const shared = {
    ...optionalText(json, "mediaType"),
    ...optionalText(json, "artifactType"),
    ...(subject === undefined ? {} : { subject }),
    annotations: textMembers(json["annotations"]),
  };
  const value: ImageManifest | ImageIndex =
    manifests !== undefined
      ? { kind: "index", ...shared, manifests: list }
      : { kind: "manifest", ...shared, ...(config === undefined ? {} : { config }), layers: list };
  return { value, problems: [] };
}

/** Reads one descriptor; undefined where media type, digest or size is missing or wrong. */
export function parseDescriptor(json: unknown): Descriptor | undefined {
  if (!isJsonObject(json)) return undefined;
  const { mediaType, digest, size } = json;
  if (typeof mediaType !== "string" || typeof digest !== "string" || typeof size !== "number") return undefined;
  if (!isDigest(digest) || !Number.isSafeInteger(size) || size < 0) return undefined;
  const annotations = json["annotations"];
  return {
    mediaType,
    digest,
    size,
    ...optionalText(json, "artifactType"),
    ...(annotations === undefined ? {} : { annotations: textMembers(annotations) }),
  };
}

function parseDescriptors(json: unknown): readonly Descriptor[] | undefined {
  if (!isJsonArray(json)) return undefined;
  const descriptors: Descriptor[] = [];
  for (const item of json) {
    const descriptor = parseDescriptor(item);
    if (descriptor === undefined) return undefined;
    descriptors.push(descriptor);
  }
  return descriptors;
}

function optionalText<Name extends "mediaType" | "artifactType">(
  json: JsonObject,
  name: Name,
): { [N in Name]?: string } {
  const value = json[name];
  const result: { [N in Name]?: string } = {};
  if (typeof value === "string" && value !== "") result[name] = value;
  return result;
}

function textMembers(json: unknown): Readonly<Record<string, string>> {
  if (!isJsonObject(json)) return {};
  const members = Object.entries(json).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []));
  return Object.fromEntries(members);
}

function unreadable(why: string): Parsed<ImageManifest | ImageIndex> {
  return {
    value: undefined,
    problems: [{ code: "manifest-unreadable", message: `The manifest cannot be read: ${why}.` }],
  };
}
