import { systemClock } from "../../adapters/clock.ts";
import { createRevocations } from "../../adapters/revocations.ts";
import { AppError } from "../../application/errors.ts";
import { readWorkspace } from "../../application/readWorkspace.ts";
import { readTrustMaterial } from "../../application/trustMaterial.ts";
import { verifyImage } from "../../application/verifyImage.ts";
import { formatReference, parseReference } from "../../core/image/reference.ts";
import {
  dialectOfRule,
  draftDialects,
  draftRule,
  type DraftDialect,
  type RuleDraft,
} from "../../core/policy/draftRule.ts";
import type { PolicyRule, TrustPolicy } from "../../core/policy/policy.ts";
import { readPolicy } from "../../core/policy/readPolicy.ts";
import { printable } from "../../core/report/words.ts";
import type { TrustMaterial } from "../../core/signature/trustMaterial.ts";
import { draftRequestsOf } from "../../core/verdict/draftRequests.ts";
import type { Evidence } from "../../core/verdict/evidence.ts";
import { judge } from "../../core/verdict/judge.ts";
import type { Verdict } from "../../core/verdict/verdict.ts";
import { openEvidence } from "../evidence.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";
import { formatOf, networkOptions, oneOf, parseOptions, trustOptions } from "../options.ts";
import { printJson } from "../output.ts";
import { createLog, openRegistry } from "../registryClient.ts";
import { readTextFile, readTrust } from "../trust.ts";
import { locateWorkspace } from "../workspace.ts";

/** `countersign propose IMAGE`: the smallest rule that accepts who signed the image, in the organisation's policy format. */
export async function propose(args: readonly string[], host: Host): Promise<number> {
  const { key, "trusted-root": root } = trustOptions;
  const options = {
    ...networkOptions,
    key,
    "trusted-root": root,
    evidence: { type: "string" },
    for: { type: "string" },
    format: { type: "string" },
  } as const;
  const { values, positionals } = parseOptions("propose", args, options);
  const format = formatOf("propose", values.format, ["text", "json"]);
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0)
    throw new AppError("usage", "Name one image; see 'countersign propose --help'.");
  const reference = parseReference(name).value;
  if (reference === undefined) throw new AppError("usage", `'${name}' is no image reference.`);
  const asked = values.for === undefined ? undefined : oneOf("propose", "--for", values.for, draftDialects);

  const { files } = await locateWorkspace([], host.cwd);
  const { signal } = host;
  const workspace = await readWorkspace({ files }, { selection: { files: [], folders: [] }, signal });
  const judged = await openEvidence("propose", values, host.cwd);
  const trust = await readTrust("propose", values, host.cwd);
  const { material } = await readTrustMaterial(files, workspace.configuration, trust.material, { signal });
  const log = createLog(host);
  const { verdict, evidence } = await verifyImage(
    {
      registry: openRegistry(host, values["plain-http"] ?? [], log),
      clock: systemClock,
      revocations: createRevocations({ log }),
    },
    reference,
    // The keys that are named here are candidates and accept nothing: whom to trust is what the command asks.
    { policy: trust.policy ?? { rules: [], problems: [] }, material },
    { signal, offline: values.offline === true, ...judged.options, exhaustive: true },
  );
  signal.throwIfAborted();
  const keys = await Promise.all((values.key ?? []).map((path) => readTextFile(path, host.cwd)));
  const dialect = asked ?? dialectOf(workspace.policy.rules, verdict);
  const answer = draftFor(dialect, { evidence, verdict, keys, material });
  if (answer.kind === "none") {
    const why = `No rule for ${formatReference(reference)} can be proposed (${dialect}): ${answer.why}`;
    if (format === "json") await printJson({ version: 1, for: dialect, files: [], reason: why }, host);
    else host.error(`${printable(why)}\n`);
    return verdict.state === "unknown" ? exitCodes.unchecked : exitCodes.found;
  }
  const { draft } = answer;
  if (format === "json")
    await printJson({ version: 1, for: dialect, files: draft.files, meaning: draft.meaning }, host);
  else await printDraft(draft, host);
  return exitCodes.clean;
}

/** The rule goes to standard output alone, so that it can be written to a file; what it means, to a person. */
async function printDraft({ files, meaning }: RuleDraft, host: Host): Promise<void> {
  const several = files.length > 1;
  for (const { path, text } of files) await host.output(`${several ? `# ${path}\n` : ""}${text}`);
  host.error(`\nAccepting this rule means:\n${meaning.map((sentence) => `  ${printable(sentence)}`).join("\n")}\n`);
}

interface Scene {
  readonly evidence: Evidence;
  readonly verdict: Verdict;
  readonly keys: readonly string[];
  readonly material: TrustMaterial;
}

type Answer = { readonly kind: "draft"; readonly draft: RuleDraft } | { readonly kind: "none"; readonly why: string };

/** The first draft under which the image is verified: a rule that accepts something else than it was drafted for is none. */
function draftFor(dialect: DraftDialect, { evidence, verdict, keys, material }: Scene): Answer {
  const requests = draftRequestsOf(evidence, verdict, keys);
  let why = whyNobody(verdict);
  for (const request of requests) {
    const drafted = draftRule(dialect, request);
    if (drafted.kind === "none") {
      why = drafted.why;
      continue;
    }
    const policy: TrustPolicy = readPolicy(drafted.draft.files);
    const then = judge(evidence, policy, material, systemClock.now());
    if (then.state === "verified") return drafted;
    why = `under it the image would not be verified: ${then.reason.message}`;
  }
  return { kind: "none", why };
}

function whyNobody({ state, reason, signatures }: Verdict): string {
  if (state === "unknown" || state === "unsigned") return reason.message;
  const byKey = signatures.some(({ reasons }) => reasons.some(({ code }) => code === "unknown-key"));
  return byKey || signatures.some(({ signer }) => signer?.kind === "key")
    ? "it is signed by a key, which a signature does not hold; name the file of the public key with --key."
    : reason.message;
}

/** The format of the policies that the workspace has; for a signature of the Notary Project the only one that fits it. */
function dialectOf(rules: readonly PolicyRule[], { signatures }: Verdict): DraftDialect {
  if (signatures.length > 0 && signatures.every(({ format }) => format.startsWith("notation-")))
    return "notary-trust-policy";
  return dialectOfRule(rules[0]);
}
