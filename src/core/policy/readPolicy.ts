import { readYaml } from "../document/yaml.ts";
import { itemsOf, textOf, valueAt, type YamlNode } from "../document/yamlNode.ts";
import { createLineIndex, withoutByteOrderMark, type LineIndex } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { readStrictJson } from "../strictJson.ts";
import type { NamedTrustedRoot } from "../signature/trustMaterial.ts";
import { readClusterImagePolicy, sigstorePolicyGroup } from "./clusterImagePolicy.ts";
import { findConnaisseur, readConnaisseur } from "./connaisseur.ts";
import { readContainersPolicy } from "./containersPolicy.ts";
import { kyvernoGroup, readKyvernoPolicy } from "./kyvernoClusterPolicy.ts";
import { readNotaryTrustPolicy } from "./notaryTrustPolicy.ts";
import { readValidatingPolicy, validatingGroup } from "./kyvernoValidatingPolicy.ts";
import { firstRatifyGroup, ratifyGroup, readExecutor, readFirstVerifier } from "./ratify.ts";
import { describeLookups } from "./signatureLookup.ts";
import type { PolicyRule, TrustPolicy } from "./policy.ts";
import { createPolicyNotes, type PolicyNotes } from "./policyNotes.ts";
import type { PolicyContext, PolicyReader, StatedPolicy } from "./policyReader.ts";
import { readTrustRoot } from "./trustRoot.ts";
import { openShiftGroup, readOpenShiftPolicy } from "./openShiftImagePolicy.ts";
import {
  type PolicyFile,
  isBuildPolicy,
  isContainersPolicy,
  isNotaryTrustPolicy,
  isRegistriesPath,
  isSupportingFile,
  mayHoldPolicy,
} from "./policyFile.ts";

/** The readers by API group and kind. Two products have a kind of the same name, so that the group decides. */
const readers = new Map<string, PolicyReader>([
  [`${sigstorePolicyGroup}/ClusterImagePolicy`, oneRule(readClusterImagePolicy)],
  [`${sigstorePolicyGroup}/TrustRoot`, readTrustRoot],
  [`${openShiftGroup}/ClusterImagePolicy`, readOpenShiftPolicy],
  [`${openShiftGroup}/ImagePolicy`, readOpenShiftPolicy],
  [`${kyvernoGroup}/ClusterPolicy`, readKyvernoPolicy],
  [`${kyvernoGroup}/Policy`, readKyvernoPolicy],
  [`${validatingGroup}/ImageValidatingPolicy`, readValidatingPolicy],
  [`${validatingGroup}/NamespacedImageValidatingPolicy`, readValidatingPolicy],
  [`${ratifyGroup}/Executor`, readExecutor],
  [`${ratifyGroup}/NamespacedExecutor`, readExecutor],
  [`${firstRatifyGroup}/Verifier`, readFirstVerifier],
  [`${firstRatifyGroup}/NamespacedVerifier`, readFirstVerifier],
  [`${firstRatifyGroup}/Policy`, unsupported("Ratify policy")],
]);

/** Says that a resource was recognised and has no part in a verdict. */
function unsupported(product: string): PolicyReader {
  return (root, context) => {
    const kind = textOf(valueAt(root, "kind")) ?? "";
    const message = `This ${product} (${kind}) is not supported yet and was not applied.`;
    context.createNotes().note("policy-not-supported", message, root.span);
    return { rules: [] };
  };
}

/**
 * Reads every policy that the files state, in file order. Nothing is skipped silently: what is not understood is a
 * problem, and a rule with `notUnderstood` parts makes the images that it covers `unknown`. Of two trusted roots with
 * the same name the first counts.
 */
export function readPolicy(files: readonly PolicyFile[]): TrustPolicy {
  const rules: PolicyRule[] = [];
  const trustedRoots = new Map<string, NamedTrustedRoot>();
  const problems: Problem[] = [];
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const take = (stated: StatedPolicy): void => {
    rules.push(...stated.rules);
    for (const root of stated.trustedRoots ?? []) if (!trustedRoots.has(root.name)) trustedRoots.set(root.name, root);
  };
  for (const { path, text: raw } of files) {
    const text = withoutByteOrderMark(raw);
    const lines = createLineIndex(text);
    const contextOf = (broken: readonly Problem[]): PolicyContext & { readonly problems: () => readonly Problem[] } =>
      createContext({ path, lines, broken, textOf: (other) => texts.get(other) });
    if (isSupportingFile(path) || isRegistriesPath(path)) continue;
    if (isBuildPolicy(path)) {
      problems.push({ code: "policy-not-evaluated", message: buildPolicyMessage, file: path });
      continue;
    }
    if (isNotaryTrustPolicy(path, text)) {
      const context = contextOf([]);
      take(readNotaryFile(text, context, texts));
      problems.push(...context.problems());
      continue;
    }
    if (isContainersPolicy(path, text)) {
      const context = contextOf([]);
      take(readContainersFile(text, context));
      problems.push(...context.problems());
      continue;
    }
    const stream = readYaml(text);
    for (const document of stream.documents) {
      let isRead = false;
      for (const root of resourcesOf(document.root)) {
        const context = contextOf(document.problems);
        const stated = readResource(root, context);
        take(stated);
        isRead ||= stated.rules.length > 0 || (stated.trustedRoots?.length ?? 0) > 0;
        problems.push(...context.problems());
      }
      // Where it is broken before it says what it is, it may still be a policy for any image.
      const [broken] = document.problems;
      if (broken !== undefined && !isRead && mayHoldPolicy(path, text))
        rules.push(unreadRule(path, `The file cannot be read. ${broken.message}`));
    }
    const cutShort = stream.problems.some((problem) => problem.code.startsWith("yaml-too-"));
    if (cutShort) rules.push(unreadRule(path, tooLarge));
    problems.push(...stream.problems.map((problem) => ({ ...problem, file: path })));
  }
  problems.push(...describeLookups(rules, files));
  return { rules, problems, ...(trustedRoots.size === 0 ? {} : { trustedRoots: [...trustedRoots.values()] }) };
}

