import { innerCommands } from "../shell/innerCommand.ts";
import { engineCommand } from "../shell/imageEngines.ts";
import { optionValues } from "../shell/mention.ts";
import { engineBuild } from "../shell/options/build.ts";
import { readOptions } from "../shell/optionTable.ts";
import { readShell } from "../shell/readShell.ts";
import { unknownCharacter } from "../shell/stretch.ts";
import { textOfSlice, valueOfWord, type WordSlice } from "../shell/wordValue.ts";
import { keepingLast } from "../lastResults.ts";
import type { Document } from "./document.ts";
import { readGithubWorkflow } from "./githubWorkflow.ts";
import { readMakefile } from "./makefile.ts";
import { namesBeside, namesIn, siblingPath, type Siblings } from "./siblings.ts";
import type { SuppliedArgument, WorkspaceBuild } from "./workspaceBuild.ts";

/** One build that a file tells of, as it names what it builds. */
interface ToldBuild {
  readonly contexts: readonly string[];
  readonly given: readonly SuppliedArgument[];
  /** The folder, as the build names it; undefined where it is not known, or not in the workspace. */
  readonly context: string | undefined;
  /** The Dockerfile, where the build names it. */
  readonly dockerfile?: string | undefined;
}

type Builds = (text: string) => readonly ToldBuild[];

const above = ["", "../", "../../", "../../../"];
const script = /^(?:[\w.-]*\.sh|(?:[\w.-]+\.)?[Mm]akefile|GNUmakefile|[\w.-]+\.mk)$/;
const workflow = /\.ya?ml$/;
const engines: ReadonlySet<string> = new Set(["docker", "podman", "nerdctl", "buildah"]);
const tellsBuild = /build-(?:context|arg)/;
/** Folders that hold scripts, beside a Dockerfile and above it. */
const scriptFolders = /^(?:\.?ci|\.?build|bin|hack|scripts?|tools)\/$/;
/** Scripts there, which need not say what they are. */
const anyScript = /^(?:[\w-]+|[\w.-]*\.(?:sh|bash|mk))$/;
/** Files of a folder that are looked into. */
const maximumFiles = 20;

/** The builds of the Dockerfile at `path` that workflows of GitHub, scripts and makefiles around it describe. */
export function commandBuildsBeside(path: string, siblings: Siblings): readonly WorkspaceBuild[] {
  const around = above.flatMap((folder) => siblingPath(path, `${folder}x`)?.slice(0, -1) ?? []);
  return [
    ...around
      .filter(
        (root) =>
          siblings(root === "" ? "./" : root)
            ?.split("\n")
            .includes(".github/") === true,
      )
      .flatMap((root) =>
        filesIn(`${root}.github/workflows/`, workflow, siblings).flatMap((file) =>
          buildsIn(file, [root], path, siblings, workflowBuilds),
        ),
      ),
    ...around.flatMap((folder) =>
      filesIn(folder, script, siblings).flatMap((file) =>
        buildsIn(
          file,
          [folder, folderAbove(folder)],
          path,
          siblings,
          file.endsWith(".sh") ? scriptBuilds : makefileBuilds,
        ),
      ),
    ),
  ];
}

/** The builds that scripts in folders of their own describe, beside the Dockerfile at `path` and above it, which are asked for names of contexts only. */
export function scriptBuildsAround(path: string, siblings: Siblings): readonly WorkspaceBuild[] {
  const around = above.flatMap((folder) => siblingPath(path, `${folder}x`)?.slice(0, -1) ?? []);
  return around.flatMap((root) =>
    (namesIn(root === "" ? "./" : root, siblings) ?? [])
      .filter((name) => scriptFolders.test(name))
      .flatMap((name) => filesIn(`${root}${name}`, anyScript, siblings))
      .flatMap((file) =>
        buildsIn(file, around, path, siblings, file.endsWith(".mk") ? makefileBuilds : movingScriptBuilds),
      ),
  );
}

function filesIn(folder: string, form: RegExp, siblings: Siblings): readonly string[] {
  return (namesBeside(`${folder}x`, siblings) ?? [])
    .filter((name) => form.test(name))
    .slice(0, maximumFiles)
    .map((name) => `${folder}${name}`);
}

function folderAbove(folder: string): string {
  return folder.replace(/[^/]+\/$/, "");
}

