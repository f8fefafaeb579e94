import { parseReference } from "../image/reference.ts";
import { withoutByteOrderMark } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { mayRunTool } from "../shell/runsTool.ts";
import type { Document, ImageUse } from "./document.ts";
import { settingsBeside } from "./buildSettings.ts";
import { readBodies } from "./dockerfileBodies.ts";
import { readDirectives, type Directives } from "./dockerfileDirectives.ts";
import { readStages } from "./dockerfileFroms.ts";
import { readInstructions } from "./dockerfileLines.ts";
import { createPinning } from "./dockerfilePin.ts";
import type { Reading } from "./dockerfileReading.ts";
import { createGlobalScope } from "./dockerfileScope.ts";
import { createStages } from "./dockerfileStages.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import type { BuildSettings } from "./workspaceBuild.ts";

/** Most images that are listed for one file. */
const maximumImages = 10_000;
/** Most problems that are listed for one file; a file that is no Dockerfile has one in each line. */
const maximumProblems = 50;

/**
 * Reads a Dockerfile or Containerfile as BuildKit does: every image that FROM, `COPY --from`, `RUN --mount=from`, ONBUILD
 * and the syntax directive name, and the commands of RUN. Build arguments count only where an ARG has no default;
 * `supplied` gives them and the names of additional contexts, or else the files among `siblings` that build it.
 */
export function readDockerfile(
  source: string,
  path: string,
  siblings: Siblings = noSiblings,
  supplied: BuildSettings = settingsBeside(path, siblings),
): Document {
  const text = withoutByteOrderMark(source);
  const directives = readDirectives(text);
  const syntax = readSyntax(directives);
  const document = { path, dialect: "dockerfile", text, jobs: [] } as const;
  if (!directives.isDockerfile) return { ...document, images: syntax.images, commands: [], problems: syntax.problems };

  const { instructions, problems } = readInstructions(text, directives.escape);
  const reading: Reading = {
    text,
    escape: directives.escape,
    budget: { left: 10_000_000 },
    stages: createStages(),
    global: createGlobalScope(),
    scopes: [],
    readable: [],
    froms: [],
    images: [...syntax.images],
    commands: [],
    usedElsewhere: new Set(),
    problems: [...syntax.problems, ...directives.problems, ...problems],
    supplied,
    readsCommands: mayRunTool(text),
  };
  const starts = readStages(instructions, reading);
  readBodies(instructions, starts, reading);
  const pin = createPinning(reading.froms, reading.usedElsewhere);
  const images = [...reading.images, ...reading.froms.map((from) => ({ ...from.use, ...pin(from) }))];
  images.sort((one, other) => one.span.start - other.span.start);
  return {
    ...document,
    images: images.slice(0, maximumImages),
    commands: reading.commands,
    problems: bounded(reading.problems, images.length),
  };
}

function readSyntax({ syntax }: Directives): { images: readonly ImageUse[]; problems: readonly Problem[] } {
  if (syntax === undefined) return { images: [], problems: [] };
  const { text, span } = syntax;
  const { value, problems } = parseReference(text);
  const at = text.indexOf("@");
  const use = { span, text, site: "syntax", chain: [] };
  if (value === undefined)
    return {
      images: [{ ...use, resolution: "unresolved" }],
      problems: problems.map((problem) => ({ ...problem, span })),
    };
  const pinAt = { start: at < 0 ? span.end : span.start + at, end: span.end };
  return { images: [{ ...use, reference: value, resolution: "literal", pinAt }], problems: [] };
}

function bounded(problems: readonly Problem[], images: number): readonly Problem[] {
  const ordered = problems.toSorted((one, other) => (one.span?.start ?? 0) - (other.span?.start ?? 0));
  const kept = ordered.slice(0, maximumProblems);
  if (ordered.length > maximumProblems) {
    kept.push({
      code: "limit-reached",
      message: `The file has ${ordered.length} problems; the first ${maximumProblems} are listed.`,
    });
  }
  if (images > maximumImages) {
    kept.push({
      code: "limit-reached",
      message: `The file refers to ${images} images; the first ${maximumImages} are listed.`,
    });
  }
  return kept;
}
