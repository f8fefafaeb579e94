import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, readJson, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { SignReply } from "../keyService.ts";
import type { Plugin, PluginCall } from "../program/openPlugin.ts";
import { oneLine } from "../serviceWords.ts";
import { contractVersion } from "./terms.ts";

/** What a plug-in answered, or how it refused. */
type PluginAnswer =
  | { readonly kind: "answer"; readonly body: JsonObject }
  | { readonly kind: "refusal"; readonly code: string; readonly message: string };

/** How a plug-in is spoken to: one start of the program for each command. */
export interface Conversation {
  /** As it is called on the command line. */
  readonly program: string;
  /** The answer to a look-up. Throws AppError `service-unavailable`, `service-denied` or `service-protocol`. */
  lookUp(command: string, more: object, action: string, options: WaitOptions): Promise<JsonObject>;
  /** Has it sign, once; `read` takes the reply from its answer. */
  sign(
    command: string,
    more: SigningCall,
    read: (body: JsonObject) => SignReply,
    options: WaitOptions,
  ): Promise<SignReply>;
}

/** What signing is asked with. */
export interface SigningCall {
  readonly keyId: string;
  /** What a person should know where it is not clear whether it signed. */
  readonly ambiguity: string;
  readonly body: object;
}

/** Codes that say nothing about the request: it may be made again. */
const unavailable: ReadonlySet<string> = new Set(["TIMEOUT", "THROTTLED", "ERROR"]);

/** Speaks the protocol of the Notary Project with a plug-in. */
export function createConversation(plugin: Plugin): Conversation {
  const program = `notation-${plugin.options.plugin}`;
  const pluginConfig = plugin.options.settings;

  const ask = async (
    command: string,
    more: object,
    how: Omit<PluginCall, "args" | "input">,
    options: WaitOptions,
  ): Promise<PluginAnswer> => {
    const input = Buffer.from(JSON.stringify({ contractVersion, pluginConfig, ...more }), "utf8");
    const { exitCode, output, error } = await plugin.call({ args: [command], input, ...how }, options);
    const body = readJson(exitCode === 0 ? output : error);
    if (!isJsonObject(body)) {
      const said = exitCode === 0 ? "what it printed is no JSON" : `it ended with ${exitCode} and no reason`;
      const advice = how.ambiguity === undefined ? "" : ` ${how.ambiguity}`;
      throw new AppError("service-protocol", `Could not ${how.action} with ${program}: ${said}.${advice}`);
    }
    if (exitCode === 0) return { kind: "answer", body };
    const message = oneLine(body["errorMessage"]) ?? "It gives no reason.";
    return { kind: "refusal", code: textOrEmpty(body["errorCode"]), message };
  };

  return {
    program,
    lookUp: async (command, more, action, options) => {
      const answer = await ask(command, more, { action, signs: false }, options);
      if (answer.kind === "answer") return answer.body;
      const code = unavailable.has(answer.code) ? "service-unavailable" : "service-denied";
      throw new AppError(code, `Could not ${action} with ${program}: ${answer.message} (${answer.code})`);
    },
    sign: async (command, { keyId, ambiguity, body }, read, options) => {
      const how = { action: `sign with key '${keyId}'`, ambiguity, signs: true };
      const answer = await ask(command, { keyId, ...body }, how, options);
      if (answer.kind === "answer") return read(answer.body);
      if (unavailable.has(answer.code))
        throw new AppError("service-unavailable", `${program} did not sign: ${answer.message} ${ambiguity}`);
      const code = answer.code === "ACCESS_DENIED" ? "forbidden" : "unsupported";
      return { status: "denied", code, message: `${answer.message} (${answer.code})` };
    },
  };
}
