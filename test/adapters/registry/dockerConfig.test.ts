import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { HelperOutcome, SpawnHelper } from "../../../src/adapters/registry/credentialHelper.ts";
import type { Credential } from "../../../src/adapters/registry/credentials.ts";
import { createDockerCredentials } from "../../../src/adapters/registry/dockerConfig.ts";
import { failureOf, neverAborted } from "../../helpers/registryScene.ts";

const auth = (text: string): string => Buffer.from(text).toString("base64");
const jane: Credential = { kind: "password", username: "jane", password: "word:with:colons" };
const entry = { auth: auth("jane:word:with:colons") };

describe("createDockerCredentials", () => {
  let folder: string;
  const warnings: string[] = [];
  const spawned: [string, string][] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "countersign-docker-"));
    warnings.splice(0);
    spawned.splice(0);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function source(config: unknown, outcome: Partial<HelperOutcome> & { text?: string } = {}) {
    writeFileSync(join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
    const spawnHelper: SpawnHelper = (program, input) => {
      spawned.push([program, input]);
      return Promise.resolve({ exitCode: 0, output: Buffer.from(outcome.text ?? ""), ...outcome });
    };
    const log = { info: () => undefined, warn: (message: string) => warnings.push(message) };
    return createDockerCredentials({
      environment: { DOCKER_CONFIG: folder },
      homeDirectory: "/nowhere",
      log,
      spawnHelper,
    });
  }

  async function first(config: unknown, registry: string, outcome?: Parameters<typeof source>[1]) {
    const [candidate] = await source(config, outcome).candidates(registry, neverAborted);
    return candidate?.get(neverAborted);
  }

  const found: readonly (readonly [string, string, string])[] = [
    ["the host", "ghcr.io", "ghcr.io"],
    ["the host with its port", "localhost:5000", "localhost:5000"],
    ["the host as an address", "https://ghcr.io", "ghcr.io"],
    ["the host with the API's version", "https://ghcr.io/v2/", "ghcr.io"],
    ["Docker Hub's historic key", "https://index.docker.io/v1/", "docker.io"],
    ["Docker Hub's name", "docker.io", "docker.io"],
  ];
  for (const [what, key, registry] of found) {
    it(`finds a login under ${what}`, async () =>
      assert.deepEqual(await first({ auths: { [key]: entry } }, registry), jane));
  }

  const missed: readonly (readonly [string, string, string])[] = [
    ["a host that ends alike", "cr.io", "ghcr.io"],
    ["a host that begins alike", "ghcr.io", "ghcr.io.evil.example"],
    ["a host that the key ends with", "ghcr.io", "cr.io"],
    ["another port", "localhost:5000", "localhost:5001"],
    ["the host without its port", "localhost", "localhost:5000"],
    ["a part of a repository", "ghcr.io/acme", "ghcr.io"],
    ["a host without TLS", "http://ghcr.io", "ghcr.io"],
    ["what every object has", "ghcr.io", "constructor"],
  ];
  for (const [what, key, registry] of missed) {
    it(`does not take a login of ${what}`, async () => {
      const credentials = source({ auths: { [key]: entry }, credHelpers: { [key]: "x" } });
      assert.deepEqual(await credentials.candidates(registry, neverAborted), []);
    });
  }

  it("reads user names, passwords and identity tokens", async () => {
    assert.deepEqual(await first({ auths: { r: { username: "jane", password: "word:with:colons" } } }, "r"), jane);
    const token = { kind: "identity-token", token: "t" };
    assert.deepEqual(await first({ auths: { r: { ...entry, identitytoken: "t" } } }, "r"), token);
    for (const broken of [{ auth: "!" }, { auth: auth("no colon") }, {}, null, "x"])
      assert.deepEqual(await first({ auths: { r: broken } }, "r"), undefined);
  });

  it("asks the host's helper before the one for all, and the file last", async () => {
    const config = { auths: { r: entry, s: entry }, credHelpers: { r: "own" }, credsStore: "all" };
    const credentials = source(config, { text: JSON.stringify({ Username: "u", Secret: "s" }) });
    const sources = async (registry: string) =>
      (await credentials.candidates(registry, neverAborted)).map((found) => found.source);
    assert.deepEqual(await sources("r"), ["the credential helper docker-credential-own", join(folder, "config.json")]);
    assert.deepEqual(await sources("s"), ["the credential helper docker-credential-all", join(folder, "config.json")]);
    assert.deepEqual(spawned, []);
  });

  it("gives a helper the server on its standard input, Docker Hub by its historic name", async () => {
    const text = JSON.stringify({ Username: "<token>", Secret: "t" });
    assert.deepEqual(await first({ credsStore: "all" }, "docker.io", { text }), { kind: "identity-token", token: "t" });
    await first({ credsStore: "all" }, "r:5000", { text });
    assert.deepEqual(spawned, [
      ["docker-credential-all", "https://index.docker.io/v1/"],
      ["docker-credential-all", "r:5000"],
    ]);
  });

  for (const name of ["../evil", "a/b", "a b", "a;b", "-x", "", "x".repeat(200), "a\\b", 7]) {
    it(`does not run a helper that is called ${JSON.stringify(name).slice(0, 20)}`, async () => {
      assert.deepEqual(await source({ credsStore: name }).candidates("r", neverAborted), []);
      assert.equal(warnings.length, name === "" ? 0 : 1);
    });
  }

  it("reads a helper that holds nothing as no login", async () => {
    const text = "credentials not found in native keychain\n";
    assert.equal(await first({ credsStore: "all" }, "r", { exitCode: 1, text }), undefined);
  });

  for (const [what, outcome, message] of [
    ["fails", { exitCode: 3, text: "secret-word" }, /exited with 3/u],
    ["is killed", { exitCode: undefined }, /did not answer in time/u],
    ["prints rubbish", { text: "secret-word" }, /cannot be read/u],
  ] as const) {
    it(`says that a helper ${what}, and not what it printed`, async () => {
      const error = await failureOf(first({ credsStore: "all" }, "r", outcome));
      assert.equal(error.code, "auth-helper-failed");
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /secret-word/u);
    });
  }

  it("does without a file that is absent or broken, and says that it is broken", async () => {
    rmSync(join(folder, "config.json"), { force: true });
    const log = { info: () => undefined, warn: (message: string) => warnings.push(message) };
    const absent = createDockerCredentials({ environment: {}, homeDirectory: folder, log });
    assert.deepEqual(await absent.candidates("r", neverAborted), []);
    assert.equal(warnings.length, 0);
    assert.deepEqual(await source("{").candidates("r", neverAborted), []);
    assert.equal(warnings.length, 1);
  });

  const clouds: readonly (readonly [string, string, string, Credential])[] = [
    [
      "ECR",
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
      "ecr-login",
      { kind: "password", username: "AWS", password: "s" },
    ],
    [
      "Artifact Registry",
      "europe-docker.pkg.dev",
      "gcloud",
      { kind: "password", username: "_dcgcloud_token", password: "s" },
    ],
    ["GHCR", "ghcr.io", "osxkeychain", { kind: "password", username: "jane", password: "s" }],
    // An identity token by another name: ACR takes it as the password of this user, too.
    [
      "ACR",
      "acme.azurecr.io",
      "acr-env",
      { kind: "password", username: "00000000-0000-0000-0000-000000000000", password: "s" },
    ],
    ["ACR, by an identity token", "acme.azurecr.io", "acr-env", { kind: "identity-token", token: "s" }],
  ];
  for (const [what, host, helper, credential] of clouds)
    it(`asks the helper of ${what} for its host alone`, async () => {
      const Username = credential.kind === "password" ? credential.username : "<token>";
      const text = JSON.stringify({ ServerURL: host, Username, Secret: "s" });
      const config = { credHelpers: { [host]: helper } };
      assert.deepEqual(await first(config, host, { text }), credential);
      assert.deepEqual(spawned, [[`docker-credential-${helper}`, host]]);
      assert.equal(await first(config, "registry.example", { text }), undefined);
    });

  it("asks a helper once for many repositories, and again where it has failed", async () => {
    const text = JSON.stringify({ Username: "u", Secret: "s" });
    const credentials = source({ credsStore: "all" }, { text });
    for (const repository of ["a", "b", "c"]) {
      const [candidate] = await credentials.candidates("r", { ...neverAborted, repository });
      assert.equal((await candidate?.get(neverAborted))?.kind, "password");
    }
    assert.equal(spawned.length, 1);
    const failing = source({ credsStore: "all" }, { exitCode: 3 });
    const [candidate] = await failing.candidates("r", neverAborted);
    assert.ok(candidate);
    for (let round = 0; round < 2; round++) await failureOf(candidate.get(neverAborted));
    assert.equal(spawned.length, 3);
  });

  describe("of podman, skopeo and buildah", () => {
    const write = (path: string, config: unknown): string => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), JSON.stringify(config));
      return join(folder, path);
    };
    const at = (environment: Record<string, string>) =>
      createDockerCredentials({
        environment,
        homeDirectory: folder,
        log: { info: () => undefined, warn: (message) => warnings.push(message) },
      });
    const sourcesOf = async (environment: Record<string, string>, registry: string, repository: string) =>
      (await at(environment).candidates(registry, { ...neverAborted, repository })).map(({ source: path }) => path);

    it("are asked in the order: named on purpose, Docker's, of this session, of the home folder", async () => {
      const auths = { auths: { r: entry } };
      const paths = ["named.json", ".docker/config.json", "run/containers/auth.json", ".config/containers/auth.json"];
      const all = paths.map((path) => write(path, auths));
      const environment = { REGISTRY_AUTH_FILE: join(folder, "named.json"), XDG_RUNTIME_DIR: join(folder, "run") };
      assert.deepEqual(await sourcesOf(environment, "r", "acme/app"), all);
      assert.deepEqual(await sourcesOf({ XDG_CONFIG_HOME: join(folder, "none") }, "r", "acme/app"), [all[1]]);
    });

    const login = (name: string) => ({ auth: auth(`${name}:p`) });
    const namespaced = {
      auths: { r: login("host"), "r/acme": login("acme"), "r/acme/app": login("app"), "r/ac": login("ac") },
    };
    for (const [repository, user] of [
      ["acme/app", "app"],
      ["acme/app/part", "app"],
      ["acme/application", "acme"],
      ["acme/other", "acme"],
      ["acmes/app", "host"],
      ["ac", "ac"],
      ["other", "host"],
    ] as const)
      it(`of r/${repository} are those of ${user}`, async () => {
        write(".config/containers/auth.json", namespaced);
        const [candidate] = await at({}).candidates("r", { ...neverAborted, repository });
        const credential = await candidate?.get(neverAborted);
        assert.equal(credential?.kind === "password" && credential.username, user);
      });

    it("of a part of a host are not those of another host", async () => {
      write(".config/containers/auth.json", { auths: { "r/acme": login("acme") } });
      for (const registry of ["r2", "r:5000", "rr"]) assert.deepEqual(await sourcesOf({}, registry, "acme/app"), []);
      assert.deepEqual(await sourcesOf({}, "r", "other/app"), []);
    });

    it("of a part of a host are not read in Docker's file, which has none", async () => {
      write(".docker/config.json", { auths: { "r/acme": login("acme") } });
      assert.deepEqual(await sourcesOf({}, "r", "acme/app"), []);
    });
  });
});
