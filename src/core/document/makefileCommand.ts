import type { Span } from "../image/span.ts";
import type { ShellCommand } from "./document.ts";
import { makePieces } from "./makefilePieces.ts";

const commandValue =
  /^@?(?:sudo[ \t]+|mkdir[ \t][^&;]*&&[\s\\]*)?(?:[\w./~$(){}-]*\/)?(?:(?:nvidia-)?docker|podman|nerdctl|buildah|kubectl|oc|crane|skopeo|oras|cosign|notation|helm|kind|k3d|trivy|grype|syft|regctl|["']?\$[({]\w*(?:DOCKER|CONTAINER|PODMAN|ENGINE|RUNTIME|OCI)\w*[)}]["']?)[ \t\\]/i;

/** Whether a variable's value begins as a command does that may name an image: `RUN = docker run --rm node:22`. */
export function isCommandValue(value: string): boolean {
  return commandValue.test(value);
}

const maximumBodies = 64;
/** What is called so is text for a reader. */
const textName = /help|usage|readme|banner|message|msg|note|example|text/i;

/** The lines of definitions of commands that nothing in the file names and that take no arguments. */
export function unusedBodies(
  text: string,
  definitions: ReadonlyMap<string, readonly Span[]>,
): readonly (readonly Span[])[] {
  const found: (readonly Span[])[] = [];
  for (const [name, body] of definitions) {
    if (found.length >= maximumBodies) break;
    if (textName.test(name)) continue;
    const lines = body.map(({ start, end }) => text.slice(start, end));
    if (!lines.some((line) => isCommandValue(line.trimStart())) || lines.some((line) => /\$[({]?[1-9]/.test(line)))
      continue;
    const escaped = name.replaceAll(/[^\w]/g, "\\$&");
    const use = `(?:\\$[$({]+|[({](?:call|eval|foreach|if|value)[ \\t][^\\n]{0,400}?|export\\b[^\\n]{0,400}?)`;
    if (!new RegExp(`${use}(?<![\\w.-])${escaped}(?![\\w.-])`).test(text)) found.push(body);
  }
  return found;
}

/** The command without words of which nothing is known: whoever uses the variable may put an image after them. */
export function withoutOpenWords(command: ShellCommand): ShellCommand {
  const words = command.words.filter(({ text, parts }, index) => {
    if (index === 0 || text !== undefined || parts === undefined) return true;
    // What an option takes stays its own.
    if (/^-[^=]*$/.test(command.words[index - 1]?.text ?? "")) return true;
    return parts.some(
      (part) =>
        part.text !== undefined || part.choices !== undefined || /(?:image|img)\b/i.test(part.chain.at(-1)?.text ?? ""),
    );
  });
  return { ...command, words };
}

const maximumNesting = 8;

/** The insides of `$(shell ...)` on a line, wherever make expands them: in values, conditions, recipes and other calls. */
export function shellCalls(text: string, line: Span): readonly Span[] {
  const content = text.slice(line.start, line.end);
  return /\$[({]shell[ \t]/.test(content) && !/^[ \t]*#/.test(content) ? callsIn(text, line, 0) : [];
}

function callsIn(text: string, span: Span, depth: number): readonly Span[] {
  if (depth > maximumNesting) return [];
  const found: Span[] = [];
  for (const piece of makePieces(text, span)) {
    // What follows is a comment.
    if (piece.kind === "text" && depth === 0 && /(?:^|\s)#/.test(text.slice(piece.span.start, piece.span.end))) break;
    if (piece.kind !== "expression") continue;
    const inner = { start: piece.span.start + 2, end: Math.max(piece.span.start + 2, piece.span.end - 1) };
    const word = /^shell[ \t]+/.exec(text.slice(inner.start, inner.end))?.[0];
    if (word !== undefined) found.push({ start: inner.start + word.length, end: inner.end });
    found.push(...callsIn(text, inner, depth + 1));
  }
  return found;
}
