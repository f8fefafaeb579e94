import type { Parsed } from "../problem.ts";
import { readNotaryEnvelope, verifyNotaryIntegrity } from "../signature/notation.ts";
import type { NotaryAttributes } from "../signature/notaryAttributes.ts";
import { readNotaryPayload } from "../signature/notaryPayload.ts";
import type { Certificate } from "../x509/certificate.ts";
import { notaryChainOf } from "./notaryFit.ts";
import type { PlannedEnvelope } from "./payload.ts";
import type { PlannedSignature } from "./plan.ts";

/**
 * Checks an envelope that a service made by itself against the plan (Notary Project, plug-in extensibility specification,
 * `generate-envelope`): the payload is the planned one byte for byte, it expires as planned, it demands no plug-in but the
 * service's own, its chain leads through the described certificates, and its signature holds. Gives the envelope, or one
 * problem: `payload-changed`, `expiry-changed`, `plugin-demanded`, `signer-other`, or what the envelope's reader says.
 */
export function checkEnvelope(
  { key, payload }: Pick<PlannedSignature, "key" | "payload">,
  { format, expiresIn }: PlannedEnvelope,
  bytes: Uint8Array,
): Parsed<Uint8Array> {
  const read = readNotaryEnvelope(format, bytes);
  if (read.kind === "invalid") return refuse(read.reason.code, read.reason.message);
  const { envelope } = read;
  const { attributes, chain } = envelope;
  const target = readNotaryPayload(envelope.payload);
  if (target === undefined || Buffer.compare(envelope.payload, payload) !== 0)
    return refuse("payload-changed", "The envelope has another payload than the one that was planned and sent.");
  if (!expiresAsAsked(attributes, expiresIn))
    return refuse("expiry-changed", "The envelope does not expire when it was asked to.");
  if (attributes.plugin !== undefined && attributes.plugin !== key.envelopes?.verificationPlugin)
    return refuse(
      "plugin-demanded",
      `The envelope demands the verification plug-in '${attributes.plugin.slice(0, 80)}', which is not the one that made it.`,
    );
  if (!leadsThrough(chain, notaryChainOf(key) ?? []))
    return refuse(
      "signer-other",
      `The envelope was signed by another certificate than those described for key '${key.name}' lead to; the file that names them may be out of date.`,
    );
  const proven = verifyNotaryIntegrity(envelope, target);
  return "code" in proven ? refuse(proven.code, proven.message) : { value: bytes, problems: [] };
}

/** A service may let its signatures expire by a rule of its own, where nothing else was asked for. */
function expiresAsAsked({ expiry, signingTime }: NotaryAttributes, expiresIn: number | undefined): boolean {
  if (expiresIn === undefined) return true;
  return expiry !== undefined && expiry.getTime() - signingTime.getTime() === expiresIn * 1000;
}

/** Whether the described certificates, the signer's own or an authority's, are a part of the chain as they are. */
function leadsThrough(chain: readonly Uint8Array[], described: readonly Certificate[]): boolean {
  const isSame = (one: Uint8Array, other: Uint8Array | undefined): boolean =>
    other !== undefined && Buffer.compare(one, other) === 0;
  if (described.length === 0) return false;
  return chain.some((_, at) => described.every(({ der }, index) => isSame(der, chain[at + index])));
}

function refuse(code: string, message: string): Parsed<Uint8Array> {
  return { value: undefined, problems: [{ code, message }] };
}
