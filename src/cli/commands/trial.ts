import { resolve } from "node:path";
import { AppError } from "../../application/errors.ts";
import { printable } from "../../core/report/words.ts";
import {
  trialApprove,
  trialDown,
  trialFault,
  trialRevoke,
  trialStatus,
  trialUp,
  type TrialDescription,
} from "../../trial/daemon.ts";
import { trialFaults } from "../../trial/service/faults.ts";
import { trialUsers } from "../../trial/service/keyPolicy.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";
import { formatOf, oneOf, parseOptions, type Format } from "../options.ts";
import { printJson } from "../output.ts";
import { openPendingStore } from "../pendingStore.ts";

const actions = ["up", "down", "status", "approve", "revoke", "fault"] as const;

/** Those that want to know what: the request, the key, the fault. */
const named: ReadonlySet<string> = new Set(["approve", "revoke", "fault"]);

/** `countersign trial up|down|status|approve ID|revoke KEY|fault NAME`: the signing service, CA and registry to try signing with. */
export async function trial(args: readonly string[], host: Host): Promise<number> {
  const { values, positionals } = parseOptions("trial", args, {
    format: { type: "string" },
    comment: { type: "string" },
    reject: { type: "boolean" },
    as: { type: "string" },
    keys: { type: "string" },
    times: { type: "string" },
  });
  const format = formatOf("trial", values.format, ["text", "json"]);
  const [action, id, ...others] = positionals;
  const place = { environment: host.environment, platform: process.platform };
  const options = { signal: host.signal, place };
  const known = actions.find((each) => each === action);
  if (known === undefined || others.length > 0 || (id !== undefined) !== named.has(known)) {
    throw new AppError(
      "usage",
      "Say 'up', 'down', 'status', 'approve' with the request's ID, 'revoke' with a key, or 'fault' with its name; see 'countersign trial --help'.",
    );
  }
  switch (known) {
    case "up": {
      const keys = values.keys === undefined ? {} : { keys: resolve(host.cwd, values.keys) };
      const description = await trialUp({ ...options, ...keys });
      await print(description, howToUse(description), format, host);
      return exitCodes.clean;
    }
    case "down": {
      const result = await trialDown(options);
      await openPendingStore(place).removeAllOf("trial");
      await print(
        result,
        result.stopped ? "The trial has ended; nothing of it is left.\n" : "No trial was running.\n",
        format,
        host,
      );
      return exitCodes.clean;
    }
    case "status": {
      const status = await trialStatus(options);
      await print(status, describeStatus(status), format, host);
      return exitCodes.clean;
    }
    case "approve": {
      const user = oneOf("trial", "--as", values.as ?? "lead", trialUsers);
      const decision = {
        user,
        ...(values.comment === undefined ? {} : { comment: values.comment }),
        reject: values.reject === true,
      };
      await trialApprove(id ?? "", { ...options, ...decision });
      const status = decision.reject ? "rejected" : "approved";
      await print({ status, id }, `Request ${printable(id ?? "")} is ${status}.\n`, format, host);
      return exitCodes.clean;
    }
    case "revoke": {
      const key = id ?? "";
      await trialRevoke(key, options);
      const text = `The certificate of key ${printable(key)} is revoked: the trial's list and responder say so from now on.\n`;
      await print({ status: "revoked", key }, text, format, host);
      return exitCodes.clean;
    }
    case "fault": {
      const fault = oneOf("trial", "fault", id ?? "", [...trialFaults, "none"] as const);
      const times = timesOf(values.times ?? "1");
      await trialFault(fault, times, options);
      const text =
        fault === "none"
          ? "The trial answers as it should.\n"
          : `The next ${times === 1 ? "answer" : `${times} answers`} about a signing request: ${fault}.\n`;
      await print({ status: "set", fault, ...(fault === "none" ? {} : { times }) }, text, format, host);
      return exitCodes.clean;
    }
  }
}

function timesOf(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new AppError("usage", `--times must be a number from 1 to 999, not '${text}'; see 'countersign trial --help'.`);
}

async function print(value: object, text: string, format: Format, host: Host): Promise<void> {
  if (format === "json") await printJson(value, host);
  else await host.output(text);
}

function howToUse(description: TrialDescription): string {
  const { registry } = description;
  return `${whatRuns(description)}
Push an image and sign it:
  docker push ${registry}/app:1
  countersign sign ${registry}/app:1 --service trial --key dev
  countersign trial down
`;
}

function whatRuns({ registry, url, keys, venafi, vault, timeStamps, interfaces }: TrialDescription): string {
  const list = keys.map(({ name, needs }) => {
    return `  ${name.padEnd(10)} ${needs.length === 0 ? "signs at once" : `needs ${needs.join(" and ")}`}`;
  });
  return `The trial runs, on this machine only. What it signs proves nothing to anybody else.

  registry   ${registry}
  service    trial, ${url}
${venafi === undefined ? "" : `             the same as Venafi CodeSign Protect, ${venafi.url}\n`}${vault === undefined ? "" : `             the same as HashiCorp Vault and OpenBao, ${vault.url}\n`}${otherFaces(interfaces)}${timeStamps === undefined ? "" : `  stamps     ${timeStamps.url}\n`}${sigstoreLine(interfaces)}Keys
${list.join("\n")}
`;
}

/** What else it is, by the type that `.countersign.yaml` names. */
function otherFaces(interfaces: TrialDescription["interfaces"] = {}): string {
  const others = Object.entries(interfaces).filter(([type]) => type !== "sigstore");
  return others.map(([type, url]) => `             the same as type ${type}, ${url}\n`).join("");
}

function sigstoreLine(interfaces: TrialDescription["interfaces"] = {}): string {
  const url = Object.hasOwn(interfaces, "sigstore") ? interfaces["sigstore"] : undefined;
  return url === undefined ? "" : `  identities sigstore (key identity), ${url}\n`;
}

function describeStatus(status: Awaited<ReturnType<typeof trialStatus>>): string {
  if (status.status === "stopped") return "No trial is running. Start one with 'countersign trial up'.\n";
  const pending = status.pending.map(
    ({ id, key, artifact, requestedBy, approvals }) =>
      `  ${printable(id)}  ${printable(artifact)} with ${printable(key)}, asked by ${printable(requestedBy)}, ${approvals.have} of ${approvals.need} approvals\n`,
  );
  const audit = `${status.audit.entries} entries, ${status.audit.intact ? "intact" : "CHANGED AFTERWARDS"}: ${status.audit.file}`;
  return `${whatRuns(status)}
Audit log: ${audit}
Approve in a browser: ${status.approvals.lead}
Waiting for approval: ${pending.length === 0 ? "none" : pending.length}
${pending.join("")}`;
}
