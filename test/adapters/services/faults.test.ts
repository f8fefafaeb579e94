import assert from "node:assert/strict";
import type { AppError } from "../../../src/application/errors.ts";
import type { PendingSigning } from "../../../src/application/pendingSigning.ts";
import {
  executeSigning,
  resumeSigning,
  type PreparedSigning,
  type SigningPorts,
} from "../../../src/application/signImage.ts";
import type { TrialKey } from "../../../src/trial/service/keys.ts";
import { contractCases, type ContractScene } from "../../helpers/contractScenes.ts";
import { createEngineOfEveryKind } from "../../helpers/serviceScene.ts";
import {
  full,
  ownTrust,
  reread,
  startSigningScene,
  waiting as wait,
  type SigningEnd,
  type SigningScene,
} from "../../helpers/signingScene.ts";

/** Of a key that was rotated: most look at it again first. The others have their signature refused, one by its certificate. */
const rotated: ReadonlyMap<string, readonly [string, number]> = new Map([
  ["trial", ["signature-not-verified", 1]],
  ["venafi", ["signature-not-verified", 1]],
  ["vault", ["signature-not-verified", 1]],
  ["signserver", ["service-protocol", 1]],
]);

/** Of a rejection: control groups know approval only, and what nobody approves runs out; CSC has one code for every refusal. */
const rejected: ReadonlyMap<string, string> = new Map([
  ["vault", "pending"],
  ["csc", "denied forbidden"],
]);

for (const { type, title = type, waits, start } of contractCases)
  describe(`whatever goes wrong, at most one signature is made: ${title}`, () => {
    let signing: SigningScene;
    let scene: ContractScene;
    before(async () => {
      [signing, scene] = await Promise.all([startSigningScene(), start()]);
    });
    afterEach(() => scene.setFault(undefined));
    after(() => Promise.all([signing.stop(), scene.stop()]));

    /** As a process that was started anew. */
    const ports = async (from = scene): Promise<SigningPorts> => signing.ports(await from.open());
    const prepare = (outside: SigningPorts, key = "p256", from = scene): Promise<PreparedSigning> =>
      signing.prepare(outside, from.nameOf(key) ?? "none");
    const made = (from = scene): number => from.engine.audit.entries().filter(({ event }) => event === "signed").length;
    const endOf = (
      prepared: PreparedSigning,
      work: () => ReturnType<typeof executeSigning>,
      from = scene,
    ): Promise<SigningEnd> => signing.endOf(prepared, () => made(from), work);
    const once = { came: "signed", made: 1, attached: 1 };

    it("a reply that was lost after signing", async () => {
      const outside = await ports();
      const prepared = await prepare(outside);
      scene.setFault("error-after-signing");
      const end = await endOf(prepared, () => executeSigning(outside, prepared, wait()));
      assert.deepEqual(end, { came: "service-unavailable", made: 1, attached: 0 });
    });

    it("a session that ends in the middle", async () => {
      const outside = await ports();
      const prepared = await prepare(outside);
      // Where there are no sessions each request proves by itself who asks.
      scene.endSessions?.();
      assert.deepEqual(await endOf(prepared, () => executeSigning(outside, prepared, wait())), once);
    });

    it("a key that is another one meanwhile", async () => {
      const outside = await ports();
      const prepared = await prepare(outside);
      const keys = scene.engine.keys as TrialKey[];
      const at = keys.findIndex(({ description }) => description.name === "p256");
      const [before, [other]] = [keys[at]!, createEngineOfEveryKind(["p256"]).keys];
      keys[at] = other!;
      try {
        const end = await endOf(prepared, () => executeSigning(outside, prepared, wait()));
        assert.equal(end.attached, 0);
        assert.deepEqual([end.came, end.made], rotated.get(type) ?? ["service-protocol", 0]);
      } finally {
        keys[at] = before;
      }
    });

    it("an approval that is refused", async () => {
      const outside = await ports();
      const prepared = await prepare(outside, "release");
      const nothing = { made: 0, attached: 0 };
      if (waits === undefined) {
        const end = await endOf(prepared, () => executeSigning(outside, prepared, wait()));
        assert.deepEqual(end, { came: "denied forbidden", ...nothing });
        return;
      }
      let record: PendingSigning | undefined;
      const keep = wait({
        onPending: (pending) => void (record = reread(pending)),
      });
      const first = await endOf(prepared, () => executeSigning(outside, prepared, keep));
      assert.deepEqual(first, { came: "pending", ...nothing });
      const waiting = scene.engine.requests.pending().at(-1);
      scene.engine.requests.reject("lead", waiting?.id ?? "", "no");
      const again = await ports();
      const end = await endOf(prepared, () => resumeSigning(again, record!, ownTrust, wait()));
      assert.deepEqual(end, { came: rejected.get(type) ?? "denied approval-rejected", ...nothing });
    });

    for (const skewMs of [-3_600_000, 3_600_000])
      it(`a clock that is an hour ${skewMs < 0 ? "behind" : "ahead"}`, async () => {
        const skewed = await start({ skewMs });
        try {
          const outside = await ports(skewed);
          const sign = async (): Promise<SigningEnd> => {
            const prepared = await prepare(outside, "p256", skewed);
            return endOf(prepared, () => executeSigning(outside, prepared, wait()), skewed);
          };
          const end = await sign().catch((error: AppError) => ({
            came: error.code,
            made: made(skewed),
            attached: 0,
          }));
          // A server's certificate of tomorrow proves nobody's identity, and nothing is sent.
          const isTomorrow = skewMs > 0 && skewed.pointer.url.startsWith("https:");
          assert.deepEqual(end, isTomorrow ? { came: "tls", made: 0, attached: 0 } : once);
        } finally {
          await skewed.stop();
        }
      });

    it("a disk that is full before anything is asked for", async () => {
      const outside = await ports();
      const prepared = await prepare(outside);
      const end = await endOf(prepared, () => executeSigning(outside, prepared, wait({ onSubmit: full })));
      assert.deepEqual(end, { came: "file-unwritable", made: 0, attached: 0 });
    });

    it("a disk that is full once it is signed", async () => {
      const outside = await ports();
      const prepared = await prepare(outside);
      assert.deepEqual(await endOf(prepared, () => executeSigning(outside, prepared, wait({ onSigned: full }))), once);
    });

    it("an end of the process between the signature and its attachment", async () => {
      const outside = await ports();
      const prepared = await prepare(outside);
      const before = made();
      const record = await signing.killWhenSigned(outside, prepared);
      assert.equal(made() - before, 1);
      const again = await ports();
      const end = await endOf(prepared, () => resumeSigning(again, record, ownTrust, wait()));
      assert.deepEqual(end, { came: "signed", made: 0, attached: 1 });
    });

    if (waits !== undefined)
      it("an end of the process while an approval is waited for", async () => {
        const outside = await ports();
        const prepared = await prepare(outside, "release");
        let record: PendingSigning | undefined;
        const keep = wait({
          onPending: (pending) => void (record = reread(pending)),
        });
        const before = made();
        await endOf(prepared, () => executeSigning(outside, prepared, keep));
        const waiting = scene.engine.requests.pending().at(-1);
        scene.engine.requests.approve("lead", waiting?.id ?? "", "fine");
        const again = await ports();
        const { came, attached } = await endOf(prepared, () => resumeSigning(again, record!, ownTrust, wait()));
        assert.deepEqual({ came, made: made() - before, attached }, once);
      });
  });
