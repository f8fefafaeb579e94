import assert from "node:assert/strict";
import { signInByDevice } from "../../../../src/adapters/services/sigstore/deviceFlow.ts";
import type { SigstorePlace } from "../../../../src/adapters/services/sigstore/place.ts";
import { discoverProvider } from "../../../../src/adapters/services/sigstore/provider.ts";
import { createUsedSecrets } from "../../../../src/adapters/services/serviceWords.ts";
import { readSigningConfig } from "../../../../src/core/sign/signingConfig.ts";
import {
  serveLoopback,
  type LoopbackAnswer,
  type LoopbackCall,
  type LoopbackServer,
} from "../../../../src/trial/loopback.ts";
import { startTrialSigstore, type RunningTrialSigstore } from "../../../../src/trial/sigstore/startTrialSigstore.ts";
import { createPerson } from "../../../helpers/person.ts";

const { signal } = new AbortController();

describe("signing in by a code", () => {
  let sigstore: RunningTrialSigstore;
  let pauses: number[];
  beforeEach(async () => {
    sigstore = await startTrialSigstore();
    pauses = [];
  });
  afterEach(() => sigstore.stop());

  /** `onPause` is what happens while nobody looks. */
  const place = (onPause: (count: number) => Promise<unknown> | void = () => {}): SigstorePlace => {
    let time = Date.now();
    const config = readSigningConfig(sigstore.signingConfig()).value;
    assert.ok(config);
    return {
      name: "people",
      origin: sigstore.url,
      options: { clientId: "sigstore", signIn: "device" },
      config,
      trustedRoot: sigstore.trustedRoot,
      environment: {},
      timeStamps: { ask: () => Promise.reject(new Error("not asked")) },
      used: createUsedSecrets(),
      timeoutMs: 5_000,
      isTrial: true,
      now: () => new Date(time),
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
        time += milliseconds;
        await onPause(pauses.length);
      },
    };
  };
  const approve = async (address: string | undefined): Promise<void> => {
    await fetch(address ?? "");
  };

  it("looks again until somebody has signed in, not faster than it may", async () => {
    const person = createPerson();
    const own = place((count) => (count === 3 ? approve(person.visits[0]?.url) : undefined));
    const provider = await discoverProvider(own, sigstore.url, { signal });
    const { token } = await signInByDevice(own, provider, person, { signal });
    assert.equal(token.split(".").length, 3);
    assert.deepEqual(pauses, [1000, 1000, 1000]);
    assert.match(person.visits[0]?.code ?? "", /^[0-9A-F]{8}$/u);
  });

  it("slows down when it is told to", async () => {
    sigstore.setFault("slow-down");
    const person = createPerson();
    const own = place((count) => (count === 2 ? approve(person.visits[0]?.url) : undefined));
    const provider = await discoverProvider(own, sigstore.url, { signal });
    await signInByDevice(own, provider, person, { signal });
    assert.deepEqual(pauses, [1000, 6000]);
  });

  it("gives up when the code has expired, or somebody refuses", async () => {
    const own = place();
    const provider = await discoverProvider(own, sigstore.url, { signal });
    await assert.rejects(signInByDevice(own, provider, createPerson(), { signal }), {
      code: "authentication",
      message: /code has expired/u,
    });
    sigstore.setFault("refuses");
    await assert.rejects(signInByDevice(own, provider, createPerson(), { signal }), { message: /access_denied/u });
  });

  it("is not offered where the provider does not know it", async () => {
    const { deviceEndpoint: _none, ...provider } = await discoverProvider(place(), sigstore.url, { signal });
    await assert.rejects(signInByDevice(place(), provider, createPerson(), { signal }), { message: /'browser'/u });
  });

  describe("from a provider that lies", () => {
    let server: LoopbackServer;
    let answer: (call: LoopbackCall) => LoopbackAnswer;
    beforeEach(async () => {
      server = await serveLoopback({ route: (call) => answer(call) });
    });
    afterEach(() => server.stop());
    const endpoints = (changes: object = {}): object => ({
      issuer: server.url,
      authorization_endpoint: `${server.url}/a`,
      token_endpoint: `${server.url}/t`,
      device_authorization_endpoint: `${server.url}/d`,
      ...changes,
    });

    for (const [what, body] of [
      ["another issuer", { issuer: "https://other.example" }],
      ["no token endpoint", { token_endpoint: undefined }],
      ["a token endpoint without TLS", { token_endpoint: "http://login.example/t" }],
      ["a script for an endpoint", { authorization_endpoint: "javascript:alert(1)" }],
    ] as const)
      it(`names ${what}`, async () => {
        answer = () => ({ status: 200, body: endpoints(body) });
        await assert.rejects(discoverProvider(place(), server.url, { signal }), { code: "service-protocol" });
      });

    for (const [what, body] of [
      ["no code", { user_code: "", verification_uri: "https://login.example" }],
      ["a code of control characters", { user_code: "\u001b[2J", verification_uri: "https://login.example" }],
      ["a page without TLS", { user_code: "ABCD", verification_uri: "http://login.example" }],
      ["a file for a page", { user_code: "ABCD", verification_uri: "file:///etc/passwd" }],
    ] as const)
      it(`shows ${what}`, async () => {
        answer = ({ url }) => ({
          status: 200,
          body: url.pathname === "/d" ? { device_code: "x", ...body } : endpoints(),
        });
        const person = createPerson();
        const provider = await discoverProvider(place(), server.url, { signal });
        await assert.rejects(signInByDevice(place(), provider, person, { signal }), { code: "authentication" });
        assert.deepEqual(person.visits, []);
      });
  });
});
