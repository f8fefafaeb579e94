import { printable } from "../core/report/words.ts";

/**
 * Text from outside as Markdown text: every ASCII punctuation mark is escaped, so that a certificate's subject or a
 * registry's answer can form no link, no HTML and no code.
 */
export function escapeMarkdown(text: string): string {
  return printable(text).replace(/[!-/:-@[-`{-~]/gu, "\\$&");
}

/** The same where `$(name)` would become an icon: a forged icon could look like our own mark. */
export function escapeHover(text: string): string {
  return escapeMarkdown(text.replace(/\$\(/gu, "\\$("));
}

/** Text as inline code; a backtick in it would end the code, so it becomes an apostrophe. */
export function inlineCode(text: string): string {
  return `\`${printable(text).replaceAll("`", "'")}\``;
}
