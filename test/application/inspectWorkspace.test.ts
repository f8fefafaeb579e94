import assert from "node:assert/strict";
import { inspectWorkspace } from "../../src/application/inspectWorkspace.ts";
import { RegistryError } from "../../src/application/errors.ts";
import type { Registry } from "../../src/application/ports.ts";
import { memoryFiles } from "../helpers/memoryFiles.ts";

const { signal } = new AbortController();
const clock = { now: () => new Date("2026-11-21T12:00:00Z") };
const material = { trustedRoots: [] };

/** A registry that is down, and counts how often it was asked. */
function brokenRegistry(): Registry & { readonly asked: string[] } {
  const asked: string[] = [];
  const fail = (what: string) => (): Promise<never> => {
    asked.push(what);
    return Promise.reject(new RegistryError("network", "Could not reach the registry."));
  };
  return {
    asked,
    resolve: fail("resolve"),
    manifest: fail("manifest"),
    blob: fail("blob"),
    referrers: fail("referrers"),
    prepareReferrers: () => undefined,
    pushBlob: fail("pushBlob"),
    pushManifest: fail("pushManifest"),
    addLayer: fail("addLayer"),
  };
}

describe("inspectWorkspace", () => {
  const content = {
    Dockerfile: "ARG TAG\nFROM r.example/a:1\nFROM r.example/a:1\nFROM r.example/b:$TAG\nFROM r.example/c:2\n",
  };

  it("judges every known reference once, and says 'unknown' where the registry is down", async () => {
    const registry = brokenRegistry();
    const progress: string[] = [];
    const inspection = await inspectWorkspace(
      { files: memoryFiles(content), registry, clock },
      { material, signal, onProgress: (done, total) => progress.push(`${done}/${total}`) },
    );
    assert.deepEqual(
      [...inspection.verdicts].map(([reference, { state, reason }]) => [reference, state, reason.code]),
      [
        ["r.example/a:1", "unknown", "network"],
        ["r.example/c:2", "unknown", "network"],
      ],
    );
    assert.deepEqual(progress, ["1/2", "2/2"]);
    const unknown = inspection.findings.filter(({ rule }) => rule === "image-unknown");
    assert.deepEqual(
      unknown.map(({ severity }) => severity),
      ["note", "note", "note"],
    );
  });

  it("asks for the tags of pins where that is wanted, and for nothing more elsewhere", async () => {
    const pinned = { Dockerfile: `FROM r.example/a:1@sha256:${"ab".repeat(32)}\nFROM r.example/b:2\n` };
    const asked = async (checksPins: boolean): Promise<readonly string[]> => {
      const ports = { files: memoryFiles(pinned), registry: brokenRegistry(), clock };
      return [...(await inspectWorkspace(ports, { material, signal, checksPins })).verdicts.keys()];
    };
    const whole = `r.example/a:1@sha256:${"ab".repeat(32)}`;
    assert.deepEqual(await asked(true), [whole, "r.example/a:1", "r.example/b:2"]);
    assert.deepEqual(await asked(false), [whole, "r.example/b:2"]);
  });

  it("asks nobody when it is offline", async () => {
    const registry = brokenRegistry();
    const ports = { files: memoryFiles(content), registry, clock };
    const { verdicts } = await inspectWorkspace(ports, { material, signal, offline: true });
    assert.deepEqual(
      [...verdicts.values()].map(({ reason }) => reason.code),
      ["offline", "offline"],
    );
    assert.deepEqual(registry.asked, []);
  });

  it("leaves out what is suppressed, and reports a suppression that has expired", async () => {
    const suppression = (expires: string): string =>
      `version: 1\nsuppressions:\n  - rule: image-unknown\n    reason: R\n    owner: O\n    expires: ${expires}\n`;
    const inspect = (expires: string) =>
      inspectWorkspace(
        {
          files: memoryFiles({ ...content, ".countersign.yaml": suppression(expires) }),
          registry: brokenRegistry(),
          clock,
        },
        { material, signal },
      );
    const current = await inspect("2026-11-21");
    assert.ok(current.findings.every(({ rule }) => rule !== "image-unknown"));
    assert.deepEqual(current.problems, []);
    const expired = await inspect("2026-11-20");
    assert.ok(expired.findings.some(({ rule }) => rule === "image-unknown"));
    assert.deepEqual(
      expired.problems.map(({ code, file }) => [code, file]),
      [["suppression-expired", ".countersign.yaml"]],
    );
  });

  it("says that a trusted root which the configuration names does not exist", async () => {
    const configuration = "version: 1\ntrustedRoots:\n  - name: acme\n    file: keys/root.json\n    default: true\n";
    const { problems } = await inspectWorkspace(
      { files: memoryFiles({ ".countersign.yaml": configuration }), registry: brokenRegistry(), clock },
      { material, signal },
    );
    assert.deepEqual(
      problems.map(({ code, file }) => [code, file]),
      [["file-unreadable", "keys/root.json"]],
    );
  });
});
