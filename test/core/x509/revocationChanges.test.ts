import assert from "node:assert/strict";
import { readCertificate } from "../../../src/core/x509/certificate.ts";
import { revocationOf, type RevocationAnswer } from "../../../src/core/x509/revocation.ts";
import { listStatus } from "../../../src/core/x509/revocationList.ts";
import {
  bitString,
  element,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
} from "../../../src/trial/x509/der.ts";
import { extension } from "../../../src/trial/x509/issueCertificate.ts";
import { basicConstraints, createNotaryChain, issueTestCertificate } from "../../helpers/notary.ts";
import { issuingPoint, listAt, revocationList, type ListRequest } from "../../helpers/revocation.ts";

const place = "http://lists.example/base.crl";
const changesPlace = "http://lists.example/changes.crl";
const { leaf, root } = createNotaryChain({ more: [listAt(place)] });
const stranger = createNotaryChain();
const [certificate, issuer] = [leaf, root].map(({ der }) => readCertificate(der));
const time = new Date("2026-11-21T12:00:00Z");
const at = new Date("2026-11-01T00:00:00Z");

const number = (value: number): Buffer => extension("2.5.29.20", false, integer(Buffer.from([value])));
const restingOn = (value: number): Buffer => extension("2.5.29.27", true, integer(Buffer.from([value])));
const completedAt = (...urls: readonly string[]): Buffer =>
  extension(
    "2.5.29.46",
    false,
    sequence(...urls.map((url) => sequence(explicit(0, explicit(0, implicit(6, Buffer.from(url))))))),
  );
const reason = (value: number): Buffer => extension("2.5.29.21", false, element(0x0a, Buffer.from([value])));
const entry = (value?: number) => ({
  certificate: leaf,
  at,
  ...(value === undefined ? {} : { extensions: [reason(value)] }),
});

/** Number 5, completed by changes. */
function base(more: Partial<ListRequest> = {}, extensions: readonly Buffer[] = []): Buffer {
  return revocationList({ issuer: root, extensions: [number(5), completedAt(changesPlace), ...extensions], ...more });
}

/** Number 7, resting on number 5. */
function changes(more: Partial<ListRequest> = {}): Buffer {
  return revocationList({ issuer: root, extensions: [number(7), restingOn(5)], ...more });
}

function status(list: Buffer, delta: Buffer | undefined): string {
  assert.ok(certificate && issuer);
  const asked = (url: string): Buffer | undefined => (url === changesPlace ? delta : undefined);
  return listStatus(list, place, { certificate, issuer, time }, asked).kind;
}

