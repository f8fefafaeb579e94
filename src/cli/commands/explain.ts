import { AppError } from "../../application/errors.ts";
import { findRule, rules } from "../../core/rules/index.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";
import { formatOf, parseOptions } from "../options.ts";
import { printJson } from "../output.ts";

/** `countersign explain RULE`: prints the rule's document. */
export async function explain(args: readonly string[], host: Host): Promise<number> {
  const { values, positionals } = parseOptions("explain", args, { format: { type: "string" } });
  const format = formatOf("explain", values.format, ["text", "json"]);
  const [id, ...others] = positionals;
  const list = rules.map((rule) => rule.id).join(", ");
  if (id === undefined || others.length > 0) throw new AppError("usage", `Name one rule to explain: ${list}.`);
  const rule = findRule(id);
  if (rule === undefined) throw new AppError("usage", `There is no rule '${id}'; the rules are ${list}.`);
  if (format === "json") {
    const { severity, confidence, summary, doc } = rule;
    await printJson({ rule: id, severity, confidence, summary, doc }, host);
  } else {
    await host.output(rule.doc);
  }
  return exitCodes.clean;
}
