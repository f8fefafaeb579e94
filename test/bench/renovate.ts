import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { formatReference, parseReference, repositoryName } from "../../src/core/image/reference.ts";
import { mustRun } from "./processes.ts";

/** A reference as one of the two finds it; Renovate names the file and the text, and no line. */
interface Found {
  readonly file: string;
  readonly reference: string;
  readonly lines: readonly number[];
}

interface Compared {
  readonly name: string;
  readonly both: number;
  /** The same repository in the same file, with another version or with none: one of the two knows more. */
  readonly otherwise: readonly string[];
  readonly onlyOurs: readonly Found[];
  readonly onlyTheirs: readonly Found[];
  /** Of the quicker of two runs: the first may have to compile what the second finds compiled. */
  readonly seconds: number;
  /** As it is configured by default, where it reads less. */
  readonly theirSeconds: number;
  /** Of the run whose findings are counted. */
  readonly theirSecondsForAll: number;
}

/**
 * Compares the images that `countersign images` and Renovate's extraction find in each folder of COUNTERSIGN_REPOSITORIES.
 * COUNTERSIGN_RENOVATE names the folder of an installed `renovate` package; without either, it says so and does nothing.
 * COUNTERSIGN_REPORT names a file for the disagreements, each with its file and lines.
 */
export async function compareWithRenovate(): Promise<void> {
  const renovate = process.env["COUNTERSIGN_RENOVATE"];
  const folder = process.env["COUNTERSIGN_REPOSITORIES"];
  if (renovate === undefined || !existsSync(join(renovate, "dist/renovate.js"))) {
    console.log("Renovate is not compared: COUNTERSIGN_RENOVATE does not name the folder of an installed renovate.");
    return;
  }
  if (folder === undefined) {
    console.log("Renovate is not compared: COUNTERSIGN_REPOSITORIES does not name a folder of repositories.");
    return;
  }
  const repositories = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const report = process.env["COUNTERSIGN_REPORT"];
  const all: Compared[] = [];
  for (const { name } of repositories) {
    const compared = await compare(join(folder, name), join(renovate, "dist/renovate.js"));
    all.push(compared);
    console.log(describe(compared));
    if (report !== undefined) writeFileSync(report, JSON.stringify(all, undefined, 1));
  }
  console.log(describe(sumOf(all)));
}

function describe(compared: Compared): string {
  const { name, both, otherwise, onlyOurs, onlyTheirs, seconds, theirSeconds, theirSecondsForAll } = compared;
  const counts = `both ${both}, both with another version ${otherwise.length}, only Countersign ${onlyOurs.length}, only Renovate ${onlyTheirs.length}`;
  const times = [theirSeconds, theirSecondsForAll].map(
    (each) => `${each.toFixed(2)} s (${(each / seconds).toFixed(1)} times)`,
  );
  return `  ${name.padEnd(42)} ${counts}; ${seconds.toFixed(2)} s, its defaults ${times[0]}, what is counted ${times[1]}`;
}

function sumOf(all: readonly Compared[]): Compared {
  const sum = (of: (each: Compared) => number): number => all.reduce((total, each) => total + of(each), 0);
  return {
    name: `${all.length} repositories`,
    both: sum(({ both }) => both),
    otherwise: all.flatMap(({ otherwise }) => otherwise),
    onlyOurs: all.flatMap(({ onlyOurs }) => onlyOurs),
    onlyTheirs: all.flatMap(({ onlyTheirs }) => onlyTheirs),
    seconds: sum(({ seconds }) => seconds),
    theirSeconds: sum(({ theirSeconds }) => theirSeconds),
    theirSecondsForAll: sum(({ theirSecondsForAll }) => theirSecondsForAll),
  };
}

async function compare(folder: string, program: string): Promise<Compared> {
  const read = () =>
    mustRun(process.execPath, ["dist/cli.cjs", "images", "--fail-on", "never", "--format", "json", folder]);
  const runs = [await read(), await read()];
  const ours = readOurs(runs[0]?.output ?? "");
  const { found: theirs, theirSeconds, theirSecondsForAll } = await runRenovate(folder, program);
  const key = ({ file, reference }: Found): string => `${file} ${reference}`;
  const ourKeys = new Set(ours.map(key));
  const theirKeys = new Set(theirs.map(key));
  const oursAlone = once(ours.filter((each) => !theirKeys.has(key(each))));
  const theirsAlone = once(theirs.filter((each) => !ourKeys.has(key(each))));
  const ourNames = new Map(ours.map((each) => [nameKey(each), each]));
  const pairs = theirsAlone.flatMap((each) => {
    const other = ourNames.get(nameKey(each));
    return other === undefined ? [] : [{ theirs: each, ours: other }];
  });
  const paired = new Set(pairs.map((pair) => nameKey(pair.theirs)));
  return {
    name: basename(folder),
    both: theirKeys.size - theirsAlone.length,
    otherwise: pairs.map((pair) => `${pair.ours.file}: ${pair.ours.reference} and theirs ${pair.theirs.reference}`),
    onlyOurs: oursAlone.filter((each) => !paired.has(nameKey(each))),
    onlyTheirs: theirsAlone.filter((each) => !paired.has(nameKey(each))),
    seconds: Math.min(...runs.map(({ seconds }) => seconds)),
    theirSeconds,
    theirSecondsForAll,
  };
}

