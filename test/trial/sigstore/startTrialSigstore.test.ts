import assert from "node:assert/strict";
import { generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import { trialIdentities } from "../../../src/trial/sigstore/identityProvider.ts";
import { startTrialSigstore, type RunningTrialSigstore } from "../../../src/trial/sigstore/startTrialSigstore.ts";

type Json = Record<string, unknown>;

describe("the trial's private Sigstore", () => {
  let sigstore: RunningTrialSigstore;
  before(async () => {
    sigstore = await startTrialSigstore();
  });
  after(() => sigstore.stop());

  const post = async (path: string, body: object): Promise<{ status: number; body: Json }> => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${sigstore.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const form = async (path: string, fields: Record<string, string>): Promise<Json> => {
    const response = await fetch(`${sigstore.url}${path}`, { method: "POST", body: new URLSearchParams(fields) });
    return (await response.json()) as Json;
  };

  it("tells a browser to go nowhere but to this machine, and only with PKCE", async () => {
    const authorize = (changes: Record<string, string>): Promise<Response> => {
      const query = {
        response_type: "code",
        redirect_uri: "http://localhost:1234/auth/callback",
        code_challenge: "x",
        code_challenge_method: "S256",
        state: "s",
        ...changes,
      };
      return fetch(`${sigstore.url}/oauth2/authorize?${new URLSearchParams(query).toString()}`, { redirect: "manual" });
    };
    assert.equal((await authorize({})).status, 302);
    for (const changes of [
      { redirect_uri: "https://evil.example/" },
      { redirect_uri: "http://localhost.evil.example:80/" },
      { code_challenge_method: "plain" },
      { response_type: "token" },
    ])
      assert.equal((await authorize(changes)).status, 400);
  });

  it("gives a token for a code once, and to who began alone", async () => {
    const code_challenge = "iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ";
    const redirect_uri = "http://localhost:1234/auth/callback";
    const begin = async (): Promise<string> => {
      const query = { response_type: "code", redirect_uri, code_challenge, code_challenge_method: "S256" };
      const url = `${sigstore.url}/oauth2/authorize?${new URLSearchParams(query).toString()}`;
      const response = await fetch(url, { redirect: "manual" });
      return new URL(response.headers.get("location") ?? "").searchParams.get("code") ?? "";
    };
    const grant = { grant_type: "authorization_code", redirect_uri };
    const stolen = { ...grant, code: await begin(), code_verifier: "another" };
    assert.equal((await form("/oauth2/token", stolen))["error"], "invalid_grant");
    const own = { ...grant, code: await begin(), code_verifier: "verifier" };
    assert.equal(typeof (await form("/oauth2/token", own))["id_token"], "string");
    assert.equal((await form("/oauth2/token", own))["error"], "invalid_grant");
  });

  it("gives tokens of the pipeline to who holds its secret", async () => {
    const ask = async (secret: string): Promise<number> => {
      const headers = { authorization: `Bearer ${secret}` };
      return (await fetch(`${sigstore.url}/ci/token?audience=sigstore`, { headers })).status;
    };
    assert.deepEqual([await ask("wrong"), await ask(sigstore.provider.pipelineSecret)], [401, 200]);
  });

  describe("certifies a key", () => {
    const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certify = (token: string, challenge: string, key = keys): ReturnType<typeof post> => {
      const content = keys.publicKey.export({ type: "spki", format: "pem" });
      const proofOfPossession = sign("sha256", Buffer.from(challenge), key.privateKey).toString("base64");
      const publicKeyRequest = { publicKey: { algorithm: "ECDSA", content }, proofOfPossession };
      return post("/api/v2/signingCert", { credentials: { oidcIdentityToken: token }, publicKeyRequest });
    };
    const token = (claims: object = {}): string =>
      sigstore.provider.issue({ aud: "sigstore", sub: "1", email: trialIdentities.person, ...claims });

    it("of whoever holds token and key", async () => {
      const { status, body } = await certify(token(), trialIdentities.person);
      assert.equal(status, 200, JSON.stringify(body));
      const { chain } = body["signedCertificateEmbeddedSct"] as { chain: { certificates: string[] } };
      const leaf = new X509Certificate(chain.certificates[0] ?? "");
      assert.match(leaf.subjectAltName ?? "", new RegExp(trialIdentities.person, "u"));
      assert.equal(chain.certificates.length, 3);
    });

    it("of nobody else", async () => {
      const other = await startTrialSigstore();
      const foreign = other.provider.issue({ aud: "sigstore", sub: "1", email: trialIdentities.person });
      await other.stop();
      const another = generateKeyPairSync("ec", { namedCurve: "P-256" });
      for (const [expected, answer] of [
        [401, await certify("", trialIdentities.person)],
        [401, await certify(foreign, trialIdentities.person)],
        [401, await certify(token({ aud: "vault" }), trialIdentities.person)],
        [401, await certify(token({ exp: 1 }), trialIdentities.person)],
        [400, await certify(token(), "somebody else")],
        [400, await certify(token(), trialIdentities.person, another)],
      ] as const)
        assert.equal(answer.status, expected);
    });
  });

  it("logs no envelope that the certificate did not sign, and no envelope at all in version 2", async () => {
    const envelope = JSON.stringify({ payloadType: "a", payload: "", signatures: [{ sig: "AAAA" }] });
    const spec = { proposedContent: { envelope, verifiers: ["AAAA"] } };
    assert.equal((await post("/api/v1/log/entries", { kind: "dsse", apiVersion: "0.0.1", spec })).status, 400);
    assert.equal((await post("/api/v2/log/entries", { dsseRequestV002: { envelope } })).status, 400);
  });

  it("has nothing at other paths", async () => {
    assert.equal((await fetch(`${sigstore.url}/api/v3`)).status, 404);
  });
});
