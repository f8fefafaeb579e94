import { withoutByteOrderMark, type Span } from "../image/span.ts";
import { buildpackImageStart } from "./buildpackLocator.ts";
import type { Document, ImageUse, ShellCommand, ShellWord, ValueStep } from "./document.ts";
import { useOfValue } from "./imageUse.ts";
import type { ValuePart } from "./value.ts";
import { xmlTexts, type XmlElement, type XmlText } from "./xml.ts";

/** Settings of plug-ins that name an image: below `configuration`, by the plug-in's artifact. */
const places = new Map([
  ["jib-maven-plugin from/image", "from"],
  ["spring-boot-maven-plugin image/builder", "builder"],
  ["spring-boot-maven-plugin image/runImage", "run-image"],
  ["spring-boot-maven-plugin image/buildpacks/buildpack", "buildpack"],
  // Spotify's plug-in.
  ["docker-maven-plugin baseImage", "from"],
]);
/** Properties that stand for such a setting. */
const settings = new Map([
  ["jib.from.image", "from"],
  ["spring-boot.build-image.builder", "builder"],
  ["spring-boot.build-image.runImage", "run-image"],
  // Quarkus, "Container images" and "Building a native executable", and Eclipse JKube's generators.
  ["quarkus.native.builder-image", "builder"],
  ["quarkus.jib.base-jvm-image", "from"],
  ["quarkus.jib.base-native-image", "from"],
  ["quarkus.openshift.base-jvm-image", "from"],
  ["quarkus.openshift.base-native-image", "from"],
  ["jkube.generator.from", "from"],
]);
/** Builders that Quarkus knows by name. */
const knownBuilders = new Set(["graalvm", "mandrel"]);
/** Plug-ins that build and run images by one list of them: fabric8's, and Eclipse JKube's. */
const lists = /^(?:docker|kubernetes|openshift|k8s|fabric8)-maven-plugin$/;
const anyPlugin =
  /(?:jib|spring-boot|docker|kubernetes|openshift|k8s|fabric8|exec)-maven-plugin|<(?:quarkus|jkube)\.[\w.-]+>/;

/**
 * Reads Maven's project files: the base image of Jib, what Spring Boot's plug-in builds with, and the images that
 * Docker's plug-ins start from and run, with the project's own properties filled in.
 */
export function readMaven(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const texts = anyPlugin.test(text) ? xmlTexts(text) : [];
  const properties = new Map(
    texts.flatMap((one) =>
      one.path.length === 3 && one.path[0] === "project" && one.path[1] === "properties"
        ? [[one.path[2] ?? "", one] as const]
        : [],
    ),
  );
  const built = builtImages(texts);
  const images = texts.flatMap((one): readonly ImageUse[] => {
    const setting = settings.get(one.path.at(-1) ?? "");
    if (setting !== undefined && one.path.at(-2) === "properties" && !knownBuilders.has(one.text))
      return useOfText(text, one, setting, properties);
    const configuration = one.path.lastIndexOf("configuration");
    if (configuration < 0) return [];
    const below = one.path.slice(configuration + 1).join("/");
    const plugin = pluginOf(one.parent);
    const site = places.get(`${plugin} ${below}`) ?? (lists.test(plugin) ? siteInList(one, below, built) : undefined);
    return site === undefined ? [] : useOfText(text, one, site, properties);
  });
  return { path, dialect: "maven", text, images, commands: commandsOf(text, texts), jobs: [], problems: [] };
}

