import assert from "node:assert/strict";
import type { Document, ImageUse } from "../../src/core/document/document.ts";
import { formatReference } from "../../src/core/image/reference.ts";

export type Reader = (text: string, path: string) => Document;

/** A digest to pin to. */
export const pin = `sha256:${"ab".repeat(32)}`;

/** Takes the marks `«` and `»` out of a text; gives the text and the spans between them, in order. */
function marked(source: string): { text: string; spans: { start: number; end: number }[] } {
  const spans: { start: number; end: number }[] = [];
  let text = "";
  for (const character of source) {
    if (character === "«") spans.push({ start: text.length, end: text.length });
    else if (character === "»") spans.at(-1)!.end = text.length;
    else text += character;
  }
  return { text, spans };
}

/** What a use comes to, in short: `site reference resolution`. */
export function summary(use: ImageUse): string {
  return `${use.site} ${use.reference === undefined ? "?" : formatReference(use.reference)} ${use.resolution}`;
}

/** Reads a marked text and compares where its images stand and what they are. */
export function expectUses(read: Reader, source: string, expected: readonly string[]): Document {
  const { text, spans } = marked(source);
  const document = read(text, "file.yaml");
  assert.deepEqual(document.images.map(summary), expected);
  assert.deepEqual(
    [...new Set(document.images.map(({ span }) => `${span.start}-${span.end}`))],
    spans.map(({ start, end }) => `${start}-${end}`),
  );
  for (const { span, text: shown } of document.images) assert.equal(shown, text.slice(span.start, span.end));
  return document;
}

/** Pins every use that says where, one at a time, and checks that the file then reads to the pinned image. */
export function expectPinsToHold(read: Reader, text: string): number {
  const before = read(text, "file.yaml").images;
  let count = 0;
  for (const use of before) {
    if (use.pinAt === undefined || use.reference === undefined) continue;
    count++;
    const pinned = `${text.slice(0, use.pinAt.start)}${use.pinBefore ?? "@"}${pin}${text.slice(use.pinAt.end)}`;
    const document = read(pinned, "file.yaml");
    const { tag: _, ...untagged } = use.reference;
    const replacesTag = text.charAt(use.pinAt.start) === ":";
    const wanted = formatReference({ ...(replacesTag ? untagged : use.reference), digest: pin });
    assert.ok(
      document.images.some((image) => image.reference !== undefined && formatReference(image.reference) === wanted),
      `pinning ${use.text} gave ${document.images.map(summary).join(", ")}`,
    );
    // Two branches of a script that give the same image are one use, until one of them is pinned.
    assert.equal(placesOf(document.images), placesOf(before));
  }
  return count;
}

/** In how many places of the text images stand. */
function placesOf(images: readonly ImageUse[]): number {
  return new Set(images.map(({ span }) => `${span.start}-${span.end}`)).size;
}

/** Checks that every span of a document lies inside its text, in order. */
export function expectSpansInside(document: Document): void {
  const { length } = document.text;
  const inside = (span: { start: number; end: number } | undefined): void => {
    if (span !== undefined)
      assert.ok(span.start >= 0 && span.start <= span.end && span.end <= length, `${span.start}-${span.end}/${length}`);
  };
  for (const use of document.images) {
    const own = use.chain.filter(({ file }) => file === undefined).map((step) => step.span);
    for (const span of [use.span, use.definedAt, use.pinAt, ...own]) inside(span);
  }
  for (const command of document.commands) for (const { span } of [command, ...command.words]) inside(span);
  for (const job of document.jobs) {
    for (const { span } of [job, ...job.steps, ...Object.values(job.environment)]) inside(span);
    for (const step of job.steps) for (const { span } of Object.values(step.with ?? {})) inside(span);
  }
  for (const problem of document.problems) inside(problem.span);
}

/** Reads every prefix of a text, and many small changes of it: nothing throws, nothing leaves the text. */
export function expectToSurvive(read: Reader, text: string): void {
  for (let end = 0; end <= text.length; end += 3) expectSpansInside(read(text.slice(0, end), "file.yaml"));
  const strange = [
    "\t",
    "*",
    "&a ",
    "{",
    "]",
    '"',
    "'",
    "|",
    "%",
    "\0",
    "${{",
    "$",
    "\r",
    "\u{1f600}",
    "\ufeff",
    "<<: *a",
  ];
  for (let at = 0; at <= text.length; at += 11)
    for (const [index, insert] of strange.entries()) {
      if ((at + index) % 3 !== 0) continue;
      expectSpansInside(read(text.slice(0, at) + insert + text.slice(at), "file.yaml"));
      expectSpansInside(read(text.slice(0, at) + insert + text.slice(at + 5), "file.yaml"));
    }
}

/** All of it for a marked sample: its images, their pins, and changes of it. */
export function expectSample(read: Reader, source: string, expected: readonly string[]): void {
  const { text } = expectUses(read, source, expected);
  expectPinsToHold(read, text);
  expectToSurvive(read, text);
}
