import * as vscode from "vscode";
import type { PreparedSigning } from "../../application/signImage.ts";
import { shortDigest } from "../../core/image/digest.ts";
import { formatReference, parseReference, type ImageReference } from "../../core/image/reference.ts";
import { foretellAcceptance } from "../../core/sign/acceptance.ts";
import { signingFormats, type SigningFormat } from "../../core/sign/scheme.ts";
import { formatWord, printable } from "../../core/report/words.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { statusKey } from "../marks.ts";
import { imageItem, worstFirst } from "../targets.ts";
import type { ImageEntry } from "../tree/grouping.ts";
import { prepare, type SigningChoice } from "./calls.ts";
import { standingOf } from "./formatWords.ts";
import { describeKey, obstacleOf } from "./keyWords.ts";
import { reviewItems } from "./review.ts";
import type { ServiceState } from "./signingState.ts";
import { ask, pick, type Answer, type Choice, type StepPlace } from "./wizard.ts";

/** A key with the service that holds it. */
interface ChosenKey {
  readonly service: ServiceState;
  readonly key: ServiceState["keys"][number];
}

/** What has been answered so far; going back keeps the later answers as suggestions. */
interface Draft {
  readonly reference?: ImageReference;
  readonly chosen?: ChosenKey;
  readonly format: SigningFormat;
  readonly justification: string;
}

type StepName = "image" | "key" | "format" | "justification" | "review";

/** What the person settled and confirmed. */
export interface Confirmed {
  readonly prepared: PreparedSigning;
  readonly service: string;
}

/** Leads through a signing, from the image to the review. Undefined where the person leaves; nothing was asked of a key then. */
export async function guide(
  extension: Extension,
  target: CommandTarget,
  signal: AbortSignal,
): Promise<Confirmed | undefined> {
  const given = target.reference === undefined ? undefined : parseReference(target.reference).value;
  let draft: Draft = {
    format: "sigstore-bundle",
    justification: "",
    ...(given === undefined ? {} : { reference: given }),
  };
  let step: StepName = given === undefined ? "image" : "key";
  for (;;) {
    const steps = stepsOf(draft);
    const place = placeOf(extension, draft, step, steps);
    const answer: Answer<Draft | Confirmed> = await stepFor(step, extension, draft, place, signal);
    if (answer.kind === "left") return undefined;
    const index = steps.indexOf(step);
    if (answer.kind === "back") step = steps[Math.max(0, index - 1)] ?? "image";
    else if ("prepared" in answer.value) return answer.value;
    else {
      draft = answer.value;
      const next = stepsOf(draft);
      step = next[next.indexOf(step) + 1] ?? "review";
    }
  }
}

function stepsOf({ chosen }: Draft): readonly StepName[] {
  const asks = chosen?.key.needs.includes("justification") === true;
  return asks ? ["image", "key", "format", "justification", "review"] : ["image", "key", "format", "review"];
}

/** The title keeps naming the artifact: the tag that was chosen and, where it is known, the digest behind it. */
function placeOf(extension: Extension, draft: Draft, step: StepName, steps: readonly StepName[]): StepPlace {
  const place = { step: steps.indexOf(step) + 1, totalSteps: steps.length };
  if (draft.reference === undefined || step === "image") return { ...place, title: "Sign an image" };
  const reference = formatReference(draft.reference);
  const image = extension.model.images().find((entry) => entry.reference === reference);
  const status = extension.model.status(reference);
  const digest = status.kind === "judged" ? status.verdict.digest : undefined;
  const name = image?.name ?? reference;
  const suffix = digest === undefined || name.includes("@") ? "" : ` (${shortDigest(digest)})`;
  return { ...place, title: `Sign ${name}${suffix}` };
}

function stepFor(
  step: StepName,
  extension: Extension,
  draft: Draft,
  place: StepPlace,
  signal: AbortSignal,
): Promise<Answer<Draft | Confirmed>> {
  switch (step) {
    case "image":
      return askImage(extension, draft, place, signal);
    case "key":
      return askKey(extension, draft, place, signal);
    case "format":
      return askFormat(extension, draft, place);
    case "justification":
      return askJustification(draft, place);
    case "review":
      return askReview(extension, draft, place, signal);
  }
}

