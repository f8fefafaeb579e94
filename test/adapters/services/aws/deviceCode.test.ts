import assert from "node:assert/strict";
import { roleSession, takeRoleByCode } from "../../../../src/adapters/services/aws/deviceCode.ts";
import type { AwsCredentials } from "../../../../src/adapters/services/aws/signatureV4.ts";
import type { Leased } from "../../../../src/adapters/services/lease.ts";
import type { Question } from "../../../../src/application/ports.ts";
import { memorySecrets } from "../../../helpers/vaultScene.ts";

const { signal } = new AbortController();
const origin = "https://kms.eu-central-1.amazonaws.com";
const role = { arn: "arn:role", device: "arn:mfa/jane" };
const session = { accessKeyId: "ASIA", secretAccessKey: "r-secret", sessionToken: "r-token" };
const hour = 3_600_000;

describe("a role of AWS that asks for the code of a device", () => {
  let now = 0;
  let codes: string[];
  let questions: Question[];
  let noted: string[];
  beforeEach(() => {
    [now, codes, questions, noted] = [0, [], [], []];
  });

  const take = async (
    answer: string | undefined,
    more: {
      readonly secrets?: ReturnType<typeof memorySecrets>;
      readonly environment?: Readonly<Record<string, string>>;
      readonly asked?: typeof role;
    } = {},
  ): Promise<Leased<AwsCredentials>> => {
    const { secrets, environment = {}, asked = role } = more;
    const person = {
      answer: (question: Question) => Promise.resolve((questions.push(question), answer)),
      visit: () => assert.fail("nothing is visited"),
    };
    const sources = {
      name: "acme",
      origin,
      region: "eu-central-1",
      timeoutMs: 5000,
      environment,
      now: () => now,
      note: (secret: string) => void noted.push(secret),
      ...(answer === undefined ? {} : { person }),
      ...(secrets === undefined ? {} : { secrets }),
    };
    const granted = (code: string): Promise<Leased<AwsCredentials>> => {
      codes.push(code);
      return code === "000000"
        ? Promise.reject(new Error("invalid one time pass code"))
        : Promise.resolve({ value: session, expiresAt: now + hour });
    };
    return takeRoleByCode(asked, sources, granted, { signal });
  };

  it("is taken by the code that the person gives", async () => {
    const { value } = await take(" 123456 ");
    assert.deepEqual([value, codes], [session, ["123456"]]);
    assert.deepEqual(questions, [
      { service: "acme", prompt: "Code of arn:mfa/jane", about: "the role arn:role", secret: true },
    ]);
    assert.ok(noted.includes("123456"));
  });

  it("is taken by the code of the environment where nobody is there", async () => {
    await take(undefined, { environment: { COUNTERSIGN_AWS_KMS_ONE_TIME_CODE: "654321" } });
    assert.deepEqual(codes, ["654321"]);
  });

  it("is not taken where nobody gives six digits", async () => {
    const refused = (words: RegExp): object => ({ code: "authentication", message: words });
    await assert.rejects(take(undefined), refused(/none were given; nothing was sent\. Sign in in the editor/));
    await assert.rejects(take(""), refused(/none were given; nothing was sent\.$/));
    await assert.rejects(take("12345x"), refused(/something else/));
    assert.deepEqual(codes, []);
  });

  it("is gone on with as long as the session is good, and asked for again afterwards", async () => {
    const secrets = memorySecrets();
    await take("123456", { secrets });
    now = hour - 61_000;
    const { value, expiresAt } = await take("222222", { secrets });
    assert.deepEqual([value, expiresAt, codes], [session, hour, ["123456"]]);
    assert.ok(noted.includes("r-secret") && noted.includes("r-token"));
    now = hour - 59_000;
    await take("333333", { secrets });
    assert.deepEqual(codes, ["123456", "333333"]);
  });

  it("is not another one's session, nor one that was spoiled", async () => {
    const secrets = memorySecrets();
    await take("111111", { secrets });
    await take("222222", { secrets, asked: { ...role, arn: "arn:other" } });
    await take("333333", { secrets, asked: { ...role, device: "arn:mfa/joe" } });
    assert.deepEqual(codes, ["111111", "222222", "333333"]);
    for (const text of ["", "{", "[]", `{"role":"arn:role","device":"arn:mfa/jane"}`]) {
      await secrets.set(origin, roleSession, text);
      await take("444444", { secrets });
    }
    assert.equal(codes.length, 7);
  });

  it("leaves nothing behind where the code was wrong", async () => {
    const secrets = memorySecrets();
    await assert.rejects(take("000000", { secrets }), /invalid one time/);
    assert.equal(await secrets.get(origin, roleSession), undefined);
  });
});
