import { formatFamiliar } from "../image/reference.ts";
import type { Document, WordPart } from "./document.ts";
import { groovyTokens, nameAt, signAt, type GroovyToken } from "./groovy.ts";
import type { GroovyTemplate, JenkinsLibrary } from "./groovyLibrary.ts";
import { withoutShorthand } from "./groovyShorthand.ts";
import { createGroovyValues } from "./groovyValues.ts";
import { mayName } from "./jenkinsHanded.ts";
import { withWords } from "./groovyWords.ts";
import { folderOf, type Siblings } from "./siblings.ts";

/** A script, how the files beside it are found, and how one is read. */
interface Script {
  readonly path: string;
  readonly tokens: readonly GroovyToken[];
  readonly siblings: Siblings;
  /** How many files have led to this one. */
  readonly depth: number;
  readonly read: (text: string, path: string, siblings: Siblings, depth: number) => Document;
}

/** Files that lead to others are followed as deep as this. */
const maximumDepth = 2;
/** What is looked for in other files for one script. */
const maximumReadings = 40;
/** Longest file that is looked into. */
const maximumText = 50_000;
const maximumCases = 16;
const maximumTokens = 2000;
/** What stands for an argument while a file is read. */
const placeholder = /jlarg(\d+)x/;
/** What every file is written with that runs an image. */
const mayRun = /docker|podman|container|image|kind\s*:\s*Pod/i;

/** Steps and variables that Jenkins itself and its common plug-ins have, which no library is asked for. */
const ofJenkins = new Set(
  (
    "agent ansiColor archiveArtifacts assert bat booleanParam build buildDiscarder catch catchError checkout choice " +
    "cleanWs container containerTemplate cron currentBuild deleteDir def dir disableConcurrentBuilds docker echo else " +
    "emailext env environment error expression file fileExists findFiles for git githubNotify if import input isUnix it " +
    "junit label library libraryResource load lock logRotator mail milestone new node options packag parallel params " +
    "pipeline pipelineTriggers podTemplate pollSCM powershell print println properties publishHTML pwd pwsh readFile " +
    "readJSON readMavenPom readProperties readYaml recordIssues retry return scm script sh slackSend sleep sshagent stage " +
    "stages stash step steps string switch throw timeout timestamps tool triggers unstable unstash usernamePassword " +
    "waitForQualityGate waitUntil when while withCredentials withDockerRegistry withEnv withMaven withSonarQubeEnv " +
    "writeFile writeJSON writeYaml ws zip"
  ).split(" "),
);

/** Packages that no library of a repository's own has. */
const ofOthers =
  /^(?:com\.cloudbees|groovy|hudson|javax?|jenkins|org\.(?:apache|codehaus|csanchez|jenkinsci|yaml))(?:\.|$)/;

/** Tokens of a script as its reader takes them. */
export function jenkinsTokens(text: string): readonly GroovyToken[] {
  return withoutShorthand(text, withWords(text, groovyTokens(text)));
}