describe("lists of changes", () => {
  const onHold = base({ revoked: [entry(6)] });
  const cases: readonly (readonly [string, Buffer, Buffer | undefined, string])[] = [
    ["are asked for where a list names them", base(), undefined, "incomplete"],
    ["leave good what they do not name", base(), changes(), "good"],
    ["revoke", base(), changes({ revoked: [entry()] }), "revoked"],
    ["take back what is on hold", onHold, changes({ revoked: [entry(8)] }), "good"],
    ["leave on hold what they do not name", onHold, changes(), "revoked"],
    [
      "cannot take back what is revoked for good",
      base({ revoked: [entry(1)] }),
      changes({ revoked: [entry(8)] }),
      "revoked",
    ],
    ["are not needed for what is revoked for good", base({ revoked: [entry(1)] }), undefined, "revoked"],
    [
      "add nothing where they are no newer",
      onHold,
      changes({ extensions: [number(5), restingOn(4)], revoked: [entry(8)] }),
      "revoked",
    ],
    ["need to rest on the list", base(), changes({ extensions: [number(7), restingOn(6)] }), "unknown"],
    ["need a number", base(), changes({ extensions: [restingOn(5)] }), "unknown"],
    ["need to say on what they rest", base(), changes({ extensions: [number(7)] }), "unknown"],
    ["need a list with a number", base({ extensions: [completedAt(changesPlace)] }), changes(), "unknown"],
    ["need the issuer's key", base(), changes({ signedBy: stranger.root.keys.privateKey }), "unknown"],
    ["need the issuer's name", base(), changes({ names: stranger.leaf }), "unknown"],
    ["need to be current", base(), changes({ nextUpdate: new Date("2026-11-21T11:00:00Z") }), "unknown"],
    ["need the scope of the list", base({}, [issuingPoint(place)]), changes(), "unknown"],
    [
      "have the scope of the list",
      base({}, [issuingPoint(place)]),
      changes({ extensions: [number(7), restingOn(5), issuingPoint(place)] }),
      "good",
    ],
    ["of another scope", base(), changes({ extensions: [number(7), restingOn(5), issuingPoint(place)] }), "unknown"],
    [
      "with a negative number",
      base(),
      changes({ extensions: [extension("2.5.29.20", false, element(2, Buffer.from([0xff]))), restingOn(5)] }),
      "unknown",
    ],
    [
      "with an unknown critical extension",
      base(),
      changes({ extensions: [number(7), restingOn(5), extension("1.2.3", true, octetString(Buffer.from([1])))] }),
      "unknown",
    ],
    ["with the same extension twice", base(), changes({ extensions: [number(7), number(8), restingOn(5)] }), "unknown"],
    [
      "with a number that is none",
      base(),
      changes({ extensions: [extension("2.5.29.20", false, element(2)), restingOn(5)] }),
      "unknown",
    ],
    [
      "with a number that is too long",
      base(),
      changes({ extensions: [extension("2.5.29.20", false, element(2, Buffer.alloc(21, 1))), restingOn(5)] }),
      "unknown",
    ],
    [
      "with a number as long as numbers may be",
      base(),
      changes({ extensions: [extension("2.5.29.20", false, element(2, Buffer.alloc(20, 1))), restingOn(5)] }),
      "good",
    ],
    [
      "with an extension without a name",
      base(),
      changes({
        extensions: [number(7), restingOn(5), sequence(octetString(Buffer.alloc(1)), octetString(Buffer.alloc(1)))],
      }),
      "unknown",
    ],
    [
      "with an extension without a value",
      base(),
      changes({ extensions: [number(7), restingOn(5), sequence(objectIdentifier("1.2.3"), element(0x0c))] }),
      "unknown",
    ],
    [
      "that nobody can name a place of",
      base({ extensions: [number(5), extension("2.5.29.46", false, sequence())] }),
      changes(),
      "unknown",
    ],
    ["are no list of their own", changes(), changes(), "unknown"],
    ["that are nothing", base(), Buffer.alloc(0), "unknown"],
    [
      "at no place that is asked",
      base({ extensions: [number(5), completedAt("https://lists.example/x")] }),
      changes(),
      "unknown",
    ],
  ];
  for (const [what, list, delta, expected] of cases)
    it(`${what}: ${expected}`, () => assert.equal(status(list, delta), expected));

  it("are one more question, and then an answer", () => {
    assert.ok(certificate && issuer);
    const answer = (url: string, bytes: Buffer): RevocationAnswer => ({
      kind: "list",
      url,
      at: time.toISOString(),
      bytes,
    });
    const outcome = (answers: readonly RevocationAnswer[]) =>
      revocationOf([certificate, issuer], answers, { time, signedAt: undefined });
    const asked = (answers: readonly RevocationAnswer[]): readonly string[] => {
      const found = outcome(answers);
      return found.kind === "unknown" ? found.questions.map(({ url }) => url) : [found.kind];
    };
    assert.deepEqual(asked([]), [place]);
    assert.deepEqual(asked([answer(place, base())]), [changesPlace]);
    assert.deepEqual(asked([answer(place, base()), answer(changesPlace, Buffer.alloc(0))]), []);
    assert.deepEqual(asked([answer(place, base()), answer(changesPlace, changes())]), ["good"]);
    assert.deepEqual(asked([answer(place, base()), answer(changesPlace, changes({ revoked: [entry()] }))]), [
      "revoked",
    ]);
  });
});

describe("issuers of lists", () => {
  it("need no key usage", () => {
    const own = issueTestCertificate({
      name: root.name,
      keys: root.keys,
      kind: "authority",
      extensions: [basicConstraints(true)],
    });
    const by = readCertificate(own.der);
    assert.ok(certificate && by);
    const found = listStatus(revocationList({ issuer: root }), place, { certificate, issuer: by, time });
    assert.equal(found.kind, "good");
  });
});

describe("long lists", () => {
  const others = Array.from({ length: 20_000 }, () => ({ certificate: stranger.leaf, at }));

  it("are read to their end", () => {
    assert.equal(status(revocationList({ issuer: root, revoked: [...others, entry()] }), undefined), "revoked");
    assert.equal(status(revocationList({ issuer: root, revoked: others }), undefined), "good");
  });

  it("are not good where an entry is none", () => {
    // Changed after they were signed they would be refused for that alone, so they are signed as they are.
    assert.equal(
      status(
        revocationList({ issuer: root, revoked: [{ certificate: { ...leaf, der: leafWithoutSerial() }, at }] }),
        undefined,
      ),
      "unknown",
    );
  });
});

/** A certificate whose serial number is no integer. */
function leafWithoutSerial(): Buffer {
  return sequence(sequence(explicit(0, integer(Buffer.from([2]))), bitString(Buffer.from([1]))));
}
