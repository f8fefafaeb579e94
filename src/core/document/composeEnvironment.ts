import type { ComposeEnvironment } from "./composeInterpolation.ts";
import { readEnvironmentFile } from "./dotenv.ts";
import { siblingPath, type Siblings } from "./siblings.ts";

/** What the `.env` of the project says, which is read when the first variable is asked for. */
export function environmentBeside(path: string, siblings: Siblings): ComposeEnvironment {
  const file = siblingPath(path, ".env");
  let variables: ReturnType<typeof readEnvironmentFile> | undefined;
  return (name) => {
    if (file === undefined) return undefined;
    variables ??= readEnvironmentFile(siblings(file) ?? "");
    const value = variables.get(name);
    return value && { text: value.text, step: { span: value.span, file, label: `${name} in .env`, text: value.text } };
  };
}
