import assert from "node:assert/strict";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { createNodeWire, type NodeWireOptions } from "../../../src/adapters/registry/nodeWire.ts";
import type { WireRequest } from "../../../src/adapters/registry/wire.ts";
import { failureOf, impatient, neverAborted, startScene } from "../../helpers/registryScene.ts";
import { createAuthority, startTlsServer, type TlsServer } from "../../helpers/tlsScene.ts";

const authority = createAuthority("registry's authority");
const { signal } = new AbortController();

async function ask(options: Partial<NodeWireOptions>, server: TlsServer, more: Partial<WireRequest> = {}) {
  const wire = createNodeWire({ environment: {}, systemAuthorities: () => [], ...options });
  const request = { method: "GET", url: new URL(`https://${server.host}/v2/`), headers: {}, ...more } as const;
  const codeOf = (error: unknown): unknown =>
    error instanceof Error && error.cause instanceof Error && "code" in error.cause ? error.cause.code : error;
  return wire(request, signal).then(({ status }) => status, codeOf);
}

describe("certificates of a registry", () => {
  let server: TlsServer;
  beforeEach(async () => void (server = await startTlsServer(authority, (_, response) => response.end("ok"))));
  afterEach(() => server.stop());

  it("are not trusted for being there", async () => {
    assert.equal(await ask({}, server), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    assert.deepEqual(server.clients, []);
  });

  it("are trusted where the host's folder names their authority, and for that host alone", async () => {
    const certificatesFor = (host: string) =>
      Promise.resolve(host === server.host ? { authorities: [authority.certificate] } : undefined);
    assert.equal(await ask({ certificatesFor }, server), 200);
    const other = await startTlsServer(authority, (_, response) => response.end("ok"));
    assert.equal(await ask({ certificatesFor }, other), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    await other.stop();
  });

  it("are trusted where the machine trusts their authority, which is asked only then", async () => {
    let looked = 0;
    const systemAuthorities = () => (looked++, [authority.certificate]);
    const wire = createNodeWire({ environment: {}, systemAuthorities });
    const url = new URL(`https://${server.host}/`);
    const body = new TextEncoder().encode("written once");
    for (let round = 0; round < 2; round++)
      assert.equal((await wire({ method: "PUT", url, headers: {}, body }, signal)).status, 200);
    assert.equal(looked, 1);
    assert.equal(server.clients.length, 2);
    // A host's own authority is in addition to those.
    const certificatesFor = () => Promise.resolve({ authorities: [createAuthority("other").certificate] });
    assert.equal(await ask({ systemAuthorities, certificatesFor }, server), 200);
  });

  it("of another authority are refused, whatever is configured for the host", async () => {
    const certificatesFor = () => Promise.resolve({ authorities: [createAuthority("other").certificate] });
    assert.equal(await ask({ certificatesFor }, server), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  });

  it("for another name are refused", async () => {
    const url = new URL(`https://localhost:${server.host.split(":")[1]}/`);
    const systemAuthorities = () => [authority.certificate];
    assert.equal(await ask({ systemAuthorities }, server, { url }), "ERR_TLS_CERT_ALTNAME_INVALID");
  });
});

describe("a client's certificate", () => {
  it("is shown to the host that it is for, and to no other", async () => {
    const people = createAuthority("people");
    const mine = people.issue("client");
    const answer = (_: unknown, response: { end(text: string): unknown }) => void response.end("ok");
    const asking = await startTlsServer(authority, answer, people);
    const other = await startTlsServer(authority, answer);
    const certificatesFor = (host: string) =>
      Promise.resolve({
        authorities: [authority.certificate],
        ...(host === asking.host ? { client: { certificate: mine.certificate, key: mine.key } } : {}),
      });
    assert.equal(await ask({ certificatesFor }, asking), 200);
    assert.equal(await ask({ certificatesFor }, other), 200);
    assert.deepEqual([asking.clients, other.clients], [["client"], [""]]);
    await Promise.all([asking.stop(), other.stop()]);
  });
});

describe("a connection", () => {
  it("is used again, after a HEAD too", async () => {
    let opened = 0;
    const headers = { "content-length": "2" };
    const server = createServer((_, response) => response.writeHead(200, headers).end("ok")).on(
      "connection",
      () => void opened++,
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = new URL(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`);
    const wire = createNodeWire({ environment: { HTTP_PROXY: "http://127.0.0.1:9" } });
    for (const method of ["HEAD", "GET", "HEAD", "GET"] as const) {
      const { status, body } = await wire({ method, url, headers: {} }, signal);
      assert.equal(status, 200);
      if (body !== undefined) for await (const piece of body) assert.equal(Buffer.from(piece).toString(), "ok");
    }
    server.closeAllConnections();
    server.close();
    assert.equal(opened, 1);
  });

  it("goes through the proxy that the environment names, but for the hosts that it leaves out", async function () {
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    if (major < 24 || (major === 24 && minor < 5)) this.skip();
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(200, { "content-length": "0" }).end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const address = proxy.address();
    const host = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const environment = { HTTP_PROXY: `http://${host}`, NO_PROXY: "direct.invalid" };
    const wire = createNodeWire({ environment });
    const request = { method: "HEAD", headers: {} } as const;
    assert.equal((await wire({ ...request, url: new URL("http://registry.invalid/v2/") }, signal)).status, 200);
    await assert.rejects(wire({ ...request, url: new URL("http://direct.invalid/v2/") }, signal));
    // This machine itself is never looked for from elsewhere.
    assert.equal((await wire({ ...request, url: new URL(`http://${host}/v2/`) }, signal)).status, 200);
    assert.deepEqual(asked, ["HEAD http://registry.invalid/v2/", "HEAD /v2/"]);
    proxy.closeAllConnections();
    proxy.close();
  });

  it("carries what a proxy has compressed, bounded by what it becomes", async () => {
    const scene = await startScene({ client: { wire: createNodeWire({ environment: {} }) } });
    const large = Buffer.alloc(1024 * 1024, " ");
    const body = gzipSync(Buffer.concat([Buffer.from("{}"), large]));
    const headers = { "content-encoding": "gzip", "content-type": "application/json" };
    scene.faults.push({ path: /manifests/u, fault: { kind: "body", body, headers } });
    assert.equal((await scene.registry.manifest(scene.repository, "1", neverAborted))?.bytes.length, large.length + 2);
    const registry = scene.client({ limits: { manifestBytes: 64 * 1024 } });
    assert.ok(body.length < 64 * 1024);
    const error = await failureOf(registry.manifest(scene.repository, "1", neverAborted));
    assert.equal(error.code, "limit-reached");
    await scene.stop();
  });

  it("that sends something else than it says is a failure, not content", async () => {
    const scene = await startScene({ client: { wire: createNodeWire({ environment: {} }), ...impatient } });
    for (const headers of [{ "content-encoding": "gzip" }, { "content-length": "100" }]) {
      scene.faults.splice(0);
      scene.faults.push({ path: /manifests/u, fault: { kind: "body", body: "{}", headers } });
      const error = await failureOf(scene.registry.manifest(scene.repository, "1", neverAborted));
      assert.match(error.code, /^(?:network|timeout)$/u, JSON.stringify(headers));
    }
    await scene.stop();
  });
});