const buildPolicyMessage =
  "This is a build policy of Docker in Rego, which is not evaluated here; 'docker buildx policy eval' evaluates it (docs.docker.com/build/policies).";

/** notation prefers the policy with the newer name and never reads the other one of the same folder. */
function readNotaryFile(text: string, context: PolicyContext, texts: ReadonlyMap<string, string>): StatedPolicy {
  const newer = context.path.replace(/trustpolicy\.json$/, "trustpolicy.oci.json");
  if (newer !== context.path && texts.has(newer)) return { rules: [] };
  const { root, why } = readJsonAsYaml(text);
  if (root === undefined)
    return { rules: [unreadRule(context.path, why === undefined ? tooLarge : `The file cannot be read: ${why}.`)] };
  return readNotaryTrustPolicy(root, context, texts, why);
}

const jsonLimits = { maxLength: 4_000_000, maxDepth: 32 };

function readContainersFile(text: string, context: PolicyContext): StatedPolicy {
  const { root, why } = readJsonAsYaml(text);
  if (root === undefined)
    return { rules: [unreadRule(context.path, why === undefined ? tooLarge : `The file cannot be read: ${why}.`)] };
  return readContainersPolicy(root, context, why);
}

/** JSON is read as YAML for its positions; tabs, which YAML forbids where JSON does not, become spaces. */
function readJsonAsYaml(text: string): { readonly root: YamlNode | undefined; readonly why: string | undefined } {
  const strict = readStrictJson(text, jsonLimits);
  const [document] = readYaml(text.replaceAll("\t", " ")).documents;
  const why = strict.kind === "refused" ? strict.why : document?.problems[0]?.message.replace(/\.$/, "");
  return { root: document?.root, why };
}

const tooLarge = "The file is too large or nested too deep to be read.";

/** A file that could not be read may hold a policy for any image. */
function unreadRule(file: string, what: string): PolicyRule {
  const source = { file, line: 1 };
  return {
    name: "unread",
    source,
    mode: "enforce",
    globs: [{ glob: "**", source }],
    authorities: [],
    notUnderstood: [{ what, source }],
  };
}

/** A Kubernetes `List` holds resources, other lists too; how deep, the YAML's own bound says. */
function resourcesOf(root: YamlNode | undefined): readonly YamlNode[] {
  if (root === undefined) return [];
  const isList = textOf(valueAt(root, "kind"))?.endsWith("List") === true;
  return isList ? itemsOf(valueAt(root, "items")).flatMap(resourcesOf) : [root];
}

/** A context whose notes refuse at once where the YAML itself is broken. */
function createContext({
  path,
  lines,
  broken,
  textOf: textOfFile,
}: {
  readonly path: string;
  readonly lines: LineIndex;
  readonly broken: readonly Problem[];
  readonly textOf: (path: string) => string | undefined;
}): PolicyContext & { readonly problems: () => readonly Problem[] } {
  const all: PolicyNotes[] = [];
  return {
    path,
    createNotes() {
      const notes = createPolicyNotes(path, lines);
      all.push(notes);
      for (const { message, span = { start: 0, end: 0 } } of broken)
        notes.refuse("policy-invalid", `The file is not valid YAML here: ${message}`, span);
      return notes;
    },
    textOf: textOfFile,
    problems: () => all.flatMap(({ problems }) => problems),
  };
}

function oneRule(read: (root: YamlNode, notes: PolicyNotes) => PolicyRule): PolicyReader {
  return (root, context) => ({ rules: [read(root, context.createNotes())] });
}

function readResource(root: YamlNode, context: PolicyContext): StatedPolicy {
  const kind = textOf(valueAt(root, "kind"));
  const apiVersion = textOf(valueAt(root, "apiVersion"));
  if (kind === undefined || apiVersion === undefined) {
    const connaisseur = findConnaisseur(root);
    return connaisseur === undefined ? { rules: [] } : readConnaisseur(connaisseur, context);
  }
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const reader = readers.get(`${group}/${kind}`);
  if (reader !== undefined) return reader(root, context);
  if (kind === "ClusterImagePolicy") return unsupported(`policy of ${group || "no group"}`)(root, context);
  return { rules: [] };
}
