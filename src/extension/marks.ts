import { stateWord } from "../core/report/words.ts";
import type { Verdict } from "../core/verdict/verdict.ts";

/** What the editor knows of an image at this moment. */
export type ImageStatus =
  | { readonly kind: "judged"; readonly verdict: Verdict }
  /** `previous` stays readable while it is asked again. */
  | { readonly kind: "checking"; readonly previous?: Verdict }
  | { readonly kind: "not-checked"; readonly why: string };

/** Groups of images by what is known, as the tree orders them. */
export type StatusKey = Verdict["state"] | "checking" | "not-checked";

/** The newest verdict that there is, also while the image is asked again. */
export function lastVerdict(status: ImageStatus | undefined): Verdict | undefined {
  switch (status?.kind) {
    case "judged":
      return status.verdict;
    case "checking":
      return status.previous;
    case "not-checked":
    case undefined:
      return undefined;
  }
}

/** How a status looks: a codicon that differs in outline, a theme colour token and a word; colour never stands alone. */
export interface Mark {
  readonly icon: string;
  readonly color: string | undefined;
  readonly word: string;
}

/** Keys from what needs a person first to what needs nobody. */
export const keysWorstFirst: readonly StatusKey[] = [
  "invalid",
  "unsigned",
  "untrusted",
  "unknown",
  "not-checked",
  "checking",
  "verified",
];

export function statusKey(status: ImageStatus): StatusKey {
  return status.kind === "judged" ? status.verdict.state : status.kind;
}

/** The mark of a status. An image that an enforcing policy would refuse is an error where it is otherwise a warning. */
export function markOf(status: ImageStatus): Mark {
  return markOfKey(statusKey(status), status.kind === "judged" && status.verdict.enforced);
}

export function markOfKey(key: StatusKey, enforced: boolean): Mark {
  switch (key) {
    case "verified":
      return { icon: "verified-filled", color: "testing.iconPassed", word: stateWord(key) };
    case "untrusted":
      return { icon: "unverified", color: "list.warningForeground", word: stateWord(key) };
    case "invalid":
      return { icon: "error", color: "list.errorForeground", word: stateWord(key) };
    case "unsigned":
      return {
        icon: "circle-slash",
        color: enforced ? "list.errorForeground" : "list.warningForeground",
        word: stateWord(key),
      };
    case "unknown":
      return { icon: "question", color: "descriptionForeground", word: stateWord(key) };
    case "checking":
      return { icon: "loading~spin", color: undefined, word: "Checking" };
    case "not-checked":
      return { icon: "circle-outline", color: "disabledForeground", word: "Not checked" };
  }
}
