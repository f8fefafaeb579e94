import assert from "node:assert/strict";
import { readDocument } from "../../src/core/document/readDocument.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import { hoverText, type HoverSubject } from "../../src/extension/hoverText.ts";
import { stepsText } from "../../src/extension/stepsText.ts";

const now = new Date("2026-11-21T12:00:00Z");
const document = readDocument("ARG TAG=1.4\nFROM ghcr.io/acme/app:$TAG\n", "Dockerfile");
const use = document.images[0]!;
const reference = "ghcr.io/acme/app:1.4";
const verdict: Verdict = {
  state: "untrusted",
  reason: { code: "not-accepted", message: "It is signed, but policy acme does not accept the signer." },
  reference,
  digest: `sha256:${"ab".repeat(32)}`,
  signatures: [
    {
      format: "sigstore-bundle",
      manifest: `sha256:${"cd".repeat(32)}`,
      purpose: "signature",
      valid: true,
      trusted: false,
      signer: {
        kind: "certificate",
        identity: "[x](command:countersign.sign) $(verified-filled)@example.com",
        issuer: "https://accounts.google.com",
      },
      signedAt: "2026-11-18T12:00:00Z",
      provenBy: "transparency-log",
      reasons: [{ code: "not-accepted", message: "No authority accepts it." }],
    },
  ],
  decidedBy: { policy: "policy/images.yaml", line: 12, rule: "acme" },
  enforced: true,
  asOf: "2026-11-21T11:55:00Z",
  trace: [{ step: "resolve", outcome: "passed", text: "The tag is a digest." }],
};
const subject: HoverSubject = { document, use, reference, status: { kind: "judged", verdict }, trusted: true, now };

/** What a person reads: without icons, HTML, escapes and link targets. */
function read(markdown: string): string {
  return markdown
    .replaceAll(/\]\(command:[^)]*\)/gu, "]")
    .replaceAll(/<[^>]*>/gu, "")
    .replaceAll(/(?<!\\)\$\([^)]*\)/gu, "")
    .replaceAll(/\\([^a-z])/gu, "$1");
}

