import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import { closingAt } from "./groovyBrackets.ts";

/** The tokens at which values begin; undefined for one that the script does not say. */
type Places = readonly (number | undefined)[];

/** Where the values of names are found that maps are made of. */
interface MapSources {
  /** The tokens at which the values of a variable begin that may hold at an offset, or those a function returns: `f()`. */
  valuesOf(name: string, offset: number): Places;
  /** Those of a member that a map of this name has itself. */
  membersOf(path: string, offset: number): Places;
}

/** What maps say that are made of others. */
interface GroovyMerges {
  /** A member of a map that is made of several, or to which others were added. */
  changedAt(path: string, offset: number): Places;
  /** A member of a map that is another one, or made of others. */
  heldAt(path: string, offset: number): Places;
}

/** A part that a map is made of: another one by its name, or the bracket that opens one. */
type Part = { readonly kind: "name"; readonly path: string } | { readonly kind: "map"; readonly open: number };

/** Calls that make one map of others, of which the last has the last word. */
const merges = /(?:^|\.)(?:\w*[mM]erge\w*|plus|(?:Linked|Tree)?(?:Hash)?Map)$/;
const maximumParts = 8;
const maximumDepth = 6;
/** Maps that are looked through for one member: those that name each other would go on and on. */
const maximumLooks = 64;

/**
 * Starts a look-up of members that maps have from others: `defaults + config`, `[image: 'x'] << config`,
 * `config ?: defaults`, `config.putAll(defaults)`. What a caller gives counts only where the script says it.
 */
export function createGroovyMerges(tokens: readonly GroovyToken[], sources: MapSources): GroovyMerges {
  const sign = (index: number): string => signAt(tokens, index);
  let added: ReadonlyMap<string, readonly number[]> | undefined;
  const offsetOf = (index: number | undefined): number => (index === undefined ? 0 : (tokens[index]?.span.start ?? 0));

  let left = 0;
  const lookUp = (path: string, offset: number, depth: number, isChanged = false): Places => {
    const dot = path.indexOf(".");
    if (dot < 1 || depth > maximumDepth || left-- <= 0) return [];
    const [root, rest] = [path.slice(0, dot), path.slice(dot + 1)];
    added ??= additions(tokens);
    const values = sources.valuesOf(root, offset).flatMap((at) => at ?? []);
    for (const at of [...values, ...(added.get(root) ?? [])].toReversed()) {
      const parts = partsAt(at);
      const isWhole = parts.length < 2 && values.includes(at);
      const found = isChanged && isWhole ? [] : memberOf(parts, rest, offsetOf(at), depth);
      if (found.length > 0) return found;
    }
    return [];
  };

  /** What the parts say of a member, those that have the first word coming first. */
  const memberOf = (parts: readonly Part[], rest: string, offset: number, depth: number): Places => {
    const told: number[] = [];
    for (const part of parts) {
      const found =
        part.kind === "map" ? memberIn(part.open, rest) : memberNamed(`${part.path}.${rest}`, offset, depth);
      told.push(...found.flatMap((at) => at ?? []));
      // Where one call does not say it, what comes after counts for that one.
      if (found.length > 0 && !found.includes(undefined)) break;
    }
    return told;
  };

  const memberNamed = (path: string, offset: number, depth: number): Places => {
    const own = sources.membersOf(path, offset);
    return own.length > 0 ? own : lookUp(path, offset, depth + 1);
  };

  /** A member of the map whose bracket opens at a token. */
  const memberIn = (open: number, path: string): Places => {
    const [key = "", ...rest] = path.split(".");
    const close = closingAt(tokens, open);
    for (let at = open + 1; close !== undefined && at < close; at++) {
      if (["(", "[", "{"].includes(sign(at))) at = closingAt(tokens, at) ?? close;
      else if (sign(at + 1) === ":" && keyAt(at) === key) {
        if (rest.length === 0) return [at + 2];
        return sign(at + 2) === "[" ? memberIn(at + 2, rest.join(".")) : [];
      }
    }
    return [];
  };

  const keyAt = (index: number): string => {
    const token = tokens[index];
    const [piece] = token?.kind === "string" ? token.pieces : [];
    return piece?.kind === "text" ? piece.text : nameAt(tokens, index);
  };

  /** The parts of what begins at a token; none where it is no map or something else than its parts. */
  const partsAt = (from: number): readonly Part[] => {
    const parts: Part[] = [];
    let isFirst = false;
    for (let at = from; parts.length < maximumParts;) {
      while (sign(at) === "(" || nameAt(tokens, at) === "new") at += 1;
      const [found, next] = partAt(at);
      if (next === undefined) return [];
      parts.push(...found);
      at = next;
      while (sign(at) === ")") at += 1;
      if (sign(at) === "?" && sign(at + 1) === ":") isFirst = true;
      const isSum = sign(at) === "+" && sign(at + 1) !== "=";
      const isShift = sign(at) === "<" && sign(at + 1) === "<";
      if (!isFirst && !isSum && !isShift) break;
      if (isFirst && sign(at) !== "?") break;
      at += isSum ? 1 : 2;
    }
    return isFirst ? parts : parts.toReversed();
  };

  const partAt = (at: number): readonly [parts: readonly Part[], next: number | undefined] => {
    const close =
      sign(at) === "[" || sign(at + 1) === "(" ? closingAt(tokens, sign(at) === "[" ? at : at + 1) : undefined;
    if (sign(at) === "[") return [[{ kind: "map", open: at }], close === undefined ? undefined : close + 1];
    const path = nameAt(tokens, at);
    if (path === "") return [[], undefined];
    if (sign(at + 1) !== "(") return [[{ kind: "name", path }], at + 1];
    if (close === undefined) return [[], undefined];
    const isOwn = /^\w+$/.test(path) && sources.valuesOf(`${path}()`, 0).length > 0;
    if (isOwn) return [[{ kind: "name", path: `${path}()` }], close + 1];
    if (!merges.test(path)) return [[], undefined];
    const held: Part[] = path.endsWith(".plus") ? [{ kind: "name", path: path.slice(0, -".plus".length) }] : [];
    for (let index = at + 2; index < close; index++) {
      if (sign(index) === ",") continue;
      const [inner, next] = partAt(index);
      if (next === undefined) break;
      held.push(...inner);
      index = next - 1;
    }
    return [held, close + 1];
  };

  const start = (path: string, offset: number, isChanged: boolean): Places => {
    left = maximumLooks;
    return lookUp(ownPath(path), offset, 0, isChanged);
  };
  return {
    changedAt: (path, offset) => start(path, offset, true),
    heldAt: (path, offset) => start(path, offset, false),
  };
}

/** What an object says of itself it says by its name alone, too. */
function ownPath(path: string): string {
  return path.replace(/^this\./, "");
}

/** The tokens at which maps begin that are added to others, by the names of these. */
function additions(tokens: readonly GroovyToken[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (let at = 0; at < tokens.length; at++) {
    const name = nameAt(tokens, at);
    if (name === "") continue;
    const [next, second] = [signAt(tokens, at + 1), signAt(tokens, at + 2)];
    const isAdded = (next === "<" && second === "<") || (next === "+" && second === "=");
    const isPut = next === "(" && name.endsWith(".putAll");
    if (!isPut && (!isAdded || signAt(tokens, at - 1) === "=")) continue;
    const root = ownPath(isPut ? name.slice(0, -".putAll".length) : name);
    const value = isPut ? at + 2 : at + 3;
    found.set(root, [...(found.get(root) ?? []), value]);
  }
  return found;
}
