import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askCredentialHelper } from "../../../src/adapters/registry/credentialHelper.ts";
import { defaultLimits } from "../../../src/adapters/registry/limits.ts";
import { failureOf } from "../../helpers/registryScene.ts";

describe("askCredentialHelper", function () {
  let folder: string;
  before(function () {
    // A script stands in for a helper, which Windows would not start without a shell.
    if (process.platform === "win32") this.skip();
    folder = mkdtempSync(join(tmpdir(), "countersign-helper-"));
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  function ask(script: string, options: { limits?: Partial<typeof defaultLimits>; signal?: AbortSignal } = {}) {
    writeFileSync(join(folder, "docker-credential-test"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return askCredentialHelper("test", "registry.example; touch pwned", {
      environment: { PATH: `${folder}:/usr/bin:/bin` },
      homeDirectory: folder,
      limits: { ...defaultLimits, ...options.limits },
      signal: options.signal ?? new AbortController().signal,
    });
  }

  it("runs the program without a shell, in the home directory", async () => {
    const credential = await ask(`cat > asked; echo "$@" >> asked; echo '{"Username":"jane","Secret":"word"}'`);
    assert.deepEqual(credential, { kind: "password", username: "jane", password: "word" });
    assert.equal(readFileSync(join(folder, "asked"), "utf8"), "registry.example; touch pwnedget\n");
  });

  it("does not wait for one that hangs, even where its child holds the pipe", async () => {
    const error = await failureOf(ask("sleep 60 & sleep 60", { limits: { helperMs: 100 } }));
    assert.equal(error.code, "auth-helper-failed");
  });

  it("stops one that prints without an end", async () => {
    const error = await failureOf(ask("exec yes"));
    assert.equal(error.code, "auth-helper-failed");
  });

  it("kills it when it is cancelled", async () => {
    const controller = new AbortController();
    const asked = failureOf(ask("exec sleep 60", { signal: controller.signal }));
    setImmediate(() => controller.abort());
    assert.equal((await asked).code, "cancelled");
  });

  it("says where it is not installed", async () => {
    const error = await failureOf(
      askCredentialHelper("absent", "r", {
        environment: { PATH: folder },
        homeDirectory: folder,
        limits: defaultLimits,
        signal: new AbortController().signal,
      }),
    );
    assert.match(error.message, /docker-credential-absent is not installed/u);
  });
});
