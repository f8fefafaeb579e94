import assert from "node:assert/strict";
import { parseTemplate } from "../../../src/core/document/goTemplate.ts";
import { mayNameImage } from "../../../src/core/document/templateLiterals.ts";

describe("mayNameImage", () => {
  const helpers = parseTemplate(
    '{{ define "literal" }}{{ if .x }}quay.io/a/b:1{{ end }}{{ end }}{{ define "values" }}{{ printf "%s/%s:%s" .r .n (.t | default "latest") }}{{ end }}{{ define "loop" }}{{ include "loop" . }}{{ end }}',
  ).defines;
  const table: readonly (readonly [source: string, expected: boolean])[] = [
    ["{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}", false],
    ['{{ .Values.a | default "a/b:1" }}', true],
    ['{{ default "nginx" .Values.a }}', true],
    ['{{ .Values.a }}:{{ default "latest" .Values.b }}', false],
    ['{{ include "literal" . }}', true],
    ['{{ template "literal" . }}', true],
    ['{{ include "values" (dict "image" .Values.a "root" .) }}', false],
    ['{{ include "values" (dict "n" "worker") }}', true],
    ['{{ include "loop" . }}', false],
    ['{{ include "missing" . }}', false],
  ];
  for (const [source, expected] of table)
    it(`says ${expected ? "yes" : "no"} to ${source}`, () => {
      const found = mayNameImage(source, (name) => helpers.get(name));
      assert.equal(found, expected);
    });
});
