import * as vscode from "vscode";
import type { Document } from "../../core/document/document.ts";
import { formatFamiliar, formatReference } from "../../core/image/reference.ts";
import { imagePushedNotSigned } from "../../core/rules/image-pushed-not-signed.ts";
import { pushedImages, type PushedImage } from "../../core/rules/pushedImages.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { rangeOf } from "../places.ts";

/** Documents never change, and providers ask again with every move of the cursor. */
const known = new WeakMap<Document, readonly PushedImage[]>();

/** What a document pushes; worked out once. */
export function pushesOf(document: Document): readonly PushedImage[] {
  const pushes = known.get(document) ?? pushedImages(document);
  known.set(document, pushes);
  return pushes;
}

/** Offers to sign what the command or step at the cursor pushes. It is a fix only where it is pointed out that nothing signs. */
export function pushActions(
  document: Document,
  range: vscode.Range,
  { diagnostics }: vscode.CodeActionContext,
): vscode.CodeAction[] {
  if (!vscode.workspace.isTrusted) return [];
  return pushesOf(document)
    .filter(({ spans }) => spans.some((span) => rangeOf(document, span).intersection(range) !== undefined))
    .map((push) => {
      const missed = diagnostics.filter(
        ({ source, code }) =>
          source === "Countersign" && typeof code === "object" && code.value === imagePushedNotSigned.id,
      );
      const { QuickFix, Refactor } = vscode.CodeActionKind;
      const action = new vscode.CodeAction(signTitle(push), missed.length > 0 ? QuickFix : Refactor);
      action.diagnostics = missed;
      action.command = { command: "countersign.sign", title: action.title, arguments: [targetOf(document, push)] };
      return action;
    });
}

/** "Sign ghcr.io/acme/app:1...", or that its name is still to be said. */
export function signTitle({ reference }: PushedImage): string {
  return reference === undefined ? "Sign what is pushed here..." : `Sign ${formatFamiliar(reference)}...`;
}

/** What a command is given to sign what is pushed. */
export function targetOf({ path }: Document, { reference, spans }: PushedImage): CommandTarget {
  const place = { file: path, offset: spans[0].start };
  return reference === undefined ? place : { reference: formatReference(reference), ...place };
}

/** The push that a command was given, where its name is not known whole. */
export function pushAt({ model }: Extension, { reference, file, offset }: CommandTarget): PushedImage | undefined {
  const document = file === undefined ? undefined : model.document(file);
  if (document === undefined || reference !== undefined) return undefined;
  return pushesOf(document).find(({ spans }) => spans[0].start === offset);
}

/** Every place of the workspace that pushes the image of this normalised reference. */
export function pushesTo(
  { model }: Extension,
  image: string,
): readonly { readonly document: Document; readonly push: PushedImage }[] {
  return model.documents().flatMap((document) =>
    pushesOf(document).flatMap((push) => {
      const { reference } = push;
      return reference !== undefined && formatReference(reference) === image ? [{ document, push }] : [];
    }),
  );
}

/** A push with its place, for people. */
export interface PlacedPush {
  readonly push: PushedImage;
  /** `release.yml:14`. */
  readonly place: string;
}

/** What the workspace pushes and does not otherwise refer to, each name once. */
export function pushesOfWorkspace({ model }: Extension): readonly PlacedPush[] {
  const used = new Set(model.images().map(({ reference }) => reference));
  const pushes = new Map<string, PlacedPush>();
  for (const document of model.documents())
    for (const push of pushesOf(document)) {
      const name = push.reference === undefined ? push.known : formatReference(push.reference);
      if (name === "" || used.has(name) || pushes.has(name)) continue;
      const line = rangeOf(document, push.spans[0]).start.line + 1;
      pushes.set(name, { push, place: `${document.path}:${line}` });
    }
  return [...pushes.values()];
}
