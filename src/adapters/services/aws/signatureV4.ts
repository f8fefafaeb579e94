import { createHash, createHmac } from "node:crypto";

/** What proves to AWS who asks. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request as it is signed: POST to the root, which is all that KMS knows. */
export interface SignedParts {
  readonly host: string;
  /** Lower-case names; without `host` and those that signing adds. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a signature is for: it is good for nothing else. */
export interface SignatureScope {
  readonly region: string;
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The headers that sign a request (AWS Signature Version 4), `authorization` among them. */
export function signRequest(
  request: SignedParts,
  credentials: AwsCredentials,
  scope: SignatureScope,
): Readonly<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = new Date(scope.now).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const date = time.slice(0, 8);
  const added = { "x-amz-date": time, ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken }) };
  const all = Object.entries({ ...request.headers, ...added, host: request.host }).toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const names = all.map(([name]) => name).join(";");
  const canonical = [
    "POST",
    "/",
    "",
    ...all.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, " ")}`),
    "",
    names,
    hash(request.body),
  ].join("\n");
  const place = `${date}/${scope.region}/${scope.service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, place, hash(canonical)].join("\n");
  const key = [date, scope.region, scope.service, "aws4_request"].reduce<string | Buffer>(
    (last, part) => mac(last, part),
    `AWS4${secretAccessKey}`,
  );
  const signature = mac(key, toSign).toString("hex");
  return {
    ...added,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${place}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** Credentials of their parts; none where id or secret are missing. */
export function credentialsOf(parts: {
  readonly id: string | undefined;
  readonly secret: string | undefined;
  readonly token: string | undefined;
}): AwsCredentials | undefined {
  const { id = "", secret = "", token = "" } = parts;
  if (id === "" || secret === "") return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...(token === "" ? {} : { sessionToken: token }) };
}

function hash(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function mac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text, "utf8").digest();
}
