import { readUnit, withUnits } from "./butane.ts";
import type { Document } from "./document.ts";
import { createPipeline } from "./pipeline.ts";
import { itemsOf, scalarOf, valueAt } from "./yamlNode.ts";

/**
 * Reads what cloud-init is told: the commands that it runs on a machine, each a line of a shell or a list of words, and
 * the units that Container Linux starts (coreos-cloudinit, "Using Cloud-Config").
 */
export function readCloudInit(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "cloud-init");
  for (const root of pipeline.roots)
    for (const list of ["bootcmd", "runcmd"])
      for (const command of itemsOf(valueAt(root, list)))
        if (scalarOf(command) === undefined) pipeline.words(itemsOf(command));
        else pipeline.script([command]);
  const units = pipeline.roots.flatMap((root) =>
    itemsOf(valueAt(root, "coreos", "units")).flatMap((unit) => readUnit(unit, pipeline.text, ["content", "drop-ins"])),
  );
  const document = pipeline.document(units.flatMap(({ images }) => images));
  return units.length === 0 ? document : withUnits(document, units);
}
