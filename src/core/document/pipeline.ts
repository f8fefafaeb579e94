import { withoutByteOrderMark } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import type { ShellReading } from "../shell/readShell.ts";
import { mayRunTool } from "../shell/runsTool.ts";
import type { Dialect, Document, ImageUse, Job, ShellCommand } from "./document.ts";
import { readScriptLines, readWords, scriptLines, type ScriptOptions } from "./pipelineScript.ts";
import { expandTemplate, textOfValue, type TemplateScope } from "./template.ts";
import { noTemplate } from "./templateSyntax.ts";
import { withoutStart, type ValuePart } from "./value.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector, inDocumentOrder, type ImageOptions } from "./yamlImage.ts";
import { mappingOf, scalarOf, valueAt, type YamlEntry, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** What a dialect knows of an image beyond its node. */
export interface PipelineImageOptions extends Omit<ImageOptions, "value"> {
  readonly scope?: TemplateScope | undefined;
  /** The key that holds the image where a mapping may stand for it. */
  readonly key?: string;
  /** Whether a value is no image: the name of something else. */
  readonly skip?: (value: string) => boolean;
  /** What stands before and after the value in the reference, as other nodes say it. */
  readonly before?: readonly ValuePart[];
  readonly after?: readonly ValuePart[];
}

/** A pipeline's document while it is read: what every dialect does with images, scripts and jobs. */
export interface Pipeline {
  /** The document, without byte-order mark. */
  readonly text: string;
  /** The roots of the YAML documents that are not empty. */
  readonly roots: readonly YamlNode[];
  /** Adds an image that is written as a text, or as a mapping with the image under a key; nothing where it is empty. */
  image(node: YamlNode | undefined, site: string, options?: PipelineImageOptions): void;
  /** Adds the commands of a script that one shell runs: a text, or lists of texts. */
  script(nodes: readonly (YamlNode | undefined)[], options?: ScriptOptions): void;
  /** Adds a command that is written word by word. */
  words(nodes: readonly YamlNode[], options?: Parameters<typeof readWords>[2]): void;
  job(job: Job): void;
  problem(problem: Problem): void;
  /** The document as read so far; `uses` found elsewhere are put in their order. */
  document(uses?: readonly ImageUse[]): Document;
}

/** Images that are evaluated for one file, over all combinations of matrices. */
const maximumEvaluations = 20_000;
/** Characters of scripts that are read for one file, counted once for each job that runs them. */
const maximumScripts = 8_000_000;
const noScope: TemplateScope = { syntax: noTemplate, lookup: () => [] };

/** Starts reading a pipeline's document; `read` parses its text, as YAML unless it is said otherwise. */
export function createPipeline(source: string, path: string, dialect: Dialect, read = readYaml): Pipeline {
  const text = withoutByteOrderMark(source);
  const stream = read(text);
  const images = createImageCollector(text);
  const commands: ShellCommand[] = [];
  const furtherCommands: ShellCommand[] = [];
  const jobs: Job[] = [];
  const problems: Problem[] = [];
  let left = maximumEvaluations;
  let scripts = maximumScripts;
  let readsScripts: boolean | undefined;
  const seen = new Map<number, ShellCommand[]>();
  /** Several jobs may share a script; what it comes to for all of them is listed once. */
  const add = (reading: ShellReading, list = commands): void => {
    for (const command of reading.commands) {
      const beside = seen.get(command.span.start);
      if (beside?.some((one) => isSame(one, command)) === true) continue;
      list.push(command);
      if (beside === undefined) seen.set(command.span.start, [command]);
      else beside.push(command);
    }
    for (const problem of reading.problems)
      if (!problems.some(({ span }) => span?.start === problem.span?.start)) problems.push(problem);
  };
  return {
    text,
    roots: stream.documents.flatMap(({ root }) => root ?? []),
    image(node, site, { scope = noScope, key = "image", skip, before = [], after = [], ...options } = {}) {
      const found = mappingOf(node) === undefined ? node : valueAt(node, key);
      const scalar = scalarOf(found);
      if (scalar === undefined || scalar.text.trim() === "" || --left <= 0) return;
      const { wrapper = "", from = 0, to = scalar.text.length } = options;
      const begin = scalar.text.startsWith(wrapper, from) ? from + wrapper.length : from;
      for (const own of expandTemplate(text, scalar, scope, begin, to)) {
        const value = { ...own, parts: [...before, ...own.parts, ...after] };
        // A value that comes to nothing runs no image.
        if (value.parts.some((part) => part.text?.trim() !== "") && skip?.(textOfValue(value) ?? "") !== true)
          images.add(found, site, { ...options, value: begin === from ? withoutStart(value, wrapper) : value });
      }
    },
    script(nodes, options) {
      // In most pipelines no script runs a tool that takes images, unless it is its task that names one.
      if (options?.before === undefined && !(readsScripts ??= mayRunTool(text))) return;
      const lines = nodes.flatMap((node) => scriptLines(node));
      scripts -= lines.reduce((sum, line) => sum + line.text.length, 0);
      if (scripts <= 0) return;
      const reading = readScriptLines(text, lines, options);
      add(reading, options?.windowsShell === undefined ? commands : furtherCommands);
      if (reading.forwarded !== undefined) add({ commands: reading.forwarded, problems: [] }, furtherCommands);
    },
    words(nodes, options) {
      add(readWords(text, nodes, options));
    },
    job(job) {
      jobs.push(job);
    },
    problem(problem) {
      problems.push(problem);
    },
    document(uses = []) {
      const message = "The jobs of this pipeline yield more images or commands than are followed; some are not listed.";
      const limit = left <= 0 || scripts <= 0 ? [{ code: "limit-reached", message, span: { start: 0, end: 0 } }] : [];
      return {
        path,
        dialect,
        text,
        images: inDocumentOrder([...images.images, ...uses]),
        commands,
        furtherCommands,
        jobs,
        problems: [...stream.problems, ...images.problems, ...problems, ...limit],
      };
    },
  };
}

function isSame(one: ShellCommand, other: ShellCommand): boolean {
  return (
    one.span.end === other.span.end &&
    one.words.length === other.words.length &&
    one.words.every(({ text }, index) => text === other.words[index]?.text)
  );
}

/** A span from a key to the end of its value. */
export function entrySpan({ key, value }: YamlEntry): YamlScalar["span"] {
  return { start: key.span.start, end: Math.max(key.span.end, value.span.end) };
}
