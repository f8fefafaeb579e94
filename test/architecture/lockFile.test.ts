import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, "../..");
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};

describe("package-lock.json", () => {
  // A registry that lacks another platform's package makes `npm install` leave it out of the file, and `npm ci` then refuses the file on every platform.
  it("names every platform's optional packages, so that npm ci accepts it", () => {
    const locked = Object.keys(lock.packages);
    const missing = Object.values(lock.packages)
      .flatMap((each) => Object.keys(each.optionalDependencies ?? {}))
      .filter(
        (name) => !locked.some((path) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`)),
      );
    assert.deepEqual(missing, []);
  });

  it("names no registry", () => {
    assert.doesNotMatch(JSON.stringify(lock), /"resolved"/u);
  });
});
