import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { getEnvironment, listProjects } from "../../../../src/adapters/services/venafi/environments.ts";
import { describeVenafiKey } from "../../../../src/adapters/services/venafi/keyDescription.ts";
import type { StoredKey } from "../../../../src/adapters/services/venafi/objects.ts";
import type { KeyDescription } from "../../../../src/application/signingService.ts";
import { readVenafiOptions } from "../../../../src/core/policy/venafiOptions.ts";
import { createTrialAuthority } from "../../../../src/trial/service/authority.ts";
import { createMemoryCaller } from "../../../helpers/venafiCaller.ts";

const { signal } = new AbortController();
const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const chain = createTrialAuthority(new Date())
  .issue("Shop", publicKey)
  .map((pem) => new X509Certificate(pem));
const stored: StoredKey = { keyId: "{1}", label: "shop-release", publicKey, chain };
const dn = "\\VED\\Code Signing\\Projects\\Shop\\Release";
const year = 365 * 24 * 60 * 60 * 1000;

/** An environment as the product documents it, described as a key. */
async function describeWith(members: object, key = stored, now = Date.now()): Promise<KeyDescription | undefined> {
  const caller = createMemoryCaller(() => ({
    CertificateEnvironment: { Dn: dn, Guid: "{1}", ...members },
    Result: 1,
    Success: true,
  }));
  const environment = await getEnvironment(caller, { Guid: "{1}" }, { signal });
  return describeVenafiKey(key, environment, [], now)?.description;
}
const flow = (name: string): object => ({ KeyUseFlowDN: `\\VED\\Code Signing\\Flows\\${name}` });

describe("the description of a key of Venafi", () => {
  const custodies: readonly (readonly [object, string])[] = [
    [{}, "unknown"],
    [{ KeyStorageLocation: "Software" }, "service-software"],
    [{ KeyStorageLocation: { Info: 1, Value: "software" } }, "service-software"],
    [{ KeyStorageLocation: { Info: 1, Value: { Items: ["\\VED\\Engines\\Luna"] } } }, "hsm"],
  ];
  for (const [members, custody] of custodies)
    it(`says ${custody} for ${JSON.stringify(members)}`, async () =>
      assert.equal((await describeWith(members))?.custody, custody));

  const needs: readonly (readonly [object, readonly string[]])[] = [
    [{}, []],
    [flow("No Restrictions"), []],
    [flow("Two approvers"), ["approval"]],
    [{ KeyUseFlowDn: "\\VED\\Code Signing\\Flows\\Two approvers" }, ["approval"]],
    [{ ...flow("no restrictions"), RequireJustification: true }, ["justification"]],
    [{ RequireJustification: "1" }, ["justification"]],
    [{ RequireJustification: false }, []],
  ];
  for (const [members, expected] of needs)
    it(`needs ${expected.join() || "nothing"} for ${JSON.stringify(members)}`, async () =>
      assert.deepEqual((await describeWith(members))?.needs, expected));

  it("tells the state: disabled before expired, both before enabled", async () => {
    const later = Date.now() + year;
    assert.equal((await describeWith({}))?.state, "enabled");
    assert.equal((await describeWith({}, stored, later))?.state, "expired");
    assert.equal((await describeWith({ Disabled: true }, stored, later))?.state, "disabled");
    assert.equal((await describeWith({}, { ...stored, chain: [] }, later))?.state, "enabled");
  });

  it("tells what the template locks: one accepted value, which the environment has", async () => {
    const attribute = (value: string, accepted: readonly string[]): object => ({
      Info: 1,
      Value: value,
      TemplateValues: { Info: 1, Value: { Items: accepted } },
    });
    const description = await describeWith({
      TemplateDn: "\\VED\\Code Signing\\Environment Templates\\Strict",
      KeyAlgorithm: attribute("ECCP256", ["ECCP256"]),
      KeyStorageLocation: attribute("Software", ["Software", "Luna"]),
      CertificateAuthorityDn: attribute("\\VED\\CA", ["\\VED\\Other CA"]),
      CertificateSubject: "CN=Shop",
    });
    assert.equal(
      description?.governance.attributesSetBy,
      "locked by template Strict: key algorithm; set by the environment: authority, subject, key storage",
    );
    assert.equal(description?.governance.issuer, "Countersign TRIAL issuing, by \\VED\\CA");
    assert.equal((await describeWith({}))?.governance.attributesSetBy, "unknown");
  });

  it("says that nobody issued a certificate, and that a key vouches for itself", async () => {
    assert.match((await describeWith({}, { ...stored, chain: [] }))?.governance.issuer ?? "", /^nobody/);
    const root = chain.at(-1)!;
    const own = { ...stored, publicKey: root.publicKey, chain: [root] };
    assert.match((await describeWith({}, own))?.governance.issuer ?? "", /TRIAL root \(the key itself\)$/);
  });

  it("tells a revoked certificate, and what restricts the key", async () => {
    const revoked = await describeWith({ CertificateStatusText: "Certificate was revoked" });
    assert.equal(revoked?.state, "disabled");
    assert.match(revoked?.governance.issuer ?? "", /; status of the certificate: Certificate was revoked$/);
    const restricted = await describeWith({
      CertificateStatusText: "OK",
      KeyTimeConstraints: { Items: ["Mon-Fri 09:00-17:00"] },
      IPAddressRestriction: { Info: 1, Value: { Items: ["10.0.0.0/8"] } },
      PerUser: true,
      KeyUseAuthentication: "Password",
    });
    assert.equal(
      restricted?.governance.restrictions,
      "only at Mon-Fri 09:00-17:00; only from 10.0.0.0/8; each user has a key of their own; asks again for Password",
    );
    assert.equal(restricted.governance.issuer, "Countersign TRIAL issuing");
    assert.equal((await describeWith({}))?.governance.restrictions, undefined);
  });

  it("is known by its label, or its id, where no environment is told", () => {
    const name = (key: StoredKey): string | undefined => describeVenafiKey(key, undefined, [], 0)?.description.name;
    assert.equal(name(stored), "shop-release");
    assert.equal(name({ keyId: "{1}", publicKey, chain: [] }), "{1}");
  });

  it("is none for a kind of key that is not supported", () => {
    const odd = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey;
    assert.equal(describeVenafiKey({ ...stored, publicKey: odd, chain: [] }, undefined, [], 0), undefined);
  });

  it("takes owners and names from the projects", async () => {
    const Projects = [
      {
        Dn: "\\VED\\Code Signing\\Projects\\Shop",
        Status: 0,
        Owners: { Items: ["local:a", { PrefixedName: "local:b" }] },
        CertificateEnvironments: [{ Guid: "{1}", Dn: dn }, { Guid: "{2}" }],
      },
      { Dn: "\\VED\\Code Signing\\Projects\\Other", Status: 1 },
    ];
    const caller = createMemoryCaller(() => ({ Projects }));
    const projects = await listProjects(caller, readVenafiOptions({ project: "Shop" }).value!, { signal });
    assert.equal(projects.length, 1);
    const key = describeVenafiKey(stored, undefined, projects, 0);
    assert.equal(key?.description.name, "Shop\\Release");
    assert.equal(key?.description.state, "disabled");
    assert.equal(key?.description.governance.managedBy, "owned by local:a, local:b; key in an unknown place");
  });

  it("needs an environment in the answer", async () => {
    for (const body of [{}, { CertificateEnvironment: [] }, { CertificateEnvironment: {} }, null]) {
      const caller = createMemoryCaller(() => body);
      await assert.rejects(getEnvironment(caller, { Dn: dn }, { signal }), { code: "service-protocol" });
    }
  });
});