async function askImage(
  extension: Extension,
  draft: Draft,
  place: StepPlace,
  signal: AbortSignal,
): Promise<Answer<Draft>> {
  // Unsigned images first: they are why most people sign.
  const isSigned = ({ status }: ImageEntry): number => Number(statusKey(status) !== "unsigned");
  const images = worstFirst(extension.model.images()).toSorted((a, b) => isSigned(a) - isSigned(b));
  const items = images.flatMap((image): Choice<ImageReference>[] => {
    const value = parseReference(image.reference).value;
    return value === undefined ? [] : [{ ...imageItem(image, extension.now()), value }];
  });
  const current = draft.reference === undefined ? undefined : formatReference(draft.reference);
  const answer = await pick<ImageReference>({
    ...place,
    placeholder: "Which image? Choose one of this workspace, or type a reference",
    items,
    active: (value) => formatReference(value) === current,
    describe: (value) => platformWords(extension, value, signal),
    typed(text) {
      const value = text.includes("/") ? parseReference(text).value : undefined;
      return value === undefined
        ? undefined
        : { label: `$(package) ${formatReference(value)}`, description: "as typed", value, alwaysShow: true };
    },
  });
  return mapAnswer(answer, (reference) => ({ ...draft, reference }));
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

async function askKey(
  extension: Extension,
  draft: Draft,
  place: StepPlace,
  signal: AbortSignal,
): Promise<Answer<Draft>> {
  const items = extension.signing.refresh(signal).then((services) => keyItems(extension, draft, services));
  const answer = await pick<ChosenKey | "trial">({
    ...place,
    placeholder: "Which key? Keys stay in their service",
    items,
    active: (value) => value !== "trial" && draft.chosen !== undefined && keyName(value) === keyName(draft.chosen),
  });
  if (answer.kind === "chosen" && answer.value === "trial") {
    await vscode.commands.executeCommand("countersign.trial.start");
    return { kind: "chosen", value: draft };
  }
  return mapAnswer(answer, (chosen) => (chosen === "trial" ? draft : { ...draft, chosen }));
}

function keyName({ service, key }: ChosenKey): string {
  return `${service.name} ${key.name}`;
}

function keyItems(
  extension: Extension,
  draft: Draft,
  services: readonly ServiceState[],
): readonly Choice<ChosenKey | "trial">[] {
  const recent = extension.signing.recentKeys();
  const rank = (chosen: ChosenKey): number => {
    const index = recent.indexOf(keyName(chosen));
    return index < 0 ? recent.length : index;
  };
  const keys = services
    .flatMap((service) => service.keys.map((key) => ({ service, key })))
    .toSorted((a, b) => rank(a) - rank(b));
  const usable = keys.filter(({ key }) => obstacleOf(key, draft.format) === undefined);
  const unusable = keys.filter(({ key }) => obstacleOf(key, draft.format) !== undefined);
  const items: Choice<ChosenKey | "trial">[] = [];
  for (const name of new Set(usable.map(({ service }) => service.name))) {
    items.push({ label: name, kind: vscode.QuickPickItemKind.Separator });
    for (const value of usable.filter(({ service }) => service.name === name)) {
      const { key } = value;
      const detail = acceptanceOf(extension, draft, key.publicKey);
      items.push({ label: `$(key) ${key.name}`, description: describeKey(key), detail, value });
    }
  }
  const failed = services.filter(({ failure }) => failure !== undefined);
  if (unusable.length + failed.length > 0)
    items.push({ label: "Cannot be used now", kind: vscode.QuickPickItemKind.Separator });
  for (const value of unusable) {
    const detail = obstacleOf(value.key, draft.format) ?? "";
    items.push({
      label: `$(circle-slash) ${value.key.name}`,
      description: value.service.name,
      detail,
      value,
      unusable: true,
    });
  }
  for (const { name, failure } of failed)
    items.push({ label: `$(warning) ${name}`, description: "cannot be reached", detail: failure ?? "" });
  if (usable.length === 0)
    items.push({
      label: "$(debug-start) Try it with the trial service",
      detail: "Runs on this machine only; what it signs proves nothing to anybody else",
      value: "trial",
    });
  return items;
}

/** Who will accept the key's signature, in one line. */
function acceptanceOf(extension: Extension, { reference }: Draft, publicKey: string): string {
  if (reference === undefined) return "";
  const rules = foretellAcceptance(reference, extension.model.rulebook.policy, publicKey);
  if (rules.length === 0) return "$(question) No policy covers this image, so nobody is asked to accept the signature";
  const refusing = rules.filter(({ accepts }) => !accepts);
  const accepting = rules.filter(({ accepts }) => accepts).map(({ rule }) => printable(rule));
  if (refusing.length === 0) return `$(check) Accepted by ${accepting.join(", ")}`;
  return `$(close) Not accepted by ${refusing.map(({ rule }) => printable(rule)).join(", ")}`;
}

async function askFormat(extension: Extension, draft: Draft, place: StepPlace): Promise<Answer<Draft>> {
  const items = signingFormats.map((format): Choice<SigningFormat> => {
    const standing =
      draft.reference === undefined ? undefined : standingOf(format, draft.reference, extension.model.rulebook.policy);
    return {
      label: `$(file-code) ${formatWord(format)}`,
      description: standing?.description ?? "",
      detail: standing?.detail ?? "",
      value: format,
    };
  });
  const answer = await pick<SigningFormat>({
    ...place,
    placeholder: "In which format?",
    items,
    active: (value) => value === draft.format,
  });
  return mapAnswer(answer, (format) => ({ ...draft, format }));
}

async function askJustification(draft: Draft, place: StepPlace): Promise<Answer<Draft>> {
  const answer = await ask({
    ...place,
    prompt: `Why is this image to be signed? Whoever approves key '${draft.chosen?.key.name ?? ""}' reads it, and the audit log keeps it.`,
    value: draft.justification,
    validate: (text) =>
      text.trim() === "" ? "The key asks for a justification. Say why, for example with a change number." : undefined,
  });
  return mapAnswer(answer, (justification) => ({ ...draft, justification }));
}

async function askReview(
  extension: Extension,
  draft: Draft,
  place: StepPlace,
  signal: AbortSignal,
): Promise<Answer<Confirmed>> {
  const { reference, chosen, format, justification } = draft;
  if (reference === undefined || chosen === undefined) return { kind: "back" };
  const choice: SigningChoice = {
    reference,
    service: chosen.service.name,
    key: chosen.key.name,
    format,
    ...(justification === "" ? {} : { justification }),
  };
  const items = prepare(extension, choice, signal).then((prepared) =>
    reviewItems(prepared, chosen.service).map((item): Choice<Confirmed> => {
      const { signs, ...shown } = item;
      return signs ? { ...shown, value: { prepared, service: chosen.service.name } } : shown;
    }),
  );
  return await pick<Confirmed>({ ...place, placeholder: "Enter signs. Any other line is copied", items });
}

function mapAnswer<T, U>(answer: Answer<T>, change: (value: T) => U): Answer<U> {
  return answer.kind === "chosen" ? { kind: "chosen", value: change(answer.value) } : answer;
}
