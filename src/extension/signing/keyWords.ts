import type { KeyDescription } from "../../application/signingService.ts";
import { chooseScheme, type SigningFormat } from "../../core/sign/scheme.ts";
import { printable } from "../../core/report/words.ts";

const custodyWords = new Map<KeyDescription["custody"], string>([
  ["hsm", "kept in an HSM"],
  ["service-software", "kept by the service"],
  ["this-process", "key made for this signing"],
  ["unknown", "custody not known"],
]);

/** A key in a few words: what it asks for, algorithm, custody. */
export function describeKey(key: KeyDescription): string {
  const needs = key.needs.length === 0 ? "signs at once" : `needs ${key.needs.join(" and ")}`;
  return [needs, specWord(key.spec), custodyWords.get(key.custody) ?? ""].join(" · ");
}

/** As the field writes it: "P-256", "RSA 3072", "Ed25519". */
function specWord(spec: KeyDescription["spec"]): string {
  if (spec === "ed25519") return "Ed25519";
  return spec.startsWith("rsa") ? `RSA ${spec.slice("rsa".length)}` : `P-${spec.slice("p".length)}`;
}

/** Why the key cannot sign in this format; undefined where it can. */
export function obstacleOf(key: KeyDescription, format: SigningFormat): string | undefined {
  const { value, problems } = chooseScheme(key, format);
  return value === undefined ? problems.map(({ message }) => printable(message)).join(" ") : undefined;
}
