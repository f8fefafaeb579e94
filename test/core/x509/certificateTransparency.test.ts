import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readCertificate, type Certificate } from "../../../src/core/x509/certificate.ts";
import { isInCertificateLog, type CertificateLog } from "../../../src/core/x509/certificateTransparency.ts";
import { describeKey } from "../../../src/core/x509/publicKey.ts";
import { createTrialCertificateLog, type TrialCertificateLog } from "../../../src/trial/sigstore/certificateLog.ts";
import { createTrialIdentityAuthority } from "../../../src/trial/sigstore/identityAuthority.ts";
import { octetString } from "../../../src/trial/x509/der.ts";
import { identity, issuer, now } from "../../helpers/signedImage.ts";

const authority = createTrialIdentityAuthority(now);
const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const log = createTrialCertificateLog();
const other = createTrialCertificateLog();
const extensionId = "1.3.6.1.4.1.11129.2.4.2";
const day = 86_400_000;

function certified(by: TrialCertificateLog | undefined): Certificate {
  const request = { publicKey, identity, issuer, notBefore: now };
  const certificate = readCertificate(authority.issue(by === undefined ? request : { ...request, log: by }));
  assert.ok(certificate);
  return certificate;
}

function stated(of: TrialCertificateLog, more: Partial<CertificateLog> = {}): CertificateLog {
  const key = keyOf(of.publicKey);
  return { id: of.id.toString("hex"), key, start: new Date(now.getTime() - day), end: undefined, ...more };
}

function keyOf(object: KeyObject) {
  const key = describeKey(object);
  assert.ok(key);
  return key;
}

const issuing = readCertificate(authority.chain[0] ?? Buffer.alloc(0));
const root = readCertificate(authority.chain[1] ?? Buffer.alloc(0));
const good = certified(log);

/** The same certificate with another list of promises, which no signature of the issuer covers here. */
function withList(list: Buffer): Certificate {
  const extensions = new Map(good.extensions);
  extensions.set(extensionId, { critical: false, value: octetString(list) });
  return { ...good, extensions };
}

/** The list of the good certificate, without the element around it. */
const list = Buffer.from((good.extensions.get(extensionId)?.value ?? Buffer.alloc(0)).subarray(2));
const promise = list.subarray(4);

function listOf(...promises: readonly Buffer[]): Buffer {
  const framed = Buffer.concat(promises.flatMap((each) => [uint16(each.length), each]));
  return Buffer.concat([uint16(framed.length), framed]);
}

function uint16(value: number): Buffer {
  const octets = Buffer.alloc(2);
  octets.writeUInt16BE(value);
  return octets;
}

/** One octet less, which the list as a whole admits, but not its last promise. */
function cutOff(whole: Buffer): Buffer {
  return Buffer.concat([uint16(whole.length - 3), whole.subarray(2, -1)]);
}

function changed(at: number, mask = 1): Buffer {
  const copy = Buffer.from(promise);
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}

/** The promise of a log that nobody knows. */
const foreign = Buffer.from((certified(other).extensions.get(extensionId)?.value ?? Buffer.alloc(0)).subarray(6));

describe("promises of certificate logs", () => {
  assert.ok(issuing && root);
  const cases: readonly (readonly [string, Certificate, Certificate, readonly CertificateLog[], boolean])[] = [
    ["of a log that is known", good, issuing, [stated(log)], true],
    ["of a log among others", good, issuing, [stated(other), stated(log)], true],
    ["of a log that is not known", good, issuing, [stated(other)], false],
    ["where there are none", certified(undefined), issuing, [stated(log)], false],
    ["for a certificate of another issuer", good, root, [stated(log)], false],
    ["under the name of another log", good, issuing, [stated(log, { key: keyOf(other.publicKey) })], false],
    [
      "of a log whose key cannot be read",
      good,
      issuing,
      [{ id: stated(log).id, start: new Date(0), end: undefined }],
      false,
    ],
    ["from before the log counted", good, issuing, [stated(log, { start: new Date(now.getTime() + 1) })], false],
    ["from after the log counted", good, issuing, [stated(log, { end: new Date(now.getTime() - 1) })], false],
    ["from the log's last moment", good, issuing, [stated(log, { end: now })], true],
    ["for another certificate", { ...certified(log), extensions: good.extensions }, issuing, [stated(log)], false],
    ["as they are", withList(listOf(promise)), issuing, [stated(log)], true],
    ["beside one of a log that nobody knows", withList(listOf(foreign, promise)), issuing, [stated(log)], true],
    [
      "beside a wrong one of a known log",
      withList(listOf(promise, changed(promise.length - 1))),
      issuing,
      [stated(log)],
      false,
    ],
    ["of another version", withList(listOf(changed(0))), issuing, [stated(log)], false],
    ["of another time", withList(listOf(changed(40))), issuing, [stated(log)], false],
    ["with another digest", withList(listOf(changed(43, 1))), issuing, [stated(log)], false],
    ["with another algorithm", withList(listOf(changed(44, 1))), issuing, [stated(log)], false],
    ["with a length that goes too far", withList(listOf(changed(46))), issuing, [stated(log)], false],
    ["that are too short", withList(listOf(promise.subarray(0, 46))), issuing, [stated(log)], false],
    ["too short to say more", withList(listOf(promise.subarray(0, 42))), issuing, [stated(log)], false],
    ["whose extensions go too far", withList(listOf(changed(41, 0xff))), issuing, [stated(log)], false],
    ["before one that is cut off", withList(cutOff(listOf(promise, foreign))), issuing, [stated(log)], false],
    ["with octets after them", withList(Buffer.concat([list, Buffer.alloc(1)])), issuing, [stated(log)], false],
    ["cut off", withList(listOf(promise).subarray(0, -1)), issuing, [stated(log)], false],
    ["in an empty list", withList(Buffer.alloc(0)), issuing, [stated(log)], false],
    [
      "more than are read",
      withList(listOf(...Array.from({ length: 17 }, () => promise))),
      issuing,
      [stated(log)],
      false,
    ],
  ];
  for (const [what, certificate, by, logs, expected] of cases)
    it(`${expected ? "count" : "do not count"} ${what}`, () =>
      assert.equal(isInCertificateLog(certificate, by, logs), expected));

  it("do not count where they are no octet string", () => {
    const extensions = new Map(good.extensions).set(extensionId, { critical: false, value: list });
    assert.equal(isInCertificateLog({ ...good, extensions }, issuing, [stated(log)]), false);
  });
});