/** What a script may take from the library in its workspace (Jenkins, "Extending with Shared Libraries"). */
export function createJenkinsLibrary({ path, tokens, siblings, depth, read }: Script): JenkinsLibrary {
  const root = /^(?:[^]*?\/)??(?=(?:vars|src)\/)/.exec(path)?.[0] ?? "";
  const isOfSources = path.startsWith(`${root}src/`);
  const kept = new Map<string, readonly GroovyTemplate[]>();
  let left = maximumReadings;
  let steps: ReadonlySet<string> | undefined;
  let imports: Imports | undefined;
  const isStep = (name: string): boolean => {
    if (depth > maximumDepth || ofJenkins.has(name) || !/^[a-z]\w*$/.test(name)) return false;
    steps ??= new Set(siblings(`${root}vars/`)?.split("\n"));
    return steps.has(`${name}.groovy`);
  };
  /** The files that may define what a path names, each with what the path is there. */
  const placesOf = (whole: string): readonly Place[] => {
    if (depth > maximumDepth) return [];
    const [, loaded, of = ""] = /^load:([^:]*):(.*)$/.exec(whole) ?? [];
    if (loaded !== undefined) return [{ file: loaded, member: of }];
    const [first = "", ...rest] = whole.split(".");
    // `step().key` is what its result has under a key.
    const [, called, result = ""] = /^(\w+)(\(\))?$/.exec(first) ?? [];
    if (called !== undefined && isStep(called)) {
      const member = result === "" ? rest.join(".") || "call" : `call().${rest.join(".")}`;
      return [{ file: `${root}vars/${called}.groovy`, member }];
    }
    imports ??= importsOf(tokens);
    const fixed = imports.members.get(whole);
    if (fixed !== undefined) return [{ file: `${root}src/${fixed.join("/")}.groovy`, member: whole }];
    const at = whole.split(".").findIndex((name) => /^[A-Z]/.test(name));
    const member = whole
      .split(".")
      .slice(at + 1)
      .join(".");
    if (at < 0 || member === "") return [];
    const name = whole.split(".")[at] ?? "";
    const named = at > 0 ? whole.split(".").slice(0, at) : imports.classes.get(name);
    if (named !== undefined && ofOthers.test(named.join("."))) return [];
    const own = isOfSources ? [folderOf(path)] : [];
    const folders =
      named === undefined
        ? [...own, ...imports.packages.map((one) => `${root}src/${one.join("/")}/`)]
        : [`${root}src/${named.join("/")}/`];
    return folders.map((folder) => ({ file: `${folder}${name}.groovy`, member }));
  };
  const readingOf = (
    whole: string,
    given: readonly string[] | undefined,
    kind: string,
    find: (text: string, file: string, said: string) => readonly GroovyTemplate[],
  ): readonly GroovyTemplate[] => {
    const key = `${kind} ${whole} ${given?.map((name) => `${name},`).join("") ?? "-"}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const found: GroovyTemplate[] = [];
    for (const { file, member } of placesOf(whole)) {
      const text = found.length > 0 || left <= 0 || file === path ? undefined : siblings(file);
      if (text === undefined || text.length > maximumText) continue;
      left -= 1;
      const handed = given === undefined ? "" : `(${argumentsOf(given)})`;
      const said = member.includes("()") ? member.replace("()", handed) : `${member}${handed}`;
      found.push(...find(text, file, said));
    }
    kept.set(key, found);
    return found;
  };
  const evaluated = (text: string, file: string, said: string): readonly GroovyTemplate[] => {
    const all = `${text}\n${said}\n`;
    const inner = jenkinsTokens(all);
    const library = createJenkinsLibrary({ path: file, tokens: inner, siblings, depth: depth + 1, read });
    const values = createGroovyValues(all, inner, library);
    const at = inner.findLastIndex(({ span }) => span.start === text.length + 1);
    const templates = templatesOf(values.valueAt(at)?.parts ?? []);
    return templates.filter((one) => one.some((piece) => piece !== undefined));
  };
  /** Whether a path is of a class that may be the library's. */
  const isOfClass = (whole: string): boolean => {
    const name = /(?:^|\.)([A-Z]\w*)\.\w+$/.exec(whole)?.[1];
    if (name === undefined) return false;
    imports ??= importsOf(tokens);
    return name !== whole.split(".")[0] || imports.classes.has(name) || isOfSources || imports.packages.length > 0;
  };
  return {
    hasStep: (whole) => whole.startsWith("load:") || isStep(whole.split(".")[0] ?? "") || isOfClass(whole),
    mayHand: (parts) => (depth === 0 ? mayName(parts) : saysGiven(parts)),
    valuesOf(whole, given) {
      imports ??= importsOf(tokens);
      if (given === undefined && !whole.includes(".") && !imports.members.has(whole)) return [];
      const found = readingOf(whole, given, "value", evaluated);
      // What is asked for as a property may have a method that gives it.
      const getter = whole.replace(/(?<=\.)\w(?=\w*$)/, (first) => `get${first.toUpperCase()}`);
      return found.length > 0 || given !== undefined || getter === whole
        ? found
        : readingOf(getter, [], "value", evaluated);
    },
    imagesOf: (whole, given) =>
      readingOf(whole, given, "images", (text, file, said) => {
        if (!mayRun.test(text) || !text.includes(said.slice(0, said.indexOf("(")))) return [];
        const { images } = read(`${text}\n${said} { }\n`, file, siblings, depth + 1);
        const found = new Map<string, GroovyTemplate>();
        for (const { reference } of images) {
          const name = reference === undefined ? "" : formatFamiliar(reference);
          if (placeholder.test(reference?.repository ?? "")) found.set(name, piecesOf(name));
        }
        return [...found.values()].slice(0, maximumCases);
      }),
  };
}

/** Whether parts say any of what stands for an argument. */
function saysGiven(parts: readonly WordPart[]): boolean {
  return parts.some(({ text, choices }) => placeholder.test(text ?? "") || choices?.some(saysGiven) === true);
}

interface Place {
  readonly file: string;
  readonly member: string;
}

interface Imports {
  /** The packages of classes by the name that a script has for them. */
  readonly classes: ReadonlyMap<string, readonly string[]>;
  /** Packages all of whose classes are there. */
  readonly packages: readonly (readonly string[])[];
  /** The classes of members that need no class's name, with their packages. */
  readonly members: ReadonlyMap<string, readonly string[]>;
}

/** What a script imports (Groovy language documentation, "Imports"). */
function importsOf(tokens: readonly GroovyToken[]): Imports {
  const classes = new Map<string, readonly string[]>();
  const members = new Map<string, readonly string[]>();
  const packages: (readonly string[])[] = [];
  for (let at = 0; at < Math.min(tokens.length, maximumTokens); at++) {
    if (nameAt(tokens, at) !== "import") continue;
    const isStatic = nameAt(tokens, at + 1) === "static";
    const path = nameAt(tokens, isStatic ? at + 2 : at + 1).split(".");
    const isAll = signAt(tokens, isStatic ? at + 3 : at + 2) === ".";
    const alias = nameAt(tokens, at + 2) === "as" ? nameAt(tokens, at + 3) : (path.at(-1) ?? "");
    if (isStatic && !isAll) members.set(path.at(-1) ?? "", path.slice(0, -1));
    else if (!isStatic && isAll && !ofOthers.test(path.join("."))) packages.push(path);
    else if (!isStatic && alias === path.at(-1)) classes.set(alias, path.slice(0, -1));
  }
  return { classes, packages, members };
}

function argumentsOf(given: readonly string[]): string {
  return given.map((name, index) => `${name === "" ? "" : `${name}: `}'jlarg${index}x'`).join(", ");
}

/** A text with the placeholders in it as the arguments that they stand for. */
function piecesOf(text: string): GroovyTemplate {
  return text
    .split(placeholder)
    .map((piece, index) => (index % 2 === 0 ? piece : Number(piece)))
    .filter((piece) => piece !== "");
}

function templatesOf(parts: readonly WordPart[]): readonly GroovyTemplate[] {
  let found: GroovyTemplate[] = [[]];
  for (const { text, choices } of parts) {
    const next = choices?.flatMap(templatesOf) ?? [text === undefined ? [undefined] : piecesOf(text)];
    found = found.flatMap((before) => next.map((one) => [...before, ...one])).slice(0, maximumCases);
  }
  return found;
}