/** The file and the repository: what is left where only one of the two knows the version. */
function nameKey({ file, reference }: Found): string {
  const bare = reference.replace(/@.*$/s, "").replace(/:[^/]*$/s, "");
  const { value } = parseReference(bare);
  return `${file} ${value === undefined ? bare : repositoryName(value)}`;
}

function once(all: readonly Found[]): readonly Found[] {
  return [...new Map(all.map((found) => [`${found.file} ${found.reference}`, found])).values()];
}

function readOurs(output: string): readonly Found[] {
  const report: {
    images: readonly { file: string; line: number; text: string; reference: string | null; resolution: string }[];
  } = JSON.parse(output.slice(output.indexOf("{")));
  return report.images.flatMap(({ file, line, text, reference, resolution }) =>
    resolution === "unresolved" ? [] : [{ file, reference: reference ?? text, lines: [line] }],
  );
}

interface Dependency {
  readonly datasource?: string;
  readonly depName?: string;
  readonly packageName?: string;
  readonly currentValue?: string;
  readonly currentDigest?: string;
  readonly skipReason?: string;
}

/** By default some of its managers read no file at all; here each reads every file that it could. */
const wholeConfiguration = JSON.stringify(
  Object.fromEntries(
    ["kubernetes", "argocd", "flux", "tekton", "crossplane"].map((manager) => [
      manager,
      { managerFilePatterns: ["/\\.ya?ml$/"] },
    ]),
  ),
);

/** Runs Renovate as on a checkout, in a copy: it wants a repository of git, and its own configuration must not be asked of the net. */
async function runRenovate(
  folder: string,
  program: string,
): Promise<Pick<Compared, "theirSeconds" | "theirSecondsForAll"> & { readonly found: readonly Found[] }> {
  const copy = mkdtempSync(join(tmpdir(), "countersign-renovate-"));
  try {
    cpSync(folder, copy, { recursive: true, filter: (path) => basename(path) !== ".git" });
    for (const name of [
      "renovate.json",
      "renovate.json5",
      ".renovaterc",
      ".renovaterc.json",
      ".renovaterc.json5",
      ".github/renovate.json",
      ".github/renovate.json5",
    ])
      rmSync(join(copy, name), { force: true });
    const git = ["-C", copy, "-c", "user.email=a@example.com", "-c", "user.name=a"];
    for (const args of [
      ["init", "-q"],
      ["add", "-A", "-f"],
      ["commit", "-qm", "copy"],
    ])
      await mustRun("git", [...git, ...args]);
    const launcher = join(copy, "..", `${basename(copy)}.mjs`);
    writeFileSync(launcher, `process.chdir(${JSON.stringify(copy)});await import(${JSON.stringify(program)});\n`);
    const read = (configuration: string) =>
      mustRun(process.execPath, [launcher, "--platform=local", "--dry-run=extract", "--onboarding=false"], {
        LOG_LEVEL: "info",
        LOG_FORMAT: "json",
        RENOVATE_REQUIRE_CONFIG: "ignored",
        RENOVATE_CONFIG: configuration,
      });
    const { seconds: theirSeconds } = await read("{}");
    const { output, seconds: theirSecondsForAll } = await read(wholeConfiguration);
    rmSync(launcher, { force: true });
    return { found: readTheirs(output, copy), theirSeconds, theirSecondsForAll };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function readTheirs(output: string, folder: string): readonly Found[] {
  // What it warns of stands among its records.
  const records = output.split("\n").filter((line) => line.startsWith("{") && line.includes('"packageFiles"'));
  return records.flatMap((line) => {
    const record: {
      packageFiles: Record<string, readonly { packageFile: string; deps: readonly Dependency[] }[]>;
    } = JSON.parse(line);
    const files = Object.values(record.packageFiles).flat();
    return files.flatMap(({ packageFile, deps }) => deps.flatMap((each) => toFound(packageFile, each, folder)));
  });
}

function toFound(file: string, dependency: Dependency, folder: string): readonly Found[] {
  const { datasource, depName, packageName, currentValue, currentDigest, skipReason } = dependency;
  const name = packageName ?? depName;
  if (datasource !== "docker" || name === undefined || skipReason !== undefined) return [];
  const written = `${name}${currentValue === undefined ? "" : `:${currentValue}`}${currentDigest === undefined ? "" : `@${currentDigest}`}`;
  const { value } = parseReference(written);
  const reference = value === undefined ? written : formatReference(value);
  const text = readFileSync(join(folder, file), "utf8").split("\n");
  const lines = text.flatMap((line, index) => (line.includes(depName ?? name) ? [index + 1] : []));
  return [{ file, reference, lines }];
}
