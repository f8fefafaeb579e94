import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openService, openServices } from "../../../src/adapters/services/services.ts";
import { parseTrialState, stateFolder } from "../../../src/adapters/services/trialState.ts";

const state = {
  pid: 1,
  startedAt: "2026-11-21T10:00:00Z",
  registry: "127.0.0.1:5000",
  url: "http://127.0.0.1:5001",
  secrets: { dev: "d", lead: "l", security: "s" },
};
const pointer = { name: "acme", type: "trial", url: "http://127.0.0.1:5001/", options: {} };

describe("openService", () => {
  let folder: string;
  let place: { environment: Record<string, string>; platform: string };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-services-"));
    place = { environment: { COUNTERSIGN_STATE_DIR: folder }, platform: "linux" };
    await writeFile(join(folder, "trial.json"), JSON.stringify(state));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("finds the trial without configuration", async () => {
    const service = await openService("trial", { configuration: { services: [] }, place });
    assert.deepEqual([service.name, service.origin], ["trial", "http://127.0.0.1:5001"]);
  });

  it("finds a configured service under its name", async () => {
    const service = await openService("acme", { configuration: { services: [pointer] }, place });
    assert.equal(service.name, "acme");
  });

  const refused: readonly (readonly [string, string, readonly (typeof pointer)[], string])[] = [
    ["a name that nothing has", "other", [pointer], "configuration"],
    ["a type that is not supported", "acme", [{ ...pointer, type: "kms" }], "configuration"],
    [
      "another host under the trial's name",
      "trial",
      [{ ...pointer, name: "trial", url: "https://attacker.example" }],
      "configuration",
    ],
    ["another port", "acme", [{ ...pointer, url: "http://127.0.0.1:5002" }], "configuration"],
    ["credentials in a URL", "acme", [{ ...pointer, url: "http://x@127.0.0.1:5001" }], "configuration"],
  ];
  for (const [what, name, services, code] of refused)
    it(`refuses ${what}`, () => assert.rejects(openService(name, { configuration: { services }, place }), { code }));

  it("says that no trial runs", async () => {
    await rm(join(folder, "trial.json"));
    await assert.rejects(openService("trial", { configuration: { services: [] }, place }), {
      code: "service-unavailable",
    });
  });

  it("opens what can be opened and tells the rest", async () => {
    const failed: string[] = [];
    const services = [pointer, { ...pointer, name: "kms", type: "kms" }];
    const opened = await openServices({ configuration: { services }, place }, (name) => failed.push(name));
    assert.deepEqual(
      opened.map(({ name }) => name),
      ["acme", "trial"],
    );
    assert.deepEqual(failed, ["kms"]);
  });
});

describe("parseTrialState", () => {
  it("reads what the trial writes", () => assert.deepEqual(parseTrialState(JSON.stringify(state)), state));

  it("knows other interfaces on loopback only", () => {
    const vault = { url: "http://127.0.0.1:7" };
    assert.deepEqual(parseTrialState(JSON.stringify({ ...state, vault }))?.vault, vault);
    for (const url of ["http://127.0.0.1.example", "https://vault.example", "http://127.0.0.1:7/x", 7])
      assert.equal(parseTrialState(JSON.stringify({ ...state, vault: { url } }))?.vault, undefined);
  });

  it("knows further interfaces on loopback only", () => {
    const interfaces = { "aws-kms": "http://127.0.0.1:7", csc: "https://attacker.example", other: 7 };
    const read = parseTrialState(JSON.stringify({ ...state, interfaces }))?.interfaces;
    assert.deepEqual(read, { "aws-kms": "http://127.0.0.1:7" });
  });

  const refused: readonly (readonly [string, object])[] = [
    ["a service on another machine", { ...state, url: "http://192.0.2.1:5001" }],
    ["a service under a name", { ...state, url: "http://localhost.attacker.example:5001" }],
    ["a registry on another machine", { ...state, registry: "registry.example.com" }],
    ["no secrets", { ...state, secrets: undefined }],
    ["a process that cannot be", { ...state, pid: -1 }],
  ];
  for (const [what, text] of refused)
    it(`refuses ${what}`, () => assert.equal(parseTrialState(JSON.stringify(text)), undefined));
});

describe("stateFolder", () => {
  const cases: readonly (readonly [string, Record<string, string>, string, RegExp])[] = [
    ["what the environment says", { COUNTERSIGN_STATE_DIR: "/s", XDG_STATE_HOME: "/x" }, "linux", /^\/s$/],
    ["XDG_STATE_HOME", { XDG_STATE_HOME: "/x" }, "linux", /^\/x\/countersign$/],
    ["the default, where XDG_STATE_HOME is relative", { XDG_STATE_HOME: "x" }, "linux", /\.local\/state\/countersign$/],
    ["Application Support", {}, "darwin", /Library\/Application Support\/countersign$/],
    ["LOCALAPPDATA", { LOCALAPPDATA: "/l" }, "win32", /^\/l\/countersign$/],
  ];
  for (const [what, environment, platform, expected] of cases)
    it(`is ${what} on ${platform}`, () => assert.match(stateFolder({ environment, platform }), expected));
});
