import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSignIn, type KeptSignIn } from "../../../../src/adapters/services/aws/keptSignIn.ts";

const { signal } = new AbortController();
const minute = 60_000;
const now = Date.UTC(2026, 0, 1);
const inTime = (milliseconds: number): string => new Date(now + milliseconds).toISOString();

describe("a sign-in to IAM Identity Center that is kept", () => {
  let home: string;
  let folder: string;
  let file: string;
  let server: Server;
  let url: string;
  let asked: (readonly [string, unknown])[];
  let answer: readonly [number, object | undefined];
  const kept = {
    startUrl: "https://acme.awsapps.com/start",
    region: "eu-west-1",
    accessToken: "old-token",
    expiresAt: inTime(-minute),
    clientId: "client",
    clientSecret: "client-secret",
    registrationExpiresAt: inTime(90 * 24 * 60 * minute),
    refreshToken: "refresh-1",
    other: "kept",
  };
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "countersign-sso-"));
    folder = join(home, ".aws", "sso", "cache");
    await mkdir(folder, { recursive: true });
    file = join(folder, `${createHash("sha1").update("acme").digest("hex")}.json`);
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        asked.push([`${request.method} ${request.url}`, JSON.parse(Buffer.concat(chunks).toString("utf8"))]);
        const [status, body] = answer;
        response.writeHead(status).end(body === undefined ? "" : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  });
  after(async () => {
    server.close();
    await rm(home, { recursive: true });
  });
  beforeEach(() => {
    asked = [];
    answer = [200, { accessToken: "new-token", expiresIn: 3600, refreshToken: "refresh-2", tokenType: "Bearer" }];
  });

  const read = async (changes: Partial<typeof kept>, isRenewed = true): Promise<KeptSignIn> => {
    await writeFile(file, JSON.stringify({ ...kept, ...changes }), { mode: 0o600 });
    const signOn = {
      session: "acme",
      startUrl: kept.startUrl,
      isRenewed,
      region: "eu-west-1",
      account: "1",
      role: "r",
    };
    const place = { region: "x", timeoutMs: 5000, note: () => undefined, now: () => now };
    return readSignIn({ ...place, environment: { HOME: home, AWS_ENDPOINT_URL_SSO_OIDC: url } }, signOn, { signal });
  };
  const inFile = async (): Promise<Record<string, unknown>> => JSON.parse(await readFile(file, "utf8"));

  it("is renewed where it has ended, and kept for the programs of AWS", async () => {
    assert.deepEqual(await read({}), { kind: "token", token: "new-token" });
    assert.deepEqual(asked, [
      [
        "POST /token",
        {
          clientId: "client",
          clientSecret: "client-secret",
          grantType: "refresh_token",
          refreshToken: "refresh-1",
        },
      ],
    ]);
    assert.deepEqual(await inFile(), {
      ...kept,
      accessToken: "new-token",
      refreshToken: "refresh-2",
      expiresAt: "2026-01-01T01:00:00Z",
    });
    if (process.platform !== "win32") assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await readdir(folder)).length, 1);
  });

  it("keeps its refresh token where it is given no other", async () => {
    answer = [200, { accessToken: "new-token", expiresIn: 3600 }];
    await read({});
    assert.equal((await inFile())["refreshToken"], "refresh-1");
  });

  it("is renewed minutes before its end, and not earlier", async () => {
    assert.deepEqual(await read({ expiresAt: inTime(6 * minute) }), { kind: "token", token: "old-token" });
    assert.deepEqual(asked, []);
    assert.deepEqual(await read({ expiresAt: inTime(4 * minute) }), { kind: "token", token: "new-token" });
  });

  const refusals: readonly (readonly [string, readonly [number, object | undefined]])[] = [
    ["refused", [400, { error: "invalid_grant" }]],
    ["without a token", [200, { expiresIn: 3600 }]],
    ["without an end", [200, { accessToken: "new-token" }]],
    ["with an end in the past", [200, { accessToken: "new-token", expiresIn: -1 }]],
  ];
  for (const [what, refusal] of refusals)
    it(`serves as long as it is good where its renewal is ${what}`, async () => {
      answer = refusal;
      assert.deepEqual(await read({ expiresAt: inTime(minute) }), { kind: "token", token: "old-token" });
      assert.deepEqual(await read({}), { kind: "none", why: "has expired" });
      assert.deepEqual(await inFile(), kept);
    });

  it("serves as long as it is good where nobody answers, which is said afterwards", async () => {
    answer = [503, undefined];
    assert.deepEqual(await read({ expiresAt: inTime(minute) }), { kind: "token", token: "old-token" });
    await assert.rejects(read({}), { code: "service-unavailable", message: /renew the sign-in/ });
  });

  const unrenewed: readonly (readonly [string, Partial<typeof kept>, boolean])[] = [
    ["has no refresh token", { refreshToken: "" }, true],
    ["has no client", { clientId: "" }, true],
    ["has no secret of a client", { clientSecret: "" }, true],
    ["has a registration that ended", { registrationExpiresAt: inTime(-minute) }, true],
    ["has a registration without an end", { registrationExpiresAt: "" }, true],
    ["is of an older configuration", {}, false],
  ];
  for (const [what, changes, isRenewed] of unrenewed)
    it(`is not renewed where it ${what}`, async () => {
      assert.deepEqual(await read(changes, isRenewed), { kind: "none", why: "has expired" });
      assert.deepEqual(asked, []);
    });

  it("is not one of another address", async () => {
    assert.deepEqual(await read({ startUrl: "https://other.awsapps.com/start" }), {
      kind: "none",
      why: "is not there",
    });
    assert.deepEqual(asked, []);
  });
});
