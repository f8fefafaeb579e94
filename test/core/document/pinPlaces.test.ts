import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import type { Document } from "../../../src/core/document/document.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { formatReference, repositoryName } from "../../../src/core/image/reference.ts";
import { pin } from "../../helpers/imageUses.ts";

/** Two characters outside the basic plane: each is two UTF-16 units. */
const wide = "\u{1f600}\u{1d11e}";

/** Files that write references in every way that their formats have; `¶` stands where each digest belongs. */
const files: readonly (readonly [name: string, path: string, marked: string])[] = [
  [
    "continued lines with comments between",
    "Dockerfile",
    `FROM \\\n# comment ${wide}\n  a:1¶ \\\n# another\n  AS x\nRUN --mount=type=bind,from=b:2¶,target=/x \\\n   # between\n   --mount=from=c:3¶,target=/y docker run "d:4¶" ; docker pull 'e:5¶' f\\:6¶\n`,
  ],
  [
    "another escape character",
    "Dockerfile",
    "# escape=`\nARG V=1 `\n  W=2\nFROM --platform=$X `\n # c\n\n a/b:`\n1.2¶ AS x\nCOPY --from=n/m:1¶ `\n a b\n",
  ],
  [
    "quotes around and within",
    "Dockerfile",
    `ARG V="1"\nARG W='2¶'\nARG X=a\\:3¶\nFROM a:"$V"¶\nFROM 'b:'$W\nFROM $X\nFROM "c:\${V}¶"\n`,
  ],
  [
    "a heredoc",
    "Dockerfile",
    `FROM a:1¶\nRUN <<EOF\ndocker run b:2¶ # ${wide}\nEOF\nRUN echo ${wide} && docker run c:3¶`,
  ],
  [
    "every style of scalars",
    "compose.yaml",
    `services:\n  ${wide}: {image: a:1¶}\n  "b": {"image":"b:1¶",}\n  c:\n    image: "c\\u003a1¶"\n  d:\n    image: 'd:1¶'   # x\n  e:\n    image: >-\n      e:1¶\n  f:\n    image: |\n      f:1¶\n  h:\n    image: >\n      h:1¶\n\n\n  i:\n    image: &x !!str i:1¶\n  j:\n    image: *x\n  k: &k\n    image: k:1¶\n  l:\n    <<: *k\n  m:\n    image:\n      m:1¶\n  n:\n    image: "n:\\\n      1¶"\n  p: {\n    image:\n      p:1¶\n   ,\n   build: null }\n  q: { image: q:1¶, \n   r: 1}\n`,
  ],
  [
    "defaults within expressions",
    "compose.yaml",
    "services:\n  a:\n    image: ${R:-x}/a:${T:-1¶}\n  b:\n    image: \"b:${T:-2¶}\"\n  d:\n    image: ${I:-d:1¶}\n  f: {image: '${J-f:1¶}', x: ''}\n",
  ],
  [
    "tags of every style under a key of their own",
    "values.yaml",
    `a:\n  image: {repository: "a", tag: '1¶'} # x\nb:\n  image:\n    repository: b\n    tag: !!str 1¶\nc:\n  image:\n    repository: c\n    tag: 1.15¶\nd:\n  image:\n    repository: d\n    tag: |-\n      v1¶\n`,
  ],
  [
    "escapes of JSON",
    "pod.json",
    `{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"${wide}","image":"a\\/b:1¶"},{"image":"\\u0063:1¶"},{"image":"d:\\u0031¶"},{"image":"e:1¶"}]}}`,
  ],
  [
    "literals, templates, functions and heredocs of HCL",
    "main.tf",
    `variable "i" {\n  default = "img:1¶"\n}\nresource "docker_image" "a" { name = "a:1¶" } // ${wide}\nresource "docker_image" "c" { name = var.i }\nresource "docker_image" "d" { name = "d:\${"1¶"}" }\nresource "docker_image" "e" { name = format("%s:%s", "${"e"}", "1¶") }\nresource "docker_image" "g" { name = <<EOF\ng:1¶\nEOF\n}\nresource "docker_image" "h" { name = trimspace(<<EOF\nh:1¶\nEOF\n) }\n`,
  ],
  [
    "continued recipes",
    "Makefile",
    `V ?= 1\nI := a:$(V) # ${wide}\nx:\n\tdocker run \\\n\t  $(I)¶ \\\n\t  x # y\n\tdocker run "c:$(V)¶"\n\tdocker run e:1¶\\\n\t  x\n\tdocker run f:\\\n1¶ x\n`,
  ],
  [
    "quotes, expansions and continuations of a shell",
    "a.sh",
    `#!/bin/sh\nA="a:1¶" B='b:2¶' C=c\\:3¶ D=$'d:4¶' # ${wide}\ndocker run "$A"; docker run \${B} ; docker run $C\ndocker run $D\ndocker run e:\\\n5¶ x\ndocker run "f:"6¶ 'g':7\ndocker run "\${I:-h:1¶}"\n: "\${K:=k:1¶}"\ndocker run $K\ndocker run l:"\${T:-1¶}"\ndocker run 'm:1¶'"" \`docker run n:1¶\` "$(docker run "o:1¶")"\n`,
  ],
  [
    "steps, matrices and scalars in scripts",
    ".github/workflows/a.yml",
    `on: push\njobs:\n  a:\n    strategy: {matrix: {i: [x:1¶, "y:2¶"], include: [{i: z:3¶}]}}\n    services:\n      x: {image: '\${{ matrix.i }}'}\n      y:\n        image: \${{ inputs.z || 'q:1¶' }}\n    steps:\n    - uses: docker://b:1¶\n    - uses: "docker://c:1¶" # ${wide}\n    - run: >\n        docker run\n        d:1¶\n    - run: "docker run \\"e:1¶\\" \\\n        x"\n    - run: 'docker run ''f:1¶'' g'\n`,
  ],
  [
    "anchors and variables",
    ".gitlab-ci.yml",
    `variables:\n  I: &i 'img:1¶'\n  J: {value: "j:1¶", description: x}\nc:\n  image: *i\nd:\n  image: $I\ne:\n  image: "$J"\n`,
  ],
  [
    "strings of Groovy",
    "Jenkinsfile",
    `def v = '1'\nnode {\n docker.image("b:\${v}¶").inside { sh "docker run c:\${v}¶" }\n sh """docker run \\\n  e:1¶ x"""\n sh 'docker run "f:1¶"'\n sh "docker run \\"g:1¶\\""\n docker.image('''h:1¶''').pull() // ${wide}\n}\n`,
  ],
  ["strings of TOML", "fly.toml", `app = "x"\n[build]\n  image = 'a:1¶' # ${wide}\n`],
];

