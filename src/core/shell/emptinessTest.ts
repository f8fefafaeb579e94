/** Longer tests ask for more than one variable. */
export const maximumTest = 120;

/** `[ -z "$X" ]`, `test "$X"`, `[[ ! -n $X ]]`, `[ "$X" = "" ]`: what is asked of one variable, and nothing besides. */
const form =
  /^(?:\[\[?|test)[ \t]+(?<not>![ \t]+)?(?:(?<test>-[nz])[ \t]+)?(?<quote>"?)\$(?<open>\{?)(?<name>[A-Za-z_]\w*)(?:(?<=\{\w+):?-)?\}?"?(?:[ \t]+(?<compared>!?==?)[ \t]+(?:""|''))?(?:[ \t]+\]\]?)?$/;

/**
 * The variable that is empty where a test of the shell holds, or where it does not (POSIX, "test"); undefined where the
 * test asks for more, or for something else.
 */
export function emptyWhere(test: string, holds: boolean): string | undefined {
  if (test.length >= maximumTest || !/^(?:\[|test[ \t])/.test(test)) return undefined;
  const { not, test: option, compared, name } = form.exec(test.trim())?.groups ?? {};
  if (name === undefined || (option !== undefined && compared !== undefined)) return undefined;
  const asksForEmpty = option === "-z" || (compared !== undefined && !compared.startsWith("!"));
  return asksForEmpty === (not === undefined) ? (holds ? name : undefined) : holds ? undefined : name;
}
