import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeStatedRoot, type RootMaterial } from "../../../src/core/policy/statedRoot.ts";
import { readTrustedRoot } from "../../../src/core/signature/trustedRoot.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { acme, pem } from "../../helpers/keyBundle.ts";
import { issueTestCertificate } from "../../helpers/notary.ts";

const authority = (O: string, issuer?: ReturnType<typeof issueTestCertificate>) =>
  issueTestCertificate({ name: { O }, kind: "authority", ...(issuer === undefined ? {} : { issuer }) });
const root = authority("root");
const issuing = authority("issuing", root);
const lower = authority("lower", issuing);
const text = (...certificates: readonly { readonly der: Buffer }[]): string =>
  certificates.map(({ der }) => certificatePem(der)).join("");

function write(more: Partial<RootMaterial>): string | object {
  const written = writeStatedRoot({ authorities: [], logs: [], ...more });
  if (written.kind === "refused") return written.why;
  const read = readTrustedRoot(written.text, "stated");
  assert.ok(read.kind === "root", read.kind === "refused" ? read.why : "");
  return read.root;
}

function chainsOf(of: string | object, list: "authorities" | "timestampAuthorities"): readonly (readonly string[])[] {
  assert.ok(typeof of === "object" && list in of, JSON.stringify(of));
  const { [list]: found } = of as Record<
    typeof list,
    readonly { readonly chain: readonly { readonly der: Buffer }[] }[]
  >;
  const names = new Map([root, issuing, lower].map(({ der, name }) => [der.toString("hex"), name.O ?? ""]));
  return found.map(({ chain }) => chain.map(({ der }) => names.get(Buffer.from(der).toString("hex")) ?? "?"));
}

describe("writeStatedRoot", () => {
  it("makes a chain of every certificate, in whatever order they stand", () => {
    const chains = [["lower", "issuing", "root"], ["root"], ["issuing", "root"]];
    assert.deepEqual(chainsOf(write({ authorities: [text(lower, root, issuing)] }), "authorities"), chains);
  });

  it("makes one chain of a time-stamp authority's, the longest", () => {
    const written = write({ timestampAuthorities: [text(root, lower, issuing)] });
    assert.deepEqual(chainsOf(written, "timestampAuthorities"), [["lower", "issuing", "root"]]);
    assert.deepEqual(chainsOf(written, "authorities"), []);
  });

  it("keeps logs and certificate logs apart", () => {
    const other = generateKeyPairSync("ed25519");
    const written = writeStatedRoot({
      authorities: [],
      logs: [{ key: pem(acme), url: "https://log.example" }],
      certificateLogs: [{ key: pem(other) }],
    });
    assert.ok(written.kind === "text");
    const { tlogs, ctlogs } = JSON.parse(written.text);
    const told = (log: { baseUrl?: string; hashAlgorithm: string; publicKey: { keyDetails: string } }) => [
      log.baseUrl,
      log.hashAlgorithm,
      log.publicKey.keyDetails,
    ];
    assert.deepEqual(tlogs.map(told), [["https://log.example", "SHA2_256", "PKIX_ECDSA_P256_SHA_256"]]);
    assert.deepEqual(ctlogs.map(told), [[undefined, "SHA2_256", "PKIX_ED25519"]]);
  });

  const one = authority("x");
  const two = authority("y");
  const [oneByTwo, twoByOne] = [
    issueTestCertificate({ name: one.name, keys: one.keys, kind: "authority", issuer: two }),
    issueTestCertificate({ name: two.name, keys: two.keys, kind: "authority", issuer: one }),
  ];
  const garbage = text(root).replace(/\n.*\n/, "\nAAAA\n");
  const broken: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["something else", "x"],
    ["a certificate that is none", garbage],
    ["a certificate that is none beside others", text(root) + garbage],
    ["a certificate that is no Base64", "-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----\n"],
    ["a chain without its end", text(lower, issuing)],
    ["a chain without its middle", text(lower, root)],
    ["two that issued each other", text(oneByTwo, twoByOne)],
    ["too many", text(...Array<typeof root>(33).fill(root))],
    ["too long a text", text(root) + " ".repeat(256 * 1024)],
  ];
  for (const [what, certificates] of broken)
    it(`refuses ${what} for authorities`, () => {
      const why = "has certificates that cannot be read, or that do not lead to one that is self-signed";
      assert.equal(write({ authorities: [certificates] }), why);
      assert.equal(write({ timestampAuthorities: [certificates] }), why);
      assert.equal(write({ authorities: [text(root), certificates] }), why);
    });

  it("reads as many certificates and as long a text as there may be", () => {
    assert.equal(typeof write({ authorities: [text(...Array<typeof root>(32).fill(root))] }), "object");
    const padded = text(root) + " ".repeat(256 * 1024 - text(root).length);
    assert.equal(typeof write({ authorities: [padded] }), "object");
  });

  for (const [what, key] of [
    ["that is none", "x"],
    ["that nobody should rely on", pem(generateKeyPairSync("rsa", { modulusLength: 1024 }))],
    ["of a size that has no name", pem(generateKeyPairSync("rsa", { modulusLength: 2056 }))],
  ] as const)
    it(`refuses a log's key ${what}`, () => {
      const why = "has a log with a key that cannot be used";
      assert.equal(write({ logs: [{ key }] }), why);
      assert.equal(write({ logs: [{ key: pem(acme) }], certificateLogs: [{ key }] }), why);
    });
});
