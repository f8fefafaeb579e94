import assert from "node:assert/strict";
import { parseTemplate } from "../../../src/core/document/goTemplate.ts";
import { evaluateTemplate } from "../../../src/core/document/templateEvaluate.ts";
import type { TemplateData } from "../../../src/core/document/templateData.ts";
import { readYaml } from "../../../src/core/document/yaml.ts";

const values = readYaml("a: x\nempty: ''\nno: false\nzero: 0\nmap: {k: v}\nlist: []\nnothing: ~\n").documents[0]?.root;
const root: TemplateData = {
  kind: "dictionary",
  entries: new Map<string, TemplateData>([
    ["Values", { kind: "node", node: values, file: "values.yaml", label: ".Values" }],
  ]),
};

/** What a template yields, with `?` for what is not known. */
function evaluate(source: string): string {
  const { nodes, defines } = parseTemplate(source);
  return evaluateTemplate(nodes, { root, define: (name) => defines.get(name) })
    .map(({ text }) => text ?? "?")
    .join("");
}

describe("evaluateTemplate", () => {
  const table: readonly (readonly [source: string, expected: string])[] = [
    ["{{ .Values.a }}-{{ $.Values.a }}", "x-x"],
    ["{{ .Values.missing }}|{{ .Values.map.k }}|{{ .Values.map.k.l }}", "|v|"],
    ["{{ .Release.Name }}", "?"],
    ['{{ printf "%s:%v:%d%%" "a" .Values.a 1 }}', "a:x:1%"],
    ['{{ printf "%t" true }}', "?"],
    ['{{ .Values.empty | default "d" }}{{ default "d" .Values.no }}{{ default "d" .Values.zero }}', "ddd"],
    ['{{ default "d" .Values.a }}{{ default "d" .Values.list }}{{ default "d" .Values.nothing }}', "xdd"],
    ['{{ coalesce .Values.empty .Values.missing "c" }}', "c"],
    ['{{ ternary "y" "n" (eq .Values.a "x" "z") }}{{ ternary "y" "n" (ne .Values.a "x") }}', "yn"],
    ['{{ ternary "y" "n" .Release.IsUpgrade }}', "?"],
    ["{{ if and .Values.a (not .Values.empty) }}y{{ else }}n{{ end }}", "y"],
    ["{{ if or .Values.empty .Values.no }}y{{ else if .Values.a }}e{{ else }}n{{ end }}", "e"],
    ["{{ if .Release.IsUpgrade }}y{{ else }}n{{ end }}", "?"],
    ["{{ with .Values.map }}{{ .k }}{{ $.Values.a }}{{ end }}", "vx"],
    ["{{ with $m := .Values.map }}{{ $m.k }}{{ end }}", "v"],
    ['{{ $a := "1" }}{{ if .Values.a }}{{ $a = "2" }}{{ end }}{{ $a }}', "2"],
    ['{{ $a := "1" }}{{ if .Release.IsUpgrade }}{{ $a = "2" }}{{ end }}{{ $a }}', "?"],
    ["{{ range .Values.list }}x{{ end }}{{ range .Values.list }}{{ else }}n{{ end }}", "n"],
    ['{{ range $i, $x := list "a" "b" }}{{ $i }}{{ $x }}{{ . }} {{ end }}', "0aa 1bb "],
    ["{{ range $k, $v := .Values.map }}{{ $k }}={{ $v }}{{ end }}{{ range .Values.map }}{{ . }}{{ end }}", "k=vv"],
    ["{{ range .Release.Names }}x{{ else }}y{{ end }}", "?"],
    ['{{ $a := "1" }}{{ range .Release.Names }}{{ if . }}{{ $a = "2" }}{{ end }}{{ end }}{{ $a }}', "?"],
    ['{{ $a := "" }}{{ range list "x" "y" }}{{ $a = printf "%s/%s" $a . }}{{ end }}{{ $a }}', "/x/y"],
    ["{{ range .Values.map }}<{{ . }}", "<v"],
    [
      '{{ if .Release.IsUpgrade }}{{ fail "why" }}{{ else }}n{{ end }}{{ if .Release.Name }}{{ "why" | fail }}{{ end }}',
      "n",
    ],
    [
      '{{ if .Release.Name }}{{ if .Release.IsUpgrade }}{{ fail "a" }}{{ else }}{{ fail "b" }}{{ end }}{{ end }}{{ .Values.a }}',
      "x",
    ],
    ['{{ list "" "a" .Values.empty "b" | compact | join "/" }}{{ list .Release.Name "a" | compact | first }}', "a/b?"],
    [
      '{{ prepend (list "b") "a" | join "" }}{{ append (list "a") "b" | last }}{{ rest (list "a" "b") | first }}',
      "abbb",
    ],
    ['{{ concat (list "a") (list "b" "b") | uniq | join "," }}{{ if has "a" (list "a") }}y{{ end }}', "a,by"],
    ['{{ $p := splitList "/" "h/a/b" }}{{ len $p }}{{ index $p 0 }}{{ slice $p 1 | join "/" }}', "3ha/b"],
    ['{{ (split ":" "a:1")._0 }}{{ (split ":" "a:1")._1 | default "l" }}{{ (split ":" "a")._1 | default "l" }}', "a1l"],
    ['{{ base "a/b/c" }}{{ substr 0 3 "abcdef" }}{{ substr 2 -1 "abc" }}{{ dig "map" "k" "d" .Values }}', "cabccv"],
    ['{{ dig "map" "z" "d" .Values }}{{ dig "z" "y" "e" (dict "a" 1) }}{{ dig "map" "z" "d" .Release }}', "de?"],
    [
      '{{ if regexMatch "^sha256:[a-f0-9]{4}$" "sha256:12ab" }}y{{ end }}{{ if regexMatch "^v" "1" }}{{ else }}n{{ end }}',
      "yn",
    ],
    ['{{ regexMatch "(a+)+$" "aaaa" }}{{ regexMatch "a+a+a+a+a+$" "aaaa" }}', "??"],
    ['{{ if lt (len (list "a")) 2 }}y{{ end }}{{ if gt 1 2 }}{{ else }}n{{ end }}{{ ge .Release.Name 1 }}', "yn?"],
    ['{{ $d := dict "a" "1" }}{{ $_ := set $d "b" "2" }}{{ $d.a }}{{ $d.b }}{{ $_.b }}', "122"],
    ['{{ $d := dict "a" "1" }}{{ if .Release.Name }}{{ $_ := set $d "a" "2" }}{{ end }}{{ $d.a }}', "?"],
    [
      '{{ $d := .Values.map }}{{ $_ := set $d "k" "w" }}{{ $d.k }}{{ $_ := unset $d "k" }}{{ $d.k | default "n" }}',
      "wn",
    ],
    ['{{ default "d" (dict "a" "1").b }}{{ if (dict "a" "1").b }}y{{ else }}n{{ end }}', "dn"],
    ['{{ default "d" (dict .Release.Name "1").b }}', "?"],
    ['{{ (.Values.missing | default dict).a | default "d" }}{{ range .Values.missing | default list }}x{{ end }}', "d"],
    [
      '{{ (.Values.map | toYaml | fromYaml).k }}{{ (dict "a" "1" | toJson | fromJson).a }}{{ toYaml .Values.a }}',
      "v1x",
    ],
    [
      '{{ define "m" }}\n{{ .Values.map | default dict | toYaml }}\n{{ end }}{{ get (include "m" . | fromYaml) "k" }}',
      "v",
    ],
    ['{{ pluck "k" .Values.map (dict "a" "1") (dict "k" "w") | join "," }}{{ first (pluck "a" .Release) }}', "v,w?"],
    ['{{ toYaml .Values.map }}{{ ("k: v" | fromYaml).k }}', "??"],
    [
      '{{ " a " | trim }}{{ "A" | lower }}{{ trimSuffix "-" "a-" }}{{ trimPrefix "v" "v1" }}{{ trimAll "/" "/a/" }}',
      "aaa1a",
    ],
    ['{{ get (dict "a" "1") "a" }}{{ (dict "a" "1").a }}{{ index .Values.map "k" }}', "11v"],
    ['{{ $m := merge (dict "k" "" "l" "1") .Values.map }}{{ $m.k }}{{ $m.l }}{{ .Values.map.l }}', "v1"],
    ['{{ $m := merge .Values.map (dict "k" "w" "n" (dict "o" "2")) }}{{ $m.k }}{{ $m.n.o }}', "v2"],
    ['{{ $m := mergeOverwrite (dict "k" "w" "n" (dict "o" "2")) .Values.map }}{{ $m.k }}{{ $m.n.o }}', "v2"],
    ['{{ $m := merge (dict "a" .Values) . }}{{ $m.a.a }}{{ $m.Values.a }}{{ (merge .Values .Values.map).k }}', "xxv"],
    ['{{ (merge (dict "a" "1") .Release).a }}{{ (merge (dict "a" "1") .Release).b }}', "1?"],
    ['{{ if hasKey .Values.map "k" }}y{{ end }}{{ if hasKey .Values "z" }}n{{ end }}', "y"],
    [
      '{{ if contains "x" .Values.a }}1{{ end }}{{ if hasPrefix "y" .Values.a }}2{{ end }}{{ if hasSuffix "x" .Values.a }}3{{ end }}',
      "13",
    ],
    ['{{ if kindIs "string" .Values.a }}s{{ end }}{{ if kindIs "map" .Values.map }}m{{ end }}', "sm"],
    ['{{ list "a" "b" | join "/" }}', "a/b"],
    ['{{ if ne (len (tuple "a" "b")) 2 }}{{ fail "why" }}{{ end }}{{ len "abc" }}{{ len .Values.map }}', "31"],
    ['{{ required "why" .Values.a | quote }}{{ print "a" .Values.a }}', "xax"],
    ['{{ tpl "{{ .Values.a }}" . }}{{ tpl .Values.a $ }}', "xx"],
    ['{{ tpl (printf "%s:%s" .Values.a .Release.Name) . }}{{ tpl (printf "{{ 1 }}%s" .Release.Name) . }}', "x:??"],
    ['{{ define "d" }}{{ .k }}{{ end }}{{ include "d" .Values.map }}{{ template "d" .Values.map }}', "vv"],
    ['{{ define "d" }}{{ include "d" . }}{{ end }}{{ include "d" . }}', "?"],
    ['{{ block "b" . }}x{{ end }}', "x"],
    ["a  {{- /* c */ -}}  b", "ab"],
    ['{{ unknown "a" }}{{ `raw` }}{{ "q\\"" }}', '?rawq"'],
    ["{{ if .Values.a }}open", "open"],
    ["{{ end }}a{{ else }}b", "ab"],
  ];
  for (const [source, expected] of table)
    it(`evaluates ${source}`, () => {
      assert.equal(evaluate(source), expected);
    });

  it("takes steps from what is left for several templates, and knows no more without any", () => {
    const budget = { left: 12 };
    const { nodes } = parseTemplate('{{ range list "a" "b" }}{{ . }}{{ end }}');
    const evaluated = () =>
      evaluateTemplate(nodes, { root, define: () => undefined, budget })
        .map(({ text }) => text ?? "?")
        .join("");
    assert.equal(evaluated(), "ab");
    assert.ok(budget.left < 12);
    for (let round = 0; round < 3; round++) evaluated();
    assert.equal(budget.left <= 0, true);
    assert.equal(evaluated(), "?");
  });

  it("ends where templates include each other without end", () => {
    const source = '{{ define "a" }}{{ include "a" . }}{{ include "a" . }}{{ end }}{{ include "a" . }}';
    assert.ok(evaluate(source).startsWith("?"));
    assert.doesNotThrow(() => evaluate(`{{ ${"(".repeat(2000)} }}`));
  });
});
