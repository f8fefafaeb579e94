import assert from "node:assert/strict";
import fc from "fast-check";
import { createTextPieces } from "../../../src/core/shell/origin.ts";
import { readShell } from "../../../src/core/shell/readShell.ts";

type Words = (string | undefined)[];
const wordsOf = (script: string, options: Parameters<typeof readShell>[1] = {}): Words[] =>
  readShell(script, options).commands.map(({ words }) => words.map(({ text }) => text));

const cases: [name: string, script: string, commands: Words[]][] = [
  [
    "words and comments",
    "docker pull a # b\n#c\ndocker\tpush 'b c'#d e",
    [
      ["docker", "pull", "a"],
      ["docker", "push", "b c#d", "e"],
    ],
  ],
  ["separators", "a; b & c && d || e | f |& g\nh", ["a", "b", "c", "d", "e", "f", "g", "h"].map((word) => [word])],
  [
    "quotes and escapes",
    String.raw`a 'x $y \' "x \" \$ \\ \n" x\ y $'a' ""`,
    [["a", "x $y \\", 'x " $ \\ \\n', "x y", "a", ""]],
  ],
  ["line continuations", "a \\\n b\\\nc \"d\\\ne\" 'f\\\ng'", [["a", "bc", "de", "f\\\ng"]]],
  ["CRLF", "a b \\\r\n c\r\nd\r\n", [["a", "b", "c"], ["d"]]],
  [
    "assigned variables",
    'A=x B=${A}y\nC=$B"$A"; cmd $A ${B} "$C" \'$A\' ${A}z',
    [["cmd", "x", "xy", "xyx", "$A", "xz"]],
  ],
  ["unknown variables", 'cmd $X "${Y}z" $1 $@', [["cmd", undefined, undefined, undefined, undefined]]],
  [
    "defaults",
    'E=\ncmd ${X:-d} ${X-d} ${E:-d} "${E-d}" ${X:-a$X} ${E:+p}x ${X:+p}',
    [["cmd", "d", "d", "d", "", undefined, "x", undefined]],
  ],
  [
    "a default that is assigned",
    ": ${X:=d}\ncmd $X",
    [
      [":", "d"],
      ["cmd", "d"],
    ],
  ],
  [
    "patterns",
    "V=v1.2.3-rc\ncmd ${V#v} ${V##*.} ${V%-*} ${V%%.*} ${V/./_} ${V//./_} ${V#[a-z]}",
    [["cmd", "1.2.3-rc", "3-rc", "v1.2.3", "v1", "v1_2.3-rc", "v1_2_3-rc", undefined]],
  ],
  [
    "replacing at an end, and what quotes and slashes of patterns are",
    `V=a.b/c.b\ncmd \${V/#a/d} \${V/#b/d} \${V/%b/d} \${V/#/r/} \${V/%/-x} \${V/b\\//} "\${V/'a.b/'/}" "\${V##*'/'}" "\${V//'/}"`,
    [["cmd", "d.b/c.b", "a.b/c.b", "a.b/c.d", "r/a.b/c.b", "a.b/c.b-x", "a.c.b", "c.b", "c.b", "a.b/c.b"]],
  ],
  [
    "operators on every element of an array",
    `V=(a:1 b:2)\ncmd "\${V[@]/#/'r/'}" "\${V[@]%:*}" \${V[@]^^} "\${W[@]/#/r}"`,
    [["cmd", "r/a:1", "r/b:2", "a", "b", "A:1", "B:2", undefined]],
  ],
  [
    "what only running can tell",
    "V=abc\ncmd ${#V} ${V:0:1} ${V^^} ${!V} ${V[0]} $((1+(2))) ${V@Q}",
    [["cmd", undefined, "a", "ABC", undefined, "abc", undefined, undefined]],
  ],
  ["appending", "V=a\nV+=b\ncmd $V", [["cmd", "ab"]]],
  ["arrays", "V=(a 'b c' $(cmd))\ncmd ${V[@]} $V", [["cmd"], ["cmd", "a", "b c", undefined, "a"]]],
  ["field splitting", "O='-a  -b '\ncmd $O \"$O\" x$O", [["cmd", "-a", "-b", "-a  -b ", "x-a", "-b"]]],
  ["an empty expansion", 'E=\ncmd $E x "$E"', [["cmd", "x", ""]]],
  [
    "command substitutions",
    'D=$(crane digest a | cut -d: -f2)\ncosign sign "b@$D" `date` $(x "$(y)")',
    [
      ["crane", "digest", "a"],
      ["cut", "-d:", "-f2"],
      ["date"],
      ["y"],
      ["x", undefined],
      ["cosign", "sign", undefined, undefined, undefined],
    ],
  ],
  ["process substitutions", "diff <(a b) >(c)", [["a", "b"], ["c"], ["diff", undefined, undefined]]],
  ["redirections", "a >b 2>&1 <c >>d &>e 3<f g <<<h >| i", [["a", "g"]]],
  ["a reassigned variable", "A=1\nx $A\nA=2\nx $A\nA=$(y)\nx $A", [["x", "1"], ["x", "2"], ["y"], ["x", undefined]]],
  [
    "a variable that a branch may change",
    "A=1 B=1\nif a; then A=2; x $A; elif b; then :; else B=1; fi\nx $A $B",
    [["a"], ["x", "2"], ["b"], [":"], ["x", undefined, "1"]],
  ],
  [
    "a variable that a chain may change",
    "A=1\nt && A=2 && x $A\nx $A\nB=1 && export C=2 && x $B $C\nx $B $C",
    [["t"], ["x", "2"], ["x", undefined], ["export", "C=2"], ["x", "1", "2"], ["x", "1", "2"]],
  ],
  [
    "a subshell's variables",
    "A=1\n(A=2; x $A)\nx $A\ny | while read -r A; do x $A; done\nx $A",
    [["x", "2"], ["x", "1"], ["y"], ["read", "-r", "A"], ["x", undefined], ["x", "1"]],
  ],
  [
    "loops",
    "for i in a b; do x $i; done; while a; do b; done; until c\ndo d\ndone; for ((i=0;i<3;i++)); do e; done",
    [["x", undefined], ["a"], ["b"], ["c"], ["d"], ["e"]],
  ],
  ["case", 'case $1 in a|b) x;; ("c") y ;& *) z\nesac; w', [["x"], ["y"], ["z"], ["w"]]],
  ["functions", "f() { a; }\nfunction g { b; }\nfunction h() (c)\nf", [["a"], ["b"], ["c"], ["f"]]],
  [
    "tests",
    "[[ $a == b && (-f x || c < d) ]] && e\n[ -f x ] && f\n! g; time h",
    [["e"], ["[", "-f", "x", "]"], ["f"], ["g"], ["h"]],
  ],
  [
    "keywords as words",
    "echo if then fi done esac { } ! [[",
    [["echo", "if", "then", "fi", "done", "esac", "{", "}", "!", "[["]],
  ],
  ["arithmetic commands", "((a=1+2)); x", [["x"]]],
  [
    "a here-document that is data",
    "cat <<A - <<'B' >f\ndocker pull no\nA\ndocker pull no\nB\nx",
    [["cat", "-"], ["x"]],
  ],
  [
    "a here-document that a shell runs",
    "sudo bash -e <<A\ndocker pull me\nA\nx",
    [["sudo", "bash", "-e"], ["docker", "pull", "me"], ["x"]],
  ],
  [
    "a shell that is given a script",
    "bash -c 'docker pull no' <<A\ndocker pull no\nA\nsh x.sh <<A\nno\nA\nbash -s a <<A\nyes\nA",
    [["bash", "-c", "docker pull no"], ["sh", "x.sh"], ["bash", "-s", "a"], ["yes"]],
  ],
  [
    "a here-document with tabs, in a substitution",
    "x $(cat <<-A\n\tdocker pull no\n\tA\n) y\nz",
    [["cat"], ["x", undefined, "y"], ["z"]],
  ],
  [
    "a here-string, after which the script goes on",
    'read -r a <<< "$b"\nx <<<c\ny',
    [["read", "-r", "a"], ["x"], ["y"]],
  ],
  ["a quoted delimiter", 'cat <<"E F"\nno\nE F\nx', [["cat"], ["x"]]],
  [
    "GitHub expressions",
    "x ${{ steps.b.outputs.d }} 'a${{ env.X }}' \"b${{env.Y}}c\" ${{ broken",
    [["x", undefined, undefined, undefined, undefined, "broken"]],
  ],
  [
    "export with spaces",
    "A='a b'\nexport B=$A\nx \"$B\"",
    [
      ["export", "B=a b"],
      ["x", "a b"],
    ],
  ],
  [
    "builtins that set variables",
    "A=1 B=1 C=1\nread A; unset B; printf -v C x\nx $A $B $C",
    [
      ["read", "A"],
      ["unset", "B"],
      ["printf", "-v", "C", "x"],
      ["x", undefined, undefined, "x"],
    ],
  ],
  ["names of Object's own", "constructor=1\nx $constructor $__proto__ ${toString:-d}", [["x", "1", undefined, "d"]]],
  ["stray closers", ") } fi done; x", [["x"]]],
];

