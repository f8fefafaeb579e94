import { shortDigest } from "../../core/image/digest.ts";
import { formatReference, parseReference, type ImageReference } from "../../core/image/reference.ts";
import { printable } from "../../core/report/words.ts";
import type { Extension } from "../context.ts";
import { statusKey } from "../marks.ts";
import { imageItem, worstFirst } from "../targets.ts";
import type { ImageEntry } from "../tree/grouping.ts";
import { pick, type Answer, type Choice, type StepPlace } from "./wizard.ts";

/** Asks for an image: one of the workspace, or a reference that is typed. */
export async function askImage(
  extension: Extension,
  place: StepPlace & { readonly current: ImageReference | undefined },
  signal: AbortSignal,
): Promise<Answer<ImageReference>> {
  // Unsigned images first: they are why most people sign.
  const isSigned = ({ status }: ImageEntry): number => Number(statusKey(status) !== "unsigned");
  const images = worstFirst(extension.model.images()).toSorted((a, b) => isSigned(a) - isSigned(b));
  const items = images.flatMap((image): Choice<ImageReference>[] => {
    const value = parseReference(image.reference).value;
    return value === undefined ? [] : [{ ...imageItem(image, extension.now()), value }];
  });
  const current = place.current === undefined ? undefined : formatReference(place.current);
  return await pick<ImageReference>({
    ...place,
    placeholder: "Which image? Choose one of this workspace, or type a reference",
    items,
    active: (value) => formatReference(value) === current,
    describe: (value) => platformWords(extension, value, signal),
    typed: typedReference,
  });
}

/** What was typed as an item to pick, where it is a reference with a registry or a path. */
export function typedReference(text: string): Choice<ImageReference> | undefined {
  const value = text.includes("/") ? parseReference(text).value : undefined;
  if (value === undefined) return undefined;
  return { label: `$(package) ${formatReference(value)}`, description: "as typed", value, alwaysShow: true };
}

/** The platforms behind the image: signing an index signs all of them. Nothing where the registry does not say. */
async function platformWords(
  extension: Extension,
  reference: ImageReference,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { platformsOf } = await import("../../core/image/platforms.ts");
  const tagOrDigest = reference.digest ?? reference.tag ?? "latest";
  try {
    const registry = await extension.connections.registry();
    const manifest = await registry.manifest(reference, tagOrDigest, { signal });
    if (manifest === undefined) return "The registry has no such image";
    const digest = shortDigest(manifest.descriptor.digest);
    const platforms = platformsOf(manifest.bytes);
    return platforms === undefined ? `${digest}, one platform` : `${digest}, for ${printable(platforms.join(", "))}`;
  } catch {
    // The steps that follow need the registry too, and say what is wrong with it.
    return undefined;
  }
}