describe("the places of pins", () => {
  for (const [name, path, marked] of files) {
    const source = marked.replaceAll("¶", "");
    for (const [ends, change] of [
      ["", (text: string) => text],
      [", with CRLF", (text: string) => text.replaceAll("\n", "\r\n")],
      [", with a byte-order mark", (text: string) => `\ufeff${text}`],
      [", without a last line end", (text: string) => text.trimEnd()],
    ] as const)
      it(`are right for ${name}${ends}`, () => {
        const document = readDocument(change(source), path);
        const places = [
          ...new Map(document.images.flatMap(({ pinAt }) => (pinAt ? [[pinAt.start, pinAt]] : []))).values(),
        ];
        const wanted = places.toSorted((one, other) => other.start - one.start);
        const withPins = (text: string, mark: string): string =>
          wanted.reduce((now, { start, end }) => now.slice(0, start) + mark + now.slice(end), text);
        assert.equal(withPins(document.text, "¶"), readDocument(change(marked), path).text);
        for (const at of places) expectPinned(document, path, at);
        const all = readDocument(withPins(document.text, `@${pin}`), path);
        assert.deepEqual(
          all.images.filter(({ pinAt }) => pinAt !== undefined).map(({ reference }) => reference?.digest),
          all.images.filter(({ pinAt }) => pinAt !== undefined).map(() => pin),
        );
        assert.equal(all.images.length, document.images.length);
      });
  }
});

/** One pin alone changes the images that it is for, and no other image and no other value of the file. */
function expectPinned(before: Document, path: string, { start, end }: { start: number; end: number }): void {
  const text = `${before.text.slice(0, start)}@${pin}${before.text.slice(end)}`;
  const after = readDocument(text, path);
  assert.equal(after.images.length, before.images.length);
  for (const [index, { pinAt, reference }] of before.images.entries()) {
    const now = after.images[index]?.reference;
    if (reference === undefined || now === undefined) assert.equal(now, reference);
    else if (pinAt?.start !== start) assert.equal(formatReference(now), formatReference(reference));
    else assert.deepEqual([repositoryName(now), now.tag, now.digest], [repositoryName(reference), reference.tag, pin]);
  }
  if (!/\.(?:ya?ml|json)$/.test(path)) return;
  const [old, changed] = [valuesOf(before.text), valuesOf(text)];
  const differing = changed.filter((value, index) => value !== old[index]);
  assert.ok(differing.length > 0 && differing.every((value) => value.includes(pin)), differing.join());
  assert.equal(changed.length, old.length);
}

/** Every key and value of a file, as another reader has them. */
function valuesOf(text: string): readonly string[] {
  const found: string[] = [];
  for (const document of parseAllDocuments(text, { merge: true, uniqueKeys: false })) {
    assert.deepEqual(document.errors, []);
    JSON.stringify(document.toJS(), (key: string, value: unknown) => {
      found.push(typeof value === "object" ? key : `${key}: ${JSON.stringify(value)}`);
      return value;
    });
  }
  return found;
}
