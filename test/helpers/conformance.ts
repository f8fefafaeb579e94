import { join } from "node:path";

/** Where data that others wrote is looked for: CONFORMANCE_DATA, else beside the checkout. Tests skip where it is absent. */
export const conformanceFolder =
  process.env["CONFORMANCE_DATA"] ?? join(import.meta.dirname, "..", "..", "..", "shared", "conformance");
