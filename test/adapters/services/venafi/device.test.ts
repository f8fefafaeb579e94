import assert from "node:assert/strict";
import { generateKeyPairSync, sign, X509Certificate, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readVenafiOptions } from "../../../../src/core/policy/venafiOptions.ts";
import { createTrialAuthority } from "../../../../src/trial/service/authority.ts";
import { createPerson } from "../../../helpers/person.ts";
import { secretsOf, startVenafiScene, type ClientOptions, type VenafiScene } from "../../../helpers/venafiScene.ts";

const { signal } = new AbortController();
const hour = 60 * 60 * 1000;

describe("signing in to a Venafi service with a person, a file or another clock", () => {
  const account = generateKeyPairSync("ed25519");
  const client = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = createTrialAuthority(new Date()).issue("client", client.publicKey).join("");
  let scene: VenafiScene;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-venafi-"));
    scene = await startVenafiScene({
      facade: {
        identities: {
          serviceAccounts: new Map([["account", account.publicKey]]),
          clientCertificates: [new X509Certificate(certificate).fingerprint256],
          jwtIssuers: new Map([["https://ci.example", issuer.publicKey]]),
        },
      },
    });
  });
  after(async () => {
    await scene.facade.stop();
    await rm(folder, { recursive: true });
  });

  const keysOf = async (options: ClientOptions): Promise<number> =>
    (await scene.client({ secrets: secretsOf(scene.facade.url, {}), ...options }).listKeys({ signal })).length;
  const device = { authentication: "device" };

  it("has a person confirm a code on the service's own page", async () => {
    const person = createPerson([], ({ code = "" }) => void scene.facade.confirmDevice(code, true));
    assert.equal(await keysOf({ options: device, person }), 2);
    assert.match(person.visits[0]?.url ?? "", new RegExp(`^${scene.facade.url}/`));
    assert.ok(person.visits[0]?.code);
  });

  it("waits while the code is not confirmed", async () => {
    let asked = 0;
    const person = createPerson();
    const whole = keysOf({ options: device, person });
    while (asked < 3) {
      await new Promise((resolve) => setImmediate(resolve));
      asked = scene.facade.calls().filter((call) => call === "POST vedauth/authorize/token").length;
    }
    scene.facade.confirmDevice(person.visits[0]?.code ?? "", true);
    assert.equal(await whole, 2);
  });

  it("is refused where the person refuses, and where nobody is there", async () => {
    const person = createPerson([], ({ code = "" }) => void scene.facade.confirmDevice(code, false));
    await assert.rejects(keysOf({ options: device, person }), { code: "authentication", message: /refused/ });
    await assert.rejects(keysOf({ options: device }), { code: "authentication", message: /no valid sign-in/ });
  });

  it("stops waiting where it is cancelled", async () => {
    const controller = new AbortController();
    const person = createPerson([], () => controller.abort());
    const service = scene.client({ secrets: secretsOf(scene.facade.url, {}), options: device, person });
    await assert.rejects(service.listKeys({ signal: controller.signal }), { code: "cancelled" });
  });

  it("takes user and certificate from the environment, where it is about this service", async () => {
    const paths = { certificate: join(folder, "client.pem"), key: join(folder, "client.key") };
    await writeFile(paths.certificate, certificate);
    await writeFile(paths.key, client.privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    const user = {
      COUNTERSIGN_VENAFI_USERNAME: "dev",
      COUNTERSIGN_VENAFI_PASSWORD: scene.engine.secrets.dev,
    };
    const files = {
      COUNTERSIGN_VENAFI_CERTIFICATE_FILE: paths.certificate,
      COUNTERSIGN_VENAFI_CERTIFICATE_KEY_FILE: paths.key,
    };
    for (const environment of [user, files]) {
      assert.equal(await keysOf({ environment: { VSIGN_URL: scene.facade.url, ...environment } }), 2);
      await assert.rejects(keysOf({ environment: { VSIGN_URL: "https://other.example", ...environment } }), {
        code: "authentication",
      });
    }
  });

  it("asks the pipeline's identity provider for a JWT, where one is wanted", async () => {
    const token = jwtOf(issuer.privateKey, { iss: "https://ci.example", exp: Math.floor(Date.now() / 1000) + 60 });
    const asked: string[] = [];
    const provider = await serve((path) => {
      asked.push(path);
      return { value: token };
    });
    const environment = {
      VSIGN_URL: scene.facade.url,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${provider.url}/token?api=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "runner",
    };
    assert.equal(await keysOf({ environment, options: { authentication: "jwt", audience: "csp" } }), 2);
    await assert.rejects(keysOf({ environment }), { code: "authentication" });
    provider.server.close();
    assert.deepEqual(asked, ["/token?api=1&audience=csp"]);
  });

  it("judges a token's end by the service's clock", async () => {
    const secrets = secretsOf(scene.facade.url, { username: "dev", password: scene.engine.secrets.dev });
    const before = scene.facade.calls().filter((call) => call === "POST vedauth/authorize/oauth").length;
    const service = scene.client({ secrets, now: () => Date.now() + 5 * hour });
    await service.listKeys({ signal });
    await service.listKeys({ signal });
    const after = scene.facade.calls().filter((call) => call === "POST vedauth/authorize/oauth").length;
    assert.equal(after - before, 1);
  });

  it("makes the assertion of a service account by the service's clock, where ours is wrong", async () => {
    const pem = account.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const secrets = secretsOf(scene.facade.url, { "client-id": "account", "private-key": pem });
    const options = { product: "saas", label: "Trial-dev", authentication: "service-account" };
    assert.equal(await keysOf({ secrets, options, now: () => Date.now() - 5 * hour }), 1);
  });

  it("says exactly that Kerberos is not supported", () => {
    const { wrong } = readVenafiOptions({ authentication: "integrated" });
    assert.deepEqual(wrong, [
      "'authentication' must be token, user, jwt, certificate or device: signing in with Kerberos or NTLM needs the tickets of the operating system, which this program does not read.",
    ]);
  });
});

function jwtOf(key: KeyObject, claims: object): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ alg: "ES256" })}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

async function serve(answer: (path: string) => object): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => response.end(JSON.stringify(answer(request.url ?? ""))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}` };
}
