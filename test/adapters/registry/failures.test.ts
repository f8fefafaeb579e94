import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { Registry } from "../../../src/application/ports.ts";
import { ConnectionError, type Wire } from "../../../src/adapters/registry/wire.ts";
import { digestOf } from "../../../src/core/image/contentDigest.ts";
import type { Descriptor } from "../../../src/core/verdict/evidence.ts";
import type { Fault } from "../../../src/trial/registry/faults.ts";
import {
  failureOf,
  impatient,
  isEndless,
  neverAborted,
  pushImage,
  startScene,
  utf8,
  wires,
  withScheme,
  type Scene,
} from "../../helpers/registryScene.ts";

for (const [name, wire] of wires)
  describe(`what a registry's failure means over ${name}`, () => {
    let scene: Scene;
    let image: Descriptor;
    before(async () => {
      scene = await startScene({ client: { wire } });
      image = await pushImage(scene.registry, scene.repository, "1");
    });
    after(() => scene.stop());
    afterEach(() => void scene.faults.splice(0));

    const manifestFaults: readonly (readonly [string, Fault, string])[] = [
      ["an error of its own", { kind: "status", status: 500 }, "registry-error"],
      ["an unavailable service", { kind: "status", status: 503 }, "registry-error"],
      ["a status that makes no sense", { kind: "status", status: 418 }, "registry-error"],
      ["a limit", { kind: "status", status: 429, headers: { "retry-after": "3600" } }, "rate-limit"],
      ["a limit without an end", { kind: "status", status: 429 }, "rate-limit"],
      ["a login without a way", { kind: "status", status: 401 }, "authentication"],
      [
        "a login of an unknown kind",
        { kind: "status", status: 401, headers: { "www-authenticate": "Negotiate" } },
        "authentication",
      ],
      ["a refusal", { kind: "status", status: 403 }, "authentication"],
      ["a web page", { kind: "html" }, "registry-error"],
      [
        "a web page with the status of absence",
        { kind: "status", status: 404, headers: { "content-type": "text/html" } },
        "registry-error",
      ],
      ["silence", { kind: "stall" }, "timeout"],
      ["a body that does not begin", { kind: "stall-body" }, "timeout"],
      ["a body that stops", { kind: "stall-body", sent: "{" }, "timeout"],
      ["a closed connection", { kind: "close" }, "network"],
      ["a body without an end", { kind: "endless" }, "limit-reached"],
      ["another manifest", { kind: "body", body: '{"schemaVersion":2}' }, "digest-mismatch"],
      ["redirects without an end", { kind: "redirect", location: "?again" }, "registry-error"],
    ];
    for (const [what, fault, code] of manifestFaults) {
      it(`reads ${what} as ${code}`, async () => {
        scene.faults.push({ path: /manifests\/sha256:/u, fault });
        const registry = scene.client(isEndless(fault) ? impatient : {});
        const error = await failureOf(registry.manifest(scene.repository, image.digest, neverAborted));
        assert.equal(error.code, code);
        assert.match(
          error.message,
          /^Could not read acme\/app@sha256:[0-9a-f]+ from 127\.0\.0\.1:\d+: .+\. [A-Z].+\.$/u,
        );
      });
    }

    it("reads absence as absence, and only where the registry says so", async () => {
      assert.equal(await scene.registry.resolve({ ...scene.repository, tag: "absent" }, neverAborted), undefined);
      assert.equal(await scene.registry.manifest(scene.repository, "absent", neverAborted), undefined);
    });

    it("reads a blob with other bytes, more bytes and fewer bytes as a lie", async () => {
      const blob = await scene.registry.pushBlob(scene.repository, utf8("true"), "text/plain", neverAborted);
      for (const body of ["else", "true and more", "tru"]) {
        scene.faults.push({ path: /blobs\//u, method: "GET", fault: { kind: "body", body }, once: true });
        assert.equal(
          (await failureOf(scene.registry.blob(scene.repository, blob, neverAborted))).code,
          "digest-mismatch",
        );
      }
    });

    it("does not ask for a blob that is too large", async () => {
      scene.taken();
      const blob = { mediaType: "text/plain", digest: digestOf(utf8("x")), size: 33 * 1024 * 1024 };
      assert.equal((await failureOf(scene.registry.blob(scene.repository, blob, neverAborted))).code, "limit-reached");
      assert.deepEqual(scene.taken(), []);
    });

    it("does not put a wrong digest into an address", async () => {
      scene.taken();
      const blob = { mediaType: "text/plain", digest: "sha256:../../../secret", size: 1 };
      assert.equal(
        (await failureOf(scene.registry.blob(scene.repository, blob, neverAborted))).code,
        "digest-mismatch",
      );
      assert.deepEqual(scene.taken(), []);
    });

    it("fetches and hashes where a HEAD names no digest", async () => {
      scene.taken();
      scene.faults.push({
        path: /manifests\/1/u,
        fault: { kind: "headers", headers: { "docker-content-digest": "" } },
      });
      assert.deepEqual(await scene.registry.resolve({ ...scene.repository, tag: "1" }, neverAborted), image);
      assert.deepEqual(scene.taken(), ["HEAD /v2/acme/app/manifests/1", "GET /v2/acme/app/manifests/1"]);
    });

    it("notices a manifest under a digest that it does not have", async () => {
      const digest = `sha256:${"0".repeat(64)}`;
      scene.faults.push({
        path: /manifests\/1/u,
        fault: { kind: "headers", headers: { "docker-content-digest": digest } },
      });
      assert.equal(
        (await failureOf(scene.registry.manifest(scene.repository, "1", neverAborted))).code,
        "digest-mismatch",
      );
    });

    it("notices a HEAD that answers for another digest than was asked for", async () => {
      const digest = `sha256:${"0".repeat(64)}`;
      scene.faults.push({
        path: /manifests\/sha256/u,
        fault: { kind: "headers", headers: { "docker-content-digest": digest } },
      });
      const error = await failureOf(
        scene.registry.resolve({ ...scene.repository, digest: image.digest }, neverAborted),
      );
      assert.equal(error.code, "digest-mismatch");
    });

    it("notices a manifest that is called something else than it says", async () => {
      const headers = { "content-type": "application/vnd.oci.image.index.v1+json" };
      scene.faults.push({ path: /manifests\//u, fault: { kind: "headers", headers } });
      assert.equal(
        (await failureOf(scene.registry.manifest(scene.repository, "1", neverAborted))).code,
        "digest-mismatch",
      );
    });

    it("tries again once where a connection was lost, and where a limit passes soon", async () => {
      scene.faults.push({ path: /manifests\//u, fault: { kind: "close" }, once: true });
      assert.notEqual(await scene.registry.manifest(scene.repository, "1", neverAborted), undefined);
      const fault: Fault = { kind: "status", status: 429, headers: { "retry-after": "0" } };
      scene.faults.push({ path: /manifests\//u, fault, once: true });
      assert.notEqual(await scene.registry.manifest(scene.repository, "1", neverAborted), undefined);
      scene.faults.push({ path: /manifests\//u, fault });
      assert.equal((await failureOf(scene.registry.manifest(scene.repository, "1", neverAborted))).code, "rate-limit");
    });

    it("gives a host the pause that it asks for, and asks others meanwhile", async () => {
      const registry = scene.client();
      const headers = { "retry-after": "3600", "ratelimit-limit": "100;w=21600" };
      scene.faults.push({ path: /manifests\//u, fault: { kind: "status", status: 429, headers }, once: true });
      const first = await failureOf(registry.manifest(scene.repository, "1", neverAborted));
      assert.match(
        first.message,
        /no more requests for now \(100 requests in 6 hours\), and asks to wait 3600 seconds/u,
      );
      scene.taken();
      const second = await failureOf(registry.manifest(scene.repository, "1", neverAborted));
      assert.equal(second.code, "rate-limit");
      // No registry keeps a person waiting for longer than a quarter of an hour.
      assert.match(second.message, /has asked for a pause, of which (?:900|89\d) seconds are left/u);
      assert.deepEqual(scene.taken(), []);
      const other = await startScene({ client: { wire } });
      assert.equal(await registry.manifest(other.repository, "1", neverAborted), undefined);
      await other.stop();
    });

    it("does not repeat what writes", async () => {
      scene.taken();
      scene.faults.push({ path: /uploads/u, fault: { kind: "close" } });
      assert.equal(
        (await failureOf(scene.registry.pushBlob(scene.repository, utf8("new"), "text/plain", neverAborted))).code,
        "network",
      );
      assert.equal(scene.taken().filter((line) => line.startsWith("POST")).length, 1);
    });

    it("stops when it is cancelled, and says so", async () => {
      const controller = new AbortController();
      scene.faults.push({ path: /manifests\//u, fault: { kind: "stall" } });
      const waiting = failureOf(scene.client().manifest(scene.repository, "1", { signal: controller.signal }));
      controller.abort();
      assert.equal((await waiting).code, "cancelled");
      assert.equal(
        (await failureOf(scene.registry.manifest(scene.repository, "1", { signal: AbortSignal.abort() }))).code,
        "cancelled",
      );
    });

    it("stops when it is cancelled while it waits for a place", async () => {
      const controller = new AbortController();
      const registry = scene.client({ limits: { requestsPerHost: 1 } });
      scene.faults.push({ path: /manifests\//u, fault: { kind: "stall" } });
      const [first, second] = ["1", "2"].map((tag) =>
        failureOf(registry.manifest(scene.repository, tag, { signal: controller.signal })),
      );
      controller.abort();
      assert.deepEqual([(await first)?.code, (await second)?.code], ["cancelled", "cancelled"]);
      scene.faults.splice(0);
      // The places are free again.
      assert.equal(await registry.manifest(scene.repository, "absent", neverAborted), undefined);
    });

    it("asks identical questions once, and one caller's cancellation is not another's", async () => {
      scene.taken();
      const controller = new AbortController();
      const first = failureOf(scene.registry.manifest(scene.repository, "1", { signal: controller.signal }));
      const second = scene.registry.manifest(scene.repository, "1", neverAborted);
      controller.abort();
      assert.equal((await first).code, "cancelled");
      assert.equal((await second)?.descriptor.digest, image.digest);
      assert.equal(scene.taken().length, 1);
    });

    it("reads a port where nobody listens as network", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const address = server.address();
      const port = typeof address === "object" ? address?.port : 0;
      await new Promise((resolve) => server.close(resolve));
      const error = await failureOf(
        scene.registry.manifest({ registry: `127.0.0.1:${port}`, repository: "a" }, "1", neverAborted),
      );
      assert.equal(error.code, "network");
      assert.match(error.message, /refused the connection/u);
    });

    it("reads a server without TLS where TLS is asked for as tls", async () => {
      // Loopback is asked without TLS by itself, so the address is changed on the way.
      const error = await failureOf(
        scene.client({ wire: withScheme("https:", wire) }).manifest(scene.repository, "1", neverAborted),
      );
      assert.equal(error.code, "tls");
    });

    const causes: readonly (readonly [string, string])[] = [
      ["ENOTFOUND", "network"],
      ["EAI_AGAIN", "network"],
      ["UND_ERR_CONNECT_TIMEOUT", "timeout"],
      ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
      ["CERT_HAS_EXPIRED", "tls"],
      ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
      ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
      ["EHOSTUNREACH", "network"],
    ];
    for (const [cause, code] of causes) {
      it(`reads ${cause} as ${code}`, async () => {
        const inner = Object.assign(new Error("inner"), { code: cause });
        const failing: Wire = () => Promise.reject(new ConnectionError(new AggregateError([inner], "all failed")));
        const registry: Registry = scene.client({ wire: failing });
        assert.equal(
          (await failureOf(registry.manifest({ registry: "r.example", repository: "a" }, "1", neverAborted))).code,
          code,
        );
      });
    }

    it("reads a manifest up to its bound and no further", async () => {
      const read = (manifestBytes: number) =>
        scene.client({ limits: { manifestBytes } }).manifest(scene.repository, "1", neverAborted);
      assert.notEqual(await read(image.size), undefined);
      assert.equal((await failureOf(read(image.size - 1))).code, "limit-reached");
    });

    it("does not wait for a body that comes byte by byte", async () => {
      scene.faults.push({ path: /manifests/u, fault: { kind: "drip", milliseconds: 20 } });
      const registry = scene.client({ limits: { bodyMs: 100 } });
      assert.equal((await failureOf(registry.manifest(scene.repository, "1", neverAborted))).code, "timeout");
    });

    it("gives the place of a cancelled request to the next one", async () => {
      scene.faults.push({ path: /manifests\/cancelled/u, fault: { kind: "stall" } });
      const registry = scene.client({ limits: { requestsPerHost: 1 } });
      const controller = new AbortController();
      const cancelled = failureOf(registry.manifest(scene.repository, "cancelled", { signal: controller.signal }));
      controller.abort();
      assert.equal((await cancelled).code, "cancelled");
      scene.taken();
      assert.notEqual(await registry.manifest(scene.repository, "1", neverAborted), undefined);
      assert.deepEqual(scene.taken(), ["GET /v2/acme/app/manifests/1"]);
    });

    it("asks half as much at once after a host has asked for less", async () => {
      let now = 0;
      let most = 0;
      const counting = counted(wire, (change) => (most = Math.max(most, (now += change))));
      const registry = scene.client({ wire: counting, limits: { requestsPerHost: 4 } });
      const fault: Fault = { kind: "status", status: 429, headers: { "retry-after": "0" } };
      scene.faults.push({ path: /manifests/u, fault, once: true });
      await registry.manifest(scene.repository, "1", neverAborted);
      most = 0;
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => registry.manifest(scene.repository, `t${index}`, neverAborted)),
      );
      assert.equal(most, 2);
    });

    it("asks a host for no more at once than it may", async () => {
      let now = 0;
      let most = 0;
      const counting = counted(wire, (change) => (most = Math.max(most, (now += change))));
      const registry = scene.client({ wire: counting, limits: { requestsPerHost: 3 } });
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => registry.manifest(scene.repository, `t${index}`, neverAborted)),
      );
      assert.equal(most, 3);
    });
  });

/** A wire that tells how many requests are under way: one more, one less. */
function counted(wire: Wire, tell: (change: 1 | -1) => void): Wire {
  return async (request, signal) => {
    tell(1);
    try {
      return await wire(request, signal);
    } finally {
      tell(-1);
    }
  };
}
