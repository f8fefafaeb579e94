import { withoutByteOrderMark } from "../image/span.ts";
import { readCompose } from "./compose.ts";
import type { BuiltName, Document } from "./document.ts";
import { readDockerfile } from "./dockerfile.ts";
import { placeDocument } from "./embedded.ts";
import { createLiteralUses } from "./literalUses.ts";
import { readKubernetes } from "./kubernetes.ts";
import { readScriptLines, readWords } from "./pipelineScript.ts";
import { noSiblings } from "./siblings.ts";
import { starlarkArguments, type StarlarkArgument, type StarlarkText } from "./starlark.ts";
import { settingsOf } from "./workspaceBuild.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** Functions that run commands (Tilt, "Tiltfile API Reference"): the place of the command, and names that it is given by. */
const runs = new Map<string, readonly [place: number, ...names: readonly string[]]>([
  ["local", [0, "command"]],
  ["local_resource", [1, "cmd", "serve_cmd"]],
  ["custom_build", [1, "command"]],
  ["custom_build_with_restart", [1, "command"]],
  ["test", [1, "cmd"]],
]);
const builds = new Set(["docker_build", "docker_build_with_restart"]);
const outputs = new Set([...builds, "custom_build", "custom_build_with_restart"]);
const functions = new Set([...runs.keys(), ...builds, "blob"]);

/**
 * Reads a Tiltfile: the Dockerfiles and manifests that it holds as texts, the sources of its builds' caches, and the
 * commands that it runs. What it builds is no image.
 */
export function readTiltfile(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const caches = createLiteralUses(text);
  const inner: Document[] = [];
  const built: BuiltName[] = [];
  const add = (read: (text: string) => Document, written: StarlarkText): void => {
    inner.push(placeDocument(read(written.text), scalarOf(written), text));
  };
  for (const call of starlarkArguments(text, functions)) {
    const given = (name: string, place?: number): StarlarkArgument | undefined =>
      call.arguments.find((one) => one.name === name) ??
      call.arguments.find((one, at) => one.name === undefined && at === place);
    const [output] = given("ref", 0)?.texts ?? [];
    if (outputs.has(call.name) && output !== undefined) built.push({ name: output.text, at: 0 });
    if (builds.has(call.name)) {
      for (const contents of given("dockerfile_contents")?.texts ?? [])
        add(
          (inside) =>
            readDockerfile(
              inside,
              path,
              noSiblings,
              settingsOf(() => []),
            ),
          contents,
        );
      for (const cache of given("cache_from")?.texts ?? []) caches.add(cache, "cache-from");
    }
    const [blob] = call.name === "blob" ? (given("input", 0)?.texts ?? []) : [];
    if (blob !== undefined)
      add(
        (inside) => (/^services[ \t]*:/m.test(inside) ? readCompose : readKubernetes)(inside, path, noSiblings),
        blob,
      );
    const [place, ...names] = runs.get(call.name) ?? [];
    for (const [at, name] of names.entries()) {
      const argument = given(name, at === 0 ? place : undefined);
      const words = (argument?.texts ?? []).map(scalarOf);
      const shell = argument?.isList === true ? readWords(text, words) : readScriptLines(text, words);
      inner.push({ ...caches.document(path, "tilt"), images: [], commands: shell.commands, problems: shell.problems });
    }
  }
  const own = caches.document(path, "tilt");
  return {
    ...own,
    images: [...own.images, ...inner.flatMap(({ images }) => images)].toSorted(
      (one, other) => one.span.start - other.span.start,
    ),
    commands: inner.flatMap(({ commands }) => commands),
    problems: [...own.problems, ...inner.flatMap(({ problems }) => problems)],
    ...(built.length === 0 ? {} : { built }),
  };
}

function scalarOf({ text, span }: StarlarkText): YamlScalar {
  return { kind: "scalar", span, text, style: "plain", exact: true, contentStart: span.start };
}
