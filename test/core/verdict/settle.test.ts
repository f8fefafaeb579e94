import assert from "node:assert/strict";
import type { Authority, PolicyRule } from "../../../src/core/policy/policy.ts";
import { signatureStatement } from "../../../src/core/sign/statement.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import * as scene from "../../helpers/signedImage.ts";
import { bundleOf, createSigstoreScene, logEntryOf, signParts, statementOf } from "../../helpers/sigstoreScene.ts";

type Attached = ReturnType<typeof scene.attach>;

const sigstore = createSigstoreScene();
const { image, rule, now } = scene;
const provenance = "https://slsa.dev/provenance/v1";
const yes = scene.keyAuthority(pem(acme));
const no = scene.keyAuthority(pem(stranger), { name: "stranger" });
const pass: Authority = { kind: "static", name: "pass", source: yes.source, action: "pass" };
const dark = {
  notUnderstood: [{ what: "'policy' is not evaluated.", source: { file: "policy/images.yaml", line: 20 } }],
};
const named = (name: string, authority: Authority, more: Partial<PolicyRule> = {}) =>
  rule([authority], { name, source: { file: `${name}.yaml`, line: 3 }, ...more });
const warn = { mode: "warn" } as const;

const signature = scene.attachBundle(keyBundle(acme));
/** A format that is told by its name alone. */
const foreign = scene.attach([], { artifactType: "application/vnd.other.signature", subject: image });

function attestation(kind = "dsse 0.0.1", type = provenance): Attached {
  const parts = signParts(sigstore, { payload: statementOf(type), envelope: true, keyless: true });
  const entry = { ...logEntryOf(sigstore, "dsse 0.0.1", parts) };
  const [name = "", version = ""] = kind.split(" ");
  const entries = [{ ...entry, kindVersion: { kind: name, version } }];
  return scene.attachBundle(Buffer.from(JSON.stringify(bundleOf(parts, { content: "envelope", entries }))));
}

function settled(attached: readonly Attached[], ...rules: readonly PolicyRule[]): Verdict {
  return judge(scene.evidenceOf(attached), scene.policyOf(...rules), sigstore.material, now);
}

const told = ({ state, reason, enforced, decidedBy }: Verdict) => [state, reason.code, enforced, decidedBy?.rule];

