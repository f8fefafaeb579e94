import type { PlacedMention } from "../shell/imageCommandUse.ts";
import { unknownCharacter } from "../shell/stretch.ts";
import { valueOfWord } from "../shell/wordValue.ts";
import type { Dialect, Document, ShellCommand } from "./document.ts";

/** Longer texts are no file that somebody wrote into a script. */
const maximumLength = 20_000;
const maximumInputs = 200;

/**
 * The images of files that commands are given to read: a Dockerfile (`docker build - <<EOF`), manifests
 * (`kubectl apply -f -`), a compose file. `read` reads a text in a dialect.
 */
export function inputMentions(
  document: Document,
  read: (text: string, dialect: Dialect) => Document | undefined,
): readonly PlacedMention[] {
  const found: PlacedMention[] = [];
  const commands = document.commands.filter(({ input }) => input !== undefined).slice(0, maximumInputs);
  for (const command of commands) {
    const dialect = dialectOfInput(command);
    if (dialect === undefined || command.input === undefined) continue;
    const value = valueOfWord(command.input, document.text);
    // A manifest holds what is not known yet behind a dollar.
    const given = dialect === "kubernetes" ? value.text.replaceAll(unknownCharacter, "$") : value.text;
    const inner = value.text.length > maximumLength ? undefined : read(given, dialect);
    for (const { span, site, resolution } of inner?.images ?? [])
      // What the file's own variables say has no place in the script.
      if (resolution === "literal" || value.text.slice(span.start, span.end).includes(unknownCharacter))
        found.push({ slice: { value, from: span.start, to: span.end }, site, command });
  }
  return found;
}

/** What a command takes what it is given for. */
function dialectOfInput({ words }: ShellCommand): Dialect | undefined {
  const texts = words.map(({ text = "" }) => text.slice(text.lastIndexOf("/") + 1));
  const has = (...names: readonly string[]): boolean => names.some((name) => texts.includes(name));
  if (has("docker-compose", "podman-compose")) return "compose";
  if (has("docker", "podman", "nerdctl", "buildah")) {
    if (has("compose", "stack")) return "compose";
    return has("build", "bud") ? "dockerfile" : undefined;
  }
  const isCluster = has("kubectl", "oc", "k3s", "microk8s") || /KUBECTL|\bOC\b/i.test(words[0]?.raw ?? "");
  return isCluster && has("apply", "create", "replace") ? "kubernetes" : undefined;
}