/** What the plug-in `exec` runs: a program with its arguments, which no shell splits. */
function commandsOf(text: string, texts: readonly XmlText[]): readonly ShellCommand[] {
  const commands = new Map<XmlElement, { program?: ShellWord; words: ShellWord[] }>();
  for (const { text: said, span, path, parent } of texts) {
    const below = path.slice(path.lastIndexOf("configuration") + 1).join("/");
    if ((below !== "executable" && below !== "arguments/argument") || pluginOf(parent) !== "exec-maven-plugin")
      continue;
    const around = below === "executable" ? parent : parent.parent;
    if (around === undefined) continue;
    const command = commands.get(around) ?? { words: [] };
    commands.set(around, command);
    const raw = text.slice(span.start, span.end);
    const isPlain = said === raw && !said.includes("${");
    const word = { span, raw, text: isPlain ? said : undefined, expands: isPlain ? [] : [raw] };
    if (below === "executable") command.program = word;
    else command.words.push(word);
  }
  return [...commands.values()].flatMap(({ program, words }): readonly ShellCommand[] => {
    const spans = [program, ...words].flatMap((word) => word?.span ?? []);
    const span = { start: Math.min(...spans.map((one) => one.start)), end: Math.max(...spans.map((one) => one.end)) };
    return program === undefined ? [] : [{ span, words: [program, ...words], environment: {} }];
  });
}

/** The artifact of the plug-in that an element configures; a plug-in names it before or after. */
function pluginOf(element: XmlElement): string {
  for (let one: XmlElement | undefined = element; one !== undefined; one = one.parent)
    if (one.name === "plugin") return one.texts.get("artifactId") ?? "";
  return "";
}

/** The images of a list that are built: their names are those of what comes of it. */
function builtImages(texts: readonly XmlText[]): ReadonlySet<XmlElement> {
  const built = new Set<XmlElement>();
  for (const { parent, path } of texts) {
    if (path.at(-1) === "build") built.add(parent);
    for (let one: XmlElement | undefined = parent; one !== undefined; one = one.parent)
      if (one.name === "build" && one.parent?.name === "image") built.add(one.parent);
  }
  return built;
}

function siteInList({ text, parent }: XmlText, below: string, built: ReadonlySet<XmlElement>): string | undefined {
  if (below === "images/image/build/from" || /^generator\/config\/[^/]+\/from$/.test(below)) return "from";
  // What is not built is run as it is; `%a` is a part of the project's own name.
  return below === "images/image/name" && !built.has(parent) && !text.includes("%") ? "image" : undefined;
}

/** Properties that are followed for one value, and how deep. */
const maximumProperties = 100;
const maximumDepth = 10;

function useOfText(
  text: string,
  { text: said, span }: XmlText,
  site: string,
  properties: ReadonlyMap<string, XmlText>,
): readonly ImageUse[] {
  const scheme = /^[a-z]+:\/\//.exec(said)?.[0] ?? "";
  // An image of the machine's own daemon, or an archive; a buildpack may be a file or a name.
  const isForeign =
    site === "buildpack" ? buildpackImageStart(said) === undefined : scheme !== "" && scheme !== "registry://";
  if (isForeign || said === "scratch") return [];
  const chain: ValueStep[] = [];
  const partsOf = (value: string, start: number, literal: Span | undefined, depth: number): readonly ValuePart[] => {
    let at = start;
    return value.split(/(\$\{[^}]*\})/).flatMap((piece, index): readonly ValuePart[] => {
      const place = { start: at, end: at + piece.length };
      at = place.end;
      if (index % 2 === 0)
        return piece === ""
          ? []
          : [{ text: piece, span: place, ...(literal === undefined ? {} : { literal, shared: true }) }];
      const name = piece.slice(2, -1);
      chain.push({ span: place, label: `property ${name}`, text: piece });
      const property = depth < maximumDepth && chain.length < maximumProperties ? properties.get(name) : undefined;
      // It may come from a parent, a profile or the command line.
      if (property === undefined) return [{}];
      chain.push({ span: property.span, label: `value of property ${name}`, text: property.text });
      return partsOf(property.text, property.span.start, property.span, depth + 1);
    });
  };
  const start = span.start + scheme.length;
  const parts = partsOf(said.slice(scheme.length), start, undefined, 0);
  if (parts.length === 0) return [];
  const use = useOfValue(text, {
    span: { start, end: span.end },
    site,
    parts,
    chain,
    hasVariables: true,
  });
  return "code" in use ? [] : [use];
}
