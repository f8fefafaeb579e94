import assert from "node:assert/strict";
import { constants, createHash, createPublicKey, verify, type KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signatureFrom, specOf } from "../../src/adapters/services/keyKinds.ts";
import { mechanismOf } from "../../src/adapters/services/venafi/mechanisms.ts";
import type { HashAlgorithm, SignatureScheme } from "../../src/application/signingService.ts";
import { message } from "../helpers/signRequests.ts";
import { describeWithPeers } from "./peers.ts";

const libraries = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
];
const pin = ["--login", "--pin", "1234"];

/** Debian's softhsm2 and opensc: the numbers and data that we send to Venafi are PKCS #11, which another client and token must read alike. */
describeWithPeers("a PKCS #11 token signs what mechanisms say", ["softhsm2-util", "pkcs11-tool"], (peers) => {
  const more = (): Record<string, string> => ({ SOFTHSM2_CONF: join(peers.home, "softhsm2.conf") });
  const library = libraries.find((path) => existsSync(path)) ?? "libsofthsm2.so";
  const tool = (...args: readonly string[]): Promise<string> =>
    peers.run("pkcs11-tool", ["--module", library, "--token-label", "test", ...args], "", more());
  before(async () => {
    mkdirSync(join(peers.home, "tokens"));
    const settings = `directories.tokendir = ${join(peers.home, "tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n`;
    writeFileSync(join(peers.home, "softhsm2.conf"), settings);
    const token = ["--init-token", "--free", "--label", "test", "--pin", "1234", "--so-pin", "1234"];
    await peers.run("softhsm2-util", token, "", more());
  });

  const cases: readonly (readonly [string, string, SignatureScheme, HashAlgorithm, string])[] = [
    ["01", "rsa:2048", "rsa-pkcs1v15", "sha256", "RSA-PKCS"],
    ["02", "rsa:3072", "rsa-pkcs1v15", "sha512", "RSA-PKCS"],
    ["03", "rsa:2048", "rsa-pss", "sha256", "RSA-PKCS-PSS"],
    ["04", "rsa:2048", "rsa-pss", "sha384", "RSA-PKCS-PSS"],
    ["05", "EC:prime256v1", "ecdsa", "sha256", "ECDSA"],
    // Not P-384: pkcs11-tool 0.23 cannot write its public key.
    ["06", "EC:secp521r1", "ecdsa", "sha512", "ECDSA"],
  ];
  /** CKM_* of the names that pkcs11-tool has. */
  const numbers = new Map([
    ["RSA-PKCS", 1],
    ["RSA-PKCS-PSS", 13],
    ["ECDSA", 4161],
  ]);
  for (const [id, kind, scheme, hash, name] of cases)
    it(`${name} by ${kind} with ${hash}`, async () => {
      const asked = mechanismOf({ scheme, hash, digest: createHash(hash).update(message).digest() });
      assert.ok(typeof asked !== "string");
      assert.equal(asked.Mechanism, numbers.get(name));
      const [input, output, key] = ["input", "output", "key"].map((file) => join(peers.home, `${file}-${id}`));
      writeFileSync(input ?? "", Buffer.from(asked.Data, "base64"));
      await tool(...pin, "--keypairgen", "--key-type", kind, "--id", id);
      const pss = asked.Parameter;
      const digestName = hash.replace("sha", "SHA");
      const salt = String(pss?.SaltLen ?? 0);
      const parameters =
        pss === undefined ? [] : ["--hash-algorithm", digestName, "--mgf", `MGF1-${digestName}`, "--salt-len", salt];
      const files = ["--input-file", input ?? "", "--output-file", output ?? ""];
      await tool(...pin, "--sign", "--mechanism", name, "--id", id, ...parameters, ...files);
      await tool("--read-object", "--type", "pubkey", "--id", id, "--output-file", key ?? "");
      const publicKey = createPublicKey({ key: readFileSync(key ?? ""), format: "der", type: "spki" });
      const spec = specOf(publicKey);
      assert.ok(spec !== undefined);
      const signature = signatureFrom(readFileSync(output ?? ""), spec, "either");
      assert.equal(isSignature(scheme, hash, publicKey, signature ?? new Uint8Array()), true);
    });
});

function isSignature(scheme: SignatureScheme, hash: HashAlgorithm, key: KeyObject, signature: Uint8Array): boolean {
  if (scheme === "ecdsa") return verify(hash, message, { key, dsaEncoding: "der" }, signature);
  const padding = scheme === "rsa-pss" ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const salt = scheme === "rsa-pss" ? { saltLength: Number(hash.slice(3)) / 8 } : {};
  return verify(hash, message, { key, padding, ...salt }, signature);
}
