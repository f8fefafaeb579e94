import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, sourcesBelow } from "./sources.ts";

interface Contributions {
  readonly commands: readonly { readonly command: string; readonly title: string; readonly icon?: unknown }[];
  readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope?: string }>> };
  readonly menus: Readonly<Record<string, readonly { readonly command?: string; readonly when?: string }[]>>;
  readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
  readonly viewsContainers: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
  readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
  readonly walkthroughs: readonly {
    readonly steps: readonly { readonly media: Readonly<Record<string, unknown>> }[];
  }[];
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly contributes: Contributions;
};
const { contributes } = manifest;
const code = sourcesBelow("src/extension")
  .map(({ text }) => text)
  .join("\n");
const commands = new Set(contributes.commands.map(({ command }) => command));
const views = new Set(Object.values(contributes.views).flatMap((list) => list.map(({ id }) => id)));

function inCode(pattern: RegExp): Set<string> {
  return new Set([...code.matchAll(pattern)].map((match) => match[1] ?? ""));
}

describe("the extension's manifest", () => {
  it("declares exactly the commands that the code handles", () => {
    const named = inCode(/"(countersign\.[A-Za-z0-9.]+)"/g);
    const unhandled = [...commands].filter((id) => !named.has(id));
    assert.deepEqual(unhandled, []);
  });

  it("declares every command that the code names, or it is a setting, a view or a context key", () => {
    const contexts = inCode(/setContext",\s*"(countersign\.[A-Za-z0-9.]+)"/g);
    const settings = new Set(Object.keys(contributes.configuration.properties));
    const internal = inCode(/internalCommand\("(countersign\.[A-Za-z0-9.]+)"/g);
    const unknown = [...inCode(/"(countersign\.[A-Za-z0-9.]+)"/g)].filter(
      (id) => ![commands, contexts, settings, views, internal].some((known) => known.has(id)),
    );
    assert.deepEqual(unknown, []);
  });

  it("declares exactly the settings that the code reads", () => {
    const read = inCode(/setting(?:<[^>]*>)?\(\s*"([A-Za-z0-9.]+)"/g);
    const declared = Object.keys(contributes.configuration.properties).map((key) => key.replace(/^countersign\./, ""));
    assert.deepEqual(declared.sort(), [...read].sort());
  });

  it("puts only declared commands into menus", () => {
    const strays = Object.entries(contributes.menus).flatMap(([menu, items]) =>
      items
        .filter(({ command }) => command !== undefined && !commands.has(command))
        .map(({ command }) => `${menu}: ${command}`),
    );
    assert.deepEqual(strays, []);
  });

  it("fills every view, and welcomes only in declared ones", () => {
    const filled = inCode(/createTreeView\(\s*"(countersign\.[A-Za-z0-9.]+)"/g);
    assert.deepEqual([...filled].sort(), [...views].sort());
    assert.deepEqual(
      contributes.viewsWelcome.filter(({ view }) => !views.has(view)),
      [],
    );
  });

  it("links only to declared commands from welcome texts", () => {
    const links = contributes.viewsWelcome.flatMap(({ contents }) => [
      ...contents.matchAll(/command:(countersign\.[A-Za-z0-9.]+)/g),
    ]);
    assert.deepEqual(
      links.map((match) => match[1] ?? "").filter((id) => !commands.has(id)),
      [],
    );
  });

  it("names only pictures that exist", () => {
    const icons = Object.values(contributes.viewsContainers).flatMap((list) => list.map(({ icon }) => icon));
    const media = contributes.walkthroughs.flatMap(({ steps }) =>
      steps.flatMap((step) => [step.media["svg"], step.media["image"], step.media["markdown"]]),
    );
    const missing = [...icons, ...media]
      .filter((path): path is string => typeof path === "string" && !path.startsWith("$("))
      .filter((path) => !existsSync(join(root, path)));
    assert.deepEqual(missing, []);
  });
});
