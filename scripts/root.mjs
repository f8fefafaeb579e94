// Where things are.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where scripts put what they make for people to look at: results, screenshots, the package. Ignored by git. */
export const out = join(root, "out");
