import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, X509Certificate, type KeyObject } from "node:crypto";
import { readObjects, readRetrieved } from "../../../../src/adapters/services/venafi/objects.ts";
import { createTrialAuthority } from "../../../../src/trial/service/authority.ts";

const authority = createTrialAuthority(new Date());
const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
const chain = authority.issue("one", publicKey);
const value = (pem: string | undefined): string => new X509Certificate(pem ?? "").raw.toString("base64");
const [leaf, issuing, root] = chain.map(value);
const flat = [leaf, issuing, root].map((Value) => ({ Value, KeyId: "{1}", Label: "one" }));

const spki = (key: KeyObject | undefined): string | undefined =>
  key?.export({ type: "spki", format: "der" }).toString("hex");
const shown = (body: unknown, askedFor?: string): unknown =>
  readObjects(body, askedFor).map((key) => [key.keyId, key.label, key.chain.map((one) => one.raw.toString("base64"))]);
const expected = [["{1}", "one", [leaf, issuing, root]]];

describe("keys in answers of Venafi", () => {
  const shapes: readonly (readonly [string, object])[] = [
    ["flat, from leaf to root", { Certificates: flat }],
    ["flat, from root to leaf", { Certificates: flat.toReversed() }],
    [
      "nested",
      {
        Certificates: [
          { Value: leaf, KeyId: "{1}", Label: "one", Intermediates: [{ Value: issuing }], Root: { Value: root } },
        ],
      },
    ],
    [
      "with members in other cases",
      { certificates: flat.map(({ Value, KeyId, Label }) => ({ value: Value, keyId: KeyId, label: Label })) },
    ],
  ];
  for (const [what, body] of shapes) it(`are read ${what}`, () => assert.deepEqual(shown(body), expected));

  it("belong to the key that was asked for where certificates name none", () => {
    const Certificates = flat.map(({ Value }) => ({ Value }));
    assert.deepEqual(shown({ Certificates }, "{1}"), [["{1}", undefined, [leaf, issuing, root]]]);
    assert.deepEqual(shown({ Certificates }), []);
  });

  it("have the certificate of their public key, where one is told", () => {
    const stranger = value(authority.issue("two", other)[0]);
    const PublicKeys = [{ KeyId: "{1}", ...bareEc(publicKey) }];
    const Certificates = [{ Value: stranger, KeyId: "{1}" }, ...flat];
    const [key] = readObjects({ Certificates, PublicKeys });
    assert.equal(spki(key?.publicKey), spki(publicKey));
    assert.equal(key?.chain.length, 3);
  });

  it("have no chain by a name alone: the issuer's signature counts", () => {
    const forged = createTrialAuthority(new Date()).issue("one", publicKey).map(value);
    const Certificates = [flat[0], ...forged.slice(1).map((Value) => ({ Value, KeyId: "{1}" }))];
    assert.deepEqual(shown({ Certificates }), [["{1}", "one", [leaf]]]);
  });

  it("may have no certificate", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
    const edwards = generateKeyPairSync("ed25519").publicKey;
    const { n, e } = rsa.export({ format: "jwk" });
    const { x } = edwards.export({ format: "jwk" });
    const standard = (text: string | undefined): string => Buffer.from(text ?? "", "base64url").toString("base64");
    const PublicKeys = [
      { KeyId: "r", Label: "rsa", KeyType: 0, Modulus: standard(n), Exponent: standard(e) },
      { KeyId: "e", KeyType: 64, ECPoint: standard(x) },
      { KeyId: "c", ...bareEc(publicKey) },
    ];
    const keys = readObjects({ PublicKeys });
    assert.deepEqual(
      keys.map(({ keyId, label, chain: { length } }) => [keyId, label, length]),
      [
        ["r", "rsa", 0],
        ["e", undefined, 0],
        ["c", undefined, 0],
      ],
    );
    assert.deepEqual(
      keys.map((key) => spki(key.publicKey)),
      [rsa, edwards, publicKey].map(spki),
    );
  });

  const nothing: readonly (readonly [string, unknown])[] = [
    ["no object", "x"],
    ["null", null],
    ["no list", { Certificates: "x" }],
    ["entries that are none", { Certificates: [null, 1, "x", []] }],
    ["what is not Base64", { Certificates: [{ Value: "***", KeyId: "1" }] }],
    ["what is no certificate", { Certificates: [{ Value: "AAAA", KeyId: "1" }] }],
    ["a key of an unknown kind", { PublicKeys: [{ KeyId: "1", KeyType: 9, ECPoint: "AAAA" }] }],
    [
      "a point that is not on the curve",
      { PublicKeys: [{ ...bareEc(publicKey), KeyId: "1", ECPoint: Buffer.alloc(65, 4).toString("base64") }] },
    ],
    ["a curve that there is not", { PublicKeys: [{ ...bareEc(publicKey), KeyId: "1", Curve: "P999" }] }],
  ];
  for (const [what, body] of nothing) it(`are none in ${what}`, () => assert.deepEqual(readObjects(body), []));

  it("are read from what certificates/retrieve gives", () => {
    const data = Buffer.from(chain.join("\n")).toString("base64");
    const [key, ...more] = readRetrieved({ CertificateData: data }, "{1}");
    assert.deepEqual([key?.keyId, key?.chain.length, more.length], ["{1}", 3, 0]);
    assert.equal(spki(key?.publicKey), spki(createPublicKey(chain[0] ?? "")));
    for (const wrong of [{}, { CertificateData: "***" }, { CertificateData: "AAAA" }, null])
      assert.deepEqual(readRetrieved(wrong, "{1}"), []);
  });
});

function bareEc(key: KeyObject): object {
  const { x, y } = key.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x ?? "", "base64url"), Buffer.from(y ?? "", "base64url")]);
  return { KeyType: 3, Curve: "P256", ECPoint: point.toString("base64") };
}
