import assert from "node:assert/strict";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { isPromised } from "../../../src/core/signature/logPromise.ts";
import type { LogEntry } from "../../../src/core/signature/material.ts";
import type { TrustedLog, TrustedRoot } from "../../../src/core/signature/trustedRoot.ts";
import { describeKey } from "../../../src/core/x509/publicKey.ts";

const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ids = { own: Buffer.alloc(32, 1), other: Buffer.alloc(32, 2) } as const;
const seconds = 1_795_000_000;
const at = (later: number): Date => new Date((seconds + later) * 1000);

function entryOf(logId: Buffer, key: KeyObject = own.privateKey): LogEntry {
  const body = Buffer.from('{"kind":"rekord"}');
  const promised = `{"body":"${body.toString("base64")}","integratedTime":${seconds},"logID":"${logId.toString("hex")}","logIndex":7}`;
  const promise = sign("sha256", Buffer.from(promised), key);
  return { logId, logIndex: "7", kind: "rekord", version: "0.0.1", integratedTime: String(seconds), body, promise };
}

function log(id: Buffer, { publicKey }: { readonly publicKey: KeyObject }, more: Partial<TrustedLog> = {}): TrustedLog {
  const key = describeKey(publicKey);
  assert.ok(key);
  return { id: id.toString("hex"), key, start: at(-10), end: undefined, ...more };
}

function rootOf(...logs: readonly TrustedLog[]): TrustedRoot {
  return { name: "x", json: {}, authorities: [], timestampAuthorities: [], logs, needsLog: true, certificateLogs: [] };
}

describe("isPromised", () => {
  const good = entryOf(ids.own);
  const { promise: _promise, ...unpromised } = good;
  const { key: _key, ...unreadable } = log(ids.own, own);
  const cases: readonly (readonly [string, LogEntry, TrustedRoot | undefined, boolean])[] = [
    ["by its log", good, rootOf(log(ids.own, own)), true],
    ["by its log among others", good, rootOf(log(ids.other, other), log(ids.own, own)), true],
    ["at the first moment of its log's key", good, rootOf(log(ids.own, own, { start: at(0) })), true],
    ["at the last moment of its log's key", good, rootOf(log(ids.own, own, { end: at(0) })), true],
    ["before its log's key counted", good, rootOf(log(ids.own, own, { start: at(1) })), false],
    ["after its log's key counted", good, rootOf(log(ids.own, own, { end: at(-1) })), false],
    ["by another log than it names", entryOf(ids.other), rootOf(log(ids.own, own)), false],
    ["by another key than its log's", entryOf(ids.own, other.privateKey), rootOf(log(ids.own, own)), false],
    ["at another time", { ...good, integratedTime: String(seconds + 1) }, rootOf(log(ids.own, own)), false],
    ["at another place", { ...good, logIndex: "8" }, rootOf(log(ids.own, own)), false],
    ["with another body", { ...good, body: Buffer.from("{}") }, rootOf(log(ids.own, own)), false],
    ["by nobody", unpromised, rootOf(log(ids.own, own)), false],
    ["by a log whose key cannot be read", good, rootOf(unreadable), false],
    ["where no root is known", good, undefined, false],
  ];
  for (const [what, entry, root, expected] of cases)
    it(`${expected ? "takes" : "does not take"} an entry promised ${what}`, () =>
      assert.equal(isPromised(entry, root), expected));
});
