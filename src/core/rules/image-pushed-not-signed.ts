import doc from "./image-pushed-not-signed.md";
import { imagePushes } from "./imagePushes.ts";
import { maySignImages } from "./imageSigning.ts";
import type { Rule } from "./rule.ts";
import { signStepFixes } from "./signStepFix.ts";

/** An image that a pipeline pushes and nothing signs: nobody can tell it from another that took its place. */
export const imagePushedNotSigned: Rule = {
  id: "image-pushed-not-signed",
  severity: "note",
  confidence: "medium",
  summary: "Image is pushed and not signed",
  doc,
  check: ({ document, workspaceSigns, signers = [] }) => {
    const pushes = imagePushes(document);
    if (pushes.length === 0 || maySignImages(document) || workspaceSigns?.() === true) return [];
    return pushes.map((push) => ({
      span: push.span,
      message:
        "The image that is pushed here is signed by nothing in this workspace, so whoever pulls it cannot tell who built it.",
      fixes: signStepFixes(document, push, signers),
    }));
  },
};