/** The builds of a file of the Dockerfile at `path`, which run in one of several folders. */
function buildsIn(
  file: string,
  roots: readonly string[],
  path: string,
  siblings: Siblings,
  read: Builds,
): readonly WorkspaceBuild[] {
  const text = siblings(file);
  if (text === undefined || !tellsBuild.test(text)) return [];
  return read(text).flatMap((build): readonly WorkspaceBuild[] => {
    const isKnown = build.context !== undefined && build.dockerfile?.includes(unknownCharacter) !== true;
    if (isKnown && !roots.some((root) => dockerfileOf(build, root) === path)) return [];
    return [
      {
        contexts: build.contexts,
        isCommand: true,
        // What a build of who knows which Dockerfile gives is no value of this one.
        valuesOf: (name) =>
          isKnown
            ? build.given
                .filter(({ step }) => step.label === argumentLabel(name))
                .map((one) =>
                  one.text === "" || one.text.includes(unknownCharacter)
                    ? undefined
                    : { ...one, step: { ...one.step, file } },
                )
            : [],
      },
    ];
  });
}

function dockerfileOf({ context = ".", dockerfile }: ToldBuild, root: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:/i.test(context)
    ? undefined
    : siblingPath(`${root}x`, dockerfile ?? `${context}/Dockerfile`);
}

const argumentLabel = (name: string): string => `build argument ${name}`;

const scriptBuilds: Builds = keepingLast(20, (text) => commandBuilds({ text, ...readShell(text) }));
/** Where a script that changes folders builds is not known. */
const movingScriptBuilds: Builds = (text) =>
  text.includes("build-context")
    ? scriptBuilds(text).map((build) =>
        /^[^#\n]*\b(?:cd|pushd)[ \t]/m.test(text) ? { ...build, context: undefined } : build,
      )
    : [];
const makefileBuilds: Builds = keepingLast(20, (text) => commandBuilds(readMakefile(text, "Makefile")));
const workflowBuilds: Builds = keepingLast(20, (text) => {
  const document = readGithubWorkflow(text, ".github/workflows/x.yml");
  const steps = document.jobs.flatMap((job) => job.steps);
  return [
    ...steps.flatMap(({ uses, with: inputs }) =>
      inputs !== undefined && /^docker\/build-push-action@/i.test(uses ?? "") ? [stepBuild(inputs)] : [],
    ),
    ...commandBuilds(document),
  ];
});

/** A build by an action: an expression in a name leaves open what that is. */
function stepBuild(inputs: NonNullable<Document["jobs"][number]["steps"][number]["with"]>): ToldBuild {
  const text = (name: string): string | undefined =>
    inputs[name]?.text.replaceAll(/\$\{\{.*?\}\}/gs, unknownCharacter).trim();
  const pairs = (name: string): readonly (readonly [string, string])[] =>
    (text(name) ?? "").split("\n").flatMap((line) => {
      const equals = line.indexOf("=");
      return equals <= 0 ? [] : [[line.slice(0, equals).trim(), line.slice(equals + 1).trim()] as const];
    });
  const context = text("context") ?? ".";
  const span = inputs["build-args"]?.span ?? { start: 0, end: 0 };
  return {
    contexts: pairs("build-contexts").map(([name]) => name),
    given: pairs("build-args").map(([name, value]) => ({
      text: value,
      step: { span, label: argumentLabel(name), text: value },
    })),
    context: context.includes(unknownCharacter) ? undefined : context.replace(/^\{\{defaultContext\}\}:?/, "./"),
    dockerfile: text("file"),
  };
}

/** The builds that commands tell an engine to make. */
function commandBuilds(document: Pick<Document, "text" | "commands">): readonly ToldBuild[] {
  const { text } = document;
  return document.commands.flatMap((command) =>
    innerCommands(command).flatMap((inner): readonly ToldBuild[] => {
      if (inner.kind === "script" || !engines.has(inner.invocation.tool)) return [];
      const { verb, rest } = engineCommand(inner.invocation.rest.map((word) => valueOfWord(word, text)));
      if (!/^(?:build|b|bud)$/.test(verb)) return [];
      const { options, positionals } = readOptions(rest, engineBuild);
      const pairs = (name: string): readonly (readonly [string, string, WordSlice])[] =>
        optionValues(options, name).flatMap((slice) => {
          const value = textOfSlice(slice);
          const equals = value.indexOf("=");
          return equals <= 0 ? [] : [[value.slice(0, equals), value.slice(equals + 1), slice] as const];
        });
      const context = positionals[0]?.text;
      const [dockerfile] = optionValues(options, "-f", "--file");
      return [
        {
          contexts: pairs("--build-context").map(([name]) => name),
          given: pairs("--build-arg").map(
            ([
              name,
              value,
              {
                value: { word },
              },
            ]) => ({
              text: value,
              step: { span: word.span, label: argumentLabel(name), text: value },
            }),
          ),
          context: context?.includes(unknownCharacter) === true ? undefined : context,
          dockerfile: dockerfile === undefined ? undefined : textOfSlice(dockerfile),
        },
      ];
    }),
  );
}
