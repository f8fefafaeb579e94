import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { findInArchive, listArchive } from "../../../../src/adapters/services/venafi/archive.ts";
import { readVenafiOptions } from "../../../../src/core/policy/venafiOptions.ts";
import { createMemoryCaller } from "../../../helpers/venafiCaller.ts";

const { signal } = new AbortController();
const settings = (options: Record<string, string>) => readVenafiOptions(options).value!;
const dn = "\\VED\\Code Signing\\Projects\\Shop\\Release";
const digest = createHash("sha256").update("x").digest();
const info = Buffer.concat([Buffer.from("3031300d060960864801650304020105000420", "hex"), digest]);

describe("the archive of Venafi", () => {
  it("is read with what it has", async () => {
    const entries = [
      {
        ArchiveEntryId: 12,
        Timestamp: "2026-11-21T10:00:00Z",
        AuthenticatedUser: "local:{c}",
        AuthenticatedUserName: "local:jane",
        Project: "Shop",
        Environment: "Release",
        Artifact: "aa",
        Command: "sign image x",
        Machine: "laptop",
      },
      { ArchiveEntryId: "13", Environment: "Release" },
      { Timestamp: "2026-11-21T10:00:00Z" },
    ];
    const caller = createMemoryCaller(() => ({ ArchiveResults: entries, TotalCount: 3 }));
    assert.deepEqual(await listArchive(caller, settings({}), { signal }), [
      {
        id: "12",
        at: "2026-11-21T10:00:00.000Z",
        actor: "local:jane",
        event: "signed, asked for on laptop",
        key: "Shop\\Release",
        artifact: "sign image x",
        digest: "aa",
      },
      { id: "13", at: "unknown", actor: "unknown", event: "signed", key: "Release" },
    ]);
  });

  const filters: readonly (readonly [Record<string, string>, object])[] = [
    [{}, {}],
    [{ project: "Shop" }, { ProjectDN: "\\VED\\Code Signing\\Projects\\Shop" }],
    [{ project: "Shop", environment: "Release" }, { EnvironmentDN: dn }],
  ];
  for (const [options, ArchiveFilter] of filters)
    it(`is asked only about ${JSON.stringify(options)}`, async () => {
      const caller = createMemoryCaller(() => ({ ArchiveResults: [], TotalCount: 0 }));
      await listArchive(caller, settings(options), { signal });
      assert.deepEqual(
        caller.calls.map(({ body }) => body),
        [{ ArchiveFilter, PageSize: 100, Page: 0 }],
      );
    });

  it("is read page by page, with an end", async () => {
    const ArchiveResults = Array.from({ length: 100 }, (_, ArchiveEntryId) => ({ ArchiveEntryId }));
    const total = createMemoryCaller(() => ({ ArchiveResults, TotalCount: 200 }));
    assert.equal((await listArchive(total, settings({}), { signal })).length, 200);
    const endless = createMemoryCaller(() => ({ ArchiveResults, TotalCount: 1e9 }));
    assert.equal((await listArchive(endless, settings({}), { signal })).length, 1000);
  });

  const found: readonly (readonly [string, string, Buffer])[] = [
    ["the digest in hex", digest.toString("hex"), digest],
    ["the digest in upper-case hex", digest.toString("hex").toUpperCase(), digest],
    ["the digest in Base64", digest.toString("base64"), digest],
    ["the digest, where a DigestInfo was sent", digest.toString("hex"), info],
    ["what was sent", info.toString("base64"), info],
    ["the digest of the message that was sent", digest.toString("hex"), Buffer.from("x")],
  ];
  for (const [what, Artifact, sent] of found)
    it(`has an entry by ${what}`, async () => {
      const caller = createMemoryCaller(() => ({
        ArchiveResults: [
          { ArchiveEntryId: 1, Artifact, Timestamp: "2026-11-21T10:00:00Z" },
          { ArchiveEntryId: 3, Artifact, Timestamp: "2026-11-21T12:00:00Z" },
          { ArchiveEntryId: 2, Artifact, Timestamp: "2026-11-21T11:00:00Z" },
          { ArchiveEntryId: 4, Artifact: "00", Timestamp: "2026-11-21T13:00:00Z" },
        ],
      }));
      assert.equal((await findInArchive(caller, dn, sent.toString("base64"), { signal }))?.id, "3");
    });

  it("has no entry by the end of a digest, or by nothing", async () => {
    for (const Artifact of [digest.toString("hex").slice(2), "", "0"]) {
      const caller = createMemoryCaller(() => ({ ArchiveResults: [{ ArchiveEntryId: 1, Artifact }] }));
      assert.equal(await findInArchive(caller, dn, digest.toString("base64"), { signal }), undefined);
    }
  });
});
