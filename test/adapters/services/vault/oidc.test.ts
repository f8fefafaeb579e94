import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { Person } from "../../../../src/application/ports.ts";
import { createPerson } from "../../../helpers/person.ts";
import { startVaultScene, type VaultScene } from "../../../helpers/vaultScene.ts";

const { signal } = new AbortController();

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

describe("signing in to Vault by a browser", () => {
  let scene: VaultScene;
  before(async () => {
    scene = await startVaultScene({ specs: ["p256"], logins: { oidc: { role: "signer" } } });
  });
  after(() => scene.stop());

  /** A person whose browser follows where it is sent. */
  const browser: Person = {
    answer: () => Promise.resolve(undefined),
    visit: async ({ url }) => {
      const text = await (await fetch(url)).text();
      assert.match(text, /close this window/);
    },
  };
  const list = async (person: Person | undefined, changes: Record<string, string> = {}): Promise<number> => {
    const options = { authentication: "oidc", role: "signer", callbackPort: String(await freePort()), ...changes };
    const service = await scene.open({ options, environment: {}, ...(person === undefined ? {} : { person }) });
    return (await service.listKeys({ signal })).length;
  };

  it("comes back with a token, and keeps it", async () => {
    assert.equal(await list(browser), 2);
    const targets = scene.vault.calls().map(({ target }) => target);
    assert.equal(targets.filter((target) => target.endsWith("/oidc/callback")).length, 1);
  });

  it("says that the role does not allow it", () =>
    assert.rejects(list(browser, { role: "other" }), {
      code: "authentication",
      message: /The role does not allow http:\/\/localhost:\d+\/oidc\/callback, or there is no such role/,
    }));

  it("needs a person", () => assert.rejects(list(undefined), { code: "authentication", message: /no sign-in/ }));

  it("takes nothing from whoever does not know the state", async () => {
    const port = await freePort();
    const controller = new AbortController();
    let refused = 0;
    const stranger = createPerson([], () => {
      void fetch(`http://127.0.0.1:${port}/oidc/callback?state=guessed&code=x`).then(({ status }) => {
        refused = status;
        controller.abort();
      });
    });
    const options = { authentication: "oidc", role: "signer", callbackPort: String(port) };
    const service = await scene.open({ options, environment: {}, person: stranger });
    await assert.rejects(service.listKeys({ signal: controller.signal }), { code: "cancelled" });
    assert.equal(refused, 400);
  });

  it("says that the port is taken", async () => {
    const port = await freePort();
    const server = createServer().listen(port, "127.0.0.1");
    await assert.rejects(list(browser, { callbackPort: String(port) }), {
      code: "authentication",
      message: /could not wait for the browser/,
    });
    server.close();
  });
});
