import assert from "node:assert/strict";
import { RegistryError } from "../../../src/application/errors.ts";
import type { CredentialSource } from "../../../src/adapters/registry/credentials.ts";
import type { TrialLogin } from "../../../src/trial/registry/login.ts";
import { startTrialRegistry, type TrialRequest } from "../../../src/trial/registry/trialRegistry.ts";
import {
  failureOf,
  neverAborted,
  passwordFor,
  pushImage,
  sourceOf,
  startScene,
  utf8,
  withScheme,
  type Scene,
} from "../../helpers/registryScene.ts";

const bearer: TrialLogin = { kind: "bearer", username: "jane", password: "secret-word", anonymousPull: true };

async function withScene(
  options: Parameters<typeof startScene>[0],
  work: (scene: Scene) => Promise<void>,
): Promise<void> {
  const scene = await startScene(options);
  try {
    await work(scene);
  } finally {
    await scene.stop();
  }
}

const withJane = (scene: Scene) => scene.client({ credentials: passwordFor(scene.host, "jane", "secret-word") });

/** Refuses the credential of whoever is asked, and counts how often it was asked. */
function failingHelper(host: string): CredentialSource & { asked: number } {
  const source = {
    asked: 0,
    candidates: (registry: string) =>
      Promise.resolve(
        registry !== host
          ? []
          : [
              {
                source: "the credential helper docker-credential-broken",
                get: () => {
                  source.asked++;
                  return Promise.reject(
                    new RegistryError("auth-helper-failed", "The helper docker-credential-broken exited with 1."),
                  );
                },
              },
            ],
      ),
  };
  return source;
}

