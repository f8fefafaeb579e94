import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import { closingAt, elementsBetween } from "./groovyBrackets.ts";

/** Tokens of a constructor's arguments that are looked through. */
const maximumArguments = 200;

/**
 * The token at which the image begins that an object of a plug-in is given, as scripts that set up a controller make
 * them: `new ContainerTemplate('name', 'x')`, `new DockerTemplateBase('x')`, `container.setImage('x')`.
 */
export function objectImageAt(text: string, tokens: readonly GroovyToken[], at: number): number | undefined {
  const name = nameAt(tokens, at);
  const sign = signAt(tokens, at + 1);
  if (sign === "(" && nameAt(tokens, at - 1) === "new") {
    if (signAt(tokens, at + 2) === ")" || signAt(tokens, at + 3) === ":") return undefined;
    if (name.endsWith("DockerTemplateBase")) return at + 2;
    return name.endsWith("ContainerTemplate") ? secondArgument(tokens, at + 1) : undefined;
  }
  const [, object, member] = /^(\w+)\.(setImage|image)$/.exec(name) ?? [];
  if (object === undefined || sign !== (member === "image" ? "=" : "(")) return undefined;
  const made = new RegExp(`\\b${object}\\s*=\\s*new\\s+(?:[\\w.]+\\.)?(?:ContainerTemplate|DockerTemplateBase)\\b`);
  return made.test(text) ? at + 2 : undefined;
}

function secondArgument(tokens: readonly GroovyToken[], open: number): number | undefined {
  const close = Math.min(closingAt(tokens, open) ?? tokens.length, open + maximumArguments);
  return elementsBetween(tokens, open + 1, close)[1]?.[0];
}
