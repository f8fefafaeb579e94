import assert from "node:assert/strict";
import { artifactNamedIn } from "../../../src/core/sign/namedArtifact.ts";
import { preAuthenticationEncoding, signatureStatement, statementType } from "../../../src/core/sign/statement.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const descriptor = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 7 };
const notary = Buffer.from(JSON.stringify({ targetArtifact: descriptor }));

const simple = (image: unknown, reference?: string): Buffer =>
  Buffer.from(JSON.stringify({ critical: { identity: { "docker-reference": reference }, image } }));
const statement = (changes: object): Buffer => {
  const own = { ...JSON.parse(signatureStatement(digest).toString("utf8")), ...changes };
  return preAuthenticationEncoding(statementType, Buffer.from(JSON.stringify(own)));
};
const subject = (name?: string): object => ({ name, digest: { sha256: digest.slice(7) } });
const cose = (payload: Buffer, external = "40"): Buffer =>
  Buffer.concat([
    Buffer.from("\x84\x6aSignature1", "latin1"),
    Buffer.from(`43a10126${external}`, "hex"),
    Buffer.from([0x58, payload.length]),
    payload,
  ]);

describe("the artifact that a message names", () => {
  const found: readonly (readonly [string, Buffer, string])[] = [
    ["cosign's statement", preAuthenticationEncoding(statementType, signatureStatement(digest)), digest],
    ["a statement with a name", statement({ subject: [subject("acme/app")] }), "acme/app"],
    [
      "an attestation",
      statement({ predicateType: "https://slsa.dev/v1" }),
      `${digest} (attestation https://slsa.dev/v1)`,
    ],
    ["cosign's first payload", simple({ "docker-manifest-digest": digest }, "acme/app"), "acme/app"],
    ["its payload without a name", simple({ "docker-manifest-digest": digest }), digest],
    ["the Notary Project's JWS", Buffer.from(`e30.${notary.toString("base64url")}`), digest],
    ["its COSE", cose(notary), digest],
  ];
  for (const [what, message, name] of found)
    it(`is found in ${what}`, () => assert.deepEqual(artifactNamedIn(message), { name, digest }));

  const notFound: readonly (readonly [string, Buffer])[] = [
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("hello")],
    ["two subjects", statement({ subject: [subject(), subject()] })],
    ["no subject", statement({ subject: [] })],
    ["another digest", statement({ subject: [{ digest: { sha512: "ab".repeat(64) } }] })],
    ["a digest that is none", statement({ subject: [{ digest: { sha256: "ab" } }] })],
    ["a statement of another length", Buffer.concat([statement({}), Buffer.from("x")])],
    ["another payload type", preAuthenticationEncoding("text/plain", signatureStatement(digest))],
    ["a payload without a digest", simple({})],
    ["JSON that is null", Buffer.from("null")],
    ["a JWS of something else", Buffer.from("e30.e30")],
    ["COSE that goes on", Buffer.concat([cose(notary), Buffer.from([0])])],
    ["COSE that is cut off", cose(notary).subarray(0, -1)],
  ];
  for (const [what, message] of notFound)
    it(`is not made up for ${what}`, () => assert.equal(artifactNamedIn(message), undefined));
});