describe("logging in", () => {
  it("asks for no credential before a registry asks for a login", () =>
    withScene({}, async (scene) => {
      const credentials: CredentialSource = { candidates: () => Promise.reject(new Error("asked")) };
      await scene.client({ credentials }).manifest(scene.repository, "1", neverAborted);
    }));

  it("sends a password where basic login is asked for, and keeps it for the host", () =>
    withScene({ login: { ...bearer, kind: "basic" } }, async (scene) => {
      const registry = withJane(scene);
      await pushImage(registry, scene.repository, "1");
      scene.requests.splice(0);
      assert.notEqual(await registry.resolve({ ...scene.repository, tag: "1" }, neverAborted), undefined);
      assert.deepEqual(
        scene.requests.map(({ authorization }) => authorization?.split(" ")[0]),
        ["Basic"],
      );
    }));

  it("refuses a wrong password once, naming where it came from and not what it is", () =>
    withScene({ login: { ...bearer, kind: "basic" } }, async (scene) => {
      const registry = scene.client({ credentials: passwordFor(scene.host, "jane", "wrong-word") });
      const error = await failureOf(registry.manifest(scene.repository, "1", neverAborted));
      assert.equal(error.code, "authentication");
      assert.match(error.message, /refused the login from the test's keychain/u);
      assert.doesNotMatch(error.message, /wrong-word|jane/u);
      assert.equal(scene.requests.length, 2);
      assert.equal((await failureOf(registry.manifest(scene.repository, "1", neverAborted))).code, "authentication");
      assert.equal(scene.requests.length, 3);
    }));

  it("takes a new password after the old one was refused", () =>
    withScene({ login: { ...bearer, kind: "basic" } }, async (scene) => {
      const stored = { password: "wrong-word" };
      const credentials: CredentialSource = {
        candidates: (registry, options) =>
          passwordFor(scene.host, "jane", stored.password).candidates(registry, options),
      };
      const registry = scene.client({ credentials });
      const ask = () => registry.manifest(scene.repository, "1", neverAborted);
      await failureOf(ask());
      await failureOf(ask());
      stored.password = "secret-word";
      assert.equal(await ask(), undefined);
    }));

  it("says where no credential was found", () =>
    withScene({ login: { ...bearer, kind: "basic" } }, async (scene) => {
      const error = await failureOf(scene.registry.manifest(scene.repository, "1", neverAborted));
      assert.equal(error.code, "authentication");
      assert.match(error.message, /asks for a login, and none is stored for it\. Sign in with 'docker login/u);
    }));

  it("gets one token for a repository, however much is asked at once", () =>
    withScene({ login: bearer }, async (scene) => {
      const image = await pushImage(withJane(scene), scene.repository, "1");
      scene.taken();
      const registry = withJane(scene);
      assert.deepEqual(await registry.resolve({ ...scene.repository, tag: "1" }, neverAborted), image);
      await Promise.all(["a", "b", "c"].map((tag) => registry.manifest(scene.repository, tag, neverAborted)));
      assert.deepEqual(
        scene
          .taken()
          .map((line) => line.split("?")[0])
          .toSorted((one, other) => one!.localeCompare(other!)),
        [
          "GET /token",
          "GET /v2/acme/app/manifests/a",
          "GET /v2/acme/app/manifests/b",
          "GET /v2/acme/app/manifests/c",
          "HEAD /v2/acme/app/manifests/1",
          "HEAD /v2/acme/app/manifests/1",
        ],
      );
      // The host is known now: another repository costs its token, and no refusal first.
      await registry.manifest({ registry: scene.host, repository: "acme/other" }, "1", neverAborted);
      assert.deepEqual(scene.taken(), [
        "GET /token?service=trial&scope=repository%3Aacme%2Fother%3Apull",
        "GET /v2/acme/other/manifests/1",
      ]);
    }));

  it("pulls anonymously where the registry lets everyone", () =>
    withScene({ login: bearer }, async (scene) => {
      const image = await pushImage(withJane(scene), scene.repository, "1");
      scene.requests.splice(0);
      assert.deepEqual(await scene.registry.resolve({ ...scene.repository, tag: "1" }, neverAborted), image);
      assert.equal(scene.requests.find(({ path }) => path.startsWith("/token"))?.authorization, undefined);
      const error = await failureOf(scene.registry.pushBlob(scene.repository, utf8("x"), "text/plain", neverAborted));
      assert.equal(error.code, "authentication");
    }));

  it("gets a new token once where the registry refuses the old one", () =>
    withScene({ login: bearer }, async (scene) => {
      const registry = withJane(scene);
      await pushImage(registry, scene.repository, "1");
      await registry.manifest(scene.repository, "1", neverAborted);
      scene.taken();
      const challenge = { "www-authenticate": `Bearer realm="http://${scene.host}/token",service="trial"` };
      const fault = { kind: "status" as const, status: 401, headers: challenge };
      scene.faults.push({ path: /manifests/u, fault, once: true });
      assert.notEqual(await registry.manifest(scene.repository, "1", neverAborted), undefined);
      assert.deepEqual(
        scene.taken().map((line) => line.split("?")[0]),
        ["GET /v2/acme/app/manifests/1", "GET /token", "GET /v2/acme/app/manifests/1"],
      );
      scene.faults.push({ path: /manifests/u, fault });
      assert.equal((await failureOf(registry.manifest(scene.repository, "1", neverAborted))).code, "authentication");
      assert.equal(scene.taken().length, 3);
    }));

  it("goes on without a helper that fails, and says so where that does not suffice", () =>
    withScene({ login: bearer }, async (scene) => {
      await pushImage(withJane(scene), scene.repository, "1");
      const credentials = failingHelper(scene.host);
      const registry = scene.client({ credentials });
      assert.notEqual(await registry.manifest(scene.repository, "1", neverAborted), undefined);
      assert.deepEqual(scene.warnings, ["The helper docker-credential-broken exited with 1."]);
      assert.equal(credentials.asked, 1);
    }).then(() =>
      withScene({ login: { ...bearer, anonymousPull: false } }, async (scene) => {
        const registry = scene.client({ credentials: failingHelper(scene.host) });
        assert.equal(
          (await failureOf(registry.manifest(scene.repository, "1", neverAborted))).code,
          "auth-helper-failed",
        );
      }),
    ));

  it("shows a credential only to the registry that it is stored for", () =>
    withScene({ login: bearer }, async (scene) => {
      const registry = scene.client({ credentials: passwordFor("127.0.0.1", "jane", "secret-word") });
      await registry.manifest(scene.repository, "1", neverAborted);
      assert.deepEqual(
        scene.requests.filter(({ authorization }) => authorization?.startsWith("Basic")),
        [],
      );
    }));

  it("shows the password of a part of a host's repositories to no other part", () =>
    withScene({ login: { ...bearer, kind: "basic" } }, async (scene) => {
      const credentials: CredentialSource = {
        candidates: (_, { repository }) =>
          Promise.resolve([
            {
              source: "the test's file",
              get: () =>
                Promise.resolve(
                  repository === "acme/app"
                    ? { kind: "password", username: "jane", password: "secret-word" }
                    : { kind: "password", username: "john", password: "other-word" },
                ),
            },
          ]),
      };
      const registry = scene.client({ credentials });
      await registry.manifest(scene.repository, "1", neverAborted);
      await failureOf(registry.manifest({ ...scene.repository, repository: "acme/other" }, "1", neverAborted));
      const shown = scene.requests.flatMap(({ path, authorization }) =>
        authorization === undefined
          ? []
          : [[path.split("/")[3], Buffer.from(authorization.slice(6), "base64").toString()]],
      );
      assert.deepEqual(shown, [
        ["app", "jane:secret-word"],
        ["other", "john:other-word"],
      ]);
    }));

  it("exchanges an identity token in a body", () =>
    withScene({ login: bearer }, async (scene) => {
      const credentials = sourceOf(scene.host, "the test's keychain", {
        kind: "identity-token",
        token: "refresh-word",
      });
      const fault = { kind: "body" as const, body: JSON.stringify({ access_token: "granted" }) };
      scene.faults.push({ path: /^\/token/u, fault });
      await failureOf(scene.client({ credentials }).manifest(scene.repository, "1", neverAborted));
      assert.deepEqual(
        scene.requests.map(({ method, path, authorization }) => [method, path, authorization]),
        [
          ["GET", "/v2/acme/app/manifests/1", undefined],
          ["POST", "/token", undefined],
          ["GET", "/v2/acme/app/manifests/1", "Bearer granted"],
        ],
      );
    }));

  for (const [what, body] of [
    ["without a token", "{}"],
    ["with a token that is no header value", JSON.stringify({ token: "a\r\nx: y" })],
    ["that is a web page", "<html>"],
  ] as const) {
    it(`reads a login answer ${what} as the registry's error`, () =>
      withScene({ login: bearer }, async (scene) => {
        scene.faults.push({ path: /^\/token/u, fault: { kind: "body", body } });
        assert.equal(
          (await failureOf(scene.registry.manifest(scene.repository, "1", neverAborted))).code,
          "registry-error",
        );
      }));
  }
});

describe("credentials", () => {
  /** Another server of this machine, standing for a thief's: no Authorization may arrive there. */
  let thief: Awaited<ReturnType<typeof startTrialRegistry>>;
  const stolen: TrialRequest[] = [];
  before(async () => {
    thief = await startTrialRegistry({ onRequest: (request) => stolen.push(request) });
  });
  after(() => thief.stop());
  beforeEach(() => void stolen.splice(0));

  const realms: readonly (readonly [string, (host: string) => string])[] = [
    ["without https", () => "http://auth.example/token"],
    ["on another name of this machine, without https", () => `http://localhost:${thief.host.split(":")[1]}/token`],
    ["inside a cloud's metadata service", () => "https://169.254.169.254/token"],
    ["inside a private network", () => "https://10.0.0.1/token"],
    ["with credentials in it", (host) => `http://jane:word@${host}/token`],
    ["that is no address", () => "token"],
    ["of another scheme", () => "file:///etc/passwd"],
  ];
  for (const [what, realm] of realms) {
    it(`GHSA-28r5-37g7-p6mp, GHSA-xf85-363p-868w: do not go to a login address ${what}`, () =>
      withScene({}, async (scene) => {
        const header = { "www-authenticate": `Bearer realm="${realm(scene.host)}",service="trial"` };
        scene.faults.push({ path: /manifests/u, fault: { kind: "status", status: 401, headers: header } });
        const error = await failureOf(withJane(scene).manifest(scene.repository, "1", neverAborted));
        assert.equal(error.code, "authentication");
        assert.match(error.message, /Nothing was sent there/u);
        assert.equal(scene.requests.length, 1);
        assert.deepEqual(stolen, []);
      }));
  }

  it("GHSA-vh4v-2xq2-g5cg: do not follow a redirect to another origin", () =>
    withScene({ login: { ...bearer, kind: "basic" } }, async (scene) => {
      // The rule that refuses plain http is in the way on this machine, so the addresses are changed on the way.
      const registry = scene.client({
        credentials: passwordFor(scene.host, "jane", "secret-word"),
        wire: withScheme("http:"),
      });
      const image = await pushImage(registry, scene.repository, "1");
      scene.faults.push({
        path: /manifests/u,
        fault: { kind: "redirect", location: `https://${thief.host}/v2/x/manifests/1` },
      });
      assert.equal(await registry.manifest(scene.repository, image.digest, neverAborted), undefined);
      assert.deepEqual(
        stolen.map(({ path, authorization }) => [path, authorization]),
        [["/v2/x/manifests/1", undefined]],
      );
    }));

  it("GHSA-vh4v-2xq2-g5cg: do not come back after a redirect that returns", () =>
    withScene({ login: { ...bearer, kind: "basic" } }, async (scene) => {
      const registry = scene.client({
        credentials: passwordFor(scene.host, "jane", "secret-word"),
        wire: withScheme("http:"),
      });
      await pushImage(registry, scene.repository, "1");
      scene.requests.splice(0);
      // https to the same host and port is another origin: the scheme differs.
      const location = `https://${scene.host}/v2/acme/app/manifests/2`;
      scene.faults.push({ path: /manifests\/1/u, fault: { kind: "redirect", location } });
      const error = await failureOf(registry.manifest(scene.repository, "1", neverAborted));
      assert.equal(error.code, "authentication");
      assert.deepEqual(
        scene.requests.map(({ path, authorization }) => [path, authorization !== undefined]),
        [
          ["/v2/acme/app/manifests/1", true],
          ["/v2/acme/app/manifests/2", false],
        ],
      );
    }));

  it("do not answer another origin's question", async () => {
    const login: TrialLogin = { ...bearer, kind: "basic" };
    const asking = await startTrialRegistry({ login, onRequest: (request) => stolen.push(request) });
    await withScene({}, async (scene) => {
      const registry = scene.client({
        credentials: passwordFor(scene.host, "jane", "secret-word"),
        wire: withScheme("http:"),
      });
      scene.faults.push({
        path: /blobs/u,
        fault: { kind: "redirect", location: `https://${asking.host}/v2/x/blobs/y` },
      });
      const blob = { mediaType: "text/plain", digest: `sha256:${"a".repeat(64)}`, size: 1 };
      const error = await failureOf(registry.blob(scene.repository, blob, neverAborted));
      assert.equal(error.code, "authentication");
      assert.match(error.message, /asks for a login of its own/u);
      assert.deepEqual(
        stolen.map(({ authorization }) => authorization),
        [undefined],
      );
    });
    await asking.stop();
  });

  it("GHSA-jxpm-75mh-9fp7: do not follow an upload to another origin", () =>
    withScene({ login: { ...bearer, kind: "basic" } }, async (scene) => {
      scene.faults.push({
        path: /uploads\/$/u,
        fault: { kind: "status", status: 202, headers: { location: `http://${thief.host}/v2/x/blobs/uploads/1` } },
      });
      const error = await failureOf(
        withJane(scene).pushBlob(scene.repository, utf8("content"), "text/plain", neverAborted),
      );
      // The registry answers before it has asked for a login, so nothing but the address is at fault.
      assert.equal(error.code, "registry-error");
      assert.match(error.message, /sends uploads to another address/u);
      assert.deepEqual(stolen, []);
    }));

  for (const [what, location] of [
    ["out of https", "http://other.example/x"],
    ["into a private network", "https://10.0.0.1/x"],
    ["with credentials in it", "https://jane:word@other.example/x"],
    ["to something that is no address", "https://["],
  ] as const) {
    it(`a redirect ${what} is not followed`, () =>
      withScene({}, async (scene) => {
        scene.faults.push({ path: /manifests/u, fault: { kind: "redirect", location } });
        const error = await failureOf(scene.registry.manifest(scene.repository, "1", neverAborted));
        assert.equal(error.code, "registry-error");
        assert.match(error.message, /The redirect was not followed/u);
      }));
  }
});
