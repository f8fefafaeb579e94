import { shortDigest } from "../../core/image/digest.ts";
import { formatReference, parseReference, repositoryName, type ImageReference } from "../../core/image/reference.ts";
import type { KeyDescription } from "../../application/signingService.ts";
import type { PreparedSigning } from "../../application/signImage.ts";
import { printable } from "../../core/report/words.ts";
import { foretellAcceptance } from "../../core/sign/acceptance.ts";
import { signingFormats, type SigningFormat } from "../../core/sign/scheme.ts";
import type { PushedImage } from "../../core/rules/pushedImages.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { prepare, type SigningChoice } from "./calls.ts";
import { askFormat } from "./formatStep.ts";
import { standingOf } from "./formatWords.ts";
import { askImage } from "./imageStep.ts";
import { askKey, type ChosenKey } from "./keyStep.ts";
import { obstacleOf } from "./keyWords.ts";
import { pushAt } from "./pushes.ts";
import { reviewItems } from "./review.ts";
import { withSession } from "./signInAgain.ts";
import { askJustification, mapAnswer, pick, walk, type Answer, type Choice, type StepPlace } from "./wizard.ts";

/** What has been answered so far; going back keeps the later answers as suggestions. */
export interface Draft {
  readonly reference?: ImageReference;
  /** What is pushed where the person began, where its name is not known whole. */
  readonly pushed?: PushedImage;
  readonly chosen?: ChosenKey;
  readonly format?: SigningFormat;
  readonly justification: string;
  readonly confirmed?: Confirmed;
}

type StepName = "image" | "key" | "format" | "justification" | "review";

/** What the person settled and confirmed. */
export interface Confirmed {
  readonly prepared: PreparedSigning;
  readonly service: string;
}

/** What is known of a signing before anything was asked. */
export function startOf(extension: Extension, target: CommandTarget): Draft {
  const given = target.reference === undefined ? undefined : parseReference(target.reference).value;
  const pushed = pushAt(extension, target);
  return {
    justification: "",
    ...(given === undefined ? {} : { reference: given }),
    ...(pushed === undefined ? {} : { pushed }),
  };
}

/**
 * Leads through a signing, from the image to the review, where a draft that was settled before begins. Undefined where the
 * person leaves; nothing was asked of a key then.
 */
export async function guide(
  extension: Extension,
  start: Draft,
  signal: AbortSignal,
): Promise<(Draft & { readonly confirmed: Confirmed }) | undefined> {
  const first = start.confirmed !== undefined ? "review" : start.reference === undefined ? "image" : "key";
  const draft = await walk<StepName, Draft>(first, start, stepsOf, (step, current, count) =>
    stepFor(step, extension, current, { ...count, title: titleOf(extension, current, step) }, signal),
  );
  return draft?.confirmed === undefined ? undefined : { ...draft, confirmed: draft.confirmed };
}

function stepsOf({ chosen }: Draft): readonly StepName[] {
  const asks = chosen?.key.needs.includes("justification") === true;
  return asks ? ["image", "key", "format", "justification", "review"] : ["image", "key", "format", "review"];
}

/** The title keeps naming the artifact: the tag that was chosen and, where it is known, the digest behind it. */
function titleOf(extension: Extension, draft: Draft, step: StepName): string {
  if (draft.reference === undefined || step === "image") return "Sign an image";
  const reference = formatReference(draft.reference);
  const image = extension.model.images().find((entry) => entry.reference === reference);
  const status = extension.model.status(reference);
  const digest = status.kind === "judged" ? status.verdict.digest : undefined;
  const name = image?.name ?? reference;
  const suffix = digest === undefined || name.includes("@") ? "" : ` (${shortDigest(digest)})`;
  return `Sign ${name}${suffix}`;
}

async function stepFor(
  step: StepName,
  extension: Extension,
  draft: Draft,
  place: StepPlace,
  signal: AbortSignal,
): Promise<Answer<Draft>> {
  const { reference, pushed, chosen, format, justification } = draft;
  if (step === "image" || reference === undefined)
    return mapAnswer(await askImage(extension, { ...place, current: reference, pushed }, signal), (value) => ({
      ...draft,
      reference: value,
    }));
  if (step === "key" || chosen === undefined) {
    const acceptance = (key: KeyDescription): string => acceptanceOf(extension, reference, key);
    const last = extension.signing.lastChoice(repositoryName(reference));
    const options = { ...place, current: chosen, last, obstacle: obstacleInEveryFormat, acceptance };
    return mapAnswer(await askKey(extension, options, signal), (value) => ({ ...draft, chosen: value }));
  }
  if (step === "format" || format === undefined) {
    const last = extension.signing.lastChoice(repositoryName(reference))?.format;
    const options = { ...place, reference, key: chosen.key, current: format, last };
    return mapAnswer(await askFormat(extension, options), (value) => ({ ...draft, format: value }));
  }
  if (step === "justification") {
    const answer = await askJustification(place, "image", chosen.key.name, justification);
    return mapAnswer(answer, (value) => ({ ...draft, justification: value }));
  }
  const choice: SigningChoice = {
    reference,
    service: chosen.service.name,
    key: chosen.key.name,
    format,
    ...(justification === "" ? {} : { justification }),
  };
  const answer = await withSession(extension, choice.service, () =>
    askReview(extension, choice, chosen, place, signal),
  );
  return mapAnswer(answer, (confirmed) => ({ ...draft, confirmed }));
}

/** A key is out of the question only where it can make none of the formats. */
function obstacleInEveryFormat(key: KeyDescription): string | undefined {
  const obstacles = signingFormats.map((format) => obstacleOf(key, format));
  return obstacles.includes(undefined) ? undefined : obstacles[0];
}

/** Who will accept the key's signature, in the format that suits them best. */
function acceptanceOf(extension: Extension, reference: ImageReference, key: KeyDescription): string {
  const { policy } = extension.model.rulebook;
  const able = signingFormats.filter((format) => obstacleOf(key, format) === undefined);
  const best = able.find((format) => standingOf(format, reference, policy).wanted) ?? able[0] ?? "sigstore-bundle";
  const { certificateChain, publicKey } = key;
  const rules = foretellAcceptance(reference, policy, publicKey, { format: best, certificateChain });
  if (rules.length === 0) return "$(question) No policy covers this image, so nobody is asked to accept the signature";
  const refusing = rules.filter(({ accepts }) => !accepts);
  const accepting = rules.filter(({ accepts }) => accepts).map(({ rule }) => printable(rule));
  if (refusing.length === 0) return `$(check) Accepted by ${accepting.join(", ")}`;
  return `$(close) Not accepted by ${refusing.map(({ rule }) => printable(rule)).join(", ")}`;
}

async function askReview(
  extension: Extension,
  choice: SigningChoice,
  chosen: ChosenKey,
  place: StepPlace,
  signal: AbortSignal,
): Promise<Answer<Confirmed>> {
  const items = prepare(extension, choice, signal).then((prepared) =>
    reviewItems(prepared, chosen.service).map((item): Choice<Confirmed> => {
      const { signs, ...shown } = item;
      return signs ? { ...shown, value: { prepared, service: chosen.service.name } } : shown;
    }),
  );
  return await pick<Confirmed>({ ...place, placeholder: "Enter signs. Any other line is copied", items });
}
