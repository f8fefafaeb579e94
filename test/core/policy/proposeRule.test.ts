import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { proposeAuthority, proposePolicy, type ProposalRequest } from "../../../src/core/policy/proposeRule.ts";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";

const jane = { kind: "identity", issuer: "https://accounts.google.com", subject: "jane@example.com" } as const;
const request: ProposalRequest = { reference: "ghcr.io/acme/app:1", signer: jane, format: "sigstore-bundle" };
const path = "policy/images.yaml";

const head = `# Production.
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata:
  name: release
spec:
  images:
    - glob: "ghcr.io/acme/**"
  authorities:
`;
const authority = `    - name: workflow # the pipeline
      keyless:
        trustRootRef: acme
        identities:
          - issuer: https://token.actions.githubusercontent.com
            subject: https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main # main only
`;
const other = `---
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: { name: other }
spec: { images: [{ glob: "**" }], authorities: [{ static: { action: pass } }] }
`;

function apply(text: string, proposed: ReturnType<typeof proposeAuthority>): string {
  if (proposed.kind === "none") assert.fail(proposed.why);
  const { span, text: added } = proposed.proposal.edit;
  return `${text.slice(0, span.start)}${added}${text.slice(span.end)}`;
}

describe("a rule for a signer", () => {
  it("adds one authority to the policy that refused, and keeps every other byte", () => {
    const text = head + authority + other;
    const proposed = proposeAuthority({ path, text }, 2, request);
    const changed = apply(text, proposed);
    assert.ok(changed.startsWith(head + authority) && changed.endsWith(`\n${other}`));
    const [rule, second] = readPolicy([{ path, text: changed }]).rules;
    assert.equal(second?.name, "other");
    const added = rule?.authorities[1];
    assert.ok(added?.kind === "keyless");
    assert.deepEqual([added.name, added.trustedRoot, added.format], ["signer-1", "acme", "bundle"]);
    assert.deepEqual(
      [added.identities[0]?.issuer, added.identities[0]?.subject, added.identities[0]?.subjectRegExp],
      [jane.issuer, jane.subject, undefined],
    );
  });

  it("says which images the signer may sign from then on", () => {
    const proposed = proposeAuthority({ path, text: head + authority }, 2, request);
    assert.ok(proposed.kind === "proposal");
    assert.deepEqual(
      [proposed.proposal.rule, proposed.proposal.covers, proposed.proposal.mode],
      ["release", ["ghcr.io/acme/**"], "enforce"],
    );
  });

  it("keeps Windows line ends, and a last line without one", () => {
    const text = (head + authority).trimEnd().replaceAll("\n", "\r\n");
    const changed = apply(text, proposeAuthority({ path, text }, 2, request));
    assert.doesNotMatch(changed, /[^\r]\n/u);
    assert.equal(readPolicy([{ path, text: changed }]).rules[0]?.authorities.length, 2);
  });

  it("asks for cosign's first format where the signature is in it", () => {
    const text = head + authority;
    const changed = apply(text, proposeAuthority({ path, text }, 2, { ...request, format: "cosign" }));
    const added = readPolicy([{ path, text: changed }]).rules[0]?.authorities[1];
    assert.ok(added?.kind === "keyless" && added.format === "legacy");
  });

  it("adds a public key as it is", () => {
    const publicKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
      type: "spki",
      format: "pem",
    });
    const text = head + authority;
    const signer = { kind: "key", publicKey: publicKey.toString() } as const;
    const changed = apply(text, proposeAuthority({ path, text }, 2, { ...request, signer }));
    const added = readPolicy([{ path, text: changed }]).rules[0]?.authorities[1];
    assert.ok(added?.kind === "key");
    assert.equal(added.publicKeys[0]?.trim(), publicKey.toString().trim());
  });

  it("keeps a forged subject inside its string", () => {
    const subject = 'x"\n    - static: { action: pass }';
    const text = head + authority;
    const changed = apply(text, proposeAuthority({ path, text }, 2, { ...request, signer: { ...jane, subject } }));
    const rule = readPolicy([{ path, text: changed }]).rules[0];
    assert.equal(rule?.authorities.length, 2);
    const added = rule?.authorities[1];
    assert.ok(added?.kind === "keyless");
    assert.equal(added.identities[0]?.subject, subject);
  });

  const refused: readonly (readonly [string, string, number])[] = [
    ["a list in flow style", other.slice(4), 1],
    ["a line where no policy begins", head + authority, 3],
    ["another kind", "kind: Pod\n", 1],
    ["a list that an alias stands for", `${head.replace("  authorities:\n", "")}  authorities: *no\n`, 2],
  ];
  for (const [what, text, line] of refused)
    it(`proposes nothing for ${what}`, () => {
      assert.equal(proposeAuthority({ path, text }, line, request).kind, "none");
    });

  it("writes a policy for the one repository where none covers the image", () => {
    for (const text of ["", head + authority, (head + authority).trimEnd()]) {
      const proposed = proposePolicy({ path, text }, request);
      const changed = apply(text, proposed);
      assert.ok(changed.startsWith(text));
      const { rules, problems } = readPolicy([{ path, text: changed }]);
      assert.deepEqual(problems, []);
      const rule = rules.at(-1);
      assert.deepEqual(
        rule?.globs.map(({ glob }) => glob),
        ["ghcr.io/acme/app:*", "ghcr.io/acme/app@*"],
      );
      assert.equal(rule?.mode, "warn");
      assert.equal(rules.length, text === "" ? 1 : 2);
    }
  });
});
