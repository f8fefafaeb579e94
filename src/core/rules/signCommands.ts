import type { Document, ImageUse, ShellCommand, ShellWord } from "../document/document.ts";
import { invocationOf, readCommandLine } from "../shell/invocation.ts";

/** A command that signs images: the tool's own words for it, and what it signs. */
export interface SignCommand {
  /** "cosign sign", "cosign attest", "notation sign", "countersign sign". */
  readonly words: string;
  readonly images: readonly ShellWord[];
}

// Options that take the next word as their value. An option that is missing here makes its value look like an image,
// so the list is the tools' whole list (cosign 2 and 3, notation 1), not only what is common.
const cosignOptions = optionSet(`
  -a --annotations --attachment --attachment-tag-prefix --bundle --cert --cert-chain --certificate --certificate-chain
  --fulcio-auth-flow --fulcio-url --identity-token --key --oidc-client-id --oidc-client-secret-file --oidc-issuer
  --oidc-provider --oidc-redirect-url --output-certificate --output-file --output-payload --output-signature --payload
  --predicate --registry-cacert --registry-client-cert --registry-client-key --registry-password
  --registry-referrers-mode --registry-server-name --registry-token --registry-username --rekor-entry-type --rekor-url
  --sign-container-identity --signing-config --slot --statement -t --timeout --timestamp-client-cacert
  --timestamp-client-cert --timestamp-client-key --timestamp-server-name --timestamp-server-url --trusted-root --type`);
const notationOptions = optionSet(`
  -e --expiry --id -k --key -p --password --plugin --plugin-config --signature-format --timestamp-root-cert
  --timestamp-url -m --user-metadata -u --username`);

const countersignOptions = optionSet(`
  --service --key --signature-format --platforms --justification --expires-in --timestamp-authority
  --timestamp-certificates --timestamp-policy --wait --resume --output --policy --trusted-root --plain-http --format
  --predicate --type`);

function optionSet(names: string): ReadonlySet<string> {
  return new Set(names.trim().split(/\s+/));
}

/** The images that a command signs, where it is one that signs images; `cosign signing-config` and `sign-blob` are none. */
export function readSignCommand(command: ShellCommand): SignCommand | undefined {
  const invocation = invocationOf(command);
  if (invocation?.tool === "cosign") {
    const { positionals } = readCommandLine(invocation.rest, cosignOptions);
    const verb = positionals[0]?.text;
    if (verb === "sign" || verb === "attest") return { words: `cosign ${verb}`, images: positionals.slice(1) };
  }
  if (invocation?.tool === "notation") {
    const { positionals } = readCommandLine(invocation.rest, notationOptions);
    if (positionals[0]?.text === "sign") return { words: "notation sign", images: positionals.slice(1) };
  }
  if (invocation?.tool === "countersign") {
    const { positionals } = readCommandLine(invocation.rest, countersignOptions);
    const verb = positionals[0]?.text;
    if (verb === "sign" || verb === "attest")
      return { words: `countersign ${verb}`, images: positionals.slice(1).filter(isImage) };
  }
  return undefined;
}

/** `countersign sign` takes files, too: only what has a registry's host or a tag or digest is surely none. */
function isImage({ text, raw }: ShellWord): boolean {
  if (text === undefined) return /[:@]/.test(raw.replace(/\$\{[^}]*\}|\$\{\{.*?\}\}/g, ""));
  return /^[^/]*[.:][^/]*\/[^/]/.test(text) && !text.startsWith(".");
}

/**
 * Whether a use of an image is what a command of the document signs. The image is made before it is signed, so that
 * neither a missing signature nor a missing digest is what there is to say of it: `sign-by-tag` says it.
 */
export function signedHere(document: Document): (image: ImageUse) => boolean {
  const words = document.commands.flatMap((command) => readSignCommand(command)?.images ?? []).map(({ span }) => span);
  return ({ span }) => words.some((word) => word.start <= span.start && span.end <= word.end);
}
