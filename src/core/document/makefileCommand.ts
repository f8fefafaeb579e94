import type { ShellCommand } from "./document.ts";

const commandValue =
  /^@?(?:sudo[ \t]+|mkdir[ \t][^&;]*&&[\s\\]*)?(?:[\w./~$(){}-]*\/)?(?:docker|podman|nerdctl|buildah|kubectl|oc|crane|skopeo|oras|cosign|notation|helm|kind|k3d|trivy|grype|syft|regctl|["']?\$[({]\w*(?:DOCKER|CONTAINER|PODMAN|ENGINE|RUNTIME|OCI)\w*[)}]["']?)[ \t\\]/i;

/** Whether a variable's value begins as a command does that may name an image: `RUN = docker run --rm node:22`. */
export function isCommandValue(value: string): boolean {
  return commandValue.test(value);
}

/** The command without words of which nothing is known: whoever uses the variable may put an image after them. */
export function withoutOpenWords(command: ShellCommand): ShellCommand {
  const words = command.words.filter(({ text, parts }, index) => {
    if (index === 0 || text !== undefined || parts === undefined) return true;
    // What an option takes stays its own.
    if (/^-[^=]*$/.test(command.words[index - 1]?.text ?? "")) return true;
    return parts.some((part) => part.text !== undefined || /(?:image|img)\b/i.test(part.chain.at(-1)?.text ?? ""));
  });
  return { ...command, words };
}
