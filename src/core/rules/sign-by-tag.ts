import type { Document, ShellCommand, ShellWord } from "../document/document.ts";
import { parseReference } from "../image/reference.ts";
import { printable } from "../report/words.ts";
import { findBuildStep } from "./buildSteps.ts";
import { unquoted } from "../shell/invocation.ts";
import type { Fix, Rule, RuleReport } from "./rule.ts";
import doc from "./sign-by-tag.md";
import { readSignCommand } from "./signCommands.ts";

/** Signing what a tag names at that moment, which need not be what was built (cosign and notation both warn of it). */
export const signByTag: Rule = {
  id: "sign-by-tag",
  severity: "error",
  confidence: "high",
  summary: "Image is signed by its tag",
  doc,
  check: ({ document }) => document.commands.flatMap((command) => checkCommand(document, command)),
};

function checkCommand(document: Document, command: ShellCommand): readonly RuleReport[] {
  const signing = readSignCommand(command);
  if (signing === undefined) return [];
  return signing.images.flatMap((word): RuleReport[] => {
    const raw = printable(unquoted(word.raw));
    switch (naming(word)) {
      case "digest":
        return [];
      case "tag":
        return [
          {
            span: word.span,
            message: `'${signing.words}' signs whatever '${raw}' names at that moment, which need not be what was built; name the image by its digest.`,
            fixes: fixes(document, command, word),
          },
        ];
      case "unknown":
        return [
          {
            span: word.span,
            severity: "note",
            confidence: "low",
            message: `It cannot be proved that '${raw}' names a digest; if it is a tag, '${signing.words}' signs whatever it names at that moment.`,
            fixes: fixes(document, command, word),
          },
        ];
    }
  });
}

/** How a word names its image: by digest, by tag (or by neither, which means the tag `latest`), or it cannot be told. */
function naming(word: ShellWord): "digest" | "tag" | "unknown" {
  const written = unquoted(word.raw);
  // `img@sha256:...`, `img@${DIGEST}`, `{}@$DIGEST`: a digest must follow the `@`, or the tool refuses it.
  if (/@(?:sha\d+:|["']?\$|["']?%)/.test(written)) return "digest";
  if (word.text !== undefined) return namingOf(word.text);
  // Each expansion becomes one `$`. Of a word that ends in an expansion without a separator before it, nothing can be said: `$IMAGE`, `"${images[@]}"`.
  const outline = written.replace(EXPANSION, () => "$");
  const tail = outline.slice(outline.lastIndexOf("/") + 1);
  if (word.expands.some((name) => /digest|sha256/i.test(name))) return "unknown";
  if (/:[\w.$-]+$/.test(tail)) return "tag";
  if (/outputs\.tags?$/.test(word.expands.at(-1) ?? "") && tail.endsWith("$")) return "tag";
  return tail.includes("$") ? "unknown" : namingOf(tail);
}

function namingOf(text: string): "digest" | "tag" | "unknown" {
  const reference = parseReference(text).value;
  if (reference === undefined) return "unknown";
  return reference.digest === undefined ? "tag" : "digest";
}

// `${{ ... }}`, `${...}`, `$(...)`, backquotes, `$NAME`, `%NAME%`, and make's `$(NAME)`.
const EXPANSION = /\$\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)|`[^`]*`|\$\w+|%\w+%/g;

function fixes(document: Document, command: ShellCommand, word: ShellWord): readonly Fix[] {
  const repository = repositoryText(word);
  const build = findBuildStep(document, command);
  if (repository === undefined || build === undefined) return [];
  const quote = /^["']/.exec(word.raw)?.[0] ?? "";
  const text = `${quote}${repository}@\${{ steps.${build.id}.outputs.digest }}${quote}`;
  return [
    {
      title: "Sign the digest that the build step produced",
      edits: [...build.edits, { file: document.path, span: word.span, text }],
      preferred: build.certain,
    },
  ];
}

/** The word without its tag, as written, so that variables in it stay; undefined where the tag hides in a variable. */
function repositoryText(word: ShellWord): string | undefined {
  const written = unquoted(word.raw);
  // Quotes inside the word, or a quoted word next to another, cannot be cut safely.
  if (/["'`]/.test(written.replace(EXPANSION, ""))) return undefined;
  const outline = written.replace(EXPANSION, (expansion) => "$".repeat(expansion.length));
  const colon = outline.lastIndexOf(":");
  if (colon > outline.lastIndexOf("/")) return written.slice(0, colon);
  if (!outline.slice(outline.lastIndexOf("/") + 1).includes("$")) return written;
  const reference = word.text === undefined ? undefined : parseReference(word.text).value;
  if (reference === undefined || word.text === undefined) return undefined;
  return reference.tag === undefined ? word.text : word.text.slice(0, -reference.tag.length - 1);
}
