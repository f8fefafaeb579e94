/** Reads what a sticky form matches at a reader's place, and goes past it. */
export function take(reader: { readonly text: string; at: number }, form: RegExp): RegExpExecArray | undefined {
  form.lastIndex = reader.at;
  const match = form.exec(reader.text);
  if (match === null) return undefined;
  reader.at += match[0].length;
  return match;
}
