import { systemClock } from "../../adapters/clock.ts";
import { openService } from "../../adapters/services/services.ts";
import { AppError } from "../../application/errors.ts";
import { readWorkspace } from "../../application/readWorkspace.ts";
import {
  executeSigning,
  prepareSigning,
  resumeSigning,
  type PreparedSigning,
  type SigningPorts,
  type SigningTrust,
  type SigningWait,
} from "../../application/signImage.ts";
import { readTrustMaterial } from "../../application/trustMaterial.ts";
import { parseReference, type ImageReference } from "../../core/image/reference.ts";
import { commandLinePolicy } from "../../core/policy/commandLinePolicy.ts";
import { printable } from "../../core/report/words.ts";
import { signingFormats, type SigningFormat } from "../../core/sign/scheme.ts";
import type { Host } from "../host.ts";
import { durationOf, formatOf, oneOf, parseOptions } from "../options.ts";
import { openPendingStore } from "../pendingStore.ts";
import { createLog, openRegistry } from "../registryClient.ts";
import { report, reportPlan } from "../signReport.ts";
import { readTrust } from "../trust.ts";
import { version } from "../version.ts";
import { locateWorkspace } from "../workspace.ts";

const options = {
  service: { type: "string" },
  key: { type: "string" },
  "signature-format": { type: "string" },
  justification: { type: "string" },
  "dry-run": { type: "boolean" },
  wait: { type: "string" },
  resume: { type: "string" },
  policy: { type: "string", multiple: true },
  "trusted-root": { type: "string" },
  "plain-http": { type: "string", multiple: true },
  format: { type: "string" },
} as const;

/** `countersign sign IMAGE`: signs through a signing service; naming the service and the key here is the person's confirmation. */
export async function sign(args: readonly string[], host: Host): Promise<number> {
  const { values, positionals } = parseOptions("sign", args, options);
  const format = formatOf("sign", values.format, ["text", "json"]);
  const waitMs = values.wait === undefined ? 0 : durationOf("sign", "--wait", values.wait);
  if (values.service === undefined) throw usage("Name the signing service with --service.");
  const request = values.resume === undefined ? readRequest(positionals, values) : undefined;
  if (request === undefined && positionals.length > 0)
    throw usage("--resume goes on with what was asked for; name no image.");

  const log = createLog(host);
  const registry = openRegistry(host, values["plain-http"] ?? [], log);
  const place = { environment: host.environment, platform: process.platform };
  const { trust, configuration } = await readSigningTrust(values, host);
  const service = await openService(values.service, { configuration, place, root: host.cwd });
  const ports: SigningPorts = { registry, service, clock: systemClock, log };
  const store = openPendingStore(place);
  let ticket: string | undefined;
  const wait: SigningWait = {
    signal: host.signal,
    waitMs,
    onPending: async (pending, message) => {
      ticket = pending.ticket.id;
      await store.save(pending);
      if (waitMs > 0 && host.terminal.error)
        host.error(`Waiting: ${printable(message)} Ticket ${printable(pending.ticket.id)}.\n`);
    },
  };
  if (request === undefined) {
    const pending = await store.load(values.resume ?? "");
    const own = trust.policy.rules.length > 0 ? trust : { ...trust, policy: keyPolicy(pending.key) };
    const outcome = await resumeSigning(ports, pending, own, wait);
    if (outcome.status !== "pending") await store.remove(pending.ticket.id);
    return report(outcome, { image: pending.reference, digest: pending.image.digest }, format, host);
  }
  const prepared = await prepareSigning(
    ports,
    { ...request, trust, tool: `countersign/${version}` },
    { signal: host.signal },
  );
  const what = { image: prepared.plan.reference, digest: prepared.plan.image.digest };
  if (values["dry-run"] === true) return reportPlan(prepared, service.name, format, host);
  const outcome = await executeSigning(ports, withOwnTrust(prepared), wait);
  if (ticket !== undefined && outcome.status !== "pending") await store.remove(ticket);
  return report(outcome, what, format, host);
}

function readRequest(
  positionals: readonly string[],
  values: { readonly key?: string; readonly justification?: string; readonly "signature-format"?: string },
): {
  readonly reference: ImageReference;
  readonly key: string;
  readonly format: SigningFormat;
  readonly justification?: string;
} {
  const [text, ...others] = positionals;
  if (text === undefined || others.length > 0) throw usage("Name one image to sign.");
  if (values.key === undefined) throw usage("Name the key with --key.");
  const { value: reference, problems } = parseReference(text);
  if (reference === undefined) {
    throw usage(
      `'${text}' is no image reference: ${problems[0]?.message ?? "it cannot be read."} Files cannot be signed yet.`,
    );
  }
  const format = oneOf("sign", "--signature-format", values["signature-format"] ?? "sigstore-bundle", signingFormats);
  return {
    reference,
    key: values.key,
    format,
    ...(values.justification === undefined ? {} : { justification: values.justification }),
  };
}

async function readSigningTrust(
  values: { readonly policy?: readonly string[]; readonly "trusted-root"?: string },
  host: Host,
): Promise<{
  readonly trust: SigningTrust;
  readonly configuration: Awaited<ReturnType<typeof readWorkspace>>["configuration"];
}> {
  const { signal } = host;
  const stated = await readTrust("sign", { policy: values.policy, "trusted-root": values["trusted-root"] }, host.cwd);
  const { files } = await locateWorkspace([], host.cwd);
  const selection = { files: [], folders: [] };
  const given = stated.policy === undefined ? {} : { policy: stated.policy };
  const { policy, configuration } = await readWorkspace({ files }, { selection, ...given, signal });
  const { material } = await readTrustMaterial(files, configuration, stated.material, { signal });
  return { trust: { policy, material }, configuration };
}

/** Where nobody states a policy, the key that the person named is the one to judge by, as `verify --key` would. */
function withOwnTrust(prepared: PreparedSigning): PreparedSigning {
  if (prepared.trust.policy.rules.length > 0) return prepared;
  return { ...prepared, trust: { ...prepared.trust, policy: keyPolicy(prepared.key) } };
}

function keyPolicy(key: { readonly name: string; readonly publicKey: string }): SigningTrust["policy"] {
  return commandLinePolicy({ keys: [{ file: key.name, pem: key.publicKey }] });
}

function usage(message: string): AppError {
  return new AppError("usage", `${message} See 'countersign sign --help'.`);
}
