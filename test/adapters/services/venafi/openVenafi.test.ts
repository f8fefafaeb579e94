import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpeningSources } from "../../../../src/adapters/services/openingSources.ts";
import { openVenafi } from "../../../../src/adapters/services/venafi/openVenafi.ts";
import { secretsOf, startVenafiScene, type VenafiScene } from "../../../helpers/venafiScene.ts";

const { signal } = new AbortController();
const placeOf = (environment: Record<string, string>) => ({ environment, platform: process.platform });

describe("openVenafi", () => {
  let scene: VenafiScene;
  let root: string;
  before(async () => {
    scene = await startVenafiScene();
    root = await mkdtemp(join(tmpdir(), "countersign-venafi-"));
    await writeFile(join(root, "ca.pem"), scene.facade.root);
    await writeFile(join(root, "other.pem"), "not a certificate");
  });
  after(async () => {
    await scene.facade.stop();
    await rm(root, { recursive: true });
  });

  const pointer = (options: Record<string, string> = {}, url = scene.facade.url) => ({
    name: "csp",
    type: "venafi",
    url,
    options,
  });
  const secrets = () => secretsOf(scene.facade.url, { username: "dev", password: scene.engine.secrets.dev });
  const trial = (): NonNullable<OpeningSources["trial"]> => ({
    venafi: { url: scene.facade.url, root: scene.facade.root },
    secrets: scene.engine.secrets,
  });

  it("speaks to a service whose authority a file of the workspace names", async () => {
    const service = await openVenafi(pointer({ caFile: "ca.pem" }), { place: placeOf({}), secrets: secrets(), root });
    assert.deepEqual([service.name, service.origin], ["csp", scene.facade.url]);
    assert.equal((await service.listKeys({ signal })).length, 2);
  });

  it("takes the trust bundle of vsign, where that is about the same origin", async () => {
    const bundle = { VSIGN_URL: scene.facade.url, VSIGN_TRUST_BUNDLE: join(root, "ca.pem") };
    const service = await openVenafi(pointer(), { place: placeOf(bundle), secrets: secrets() });
    assert.equal((await service.listKeys({ signal })).length, 2);
    const elsewhere = { ...bundle, VSIGN_URL: "https://tpp.example" };
    const other = await openVenafi(pointer(), { place: placeOf(elsewhere), secrets: secrets() });
    await assert.rejects(other.listKeys({ signal }), { code: "tls" });
  });

  it("does not believe a service without its authority", async () => {
    const service = await openVenafi(pointer(), { place: placeOf({}), secrets: secrets(), root });
    await assert.rejects(service.listKeys({ signal }), { code: "tls" });
  });

  it("signs in to the trial that runs by the trial's own secrets, and to nothing else with them", async () => {
    const service = await openVenafi(pointer(), { place: placeOf({}), trial: trial() });
    assert.equal((await service.listKeys({ signal })).length, 2);
    const elsewhere = { ...trial(), venafi: { url: "https://127.0.0.1:1", root: scene.facade.root } };
    const other = await openVenafi(pointer({ caFile: "ca.pem" }), { place: placeOf({}), trial: elsewhere, root });
    await assert.rejects(other.listKeys({ signal }), { code: "authentication" });
  });

  const refused: readonly (readonly [string, () => ReturnType<typeof pointer>, string, RegExp])[] = [
    ["an unknown option", () => pointer({ projekt: "x" }), "configuration", /'projekt'/],
    ["http beyond this machine", () => pointer({}, "http://tpp.example"), "configuration", /https/],
    ["credentials in the URL", () => pointer({}, "https://a:b@tpp.example"), "configuration", /credentials/],
    ["a path in the URL", () => pointer({}, "https://tpp.example/vedsdk"), "configuration", /without a path/],
    ["what is no URL", () => pointer({}, "tpp"), "configuration", /csp/],
    ["a file that is not there", () => pointer({ caFile: "none.pem" }), "file-unreadable", /none\.pem/],
    ["a file without certificates", () => pointer({ caFile: "other.pem" }), "configuration", /no certificates/],
  ];
  for (const [what, wrong, code, message] of refused)
    it(`refuses ${what}`, () => assert.rejects(openVenafi(wrong(), { place: placeOf({}), root }), { code, message }));

  it("finds no file without a workspace", () =>
    assert.rejects(openVenafi(pointer({ caFile: "ca.pem" }), { place: placeOf({}) }), { code: "configuration" }));
});
