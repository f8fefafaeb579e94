import assert from "node:assert/strict";
import { openCscCredentials } from "../../../src/adapters/services/csc/credentials.ts";
import { openCredentials as openVault } from "../../../src/adapters/services/vault/credentials.ts";
import { openCredentials as openVenafi } from "../../../src/adapters/services/venafi/credentials.ts";
import { secretsOf, startVenafiScene } from "../../helpers/venafiScene.ts";
import { keptNames, signInWays } from "../../../src/adapters/services/signIns.ts";

const origin = "https://sign.acme.example";

describe("signInWays", () => {
  const kept = new Map<string, string>();
  const secrets = {
    get: async (at: string, name: string) => kept.get(`${at} ${name}`),
    set: async (at: string, name: string, value: string) => void kept.set(`${at} ${name}`, value),
    delete: async (at: string, name: string) => void kept.delete(`${at} ${name}`),
  };
  const services = [
    { type: "venafi", options: {}, open: openVenafi({ origin, secrets, environment: {} }) },
    { type: "venafi", options: { product: "saas" }, open: openVenafi({ origin, secrets, environment: {} }) },
    {
      type: "vault",
      options: {},
      open: openVault({ origin, secrets, environment: {}, settings: { jwtVariable: "ACME_JWT" } }),
    },
  ];

  const csc = { type: "csc", options: {}, open: openCscCredentials({ origin, secrets, environment: {} }) };
  for (const { type, options, open } of [...services, csc]) {
    const ways = signInWays({ type, options });
    for (const { label, answers } of ways) {
      it(`keeps what ${type} ${JSON.stringify(options)} reads to sign in by: ${label}`, async () => {
        for (const { name } of answers) {
          await secrets.set(origin, name, `value of ${name}`);
          const read = await (open.get as (name: string) => Promise<string | undefined>)(name.replace(`${type} `, ""));
          assert.equal(read, `value of ${name}`);
        }
      });
    }
  }

  it("hides every answer that is a secret", () => {
    const shown = services
      .flatMap((service) => signInWays(service))
      .flatMap(({ answers }) => answers)
      .filter(({ secret }) => !secret)
      .map(({ name }) => name);
    assert.deepEqual(shown, ["venafi username", "vault role-id"]);
  });

  it("keeps answers under the name of the type, and asks for none where a browser does", () => {
    for (const type of ["aws-kms", "azure-key-vault", "csc", "google-cloud-kms", "signserver"]) {
      const answers = signInWays({ type, options: {} }).flatMap((way) => way.answers);
      assert.ok(answers.length > 0 && answers.every(({ name }) => name.startsWith(`${type} `)), type);
    }
    const [way] = signInWays({ type: "vault", options: { authentication: "oidc" } });
    assert.deepEqual(way?.answers, []);
  });

  it("knows none for the trial, nor for a type that it does not know", () => {
    assert.deepEqual(signInWays({ type: "trial", options: {} }), []);
    assert.deepEqual(signInWays({ type: "other", options: {} }), []);
  });
});

describe("keptNames", () => {
  it("covers all that a session of Venafi leaves in the store", async () => {
    const scene = await startVenafiScene();
    try {
      const secrets = secretsOf(scene.facade.url, { username: "dev", password: scene.engine.secrets.dev });
      await scene.client({ secrets }).listKeys(new AbortController());
      assert.ok(secrets.values.has(`${scene.facade.url} venafi refresh-token`));
      for (const name of keptNames({ type: "venafi", options: {} })) await secrets.delete(scene.facade.url, name);
      assert.deepEqual([...secrets.values.keys()], []);
    } finally {
      await scene.facade.stop();
    }
  });
});
