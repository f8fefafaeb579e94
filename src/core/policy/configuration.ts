import { readYaml } from "../document/yaml.ts";
import { textOf, type YamlNode } from "../document/yamlNode.ts";
import { withoutByteOrderMark } from "../image/span.ts";
import type { Parsed } from "../problem.ts";
import type { Suppression } from "../rules/suppressions.ts";
import { isObjectIdentifier } from "../x509/objectIdentifier.ts";
import { createConfigurationReader, type ConfigurationReader } from "./configurationReader.ts";
import { readServices, type ServicePointer } from "./configurationServices.ts";
import { urlProblem } from "./configurationValue.ts";

/** Where a workspace keeps its configuration. */
export const configurationPath = ".countersign.yaml";

/** A Sigstore trusted root file, under the name that policies use for it. */
interface TrustedRootPointer {
  readonly name: string;
  readonly file: string;
  /** Whether authorities without a root of their own are judged by it. */
  readonly isDefault: boolean;
}

/** The organisation's time-stamp authority (RFC 3161). */
interface TimeStampAuthorityPointer {
  readonly url: string;
  /** File of the certificates, PEM, that its own must lead to. */
  readonly certificates: string;
  /** Object identifier of the policy to stamp under. */
  readonly policy?: string;
}

/** What `.countersign.yaml` says: pointers only. Paths are workspace-relative with forward slashes. */
export interface Configuration {
  /** Paths and globs of policy files; absent: policies are looked for everywhere. */
  readonly policies?: readonly string[];
  readonly trustedRoots: readonly TrustedRootPointer[];
  readonly services: readonly ServicePointer[];
  /** Stamps what is signed; nobody without it. */
  readonly timeStampAuthority?: TimeStampAuthorityPointer;
  readonly suppressions: readonly Suppression[];
}

/** The configuration of a workspace that has none. */
export const emptyConfiguration: Configuration = { trustedRoots: [], services: [], suppressions: [] };

/**
 * Reads `.countersign.yaml`, version 1. An entry that is wrong is left out and said; a file that is no valid YAML, or
 * of another version, gives no value. Problems: `configuration-invalid`, `configuration-unknown-field`,
 * `configuration-holds-secret`, and those of `readYaml`.
 */
export function parseConfiguration(text: string, path: string): Parsed<Configuration> {
  const plain = withoutByteOrderMark(text);
  const stream = readYaml(plain);
  const root = stream.documents[0]?.root;
  if (stream.problems.length > 0)
    return { value: undefined, problems: stream.problems.map((problem) => ({ ...problem, file: path })) };
  const reader = createConfigurationReader(path);
  const whole = root?.span ?? { start: 0, end: 0 };
  if (stream.documents.length > 1) reader.invalid("The configuration must be a single YAML document.", whole);
  const fields = reader.fields(root, "the configuration", [
    "version",
    "policies",
    "trustedRoots",
    "services",
    "timeStampAuthority",
    "suppressions",
  ]);
  const version = fields.get("version");
  if (textOf(version) !== "1") {
    const found = version === undefined ? "It has none" : `It has '${textOf(version) ?? ""}'`;
    reader.invalid(`The configuration must have 'version: 1'. ${found}.`, version?.span ?? whole);
    return { value: undefined, problems: reader.problems };
  }
  const policies = fields.get("policies");
  const timeStampAuthority = readTimeStampAuthority(fields.get("timeStampAuthority"), reader);
  return {
    value: {
      ...(policies === undefined ? {} : { policies: reader.paths(policies, "policies") }),
      trustedRoots: readTrustedRoots(fields.get("trustedRoots"), reader),
      services: readServices(fields.get("services"), reader),
      ...(timeStampAuthority === undefined ? {} : { timeStampAuthority }),
      suppressions: reader.items(fields.get("suppressions"), "suppressions").flatMap((item) => {
        const suppression = readSuppression(item, reader);
        return suppression === undefined ? [] : [suppression];
      }),
    },
    problems: reader.problems,
  };
}

function readTrustedRoots(node: YamlNode | undefined, reader: ConfigurationReader): readonly TrustedRootPointer[] {
  const roots: TrustedRootPointer[] = [];
  for (const item of reader.items(node, "trustedRoots")) {
    const fields = reader.fields(item, "a trusted root", ["name", "file", "default"]);
    const name = reader.required(fields, "name", item);
    const file = reader.required(fields, "file", item);
    const isDefault = reader.flag(fields.get("default"));
    if (name === undefined || file === undefined || !reader.isPath(file)) continue;
    if (roots.some((root) => root.name === name.text))
      reader.invalid(`There are two trusted roots named '${name.text}'.`, name.span);
    else if (isDefault && roots.some((root) => root.isDefault))
      reader.invalid("Only one trusted root can be the default.", item.span);
    else roots.push({ name: name.text, file: file.text, isDefault });
  }
  return roots;
}

/** Its answers are signed, so that it may be asked without TLS, as most are. */
function readTimeStampAuthority(
  node: YamlNode | undefined,
  reader: ConfigurationReader,
): TimeStampAuthorityPointer | undefined {
  if (node === undefined) return undefined;
  const fields = reader.fields(node, "the time-stamp authority", ["url", "certificates", "policy"]);
  const url = reader.required(fields, "url", node);
  const file = reader.required(fields, "certificates", node);
  const policy = textOf(fields.get("policy"));
  if (url === undefined || file === undefined || !reader.isPath(file)) return undefined;
  const problem = urlProblem(url.text.replace(/^http:/i, "https:"));
  if (problem !== undefined) {
    if (problem.kind === "secret") reader.secret(url.span);
    else reader.invalid(`The URL of the time-stamp authority ${problem.why}.`, url.span);
    return undefined;
  }
  if (fields.get("policy") !== undefined && (policy === undefined || !isObjectIdentifier(policy))) {
    reader.invalid("The policy of the time-stamp authority is no object identifier.", node.span);
    return undefined;
  }
  return {
    url: url.text,
    certificates: file.text,
    ...(policy === undefined ? {} : { policy }),
  };
}

function readSuppression(item: YamlNode, reader: ConfigurationReader): Suppression | undefined {
  const fields = reader.fields(item, "a suppression", ["rule", "files", "images", "reason", "owner", "expires"]);
  const [rule, reason, owner, expires] = (["rule", "reason", "owner", "expires"] as const).map((name) =>
    reader.required(fields, name, item),
  );
  const files = fields.get("files");
  const images = fields.get("images");
  const paths = files === undefined ? undefined : reader.paths(files, "files");
  const names = images === undefined ? undefined : reader.list(images, "images").map(({ text }) => text);
  if (rule === undefined || reason === undefined || owner === undefined || expires === undefined) return undefined;
  if (!isDate(expires.text)) {
    reader.invalid(`'expires' must be a date such as 2027-01-31, not '${expires.text.slice(0, 40)}'.`, expires.span);
    return undefined;
  }
  // A list of places that came out empty must not turn into "everywhere".
  if (paths?.length === 0 || names?.length === 0) {
    reader.invalid("A suppression with 'files' or 'images' must name at least one.", item.span);
    return undefined;
  }
  return {
    rule: rule.text,
    ...(paths === undefined ? {} : { files: paths }),
    ...(names === undefined ? {} : { images: names }),
    reason: reason.text,
    owner: owner.text,
    expires: expires.text,
  };
}

/** RFC 3339, full-date, of a day that exists. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
