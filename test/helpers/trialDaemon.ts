// The background process of the trial as the command line runs it, without the command line.
import { runTrialDaemon } from "../../src/trial/daemon.ts";

await runTrialDaemon({ signal: new AbortController().signal });
process.exit();
