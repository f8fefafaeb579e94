import assert from "node:assert/strict";
import { importsOf, sourcesBelow, targetOf, type Import, type Source } from "./sources.ts";

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: ["core"],
  application: ["core", "application"],
  adapters: ["core", "application", "adapters"],
  trial: ["core", "application", "adapters", "trial"],
  cli: ["core", "application", "adapters", "trial", "cli"],
  extension: ["core", "application", "adapters", "extension"],
};

/** Built-ins that core may use: pure computation only. */
const PURE_BUILT_INS = new Set(["node:crypto", "node:buffer"]);

/** What reads the world or waits, and therefore has no place in core. */
const IMPURE = [
  { what: "reads the clock", pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\./ },
  { what: "touches the process", pattern: /\bprocess\./ },
  { what: "uses the network", pattern: /\bfetch\(/ },
  { what: "waits", pattern: /\bset(?:Timeout|Interval|Immediate)\(/ },
  { what: "is random", pattern: /\bMath\.random\(|\brandomBytes\(|\brandomUUID\(/ },
];

function layerOf(path: string): string | undefined {
  const folder = /^src\/([^/]+)\//.exec(path)?.[1];
  return folder !== undefined && Object.hasOwn(MAY_IMPORT, folder) ? folder : undefined;
}

function violations(source: Source): string[] {
  const layer = layerOf(source.path);
  if (layer === undefined) return [`${source.path} stands outside every layer`];
  return source.imports.flatMap(({ specifier, line }) => {
    const at = `${source.path}:${line}`;
    if (specifier === "vscode") return layer === "extension" ? [] : [`${at} imports vscode`];
    if (layer === "core" && specifier.startsWith("node:") && !PURE_BUILT_INS.has(specifier)) {
      return [`${at} imports ${specifier} into core`];
    }
    const target = targetOf(source, specifier);
    if (target === undefined) return [];
    const targetLayer = layerOf(target);
    if (targetLayer === undefined) return [`${at} imports ${target}, which no layer holds`];
    return MAY_IMPORT[layer]?.includes(targetLayer) === true ? [] : [`${at} imports ${targetLayer} into ${layer}`];
  });
}

const sources = sourcesBelow("src").filter((source) => source.path !== "src/text.d.ts");
const sourceAt = new Map(sources.map((source) => [source.path, source]));

/** All that the sources at these paths import, and what that imports; packages by their name. */
function reachedFrom(
  entries: readonly string[],
  importsIn: (source: Source) => readonly Import[],
): ReadonlySet<string> {
  const reached = new Set<string>();
  const reach = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    const source = sourceAt.get(path);
    if (source === undefined) return;
    for (const { specifier } of importsIn(source)) reach(targetOf(source, specifier) ?? specifier);
  };
  entries.forEach(reach);
  return reached;
}

describe("layers", () => {
  it("are kept by every import, type-only ones too", () => {
    assert.deepEqual(sources.flatMap(violations), []);
  });

  it("keep core free of clock, network, process, chance and waiting", () => {
    const found = sources
      .filter((source) => layerOf(source.path) === "core")
      .flatMap((source) => {
        const code = source.text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
        return IMPURE.filter(({ pattern }) => pattern.test(code)).map(({ what }) => `${source.path} ${what}`);
      });
    assert.deepEqual(found, []);
  });

  // Their tests then need not run a second time under the editor's cryptography.
  it("let the readers of documents and scripts reach no cryptography", () => {
    const entries = sources.filter(({ path }) => /^src\/core\/(?:document|shell)\//.test(path));
    const reached = reachedFrom(
      entries.map(({ path }) => path),
      ({ imports }) => imports,
    );
    assert.ok(reached.size > 100);
    const users = [...reached].filter((path) =>
      sourceAt.get(path)?.imports.some((one) => one.specifier === "node:crypto"),
    );
    assert.deepEqual(users, []);
  });

  // Each command is loaded when it is asked for: `--version` waits for no certificate, and `images` for no registry. What
  // the editor loads at once keeps it waiting.
  const startsWithout: readonly (readonly [string, RegExp])[] = [
    ["src/cli/main.ts", /^src\/(?:adapters|trial|core\/(?!report\/words\.ts))\/?|^(?:@|cborg|tuf|yaml)/],
    [
      "src/extension/extension.ts",
      /^src\/(?:trial|core\/(?:signature|verdict)\/|core\/document\/(?:readDocument|ansible|cloudFormation|yaml)|core\/shell\/readShell)|^(?:@|cborg|tuf|yaml)/,
    ],
    [
      "src/cli/commands/images.ts",
      /^src\/(?:trial|adapters\/(?!files\/)|core\/(?:sign|signature|verdict)\/)|^node:crypto$|^@|^cborg|^tuf/,
    ],
  ];
  for (const [entry, unwanted] of startsWithout) {
    it(`let ${entry} begin without what it may not need`, () => {
      const reached = reachedFrom([entry], ({ text }) =>
        importsOf(text.replace(/^import type [^;]+;/gm, "").replace(/\bimport\(/g, "(")),
      );
      assert.ok(reached.size > 5);
      assert.deepEqual(
        [...reached].filter((path) => unwanted.test(path)),
        [],
      );
    });
  }

  const planted: readonly (readonly [string, string, string])[] = [
    ["a multi-line type-only import of vscode", "src/core/a.ts", 'import type {\n  Uri,\n} from "vscode";'],
    ["an upward import", "src/core/a.ts", 'import { x } from "../application/ports.ts";'],
    ["a re-export from above", "src/application/a.ts", 'export { x } from "../adapters/x.ts";'],
    ["a dynamic import from above", "src/core/a.ts", 'const x = await import("../cli/main.ts");'],
    ["a type query", "src/core/a.ts", 'type X = import("../../src/extension/x.ts").X;'],
    ["a host importing the other", "src/cli/a.ts", 'import { x } from "../extension/x.ts";'],
    ["a file outside every layer", "src/stray.ts", ""],
    ["a file system import in core", "src/core/a.ts", 'import { readFileSync } from "node:fs";'],
  ];
  for (const [what, path, text] of planted) {
    it(`notice ${what}`, () => {
      assert.equal(violations({ path, text, imports: importsOf(text) }).length, 1);
    });
  }

  it("do not mistake text in comments and strings for imports", () => {
    assert.deepEqual(importsOf('// import x from "vscode"\n/* import "vscode" */\nconst s = \'no "import"\';'), []);
  });
});
