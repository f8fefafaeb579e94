import assert from "node:assert/strict";
import { matchesClaim } from "../../../src/core/policy/claimedIdentity.ts";
import type { ClaimedIdentity } from "../../../src/core/policy/policy.ts";

const digest = `sha256:${"a".repeat(64)}`;
const exact: ClaimedIdentity = { kind: "exact" };
const usual: ClaimedIdentity = { kind: "repository-if-digest-else-exact" };
const repository: ClaimedIdentity = { kind: "repository" };
const reference: ClaimedIdentity = { kind: "exact-reference", name: "ghcr.io/acme/app:1" };
const named: ClaimedIdentity = { kind: "exact-repository", name: "ghcr.io/acme/app" };
const remapped: ClaimedIdentity = { kind: "remapped", prefix: "mirror.example/acme", signedPrefix: "ghcr.io/acme" };

describe("matchesClaim", () => {
  const cases: readonly (readonly [ClaimedIdentity, claimed: string | undefined, image: string, expected: boolean])[] =
    [
      [exact, "ghcr.io/acme/app:1", "ghcr.io/acme/app:1", true],
      [exact, "ghcr.io/acme/app", "ghcr.io/acme/app:1", false],
      [exact, "ghcr.io/acme/app:1", `ghcr.io/acme/app@${digest}`, false],
      [exact, `ghcr.io/acme/app@${digest}`, `ghcr.io/acme/app:1@${digest}`, true],
      [exact, `ghcr.io/acme/app:1@${digest}`, "ghcr.io/acme/app:1", false],
      [exact, `ghcr.io/acme/app@sha256:${"b".repeat(64)}`, `ghcr.io/acme/app@${digest}`, false],
      [exact, "ghcr.io/acme/app:1", "Not A Reference", false],
      [exact, "node:latest", "docker.io/library/node", true],
      [exact, undefined, "ghcr.io/acme/app:1", false],
      [exact, "not a reference", "ghcr.io/acme/app:1", false],
      [usual, "ghcr.io/acme/app:1", "ghcr.io/acme/app:1", true],
      [usual, "ghcr.io/acme/app:2", "ghcr.io/acme/app:1", false],
      [usual, "ghcr.io/acme/app:2", `ghcr.io/acme/app@${digest}`, true],
      [usual, "ghcr.io/acme/app", `ghcr.io/acme/app@${digest}`, false],
      [usual, `ghcr.io/acme/app@${digest}`, `ghcr.io/acme/app@${digest}`, true],
      [usual, "ghcr.io/acme/other:2", `ghcr.io/acme/app@${digest}`, false],
      [repository, "ghcr.io/acme/app", "ghcr.io/acme/app:1", true],
      [repository, "ghcr.io/acme/app:9", "ghcr.io/acme/app:1", true],
      [repository, "ghcr.io/acme/apple", "ghcr.io/acme/app:1", false],
      [reference, "ghcr.io/acme/app:1", "mirror.example/x:7", true],
      [reference, "ghcr.io/acme/app:2", "mirror.example/x:7", false],
      [reference, "ghcr.io/acme/app", "mirror.example/x:7", false],
      [named, "ghcr.io/acme/app:8", "mirror.example/x:7", true],
      [reference, `ghcr.io/acme/app:1@${digest}`, "mirror.example/x:7", false],
      [{ kind: "exact-reference", name: "Not A Reference" }, "ghcr.io/acme/app:1", "mirror.example/x:7", false],
      [{ kind: "exact-repository", name: "Not A Reference" }, "ghcr.io/acme/app:1", "mirror.example/x:7", false],
      [{ ...remapped, signedPrefix: "Not A Reference" }, "ghcr.io/acme/app:1", "mirror.example/acme/app:1", false],
      [{ ...remapped, prefix: "mirror.example/acme/app" }, "ghcr.io/acme:1", "mirror.example/acme/app:1", true],
      [named, "ghcr.io/acme/apple:8", "mirror.example/x:7", false],
      [remapped, "ghcr.io/acme/app:1", "mirror.example/acme/app:1", true],
      [remapped, "ghcr.io/acme/app:2", "mirror.example/acme/app:1", false],
      [remapped, "mirror.example/acme/app:1", "mirror.example/acme/app:1", false],
      [remapped, "ghcr.io/acme/app:2", `mirror.example/acme/app@${digest}`, true],
      [remapped, "mirror.example/acme-b/app:1", "mirror.example/acme-b/app:1", true],
    ];
  for (const [identity, claimed, image, expected] of cases)
    it(`${identity.kind}: ${claimed ?? "nothing"} for ${image}: ${String(expected)}`, () =>
      assert.equal(matchesClaim(identity, claimed, image), expected));
});
