/**
 * What a text of YAML may begin with: comments, marks of documents and blank lines. Each line has this form in one way
 * alone, so that a text of them takes no more than the time of its length.
 */
const preamble = String.raw`^(?:[ \t]*(?:#[^\n]*|---[^\n]*|\r)?\n)*`;

/** The form of a text of YAML that begins with another form, the source of an expression. */
export function yamlStart(form: string): RegExp {
  return new RegExp(preamble + form);
}
