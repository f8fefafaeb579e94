import { withoutByteOrderMark } from "../image/span.ts";
import type { Document, ImageUse } from "./document.ts";
import { useOfValue } from "./imageUse.ts";
import type { ValuePart } from "./value.ts";
import { xmlTexts, type XmlElement, type XmlText } from "./xml.ts";

/** Settings of plug-ins that name an image: below `configuration`, by the plug-in's artifact. */
const places = new Map([
  ["jib-maven-plugin from/image", "from"],
  ["spring-boot-maven-plugin image/builder", "builder"],
  ["spring-boot-maven-plugin image/runImage", "run-image"],
]);

/** Reads Maven's project files: the base image of Jib, and what Spring Boot's plug-in builds with. */
export function readMaven(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const texts = /jib-maven-plugin|spring-boot-maven-plugin/.test(text) ? xmlTexts(text) : [];
  const images = texts.flatMap((one): readonly ImageUse[] => {
    const configuration = one.path.lastIndexOf("configuration");
    if (configuration < 0) return [];
    const below = one.path.slice(configuration + 1).join("/");
    const site = places.get(`${pluginOf(one.parent)} ${below}`);
    return site === undefined ? [] : useOfText(text, one, site);
  });
  return { path, dialect: "maven", text, images, commands: [], jobs: [], problems: [] };
}

/** The artifact of the plug-in that an element configures; a plug-in names it before or after. */
function pluginOf(element: XmlElement): string {
  for (let one: XmlElement | undefined = element; one !== undefined; one = one.parent)
    if (one.name === "plugin") return one.texts.get("artifactId") ?? "";
  return "";
}

function useOfText(text: string, { text: said, span }: XmlText, site: string): readonly ImageUse[] {
  const scheme = /^[a-z]+:\/\//.exec(said)?.[0] ?? "";
  // An image of the machine's own daemon, or an archive.
  if ((scheme !== "" && scheme !== "registry://") || said === "scratch") return [];
  let at = span.start + scheme.length;
  const place = { start: at, end: span.end };
  const parts = said
    .slice(scheme.length)
    .split(/(\$\{[^}]*\})/)
    .map((piece, index): ValuePart => {
      const start = at;
      at += piece.length;
      // A property may come from a parent, a profile or the command line.
      return index % 2 === 1 ? {} : { text: piece, span: { start, end: at } };
    });
  const use = useOfValue(text, { span: place, site, parts, chain: [], hasVariables: true });
  return "code" in use ? [] : [use];
}
