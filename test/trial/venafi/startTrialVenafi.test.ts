import assert from "node:assert/strict";
import { request as requestHttps } from "node:https";
import { createTrialEngine, type TrialEngine } from "../../../src/trial/service/engine.ts";
import { startTrialVenafi, type TrialVenafi } from "../../../src/trial/venafi/startTrialVenafi.ts";

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The interface by itself, spoken to without the client of this project. */
describe("the trial as Venafi", () => {
  let engine: TrialEngine;
  let facade: TrialVenafi;
  let now: Date;
  beforeEach(async () => {
    now = new Date();
    engine = createTrialEngine({ now: () => now });
    facade = await startTrialVenafi(engine);
  });
  afterEach(() => facade.stop());

  const ask = (
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = requestHttps(
        new URL(path, facade.url),
        { method, headers, ca: facade.root, servername: "localhost" },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
          response.once("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              body: text === "" ? {} : (JSON.parse(text) as Answer["body"]),
            }),
          );
        },
      );
      outgoing.once("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  const login = async (user: "dev" | "lead", scope: string): Promise<Record<string, string>> => {
    const { body } = await ask("POST", "/vedauth/authorize/oauth", {
      client_id: "vsign-sdk",
      username: user,
      password: engine.secrets[user],
      scope,
    });
    return { access: String(body["access_token"]), refresh: String(body["refresh_token"]) };
  };
  const bearer = (token: string | undefined): Record<string, string> => ({ authorization: `Bearer ${token ?? ""}` });

  it("answers under any case of a path", async () => {
    const { access } = await login("dev", "codesignclient");
    for (const path of ["/vedsdk/SystemStatus/Version", "/VEDSDK/systemstatus/VERSION"])
      assert.deepEqual((await ask("GET", path, undefined, bearer(access))).body, { Version: "24.1.0.1234" });
  });

  it("serves no page of a browser, under no other name, and nobody without a session", async () => {
    const path = "/vedsdk/systemstatus/version";
    const { access } = await login("dev", "codesignclient");
    assert.equal((await ask("GET", path, undefined, { ...bearer(access), origin: "https://x.example" })).status, 403);
    assert.equal((await ask("GET", path, undefined, { ...bearer(access), host: "x.example" })).status, 403);
    assert.equal((await ask("GET", path)).status, 401);
    assert.equal((await ask("GET", path, undefined, bearer("x"))).status, 401);
    assert.equal((await ask("POST", path, { a: "x".repeat(300_000) })).status, 413);
  });

  it("ends all sessions of a sign-in whose spent refresh token comes back", async () => {
    const { access, refresh } = await login("dev", "codesignclient");
    const renew = (token: unknown): Promise<Answer> =>
      ask("POST", "/vedauth/authorize/token", { client_id: "vsign-sdk", refresh_token: token });
    const second = (await renew(refresh)).body;
    assert.ok(typeof second["refresh_token"] === "string" && second["refresh_token"] !== refresh);
    const verify = async (token: unknown): Promise<number> =>
      (await ask("GET", "/vedauth/authorize/verify", undefined, bearer(String(token)))).status;
    assert.deepEqual([await verify(access), await verify(second["access_token"])], [200, 200]);
    assert.equal((await renew(refresh)).status, 400);
    assert.deepEqual([await verify(access), await verify(second["access_token"])], [401, 401]);
    assert.equal((await renew(second["refresh_token"])).status, 400);
  });

  it("ends a session in time, and when it is revoked", async () => {
    const { access } = await login("dev", "codesignclient");
    const verify = async (token: string | undefined): Promise<number> =>
      (await ask("GET", "/vedauth/authorize/verify", undefined, bearer(token))).status;
    now = new Date(now.getTime() + 61 * 60 * 1000);
    assert.equal(await verify(access), 401);
    const other = await login("dev", "codesignclient");
    assert.equal((await ask("GET", "/vedauth/revoke/token", undefined, bearer(other["access"]))).status, 200);
    assert.equal(await verify(other["access"]), 401);
  });

  it("does nothing that the scope does not hold", async () => {
    const { access } = await login("dev", "codesign");
    const paths = ["/vedhsm/api/getobjects", "/vedhsm/api/sign", "/vedsdk/codesign/enumerateprojects"];
    for (const path of paths) {
      const { status, body } = await ask("POST", path, {}, bearer(access));
      assert.deepEqual([status, body["error"]], [401, "insufficient_scope"]);
    }
    const prequalify = await ask("POST", "/vedsdk/flow/actions/codesign/prequalify/create", {}, bearer(access));
    assert.deepEqual(prequalify.body, { Result: 1 });
  });

  it("signs only what fits its mechanism", async () => {
    const { access } = await login("dev", "codesignclient;codesign");
    const Dn = "\\VED\\Code Signing\\Projects\\Trial\\DEV";
    const found = await ask("POST", "/vedsdk/codesign/getenvironment", { Dn }, bearer(access));
    const { Guid: KeyId } = found.body["CertificateEnvironment"] as { readonly Guid: string };
    const sign = async (more: object): Promise<Answer["body"]> =>
      (await ask("POST", "/vedhsm/api/sign", { KeyId, ...more }, bearer(access))).body;
    const digest = Buffer.alloc(32, 7).toString("base64");
    const refused: readonly object[] = [
      { Mechanism: 4161, Data: "***" },
      { Mechanism: 4161, Data: "AAAA" },
      { Mechanism: 1, Data: digest },
      { Mechanism: 13, Data: digest },
      { Mechanism: 13, Data: digest, Parameter: { ParameterType: "PKCSPSS", HashAlg: 592, MGF: 3, SaltLen: 32 } },
      { Mechanism: 4183, Data: digest },
      { Mechanism: 9999, Data: digest },
      { Mechanism: "4161", Data: digest },
      { Mechanism: 4161, Data: digest, KeyId: "{none}" },
    ];
    for (const more of refused) {
      const body = await sign(more);
      assert.equal(body["Success"], false, JSON.stringify(more));
      assert.equal(body["ResultData"], undefined);
    }
    // vsign sends an empty parameter for every mechanism.
    const { ResultData, Success } = await sign({ Mechanism: 4161, Data: digest, Parameter: {} });
    assert.equal(Success, true);
    assert.equal(Buffer.from(String(ResultData), "base64").length, 64);
    assert.equal(engine.audit.entries().filter(({ event }) => event === "signed").length, 1);
  });

  it("is found by rights, configuration, project, count and nothing else", async () => {
    const { access } = await login("lead", "codesign:manage");
    const post = async (path: string, body: object = {}): Promise<Answer> => ask("POST", path, body, bearer(access));
    assert.equal((await post("/vedsdk/codesign/getright")).body["Rights"], 66);
    assert.ok((await ask("GET", "/vedsdk/codesign/getglobalconfiguration", undefined, bearer(access))).body["Success"]);
    const Dn = "\\VED\\Code Signing\\Projects\\Trial";
    assert.equal((await post("/vedsdk/codesign/getproject", { Dn })).body["Success"], true);
    assert.equal((await post("/vedsdk/codesign/getproject", { Dn: "x" })).body["Result"], 7);
    assert.deepEqual((await post("/vedsdk/flow/tickets/count")).body, { Result: 0, Count: 0 });
    assert.deepEqual((await post("/vedsdk/flow/tickets/load", { TicketId: 1 })).body, { Result: 2 });
    assert.equal((await post("/vedsdk/other")).status, 404);
  });
});
