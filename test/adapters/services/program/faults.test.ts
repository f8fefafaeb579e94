import assert from "node:assert/strict";
import { executeSigning, resumeSigning } from "../../../../src/application/signImage.ts";
import { pluginsUnderTest, type RunningPlugin } from "../../../helpers/servicesUnderTest.ts";
import { full, ownTrust, startSigningScene, waiting, type SigningScene } from "../../../helpers/signingScene.ts";

for (const { name, start } of pluginsUnderTest)
  describe(`whatever goes wrong, at most one signature is made: ${name}`, function () {
    this.timeout(60_000);
    let signing: SigningScene;
    let plugin: RunningPlugin;
    before(async () => {
      [signing, plugin] = await Promise.all([startSigningScene(), start()]);
    });
    afterEach(() => plugin.scene.setFault(undefined));
    after(() => Promise.all([signing.stop(), plugin.stop()]));

    const made = (): number => plugin.scene.signatures();
    const key = (): string => plugin.nameOf("p256");

    it("a reply that was lost after signing", async () => {
      const outside = signing.ports(plugin.service);
      const prepared = await signing.prepare(outside, key());
      plugin.scene.setFault({ kind: "error-after-signing" });
      const end = await signing.endOf(prepared, made, () => executeSigning(outside, prepared, waiting()));
      // cosign's plug-ins have no codes: whatever they say of a failure is a refusal in their words.
      const came = name.includes("notation") ? "service-unavailable" : "denied forbidden";
      assert.deepEqual(end, { came, made: 1, attached: 0 });
    });

    it("a disk that is full, before anything is asked for and once it is signed", async () => {
      const outside = signing.ports(plugin.service);
      const [first, second] = [await signing.prepare(outside, key()), await signing.prepare(outside, key())];
      assert.deepEqual(
        await signing.endOf(first, made, () => executeSigning(outside, first, waiting({ onSubmit: full }))),
        { came: "file-unwritable", made: 0, attached: 0 },
      );
      assert.deepEqual(
        await signing.endOf(second, made, () => executeSigning(outside, second, waiting({ onSigned: full }))),
        { came: "signed", made: 1, attached: 1 },
      );
    });

    it("an end of the process between the signature and its attachment", async () => {
      const outside = signing.ports(plugin.service);
      const prepared = await signing.prepare(outside, key());
      const before = made();
      const record = await signing.killWhenSigned(outside, prepared);
      assert.equal(made() - before, 1);
      assert.deepEqual(await signing.endOf(prepared, made, () => resumeSigning(outside, record, ownTrust, waiting())), {
        came: "signed",
        made: 0,
        attached: 1,
      });
    });
  });
