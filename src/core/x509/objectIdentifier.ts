/** Whether the text is an object identifier in dots, of arcs that are written here. */
export function isObjectIdentifier(text: string): boolean {
  return text.length <= 200 && /^(?:[01]\.[1-3]?\d|2\.\d{1,9})(?:\.(?:0|[1-9]\d{0,8}))*$/.test(text);
}
