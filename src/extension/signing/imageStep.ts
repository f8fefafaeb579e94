import * as vscode from "vscode";
import { shortDigest } from "../../core/image/digest.ts";
import { formatFamiliar, formatReference, parseReference, type ImageReference } from "../../core/image/reference.ts";
import { printable } from "../../core/report/words.ts";
import type { PushedImage } from "../../core/rules/pushedImages.ts";
import type { Extension } from "../context.ts";
import { statusKey } from "../marks.ts";
import { imageItem, worstFirst } from "../targets.ts";
import type { ImageEntry } from "../tree/grouping.ts";
import { pushesOfWorkspace } from "./pushes.ts";
import { pick, type Answer, type Choice, type StepPlace } from "./wizard.ts";

export interface ImageStep extends StepPlace {
  readonly current: ImageReference | undefined;
  /** What is pushed where the person began, where its name is not known whole. */
  readonly pushed?: PushedImage | undefined;
}

/** Asks for an image: one of the workspace, one that it pushes, or a reference that is typed. */
export async function askImage(
  extension: Extension,
  place: ImageStep,
  signal: AbortSignal,
): Promise<Answer<ImageReference>> {
  const { pushed } = place;
  const current = place.current === undefined ? undefined : formatReference(place.current);
  return await pick<ImageReference>({
    ...place,
    placeholder:
      pushed === undefined
        ? "Which image? Choose one of this workspace, or type a reference"
        : `Which image was pushed? ${missingWords(pushed)}`,
    ...(pushed === undefined || place.current !== undefined ? {} : { text: pushed.known }),
    items: extension.model.whenReady().then(() => itemsFor(extension, pushed)),
    active: (value) => formatReference(value) === current,
    describe: (value) => platformWords(extension, value, signal),
    typed: typedReference,
    keyOf: formatReference,
  });
}

function itemsFor(extension: Extension, pushed: PushedImage | undefined): readonly Choice<ImageReference>[] {
  // Unsigned images first: they are why most people sign.
  const isSigned = ({ status }: ImageEntry): number => Number(statusKey(status) !== "unsigned");
  const images = worstFirst(extension.model.images()).toSorted((a, b) => isSigned(a) - isSigned(b));
  const items = images.flatMap((image): Choice<ImageReference>[] => {
    const value = parseReference(image.reference).value;
    return value === undefined ? [] : [{ ...imageItem(image, extension.now()), value }];
  });
  return [...(pushed === undefined ? [] : [missingItem(pushed)]), ...items, ...pushItems(extension, pushed)];
}

/** What the workspace pushes. Where only the run tells the rest of a name, its beginning is written for the person. */
function pushItems(extension: Extension, shown: PushedImage | undefined): readonly Choice<ImageReference>[] {
  const others = pushesOfWorkspace(extension).filter(({ push }) => push !== shown);
  const items = others.map(({ push, place }): Choice<ImageReference> => {
    const { reference, known, text } = push;
    return reference === undefined
      ? { label: `$(cloud-upload) ${text}`, description: place, detail: missingWords(push), fills: known }
      : { label: `$(cloud-upload) ${formatFamiliar(reference)}`, description: place, value: reference };
  });
  if (items.length === 0) return [];
  return [{ label: "Pushed by this workspace", kind: vscode.QuickPickItemKind.Separator }, ...items];
}

/** Says what is missing, whatever is typed. */
function missingItem(push: PushedImage): Choice<ImageReference> {
  const label = push.text === "" ? "No name is written here" : push.text;
  return { label: `$(info) ${printable(label)}`, detail: missingWords(push), alwaysShow: true };
}

function missingWords({ missing }: PushedImage): string {
  return missing.length === 0
    ? "Type the reference that was pushed"
    : `Only the run tells ${printable(missing.join(" and "))}: type what it was`;
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
