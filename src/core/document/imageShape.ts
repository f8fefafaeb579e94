import { parseReference } from "../image/reference.ts";

/** Whether a key, by its name alone, holds an image: `image`, `sidecarImage`, `proxy_image`, `imageName`, `workerImageName`, `workImagePullSpec`. */
export function isImageKey(key: string): boolean {
  return imageKey.test(key);
}

const imageKey =
  /^[iI]mage$|^imageName$|[a-z0-9]ImageName$|(?:^i|[a-z0-9]I)mage(?:Fqin|PullSpec|Ref|Reference|Spec|URI)$|[A-Za-z0-9]Image$|[a-z0-9][_-]image$|[a-z0-9]RepositoryAndTag$/;

const notImages = /\.(?:png|svg|jpe?g|gif|webp|ico|bmp|iso|qcow2?|img|raw|vmdk|ova|vhdx?|tar|gz|xz|zip)(?:[:@].*)?$/i;
const plainWords =
  /^(?:true|false|yes|no|on|off|none|null|auto|default|latest|\d+(?:\.\d+)*(?:ms|[smhdw])?(?:\d+(?:ms|[smhdw]))*)$/i;

/** Whether a text reads as an image reference and cannot be a plain word, a number, a time or a picture's file name. */
export function isPossibleImage(text: string): boolean {
  return !plainWords.test(text) && !notImages.test(text) && parseReference(text).value !== undefined;
}

/**
 * Whether a text, under a key that only sounds like an image's, is most likely a reference: it has a tag, a digest, a
 * registry, or the two parts of a Docker Hub name. `projects/x/global/images/y` is none.
 */
export function isLikelyImage(text: string): boolean {
  if (!isPossibleImage(text)) return false;
  const { value } = parseReference(text);
  const hasHost = value !== undefined && text.startsWith(`${value.registry}/`);
  return value?.tag !== undefined || value?.digest !== undefined || hasHost || text.split("/").length === 2;
}

/** Whether a text can hardly be anything but a reference: it has a registry, a digest, or a name of several parts with a tag. */
export function isCertainImage(text: string): boolean {
  if (!isPossibleImage(text)) return false;
  const { value } = parseReference(text);
  const hasHost = value !== undefined && text.startsWith(`${value.registry}/`);
  return hasHost || value?.digest !== undefined || (value?.tag !== undefined && text.includes("/"));
}

/** Labels and taints of nodes look alike (`kubernetes.io/os:linux`, `a.example/storage:true`). */
const labels = /^(?:[\w-]+\.)*kubernetes\.io\/|:(?:true|false|NoExecute|NoSchedule|PreferNoSchedule)$/;

/** Whether a text is a reference with its registry and a tag or a digest, whatever it stands under. */
export function isWholeImage(text: string): boolean {
  if (!text.includes("/") || !/[:@]/.test(text) || labels.test(text) || !isPossibleImage(text)) return false;
  const { value } = parseReference(text);
  return value !== undefined && text.startsWith(`${value.registry}/`) && (value.tag ?? value.digest) !== undefined;
}

/**
 * Whether a text stands where an image does and is none that anyone pulls: `auto`, which a service mesh fills in, and
 * `ko://`, which is built from source.
 */
export function isPlaceholder(text: string): boolean {
  return text === "auto" || text.startsWith("ko://");
}

/**
 * What an expression comes to in a command; undefined where it is nothing but a parameter that is to be given an image
 * and has none by default: nobody runs the word behind it.
 */
export function textInCommand(expression: string, text: string | undefined): string | undefined {
  return text === "" && /^[\w.-]*\.(?:[\w-]*[_-])?(?:image|img)(?:[_-]?(?:name|ref|uri|url))?$/i.test(expression.trim())
    ? undefined
    : text;
}
