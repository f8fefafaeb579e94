/** What stands before a node: its anchor and its tag (YAML 1.2.2, 6.9), and the offset of what follows them. */
export interface NodeProperties {
  readonly anchor?: string;
  readonly tag?: string;
  readonly end: number;
}

const ampersand = 38;
const exclamation = 33;

/** An anchor, or a tag of the document's own (`!Ref`); all other tags mean something to a parser. */
const property = /&([\w.-]+)(?=[ \n])|(![A-Za-z][\w.-]*)(?=[ \n])/y;

/** Whether properties begin at `at`. */
export function beginsProperties(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit === ampersand || unit === exclamation;
}

/** The properties at `at`, where some begin; undefined where they are not simple. */
export function readProperties(text: string, at: number): NodeProperties | undefined {
  let anchor: string | undefined;
  let tag: string | undefined;
  let end = at;
  while (beginsProperties(text, end)) {
    property.lastIndex = end;
    const found = property.exec(text);
    if (found === null || (found[1] === undefined ? tag : anchor) !== undefined) return undefined;
    anchor ??= found[1];
    tag ??= found[2];
    end += found[0].length;
    while (text.charAt(end) === " ") end++;
  }
  return { ...(anchor === undefined ? {} : { anchor }), ...(tag === undefined ? {} : { tag }), end };
}
