import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../../../../src/core/shell/options");

/** The lists of names as they are written, two for each table. */
const lists = readdirSync(folder)
  .toSorted()
  .flatMap((file) =>
    [
      ...readFileSync(join(folder, file), "utf8").matchAll(
        /export const (\w+) = optionTable\(\s*`([^`]*)`,\s*`([^`]*)`/g,
      ),
    ].map(([, name = "", valued = "", flags = ""]) => ({
      name: `${file} ${name}`,
      valued: words(valued),
      flags: words(flags),
    })),
  );

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

const bare = (name: string): string => name.replace(/^-+/, "");

describe("option tables", () => {
  it("are all found", () => assert.ok(lists.length > 25, String(lists.length)));

  for (const { name, valued, flags } of lists)
    it(`${name} is sorted, says each option once, and whether it takes a value`, () => {
      for (const list of [valued, flags]) {
        assert.deepEqual(
          list,
          list.toSorted((one, other) =>
            bare(one) < bare(other) ? -1 : bare(one) > bare(other) ? 1 : one.length - other.length,
          ),
        );
        assert.equal(new Set(list).size, list.length);
        for (const option of list) assert.match(option, /^-{1,2}[A-Za-z]/);
      }
      assert.deepEqual(
        valued.filter((option) => flags.includes(option)),
        [],
      );
    });
});
