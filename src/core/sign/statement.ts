/** Payload type of in-toto statements in a DSSE envelope. */
export const statementType = "application/vnd.in-toto+json";

/** Predicate type by which a statement says "this image", as cosign 3 writes it. */
export const signaturePredicate = "https://sigstore.dev/cosign/sign/v1";

/**
 * The in-toto Statement v1 that `cosign sign` of cosign 3 signs for an image, byte for byte: no subject name,
 * empty annotations, empty predicate. `digest` is the image's, `sha256:<hex>` or another algorithm of the grammar.
 */
export function signatureStatement(digest: string): Buffer {
  const colon = digest.indexOf(":");
  const subject = { digest: { [digest.slice(0, colon)]: digest.slice(colon + 1) }, annotations: {} };
  const statement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [subject],
    predicateType: signaturePredicate,
    predicate: {},
  };
  return Buffer.from(JSON.stringify(statement), "utf8");
}

/** What is said of an artifact: an in-toto predicate, its type and its JSON text as it stands. */
export interface Predicate {
  readonly type: string;
  readonly json: string;
}

/** The in-toto Statement v1 that says something of an artifact. The predicate's text goes in unchanged, so that no number is rounded. */
export function attestationStatement(name: string, digest: string, { type, json }: Predicate): Buffer {
  const colon = digest.indexOf(":");
  const subject = [{ name, digest: { [digest.slice(0, colon)]: digest.slice(colon + 1) } }];
  const head = JSON.stringify({ _type: "https://in-toto.io/Statement/v1", subject, predicateType: type });
  return Buffer.from(`${head.slice(0, -1)},"predicate":${json}}`, "utf8");
}

/** What a DSSE signature is made over (DSSE v1, pre-authentication encoding): lengths count bytes. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType, "utf8");
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `, "utf8"),
    type,
    Buffer.from(` ${payload.length} `, "utf8"),
    payload,
  ]);
}
