import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createHostCertificates } from "../../../src/adapters/registry/hostCertificates.ts";

describe("createHostCertificates", () => {
  let folder: string;
  const warnings: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "countersign-certs-"));
    warnings.splice(0);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const find = (host: string, environment: Record<string, string> = {}) =>
    createHostCertificates({
      environment,
      homeDirectory: join(folder, "home"),
      systemFolder: join(folder, "etc"),
      log: { info: () => undefined, warn: (message) => warnings.push(message) },
    })(host);

  for (const place of [
    "home/.config/containers",
    "home/.config/docker",
    "home/.docker",
    "etc/containers",
    "etc/docker",
  ])
    it(`looks into ${place}`, async () => {
      write(`${place}/certs.d/r.example/ca.crt`, "authority");
      assert.deepEqual(await find("r.example"), { authorities: ["authority"] });
    });

  it("takes the first folder that the host has, and nothing of the others", async () => {
    write("home/.config/containers/certs.d/r.example/a.crt", "person's");
    write("etc/docker/certs.d/r.example/b.crt", "machine's");
    assert.deepEqual(await find("r.example"), { authorities: ["person's"] });
    assert.deepEqual(await find("r.example", { XDG_CONFIG_HOME: join(folder, "none") }), {
      authorities: ["machine's"],
    });
  });

  it("takes the folder of exactly this host and port", async () => {
    write("etc/docker/certs.d/r.example/a.crt", "default port");
    write("etc/docker/certs.d/r.example:5000/a.crt", "other port");
    write("etc/docker/certs.d/s.example:443/a.crt", "port written");
    assert.deepEqual((await find("r.example:5000"))?.authorities, ["other port"]);
    assert.deepEqual((await find("r.example"))?.authorities, ["default port"]);
    assert.deepEqual((await find("s.example"))?.authorities, ["port written"]);
    for (const host of ["r.example:5001", "example", "x.r.example", "s.example:5000"])
      assert.equal(await find(host), undefined, host);
  });

  it("takes a client's certificate with its key, and not without", async () => {
    write("etc/docker/certs.d/r.example/client.cert", "certificate");
    assert.equal(await find("r.example"), undefined);
    write("etc/docker/certs.d/r.example/client.key", "key");
    assert.deepEqual(await find("r.example"), { authorities: [], client: { certificate: "certificate", key: "key" } });
  });

  it("does not take what is no host for a folder", async () => {
    write("etc/docker/certs.d/ca.crt", "authority");
    write("etc/docker/certs.d/a/b/ca.crt", "authority");
    for (const host of ["..", ".", "", "a/b", "../certs.d", "a\\b"]) assert.equal(await find(host), undefined, host);
  });

  it("says what it could not read, and nothing of what it says", async () => {
    mkdirSync(join(folder, "etc/docker/certs.d/r.example/ca.crt"), { recursive: true });
    assert.equal(await find("r.example"), undefined);
    assert.match(warnings.join(), /ca\.crt could not be read/u);
    write("etc/docker/certs.d/s.example/ca.crt", "x".repeat(1024 * 1024 + 1));
    assert.equal(await find("s.example"), undefined);
    assert.equal(warnings.length, 2);
  });
});
