import type { Dialect } from "./document.ts";

/**
 * Tells the dialect of a path by the first form that it has. Most paths of a workspace have none, which all forms in
 * one expression say at once.
 */
export function dialectByForm(
  forms: readonly (readonly [dialect: Dialect, form: RegExp])[],
): (path: string) => Dialect | undefined {
  const any = new RegExp(forms.map(([, form]) => form.source).join("|"), "i");
  return (path) => (any.test(path) ? forms.find(([, form]) => form.test(path))?.[0] : undefined);
}
