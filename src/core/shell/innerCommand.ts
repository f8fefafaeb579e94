import type { ShellCommand, ShellWord } from "../document/document.ts";
import { isWholeImage } from "../document/imageShape.ts";
import { invocationOf, programWords, type Invocation } from "./invocation.ts";
import { sentScripts } from "./listedScripts.ts";
import { isShellProgram, remoteCommandAt, scriptAt } from "./shellInterpreter.ts";

/** What a command runs: a tool with its words, or a script that a word holds. */
export type InnerCommand =
  | { readonly kind: "tool"; readonly invocation: Invocation }
  /** `isNamed`: the script stands after a name and `=`; `isList`: it is one of those that a list there holds. */
  | { readonly kind: "script"; readonly word: ShellWord; readonly isNamed?: boolean; readonly isList?: boolean };

/** What a command runs in the end, whatever stands before it: `sudo`, `retry 3`, `ssh host`. */
export function innerCommands(command: ShellCommand): readonly InnerCommand[] {
  const invocation = invocationOf(command) ?? engineByName(programWords(command));
  if (invocation === undefined) {
    // `$SUDO docker run ...`: what comes first is not known, but what it runs is.
    const rest = command.words.slice(1);
    const engine = engineByName(rest);
    if (engine !== undefined) return [{ kind: "tool", invocation: engine }];
    const behind = wrapped({ tool: "", rest });
    return behind === undefined ? [] : [behind];
  }
  const file = isShellProgram(invocation.tool) ? scriptName.exec(invocation.rest[0]?.raw ?? "")?.[1] : undefined;
  if (file !== undefined) return [{ kind: "tool", invocation: { tool: file, rest: invocation.rest.slice(1) } }];
  if (scriptRunners.has(invocation.tool)) {
    const scripts = invocation.rest.filter(({ text, raw }) => !raw.startsWith("-") && /\s/.test(text ?? raw));
    if (scripts.length > 0) return scripts.map((script) => ({ kind: "script", word: script }));
  }
  const sent = sentScripts(invocation);
  if (sent.length > 0) return sent.map((word) => ({ kind: "script", word, isList: true }));
  if (invocation.tool === "alias")
    return invocation.rest.flatMap((named) =>
      /^[\w.-]+=/.test(named.raw) ? [{ kind: "script", word: named, isNamed: true }] : [],
    );
  const named = isRemoteOfGoogle(invocation)
    ? invocation.rest.find(({ raw }) => raw.startsWith("--command="))
    : undefined;
  if (named !== undefined) return [{ kind: "script", word: named, isNamed: true }];
  const word = scriptOf(invocation.tool, invocation.rest);
  if (word !== undefined) return [{ kind: "script", word }];
  if (!known.has(invocation.tool) && !takesWordsOnly(invocation.tool) && isToldAsCluster(invocation.rest))
    return [{ kind: "tool", invocation: { tool: "kubectl", rest: invocation.rest.slice(runAt(invocation.rest)) } }];
  const own: InnerCommand = { kind: "tool", invocation };
  const inner = wrapped(invocation);
  return inner === undefined ? [own] : [own, inner];
}

/** `gcloud compute ssh`, whose `--command` another machine runs; elsewhere it is what a container runs. */
function isRemoteOfGoogle({ tool, rest }: Invocation): boolean {
  return tool === "gcloud" && rest.some(({ text }) => text === "ssh");
}

const engineName =
  /^(?:ENGINE|OCI_BIN|(?:DOCKER|PODMAN|NERDCTL|CONTAINER|OCI)(?:_?(?:BIN|BINARY|CLI|CMD|COMMAND|ENGINE|EXE|EXECUTABLE|RUNTIME|TOOL|PATH))?)$/i;
const toolByName =
  /^(CRANE|SKOPEO|COSIGN|NOTATION|ORAS|REGCTL|KUBECTL|HELM|KIND|TRIVY|GRYPE|SYFT)(?:_?(?:BIN|BINARY|CLI|CMD|COMMAND|EXE))?$/i;

/** As playbooks name it, after what it is for. */
const engineOfPlaybook =
  /(?:^|_)(?:docker|podman|nerdctl|container_(?:binary|cli|command|engine|runtime|tool))(?:_(?:bin|binary|cli|cmd|command|exe|executable|path))?$/i;