describe("settle", () => {
  const refuses = named("refuses", no);
  const obscure = named("obscure", yes, dark);
  const order: readonly (readonly [string, readonly PolicyRule[], readonly unknown[]])[] = [
    [
      "one that is not understood and enforces, before one that refuses and warns",
      [named("refuses", no, warn), obscure],
      ["unknown", "policy-not-understood", true, "obscure"],
    ],
    [
      "one that refuses and enforces, before one that is not understood and warns",
      [named("obscure", yes, { ...dark, ...warn }), refuses],
      ["untrusted", "not-accepted", true, "refuses"],
    ],
    [
      "of two that warn, the one that refuses",
      [named("obscure", yes, { ...dark, ...warn }), named("refuses", no, warn)],
      ["untrusted", "not-accepted", false, "refuses"],
    ],
    [
      "one that is not understood and warns, before one that accepts",
      [named("accepts", yes), named("obscure", yes, { ...dark, ...warn })],
      ["unknown", "policy-not-understood", false, "obscure"],
    ],
    ["one that accepts and warns", [named("accepts", yes, warn)], ["verified", "verified", false, "accepts"]],
    [
      "one that accepts, and another lets pass",
      [named("passes", pass), named("accepts", yes, warn)],
      ["verified", "verified", false, "accepts"],
    ],
  ];
  for (const [what, rules, expected] of order)
    it(`lets decide ${what}`, () => assert.deepEqual(told(settled([signature], ...rules)), expected));

  it("cannot tell where a signature cannot be evaluated, wherever it stands among others", () => {
    const others = scene.attachBundle(keyBundle(stranger));
    const expected = ["unknown", "unsupported-format", true, "refuses"];
    const needsSomebody = named("refuses", scene.keyAuthority(pem(acme)));
    assert.deepEqual(told(settled([foreign], needsSomebody)), expected);
    assert.deepEqual(told(settled([others, foreign], needsSomebody)), expected);
    assert.deepEqual(told(settled([foreign, signature], needsSomebody)).slice(0, 2), ["verified", "verified"]);
    assert.match(
      settled([foreign], needsSomebody).reason.message,
      /of the format unrecognised, which is not evaluated/,
    );
  });

  it("cannot tell of a signature that one root cannot evaluate and another does not know", () => {
    const parts = signParts(sigstore, { payload: signatureStatement(image.digest), envelope: true, keyless: true });
    const entries = [{ ...logEntryOf(sigstore, "dsse 0.0.1", parts), kindVersion: { kind: "helm", version: "0.0.1" } }];
    const bundle = scene.attachBundle(Buffer.from(JSON.stringify(bundleOf(parts, { content: "envelope", entries }))));
    const [own] = sigstore.material.trustedRoots;
    assert.ok(own);
    const other = { ...own, name: "other", text: createSigstoreScene().trustedRoot };
    const policy = scene.policyOf(named("keyless", scene.keylessAuthority()));
    for (const trustedRoots of [
      [own, other],
      [other, own],
    ]) {
      const material = { trustedRoots, defaultRoot: own.name };
      const verdict = judge(scene.evidenceOf([bundle]), policy, material, now);
      assert.deepEqual(told(verdict).slice(0, 2), ["unknown", "unsupported-format"]);
    }
  });

  it("says that there is no trusted root to check a certificate with", () => {
    const { signatures } = judge(scene.evidenceOf([attestation()]), scene.policyOf(), { trustedRoots: [] }, now);
    assert.deepEqual(
      signatures.map(({ valid, reasons }) => [valid, reasons.map(({ code }) => code)]),
      [[false, ["no-trusted-root"]]],
    );
  });

  it("cannot tell where an attestation cannot be evaluated that the policy asks for, and only then", () => {
    const strange = attestation("helm 0.0.1");
    const asking = (type: string) => named("asks", scene.keylessAuthority({ attestations: [type] }));
    assert.deepEqual(told(settled([strange], asking(provenance))).slice(0, 2), ["unknown", "unsupported-format"]);
    assert.deepEqual(told(settled([strange], asking("https://spdx.dev/Document"))).slice(0, 2), [
      "unsigned",
      "unsigned",
    ]);
    assert.deepEqual(told(settled([strange], named("refuses", yes))).slice(0, 2), ["unsigned", "unsigned"]);
    const byKey = named("asks", scene.keyAuthority(pem(stranger), { attestations: [provenance] }));
    assert.deepEqual(told(settled([strange], byKey)).slice(0, 2), ["unknown", "unsupported-format"]);
    assert.deepEqual(told(settled([attestation()], asking(provenance))).slice(0, 2), ["verified", "verified"]);
  });

  const place = "policy refuses (refuses.yaml:3)";
  const sentences: readonly (readonly [readonly Attached[], readonly PolicyRule[], string])[] = [
    [
      [signature],
      [named("accepts", yes)],
      "A valid signature is accepted by 'acme' of policy accepts (accepts.yaml:3).",
    ],
    [
      [attestation()],
      [named("accepts", scene.keylessAuthority({ attestations: [provenance] }))],
      "A valid attestation is accepted by 'workflow' of policy accepts (accepts.yaml:3).",
    ],
    [[], [], "It has no signature."],
    [[], [refuses], `It has no signature; ${place} accepts only 'stranger'.`],
    [[attestation()], [], "It has attestations, and no signature."],
    [[signature], [named("refuses", yes), refuses], `It is validly signed, but ${place} accepts only 'stranger'.`],
    [
      [scene.attachBundle(keyBundle(stranger)), signature],
      [named("accepts", yes), named("refuses", scene.keylessAuthority())],
      `It is validly signed, but ${place} accepts only 'workflow'.`,
    ],
    [[signature], [], "It is signed by somebody who is not known, and no policy covers it."],
    [
      [signature],
      [named("passes", pass)],
      "Policy passes (passes.yaml:3) lets it pass without a signature; nobody's signature was accepted.",
    ],
    [
      [signature],
      [obscure],
      "Policy obscure (obscure.yaml:3) covers the image and is not understood: 'policy' is not evaluated (policy/images.yaml:20).",
    ],
  ];
  for (const [attached, rules, sentence] of sentences)
    it(`says: ${sentence}`, () => assert.equal(settled(attached, ...rules).reason.message, sentence));
});
