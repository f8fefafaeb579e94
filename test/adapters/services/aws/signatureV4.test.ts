import assert from "node:assert/strict";
import { signRequest } from "../../../../src/adapters/services/aws/signatureV4.ts";

// The example of a query to the root by POST in the test suite that AWS published for version 4 ("post-vanilla").
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const scope = { region: "us-east-1", service: "service", now: Date.UTC(2015, 7, 30, 12, 36, 0) };
const request = { host: "example.amazonaws.com", headers: {}, body: "" };

describe("AWS Signature Version 4", () => {
  it("is the one of the published example", () => {
    const headers = signRequest(request, credentials, scope);
    assert.deepEqual(headers, {
      "x-amz-date": "20150830T123600Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    });
  });

  const changes: readonly (readonly [string, Partial<typeof request>, object, object])[] = [
    ["body", { body: "x" }, {}, {}],
    ["host", { host: "other.amazonaws.com" }, {}, {}],
    ["headers", { headers: { "x-amz-target": "Sign" } }, {}, {}],
    ["secret", {}, { secretAccessKey: "other" }, {}],
    ["session", {}, { sessionToken: "token" }, {}],
    ["region", {}, {}, { region: "eu-west-1" }],
    ["service", {}, {}, { service: "kms" }],
    ["time", {}, {}, { now: scope.now + 1000 }],
  ];
  const signatureOf = (headers: Readonly<Record<string, string>>): string | undefined =>
    /Signature=(.+)$/.exec(headers["authorization"] ?? "")?.[1];
  const plain = signatureOf(signRequest(request, credentials, scope));
  for (const [what, changed, who, where] of changes)
    it(`is bound to the ${what}`, () => {
      const headers = signRequest({ ...request, ...changed }, { ...credentials, ...who }, { ...scope, ...where });
      assert.notEqual(signatureOf(headers), plain);
    });
});
