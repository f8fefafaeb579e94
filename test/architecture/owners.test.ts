import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageOf, root, sourcesBelow } from "./sources.ts";

interface PackageManifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as PackageManifest;

/** The table in ARCHITECTURE.md: | `package` | `owner` | why |. */
function declaredOwners(): Map<string, string> {
  const rows = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").matchAll(
    /^\| `([^`]+)` +\| `(src\/[^`]+)` +\| .+ \|$/gm,
  );
  return new Map([...rows].map((row) => [row[1] ?? "", row[2] ?? ""]));
}

describe("third-party packages", () => {
  const owners = declaredOwners();

  it("have one owner each, named in ARCHITECTURE.md with the reason", () => {
    assert.deepEqual([...owners.keys()].sort(), Object.keys(manifest.dependencies).sort());
  });

  it("are imported by their owner alone", () => {
    const strays = sourcesBelow("src").flatMap((source) =>
      source.imports.flatMap(({ specifier, line }) => {
        const name = packageOf(specifier);
        if (name === undefined) return [];
        const owner = owners.get(name);
        const owned =
          owner !== undefined &&
          (source.path === owner || (/[/*]$/.test(owner) && source.path.startsWith(owner.replace("*", ""))));
        return owned ? [] : [`${source.path}:${line} imports ${name}, which belongs to ${owner ?? "nobody"}`];
      }),
    );
    assert.deepEqual(strays, []);
  });

  it("are declared in exact versions", () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
    );
    assert.deepEqual(loose, []);
  });

  it("GHSA-2328-f5f3-gj25, GHSA-5gfm-wpxj-wjgq, GHSA-hhhv-q57g-882q: never bring node-forge or jose into what people run", () => {
    const lock: { readonly packages: Readonly<Record<string, { readonly dev?: boolean }>> } = JSON.parse(
      readFileSync(join(root, "package-lock.json"), "utf8"),
    );
    const shipped = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true);
    assert.ok(shipped.some(([path]) => path.endsWith("node_modules/yaml")));
    assert.deepEqual(
      shipped.filter(([path]) => /node_modules\/(?:node-forge|jose)$/.test(path)),
      [],
    );
  });

  it("type the editor's API in the version that engines.vscode asks for", () => {
    assert.equal(`^${manifest.devDependencies["@types/vscode"]}`, manifest.engines["vscode"]);
  });
});