describe("readShell", () => {
  for (const [name, script, commands] of cases) {
    it(`reads ${name}`, () => {
      const reading = readShell(script);
      assert.deepEqual(
        reading.commands.map(({ words }) => words.map(({ text }) => text)),
        commands,
      );
      assert.deepEqual(reading.problems, []);
      for (const { span, words } of reading.commands) {
        assert.equal(span.start, words[0]?.span.start);
        assert.equal(span.end, words.at(-1)?.span.end);
        for (const word of words) assert.equal(script.slice(word.span.start, word.span.end), word.raw);
      }
    });
  }

  it("names what a word expands", () => {
    const [command] = readShell("x a$B'${{ env.E }}'\"${C:-$D}${{ steps.s.outputs.o }}\"$(y $F)").commands.slice(-1);
    assert.deepEqual(command?.words[1]?.expands, ["B", "env.E", "C", "D", "steps.s.outputs.o"]);
  });

  it("knows the environment of each command", () => {
    const script = "A=1\nB=2 x\nexport C=3\ny\nset -a; D=4; z\n(export E=5; s)\nC=6\nB=$U y";
    const environments = readShell(script, { environment: { G: "0" } }).commands.map(({ words, environment }) => [
      words[0]?.text,
      { ...environment },
    ]);
    assert.deepEqual(environments, [
      ["x", { G: "0", B: "2" }],
      ["export", { G: "0", C: "3" }],
      ["y", { G: "0", C: "3" }],
      ["set", { G: "0", C: "3" }],
      ["z", { G: "0", C: "3", D: "4" }],
      ["export", { G: "0", C: "3", D: "4", E: "5" }],
      ["s", { G: "0", C: "3", D: "4", E: "5" }],
      ["y", { G: "0", C: "6", D: "4" }],
    ]);
  });

  it("resolves variables of the given environment, and expressions that the caller knows", () => {
    const options = {
      environment: { TAG: "v1" },
      resolveExpression: (name: string) => (name === "env.IMAGE" ? "app" : undefined),
    };
    assert.deepEqual(wordsOf("push ${{ env.IMAGE }}:$TAG ${{ github.sha }}", options), [["push", "app:v1", undefined]]);
  });

  it("reads quotes in what an expression puts into the script", () => {
    const values = new Map([
      ["a", `-c 'd e' "f"g '' h'i`],
      ["b", "'j:1'"],
    ]);
    const options = { environment: { V: "'k l'" }, resolveExpression: (name: string) => values.get(name) };
    assert.deepEqual(wordsOf("x ${{ a }} ${{ b }}", options), [["x", "-c", "d e", "fg", "", "h'i", "j:1"]]);
    assert.deepEqual(wordsOf(`x "\${{ b }}" $V`, options), [["x", "'j:1'", "'k", "l'"]]);
  });

  it("counts in the document, also where lines were joined or unindented", () => {
    const document = "run: |\n    docker pull \\\n      a\n    x\n";
    const pieces = createTextPieces(document);
    for (const line of document.matchAll(/^ {4}(.*\n)/gm)) pieces.add(line.index + 4, line.index + line[0].length);
    const { text, toDocumentOffset } = pieces.build();
    const { commands } = readShell(text, { toDocumentOffset, job: "build", step: 2 });
    assert.deepEqual(
      commands.map(({ span, job, step }) => [document.slice(span.start, span.end), job, step]),
      [
        ["docker pull \\\n      a", "build", 2],
        ["x", "build", 2],
      ],
    );
    assert.deepEqual(readShell("x", { offset: 7 }).commands[0]?.span, { start: 7, end: 8 });
  });

  const broken: [name: string, script: string, code: string][] = [
    ["a single quote", "a 'b\nc", "shell-unterminated"],
    ["a double quote", 'a "b $(c) d', "shell-unterminated"],
    ["an expansion", "a ${b:-c", "shell-unterminated"],
    ["arithmetic", "a $((1 + ", "shell-unterminated"],
    ["a here-document", "a <<E\nb\n", "shell-unterminated"],
    ["deep substitutions", "$(".repeat(500), "limit-reached"],
    ["deep braces", "{ ".repeat(500), "limit-reached"],
    ["deep defaults", `a ${"${b:-".repeat(500)}`, "limit-reached"],
    ["very many commands", "a;".repeat(20_000), "limit-reached"],
    ["values that double", `A=xxxxxxxx\n${"A=$A$A;".repeat(12)}\n${"x $A\n".repeat(9000)}`, "limit-reached"],
  ];
  for (const [name, script, code] of broken) {
    it(`says so once for ${name}`, () =>
      assert.deepEqual(
        readShell(script).problems.map((problem) => problem.code),
        [code],
      ));
  }

  it("does not claim to know a word that has no end", () => {
    for (const script of ['docker pull "a', "docker pull a'b", "docker pull a${b:-c"]) {
      assert.deepEqual(wordsOf(script), [["docker", "pull", undefined]]);
    }
  });

  it("stops at very many words", () => {
    const { problems, commands } = readShell(`x ${"a ".repeat(400_000)}\ny`);
    assert.deepEqual([problems.map(({ code }) => code), commands.length], [["limit-reached"], 1]);
  });

  it("reads any text, with spans inside it and in bounded steps", () => {
    const piece = fc.constantFrom(
      "a",
      "A=1",
      " ",
      "\n",
      ";",
      ";;",
      "&",
      "&&",
      "|",
      "(",
      ")",
      "{",
      "}",
      "$(",
      "`",
      "$",
      "${",
      "${A",
      ":-",
      "#",
      "%",
      "/",
      "'",
      '"',
      "\\",
      "<<E",
      "E\n",
      "<",
      ">",
      "if ",
      "then ",
      "else ",
      "fi ",
      "for ",
      "in ",
      "do ",
      "done ",
      "case ",
      "esac",
      "while ",
      "function ",
      "[[",
      "]]",
      "((",
      "))",
      "${{ x }}",
      "!",
      "=",
      "bash ",
      "\r\n",
      "\0",
      "é",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join("")),
        ),
        (script) => {
          const { commands, problems } = readShell(script);
          const spans = [
            ...commands.flatMap(({ span, words }) => [span, ...words.map((word) => word.span)]),
            ...problems.map(({ span }) => span),
          ];
          for (const span of spans)
            assert.ok(span !== undefined && 0 <= span.start && span.start <= span.end && span.end <= script.length);
          for (const { words } of commands) assert.ok(words.length > 0);
        },
      ),
      { numRuns: 5000 },
    );
  });
});