describe("the hover", () => {
  it("tells each platform of an index, and what is attached that nobody signed", () => {
    const own = (state: Verdict["state"]): Verdict => ({ ...verdict, state, digest: `sha256:${"ef".repeat(32)}` });
    const platforms = [
      { platform: "linux/amd64", verdict: own("verified") },
      { platform: "linux/arm64", verdict: own("unsigned") },
    ];
    const attachments = [
      { kind: "sbom", mediaType: "text/spdx+json", digest: `sha256:${"01".repeat(32)}`, from: "sbom-tag" },
    ] as const;
    const parted: Verdict = { ...verdict, state: "verified", platforms, attachments };
    const text = read(hoverText({ ...subject, status: { kind: "judged", verdict: parted } }));
    assert.match(text, /linux\/amd64: Verified/);
    assert.match(text, /linux\/arm64: Not signed by itself · covered by the index/);
    assert.match(text, /1 attachment that nobody signed/);
    const steps = stepsText(parted, now).replaceAll(/\\([^a-z])/gu, "$1");
    assert.match(steps, /## Platforms\n\n- linux\/amd64: Verified/);
    assert.match(steps, /## Attached, and not signed\n\n- SBOM `text\/spdx\+json`/);
    assert.doesNotMatch(stepsText(verdict, now), /## Platforms|## Attached/);
  });

  it("tells verdict, what to do, reference, value, signer, time, policy and age, in this order", () => {
    const text = read(hoverText(subject));
    const parts = [
      "**Signed, not trusted**. It is signed, but policy acme does not accept the signer.",
      "Verify again",
      "Trust this signer",
      "Show the steps",
      "ghcr.io/acme/app:1.4",
      "sha256:abababababab...",
      "value from ARG TAG, line 1",
      "issued by Google",
      "signed 3 days ago (2026-11-18 12:00 UTC), proven by the transparency log",
      "decided by acme, [policy/images.yaml:12]",
      "asked 5 minutes ago",
    ];
    const places = parts.map((part) => text.indexOf(part));
    assert.ok(!places.includes(-1), `${parts[places.indexOf(-1)]} is missing from:\n${text}`);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  });

  describe("tells where a value comes from:", () => {
    /** The line of the hover of a file's first image that does. */
    const valueOf = (path: string, text: string, others: Readonly<Record<string, string>> = {}): string | undefined => {
      const read = readDocument(text, path, (sibling) => others[sibling]);
      const [first] = read.images;
      assert.ok(first !== undefined);
      const shown = hoverText({ ...subject, document: read, use: first, status: { kind: "not-checked", why: "" } });
      return /\$\(symbol-variable\) (.*?)(?: {2})?$/mu.exec(shown)?.[1]?.replaceAll("\\", "");
    };
    const workflow = (image: string, more = ""): string =>
      `on: push\njobs:\n  a:\n    strategy:\n      matrix:\n        v: ["1"]\n        os: [x]\n    container: ${image}\n    steps: []\n${more}`;
    for (const [name, path, text, expected, others] of [
      ["nothing of what the text says itself", "compose.yaml", "services: {a: {image: '${I:-a:1}'}}\n", undefined],
      [
        "each variable by itself",
        ".github/workflows/a.yml",
        workflow("node:${{ matrix.v }}-${{ matrix.os }}"),
        "value from matrix.v, line 6, and matrix.os, line 7",
      ],
      [
        "the literal first, then by way of what",
        "a.sh",
        "A=1\nB=$A\nC=a:$B\ndocker pull $C\n",
        "value from assignment of A, line 1, by way of assignment of B, line 2; assignment of C, line 3",
      ],
      [
        "no more of the way than anybody follows",
        "Dockerfile",
        "ARG A=1\nARG B=$A\nARG C=$B\nARG D=$C\nARG E=$D\nARG F=$E\nFROM a:$F\n",
        "value from ARG A, line 1, by way of ARG B, line 2; ARG C, line 3; ARG D, line 4; 2 more",
      ],
      [
        "another file by its name, once",
        "compose.yaml",
        "services: {a: {image: 'a:${T}'}}\n",
        "value from T in .env",
        { ".env": "T=1\n" },
      ],
      [
        "the parts that a chart puts together, each by itself",
        "c/values.yaml",
        "image: {registry: x.io, repository: r, tag: ''}\n",
        "value from registry, line 1, and appVersion, c/Chart.yaml",
        {
          "c/Chart.yaml": "name: c\nappVersion: '1'\n",
        },
      ],
    ] as const)
      it(name, () => assert.equal(valueOf(path, text, others), expected));
  });

  it("names what else the same text yields, and does not grow without end", () => {
    const others = Array.from({ length: 9 }, (_, index) => ({
      use,
      reference: `ghcr.io/acme/app:${index}`,
      status: { kind: "judged", verdict: { ...verdict, state: index === 0 ? "unsigned" : "verified" } } as const,
    }));
    const text = read(hoverText({ ...subject, others }));
    assert.match(
      text,
      /also here, from the same text:\s+ghcr\.io\/acme\/app:0: Not signed\s+ghcr\.io\/acme\/app:1: Verified/u,
    );
    assert.match(text, /app:5: Verified\s+and 3 more, in the view Images/u);
    assert.doesNotMatch(text, /app:6/u);
    assert.doesNotMatch(read(hoverText(subject)), /also here/u);
  });

  it("lets a certificate's subject form no link and no mark", () => {
    const text = hoverText(subject);
    assert.ok(!text.includes("[x](command:"));
    assert.equal(text.match(/(?<!\\)\$\(verified-filled\)/gu), null);
  });

  it("offers no action that asks anybody while the workspace is not trusted", () => {
    const text = hoverText({ ...subject, trusted: false, status: { kind: "not-checked", why: "Not trusted." } });
    assert.doesNotMatch(text, /countersign\.(?:verifyAgain|sign)\b/u);
  });

  it("offers to sign only what was looked at and is not verified", () => {
    for (const [state, offers] of [
      ["verified", false],
      ["unknown", false],
      ["invalid", true],
      ["unsigned", true],
      ["untrusted", true],
    ] as const) {
      const other: HoverSubject = { ...subject, status: { kind: "judged", verdict: { ...verdict, state } } };
      assert.equal(/countersign\.sign\?/u.test(hoverText(other)), offers, state);
    }
  });

  it("offers to pin only what is verified", () => {
    assert.doesNotMatch(hoverText(subject), /countersign\.pin\b/u);
    const verified = { ...verdict, state: "verified" } as const;
    assert.match(hoverText({ ...subject, status: { kind: "judged", verdict: verified } }), /countersign\.pin\b/u);
  });

  it("offers to trust the signer only where a valid signature is not accepted", () => {
    assert.match(hoverText(subject), /countersign\.trustSigner\b/u);
    for (const state of ["verified", "invalid", "unsigned", "unknown"] as const) {
      const other: HoverSubject = { ...subject, status: { kind: "judged", verdict: { ...verdict, state } } };
      assert.doesNotMatch(hoverText(other), /countersign\.trustSigner\b/u);
    }
  });

  it("tells the way from the reference to the literal that counts", () => {
    const chained = readDocument("ARG A=1\nARG B=$A\nFROM ghcr.io/acme/app:$B\n", "Dockerfile");
    const text = read(hoverText({ ...subject, document: chained, use: chained.images[0]! }));
    assert.match(text, /value from ARG A, line 1, by way of ARG B, line 2/u);
  });

  it("keeps the last answer readable while the registry is asked again", () => {
    const text = read(hoverText({ ...subject, status: { kind: "checking", previous: verdict } }));
    assert.match(text, /Checking.*last answer/u);
    assert.match(text, /issued by Google/u);
  });
});

describe("the steps of a verdict", () => {
  it("name every step, signature and reason with its code", () => {
    const text = stepsText(verdict, now);
    assert.match(text, /^# Signed, not trusted\n/u);
    assert.match(text, /1\. ✓ \*\*resolve\*\* The tag is a digest/u);
    assert.match(text, /### Signature 1: valid, not trusted/u);
    assert.match(text, /`not-accepted`/u);
    const outsideCode = text.replaceAll(/`[^`]*`/gu, "");
    assert.ok(!outsideCode.includes("[x](command:"));
  });
});
