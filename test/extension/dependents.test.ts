import assert from "node:assert/strict";
import { createDependents } from "../../src/extension/dependents.ts";

describe("createDependents", () => {
  it("leads from a file that changed to those that look into it, and no others", () => {
    const { note, of } = createDependents();
    note("compose.yaml", [".env", "base.yaml"]);
    note("other.yaml", ["base.yaml"]);
    assert.deepEqual(of([{ path: ".env", change: "content" }]), ["compose.yaml"]);
    assert.deepEqual(of([{ path: "base.yaml", change: "content" }]), ["compose.yaml", "other.yaml"]);
    assert.deepEqual(of([{ path: "none.yaml", change: "content" }]), []);
    const both = of([
      { path: ".env", change: "content" },
      { path: "base.yaml", change: "content" },
    ]);
    assert.deepEqual(both, ["compose.yaml", "other.yaml"]);
  });

  it("leads to those that look at the names of a folder only where a file came or went", () => {
    const { note, of } = createDependents();
    note("infra/main.tf", ["infra/", "infra/variables.tf"]);
    assert.deepEqual(of([{ path: "infra/new.tf", change: "content" }]), []);
    assert.deepEqual(of([{ path: "infra/new.tf", change: "name" }]), ["infra/main.tf"]);
    assert.deepEqual(of([{ path: "infra/variables.tf", change: "content" }]), ["infra/main.tf"]);
    assert.deepEqual(of([{ path: "main.tf", change: "name" }]), []);
    note("a.tf", ["./"]);
    assert.deepEqual(of([{ path: "main.tf", change: "name" }]), ["a.tf"]);
  });

  it("forgets what a file does not look into any more", () => {
    const { note, of } = createDependents();
    note("compose.yaml", [".env", "base.yaml"]);
    note("compose.yaml", ["base.yaml"]);
    assert.deepEqual(of([{ path: ".env", change: "content" }]), []);
    assert.deepEqual(of([{ path: "base.yaml", change: "content" }]), ["compose.yaml"]);
  });
});
