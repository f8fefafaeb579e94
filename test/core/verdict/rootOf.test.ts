import assert from "node:assert/strict";
import type { TrustedRoot } from "../../../src/core/signature/trustedRoot.ts";
import { composeRoot, rootPartsOf } from "../../../src/core/verdict/rootOf.ts";
import { keylessAuthority } from "../../helpers/signedImage.ts";

function root(name: string): TrustedRoot {
  const json = { tlogs: [`${name} log`], ctlogs: [`${name} ct`], timestampAuthorities: [`${name} tsa`] };
  const log = { id: `${name} id`, start: new Date(0), end: undefined };
  const timestampAuthorities = [{ chain: [], start: new Date(0), end: undefined }];
  return { name, json, authorities: [], timestampAuthorities, logs: [log], needsLog: true, certificateLogs: [log] };
}

const bare: TrustedRoot = { ...root("bare"), logs: [], needsLog: false };
const roots = new Map([...["a", "b", "c"].map((name) => [name, root(name)] as const), ["bare", bare] as const]);

function composed(more: Parameters<typeof keylessAuthority>[0]): TrustedRoot | undefined {
  const parts = rootPartsOf(keylessAuthority(more), "a");
  return parts === undefined ? undefined : composeRoot(parts, roots);
}

describe("composeRoot", () => {
  it("is the root itself where nothing special is asked for", () => {
    assert.equal(composed({}), roots.get("a"));
    assert.equal(composed({ trustedRoot: "b", requiresLog: { root: "b" } }), roots.get("b"));
  });

  it("takes logs from another root, and everything else from its own", () => {
    const { json, logs, needsLog, certificateLogs } = composed({ requiresLog: { root: "b" } }) ?? root("x");
    assert.deepEqual(json, { tlogs: ["b log"], ctlogs: ["a ct"], timestampAuthorities: ["a tsa"] });
    assert.deepEqual([logs.map(({ id }) => id), needsLog, certificateLogs.length], [["b id"], true, 1]);
  });

  it("asks no log where a time stamp is asked for", () => {
    const made = composed({ requiresTimestamp: { root: "c" } }) ?? root("x");
    const { json, needsLog, certificateLogs, timestampAuthorities } = made;
    assert.equal(timestampAuthorities, roots.get("c")?.timestampAuthorities);
    assert.deepEqual(json, { tlogs: ["a log"], ctlogs: ["a ct"], timestampAuthorities: ["c tsa"] });
    assert.deepEqual([needsLog, certificateLogs.length], [false, 1]);
  });

  it("asks no log of a root that has none", () => {
    const bareParts = { trustedRoot: "bare", ignoresCertificateLog: true } as const;
    assert.equal(composed(bareParts)?.needsLog, false);
  });

  it("calls itself by the root of the certificates, which is what a person knows", () =>
    assert.equal(composed({ requiresLog: { root: "b" } })?.name, "a"));

  it("asks no certificate log where the authority does not", () =>
    assert.equal(composed({ ignoresCertificateLog: true })?.certificateLogs.length, 0));

  it("is none where a part is missing", () => {
    assert.equal(composed({ trustedRoot: "x" }), undefined);
    assert.equal(composed({ requiresLog: { root: "x" } }), undefined);
    assert.equal(composed({ requiresTimestamp: { root: "x" } }), undefined);
    assert.equal(
      composed({ trustedRoot: "x", requiresLog: { root: "b" }, requiresTimestamp: { root: "b" } }),
      undefined,
    );
  });

  it("leaves nothing to a default that there is not", () => {
    for (const more of [
      {},
      { requiresLog: { root: "b" } },
      { requiresTimestamp: { root: "b" } },
      { trustedRoot: "a", requiresLog: {} },
      { trustedRoot: "a", requiresTimestamp: {} },
    ])
      assert.equal(rootPartsOf(keylessAuthority(more), undefined), undefined, JSON.stringify(more));
  });

  it("names different compositions differently", () => {
    const names = [
      {},
      { requiresLog: { root: "b" } },
      { requiresLog: { root: "b" }, requiresTimestamp: {} },
      { requiresTimestamp: { root: "b" } },
      { requiresTimestamp: {} },
      { ignoresCertificateLog: true } as const,
    ].map((more) => rootPartsOf(keylessAuthority(more), "a")?.name);
    assert.equal(new Set(names).size, names.length);
  });
});
