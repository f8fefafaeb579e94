import assert from "node:assert/strict";
import { challengeOf, readIdentityToken } from "../../../src/core/sign/identityToken.ts";

const token = (claims: unknown): string =>
  ["e30", Buffer.from(typeof claims === "string" ? claims : JSON.stringify(claims)).toString("base64url"), "c2ln"].join(
    ".",
  );
const good = { iss: "https://login.example", sub: "1", aud: "sigstore", exp: 1_800_000_000 };

describe("readIdentityToken", () => {
  it("reads who it is of, for whom, and until when", () => {
    assert.deepEqual(readIdentityToken(token({ ...good, nonce: "n", email: "a@b.example", email_verified: true })), {
      issuer: "https://login.example",
      audience: ["sigstore"],
      expiresAt: 1_800_000_000_000,
      subject: "1",
      nonce: "n",
      email: "a@b.example",
    });
  });

  it("reads several audiences", () => {
    assert.deepEqual(readIdentityToken(token({ ...good, aud: ["a", "sigstore", 1] }))?.audience, ["a", "sigstore"]);
  });

  it("has the e-mail address or the subject signed", () => {
    const [person, job] = [readIdentityToken(token({ ...good, email: "a@b.example" })), readIdentityToken(token(good))];
    assert.ok(person !== undefined && job !== undefined);
    assert.deepEqual([challengeOf(person), challengeOf(job)], ["a@b.example", "1"]);
  });

  const refused: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["two parts", "e30.e30"],
    ["four parts", "e30.e30.e30.e30"],
    ["no JSON", token("hello")],
    ["a list", token([])],
    ["no issuer", token({ ...good, iss: undefined })],
    ["no subject", token({ ...good, sub: "" })],
    ["no end", token({ ...good, exp: "tomorrow" })],
    ["an address that is not verified", token({ ...good, email: "a@b.example", email_verified: false })],
    ["an issuer twice", token('{"iss":"a","iss":"b","sub":"1","exp":1}')],
    ["padding", token(good).replace(/\.c2ln$/u, "=.c2ln")],
  ];
  for (const [what, text] of refused) it(`refuses ${what}`, () => assert.equal(readIdentityToken(text), undefined));
});
