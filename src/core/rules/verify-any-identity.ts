import type { Document, ShellCommand } from "../document/document.ts";
import doc from "./verify-any-identity.md";
import { invocationOf, readCommandLine, type OptionUse } from "../shell/invocation.ts";
import type { Edit, Fix, Rule, RuleReport } from "./rule.ts";

/** Verification that says yes to anybody who can sign at all: with Sigstore that is everybody with an account. */
export const verifyAnyIdentity: Rule = {
  id: "verify-any-identity",
  severity: "error",
  confidence: "high",
  summary: "Verification accepts any signer",
  doc,
  check: ({ document }) => document.commands.flatMap((command) => checkCommand(document, command)),
};

const IDENTITY = "--certificate-identity-regexp";
const ISSUER = "--certificate-oidc-issuer-regexp";
const patternOptions = new Set([IDENTITY, ISSUER]);

function checkCommand(document: Document, command: ShellCommand): readonly RuleReport[] {
  const invocation = invocationOf(command);
  if (invocation === undefined || !tools.has(invocation.tool)) return [];
  const open = readCommandLine(invocation.rest, patternOptions).options.filter(
    ({ name, value }) => patternOptions.has(name) && value !== undefined && acceptsAnybody(value),
  );
  return open.map((option) => ({
    span: { start: option.words[0].span.start, end: option.words[1].span.end },
    message: messageFor(option),
    fixes: fixes(document, open),
  }));
}

const tools = new Set(["cosign", "gitsign", "policy-tester"]);

function messageFor({ name, value = "" }: OptionUse): string {
  const what = name === IDENTITY ? "identity" : "issuer";
  const consequence =
    what === "identity"
      ? "so a signature by anyone who can log in passes"
      : "so a certificate that any login provider vouched for passes";
  return `The pattern '${value}' accepts every ${what}, ${consequence}.`;
}

/**
 * Whether a pattern accepts anybody: it matches everything, or everything on a host where everybody can have an account.
 * Recognised by its shape; the pattern itself is never run, because a hostile one could take for ever.
 */
export function acceptsAnybody(pattern: string): boolean {
  const bare = pattern
    .trim()
    .replace(/^\(\?i\)/, "")
    .replace(/^\^+|\$+$/g, "")
    .replace(/^\((.*)\)$/, "$1")
    .replace(/^\^+|\$+$/g, "")
    .replaceAll("\\", "");
  return openPattern.test(bare);
}

// An optional scheme, an optional host where everybody may sign, and then nothing but "anything".
const openPattern =
  /^(?:https?\??:\/\/)?(?:(?:github\.com|gitlab\.com|accounts\.google\.com)\/)?(?:\.[*+]\??|\(\.[*+]\))(?:[@/](?:\.[*+]|\(\.[*+]\)))*$|^https?\??:\/\/$/;

function fixes(document: Document, open: readonly OptionUse[]): readonly Fix[] {
  if (document.dialect !== "github-workflow") return [];
  const edits = open.map((option): Edit => {
    const [first, last] = option.words;
    // The certificate of a workflow names the workflow's file and ref, in exactly the words of `github.workflow_ref`.
    const text =
      option.name === IDENTITY
        ? `--certificate-identity="https://github.com/\${{ github.workflow_ref }}"`
        : "--certificate-oidc-issuer=https://token.actions.githubusercontent.com";
    return { file: document.path, span: { start: first.span.start, end: last.span.end }, text };
  });
  return [{ title: "Accept only this workflow's identity", edits }];
}
