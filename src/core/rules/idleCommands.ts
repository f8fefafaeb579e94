import type { Document } from "../document/document.ts";
import { mayPushImages } from "../shell/pushTargets.ts";
import { isPushing } from "./pushedImages.ts";

/** A word that the commands have which rules look at: a tool of signing, or `trust` of Docker's own. */
const lookedAt = /cosign|notation|countersign|gitsign|policy-tester|\btrust\b/i;

/**
 * The document without commands and jobs where no rule looks at any: they are most of what a document holds, and of a
 * large workspace most memory would go to them. What `check` says of it is the same, and so is what it pushes.
 */
export function withoutIdleCommands(document: Document): Document {
  if (document.commands.length === 0 && document.jobs.length === 0) return document;
  const isIdle =
    !document.text.includes("DOCKER_CONTENT_TRUST") &&
    document.commands.every(({ words }) => words.every(({ text, raw }) => !lookedAt.test(text ?? raw)));
  if (!isIdle) return document;
  const { text } = document;
  const pushing = mayPushImages(text) ? document.commands.filter((command) => isPushing(command, text)) : [];
  const pushes = pushing.length > 0 || text.includes("docker/build-push-action@");
  return { ...document, commands: pushing, jobs: pushes ? document.jobs : [] };
}