/** What finds or names an engine: `$(which docker)`, `$(get_docker_binary)`. */
const engineOfCommand =
  /^["']?(?:\$\((?:shell\s+)?|`)\s*(?:(?:which|command\s+-v|type\s+-[pP])\s[^()`]*\b(?:docker|podman|nerdctl)\b[^()`]*|\w+[_-](?:docker|podman|container)(?:[_-]\w+)*\s*)[)`]["']?$/i;

const composeName = /compose|(?:^|_)dcr?(?:_|$)/i;

/** `$CONTAINER_ENGINE run ...`, `{{ container_binary }} run ...`: which engine is only known when it runs, but all of them take the same words. */
function engineByName(words: readonly ShellWord[]): Invocation | undefined {
  const [program, ...rest] = words;
  if (program?.text === undefined && engineOfCommand.test(program?.raw ?? "") && !composeName.test(program?.raw ?? ""))
    return { tool: "docker", rest };
  const choices = program?.parts?.length === 1 ? program.parts[0]?.choices : undefined;
  const programs = choices?.map((choice) => choice.map(({ text = "" }) => text).join("")) ?? [];
  if (programs.length > 0 && programs.every((one) => engineTools.has(one))) return { tool: "docker", rest };
  const [held] = program?.text === undefined ? (program?.parts ?? []) : [];
  if (held?.chain.some(({ text }) => engineOfCommand.test(text) && !composeName.test(text)) === true)
    return { tool: "docker", rest };
  const [name, ...others] = new Set(program?.expands);
  if (program === undefined || program.text !== undefined || name === undefined || others.length > 0) return undefined;
  const label = held?.chain.findLast((step) => step.label.startsWith("variable "))?.label ?? "";
  const isPlaybook = /^["']?\{\{-?\s*\w+\s*-?\}\}["']?$/.test(program.raw);
  if (!isPlaybook && !/^["']?\$[({]?\w+(?:\[[@*]\])?[)}]?["']?$/.test(program.raw)) return undefined;
  // `CMD=("${DOCKER[@]}" run ...)`: what a list holds first is what it was made of.
  if (
    [name, label.slice("variable ".length)].some((one) => engineName.test(one)) ||
    (isPlaybook && engineOfPlaybook.test(name))
  )
    return { tool: "docker", rest };
  const tool = toolByName.exec(name)?.[1]?.toLowerCase();
  if (tool !== undefined) return { tool, rest };
  if (isToldAsCluster(rest)) return { tool: "kubectl", rest };
  return isToldAsEngine(rest) && !composeName.test(name) ? { tool: "docker", rest } : undefined;
}

const ofEngine =
  /^--(?:rm(?:=|$)|security-opt=|restart=(?:always|unless-stopped|on-failure(?::\d+)?)$|net(?:work)?=host$)/;

/**
 * Whether nothing but an engine is told so, whatever it is called: to run something and to remove it again, to start it
 * whenever it ends or to give it this machine's network; to pull what has a registry and a tag.
 */
function isToldAsEngine([verb, ...rest]: readonly ShellWord[]): boolean {
  const texts = rest.map(({ text = "" }) => text);
  if (verb?.text === "run") return isTold(texts, ofEngine);
  const [image = "", ...others] = texts.filter((text) => !text.startsWith("-"));
  return verb?.text === "pull" && others.length === 0 && isWholeImage(image);
}

/** Whether words hold an option of a form, in which its value follows `=`: it may be the next word. */
function isTold(words: readonly string[], form: RegExp): boolean {
  return words.some((word, index) => form.test(word) || form.test(`${word}=${words[index + 1] ?? ""}`));
}

const ofCluster = /^--restart=(?:Never|Always|OnFailure)$/;
const runAt = (words: readonly ShellWord[]): number => words.findIndex(({ text }) => text === "run");

/** Whether nothing but `kubectl run` is told so, whatever it is called: to start an image never, always or on failure again. */
function isToldAsCluster(words: readonly ShellWord[]): boolean {
  const at = runAt(words);
  if (at < 0) return false;
  const texts = words.slice(at).map(({ text, raw }) => text ?? raw);
  return texts.some((text) => text === "--image" || text.startsWith("--image=")) && isTold(texts, ofCluster);
}

/** A script file that is a tool by itself, however the path to it begins. */
const scriptName = /\/(download_docker_images\.sh)["']?$/;

/** Commands each of whose quoted words is a script. */
const scriptRunners = new Set([
  "concurrently",
  "conc",
  "start-server-and-test",
  "start-test",
  "nodemon",
  "cross-env-shell",
]);

/** Commands that take a script after `-c` or another option. */
const scriptOptions = new Map<string, RegExp>([
  ["su", /^(?:-[a-z]*c|--command)$/],
  ["runuser", /^(?:-[a-z]*c|--command)$/],
  ["sg", /^-c$/],
  ["script", /^-[a-z]*c$/],
  ["flock", /^-c$/],
  ["vagrant", /^(?:-c|--command)$/],
  ["gcloud", /^--command$/],
  ["nix-shell", /^--run$/],
  ["powershell", /^-c(?:ommand)?$/i],
  ["pwsh", /^-c(?:ommand)?$/i],
  ["cmd", /^\/{1,2}[ck]$/i],
]);

/** The word that a shell is given as its script: `bash -ec '...'`, `eval '...'`, `su user -c '...'`, `ssh host '...'`. */
function scriptOf(tool: string, words: readonly ShellWord[]): ShellWord | undefined {
  if (tool === "eval" && words.length === 1) return words[0];
  if (tool === "trap" && words.length > 1) return words[0];
  if (tool === "ssh") return remoteScript(words);
  const option = scriptOptions.get(tool);
  if (option !== undefined && (tool !== "gcloud" || isRemoteOfGoogle({ tool, rest: words }))) {
    const at = words.findIndex(({ text }) => text !== undefined && option.test(text));
    // Shells of Windows take what follows without quotes, too.
    const isWhole = words.length === at + 2 || /\s/.test(words[at + 1]?.raw ?? "");
    return at < 0 || !isWhole ? undefined : words[at + 1];
  }
  return isShellProgram(tool) ? shellScript(words) : undefined;
}

function shellScript(words: readonly ShellWord[]): ShellWord | undefined {
  const at = scriptAt(words.map(({ text }) => text));
  return at === undefined ? undefined : words[at];
}

/** The only word after the host and what options stand around that. */
function remoteScript(words: readonly ShellWord[]): ShellWord | undefined {
  const at = remoteCommandAt(words.map(({ text }) => text));
  return words.length === at + 1 ? words[at] : undefined;
}

/** Tools with those of their commands that name images, to find them behind a command that runs its words. */
const known = new Map<string, RegExp>([
  ...["docker", "podman", "nerdctl", "buildah"].map((name): [string, RegExp] => [
    name,
    /^(?:run|pull|create|save|inspect|history|build|buildx|image|container|manifest|service|tag)$/,
  ]),
  ["crane", /^(?:digest|manifest|config|validate|export|pull|copy|cp|append|mutate|tag)$/],
  ["skopeo", /^(?:copy|inspect|sync)$/],
  ["cosign", /^(?:sign|verify|attest|verify-attestation|tree|download|copy|triangulate)$/],
  ["notation", /^(?:sign|verify|list|ls|inspect)$/],
  ["oras", /^(?:pull|copy|cp|discover|resolve|manifest|attach)$/],
  ["regctl", /^(?:image|manifest|artifact)$/],
  ["kubectl", /^(?:run|set|create|debug)$/],
  ["oc", /^(?:run|set|create|debug|new-app|import-image)$/],
  ["helm", /^(?:install|upgrade|pull|template|show)$/],
  ["kind", /^create$/],
  ["crictl", /^pull$/],
  ["ctr", /^(?:-n|images?|i)$/],
  ["trivy", /^(?:image|i)$/],
  ["aws", /^(?:lambda|apprunner|ecs|batch|sagemaker|ssm)$/],
  ["gcloud", /^(?:run|beta|alpha|compute|ai|deploy)$/],
  ["az", /^(?:containerapp|container|webapp|functionapp|acr)$/],
]);

/** Commands whose words are no command: they print, search, install or look for programs. */
const takesNoCommand =
  /^(?:echo|printf|cat|[ef]?grep|rg|sed|awk|tr|cut|head|tail|tee|which|type|hash|man|test|\[|\[\[|:|alias|export|local|declare|readonly|typeset|unset|set|trap|read|return|exit|source|\.|apt|apt-get|apk|yum|dnf|zypper|pacman|brew|choco|scoop|pip3?|pipx|npm|yarn|pnpm|gem|go|cargo|systemctl|service|rc-\w+|chmod|chown|usermod|groupadd|gpasswd|adduser|git|find|ls|cp|mv|rm|ln|mkdir|touch|cd|pkill|killall|pgrep|snap|curl|wget|jq|yq|python3?|node|make|diff|complete|compgen|zip|tar)$/;
const printerName =
  /(?:^|[_.-])(?:e?cho|logs?|info|warn|warning|error|err|debug|msg|message|print|puts|say|note|usage|die|fail|fatal|title|header|heading|banner|abort|notice|announce|describe|help|hint|todo|skip)(?:$|[_.-])/i;

const takesWordsOnly = (tool: string): boolean => takesNoCommand.test(tool) || printerName.test(tool);

/** The command behind another one that is not known to have words of its own. */
function wrapped({ tool, rest }: Invocation): InnerCommand | undefined {
  if (tool === "find") {
    const at = rest.findIndex(({ text }) => /^-(?:exec|execdir|ok)$/.test(text ?? ""));
    const [program, ...words] = at < 0 ? [] : rest.slice(at + 1);
    return program?.text === undefined ? undefined : { kind: "tool", invocation: { tool: program.text, rest: words } };
  }
  if (takesWordsOnly(tool)) return undefined;
  if (engineTools.has(tool)) {
    const inner = toolOfImage(rest);
    if (inner !== undefined) return inner;
  }
  // What a container is made to run is its own; what runs in one that is there fetches images as any other.
  if (known.has(tool) && !rest.slice(0, 8).some(({ text }) => text === "exec")) return undefined;
  for (const [at, { text = "" }] of rest.entries()) {
    const name = text.slice(text.lastIndexOf("/") + 1);
    const next = rest[at + 1]?.text ?? "";
    const verbs = known.get(name);
    // `limactl shell vm $CONTAINER_ENGINE pull ...`
    const engine = text === "" && isVerb(next) ? engineByName(rest.slice(at)) : undefined;
    if (engine !== undefined && known.get(engine.tool)?.test(next) === true)
      return { kind: "tool", invocation: engine };
    const word = isShellProgram(text) ? shellScript(rest.slice(at + 1)) : undefined;
    if (word !== undefined) return { kind: "script", word };
    if (verbs !== undefined && namesVerb(rest.slice(at + 1, at + 8), verbs))
      return { kind: "tool", invocation: { tool: name, rest: rest.slice(at + 1) } };
  }
  return undefined;
}

/** Whether any of the tools takes it as a command that names images. */
function isVerb(text: string): boolean {
  return text !== "" && [...known.values()].some((verbs) => verbs.test(text));
}

const engineTools: ReadonlySet<string> = new Set(["docker", "podman", "nerdctl"]);

/** Images whose entry point is a tool that takes images, with the tool. */
const toolImage = new RegExp(
  [
    String.raw`^(?:(?:docker\.io|ghcr\.io|quay\.io|gcr\.io|public\.ecr\.aws|cgr\.dev)/)?(?:[\w.-]+/)*`,
    "(trivy|dive|syft|grype|g?crane|regctl|oras|cosign|dockle|skopeo(?=/stable))",
    String.raw`(?:/stable|/cosign)?(?:[:@]\S*)?$`,
  ].join(""),
);

/**
 * `docker run aquasec/trivy image NAME`: what follows the image is for the tool in it, or for the shell that is run
 * instead (`--entrypoint sh quay.io/skopeo/stable -c '...'`).
 */
function toolOfImage(words: readonly ShellWord[]): InnerCommand | undefined {
  if (!words.slice(0, 3).some(({ text }) => text === "run")) return undefined;
  let program: string | undefined;
  for (const [at, { text = "" }] of words.entries()) {
    if (text.startsWith("--entrypoint")) program = text.split("=", 2)[1] ?? words[at + 1]?.text ?? "";
    // A word of its own, not an option's value such as `--name trivy`.
    const tool = text.includes("/") ? toolImage.exec(text)?.[1] : undefined;
    if (tool === undefined) continue;
    const rest = words.slice(at + 1);
    if (program === undefined) return { kind: "tool", invocation: { tool: tool === "gcrane" ? "crane" : tool, rest } };
    const script = isShellProgram(program) ? shellScript(rest) : undefined;
    return script === undefined ? undefined : { kind: "script", word: script };
  }
  return undefined;
}

/** Whether one of the verbs is what comes after the options of all commands: `kubectl -n x set`. */
function namesVerb(words: readonly ShellWord[], verbs: RegExp): boolean {
  for (const [at, { text = "" }] of words.entries()) {
    if (verbs.test(text)) return true;
    const before = words[at - 1]?.text;
    if (!text.startsWith("-") && (before?.startsWith("-") !== true || before.includes("="))) return false;
  }
  return false;
}
