import fc from "fast-check";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectSpansInside } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "x.sh");

const image = fc.constantFrom(
  "node:22",
  '"node:22"',
  "$I",
  '"$I"',
  "${I}",
  "$R/a:$V",
  '"${R}/a:1"',
  "${J:-busybox:1}",
  "${I:-busybox:1}",
  "'ghcr.io/a'/b:1",
  `node@sha256:${"c".repeat(64)}`,
  "node:$V",
  "$K",
);
const line = fc.oneof(
  fc.constantFrom(
    "I=node:22",
    'I="ghcr.io/a/b:1"',
    "V=22",
    "R=ghcr.io/x",
    "I=$R/b:$V",
    "K=$I",
    "I=${I:-a:1}",
    "K+=x",
    "export V=2",
  ),
  fc
    .tuple(
      fc.constantFrom(
        "docker run --rm -v a:b ",
        "docker pull -q ",
        "sudo crane digest ",
        "kubectl run x --image=",
        "skopeo inspect docker://",
      ),
      image,
    )
    .map((parts) => parts.join("")),
  fc
    .tuple(fc.constantFrom("'", '"'), image)
    .map(([quote, name]) => `sh -c ${quote}docker pull ${name.replaceAll(/["']/g, "")}${quote}`),
  image.map((one) => `for I in ${one} other:1; do docker pull $I; done`),
  fc.constantFrom("echo $I", "docker tag $I x:1", "if true; then I=b:2; fi", "docker build -t $I ."),
);
const script = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) => `${lines.join("\n")}\n`);

describe("images of commands, for any script", () => {
  it("gives pins that read back as pinned", () => {
    let pins = 0;
    fc.assert(
      fc.property(script, (text) => {
        pins += expectPinsToHold(read, text);
      }),
      {
        numRuns: 1500,
        examples: [
          // A digest in the one would stand in the middle of the other.
          ["for I in ${I} other:1; do docker pull $I; done\nK=$I\nK+=x\ndocker run --rm $K\n"],
          // Where a digest takes the place of the tag, the other still has it.
          ["skopeo inspect docker://node:22\nI=node:22\ndocker tag $I x:1\n"],
        ],
      },
    );
    if (pins < 1000) throw new Error(`only ${pins} pins were tried`);
  });

  it("keeps all spans inside the text, whatever is cut off or changed", () => {
    fc.assert(
      fc.property(
        script,
        fc.nat(),
        fc.nat(),
        fc.constantFrom("", "'", '"', "\\", "$", "${", "$(", "`", "<<EOF", "\n", "{", "}", "\0", "é", "--", "=", ","),
        (text, cut, at, insert) => {
          const changed = text.slice(0, cut % (text.length + 1));
          const place = at % (changed.length + 1);
          expectSpansInside(read(changed.slice(0, place) + insert + changed.slice(place)));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
