import assert from "node:assert/strict";
import { readCertificate } from "../../../src/core/x509/certificate.ts";
import { placesIn, revocationPointsOf } from "../../../src/core/x509/revocationPoints.ts";
import { bitString, explicit, implicit, objectIdentifier, sequence } from "../../../src/trial/x509/der.ts";
import { extension } from "../../../src/trial/x509/issueCertificate.ts";
import { createNotaryChain } from "../../helpers/notary.ts";

const url = "http://lists.example/1.crl";
const uri = (text: string): Buffer => implicit(6, Buffer.from(text));
const point = (...names: readonly Buffer[]): Buffer => explicit(0, explicit(0, ...names));
const listsAt = (...points: readonly Buffer[]): Buffer => extension("2.5.29.31", false, sequence(...points));
const ocsp = objectIdentifier("1.3.6.1.5.5.7.48.1");
const issuers = objectIdentifier("1.3.6.1.5.5.7.48.2");
const information = (...descriptions: readonly Buffer[]): Buffer =>
  extension("1.3.6.1.5.5.7.1.1", false, sequence(...descriptions));

function pointsWith(...more: readonly Buffer[]) {
  const certificate = readCertificate(createNotaryChain({ more }).leaf.der);
  assert.ok(certificate);
  return revocationPointsOf(certificate);
}

describe("revocationPointsOf", () => {
  const responder = "http://ocsp.example/";
  const cases: readonly (readonly [string, readonly Buffer[], readonly string[], readonly string[], boolean])[] = [
    ["nothing", [], [], [], false],
    ["a list", [listsAt(sequence(point(uri(url))))], [], [url], false],
    [
      "several lists",
      [listsAt(sequence(point(uri(url), uri(`${url}?`))), sequence(point(uri(responder))))],
      [],
      [url, `${url}?`, responder],
      false,
    ],
    ["a responder", [information(sequence(ocsp, uri(responder)))], [responder], [], false],
    [
      "a responder beside its issuer",
      [information(sequence(issuers, uri(url)), sequence(ocsp, uri(responder)))],
      [responder],
      [],
      false,
    ],
    [
      "a list for some reasons only",
      [listsAt(sequence(point(uri(url)), implicit(1, Buffer.from([0, 2]))))],
      [],
      [],
      true,
    ],
    ["a list by another issuer", [listsAt(sequence(point(uri(url)), explicit(2, uri(url))))], [], [], true],
    ["a point without a place", [listsAt(sequence())], [], [], true],
    ["a point by a relative name", [listsAt(sequence(explicit(0, explicit(1, uri(url)))))], [], [], true],
    ["lists that are none", [extension("2.5.29.31", false, bitString(Buffer.from([1])))], [], [], true],
    ["a list by another name than an address", [listsAt(sequence(point(implicit(2, Buffer.from(url)))))], [], [], true],
    ["a list over TLS", [listsAt(sequence(point(uri("https://lists.example/1.crl"))))], [], [], true],
    ["a list at a file", [listsAt(sequence(point(uri("file:///etc/passwd"))))], [], [], true],
    ["an address with a line break", [listsAt(sequence(point(uri("http://lists.example/\r\nx"))))], [], [], true],
    [
      "an address that is too long",
      [listsAt(sequence(point(uri(`http://lists.example/${"x".repeat(1004)}`))))],
      [],
      [],
      true,
    ],
    ["a responder without a place", [information(sequence(ocsp))], [], [], true],
    ["information that is none", [extension("1.3.6.1.5.5.7.1.1", false, bitString(Buffer.from([1])))], [], [], true],
  ];
  for (const [what, extensions, responders, lists, unreadable] of cases)
    it(`reads ${what}`, () => assert.deepEqual(pointsWith(...extensions), { ocsp: responders, lists, unreadable }));

  it("reads an address as long as addresses may be", () => {
    const long = `http://lists.example/${"x".repeat(1003)}`;
    assert.deepEqual(pointsWith(listsAt(sequence(point(uri(long))))).lists, [long]);
  });

  it("reads the places of a list of changes alike", () => {
    assert.deepEqual(placesIn(sequence(sequence(point(uri(url))))), [url]);
    assert.equal(placesIn(bitString(Buffer.from([1]))), undefined);
  });
});
