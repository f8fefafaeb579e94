import type { WaitOptions } from "../../../application/ports.ts";
import type { SignRequest } from "../../../application/signingService.ts";
import { isJsonObject, readJson } from "../../../core/json.ts";
import type { BearerCaller } from "../bearerCaller.ts";
import type { SignReply } from "../keyService.ts";
import { oneLine } from "../serviceWords.ts";
import type { AuthorizationSources } from "./authorize.ts";
import type { CscChallenge, CscKey } from "./credentialInfo.ts";

/** One thing that the service is given; without a value what the person answers on another way. */
export interface CscAnswer {
  readonly id: string;
  readonly value?: string;
}

type Denied = Extract<SignReply, { readonly status: "denied" }>;

/** Answers what a key asks for before it signs, or says why it is not signed with. Nothing is signed meanwhile. */
export async function answerChallenges(
  key: CscKey,
  request: SignRequest,
  caller: BearerCaller,
  sources: AuthorizationSources,
  options: WaitOptions,
): Promise<readonly CscAnswer[] | Denied> {
  const answers: CscAnswer[] = [];
  const path = `${sources.options.path.slice(1)}/credentials`;
  for (const challenge of key.challenges) {
    const { id, by } = challenge;
    // That it is named and has no value tells the service to ask elsewhere (2.0.0.2, 8.3.1.3 and 8.3.1.5).
    if (by === "elsewhere") {
      answers.push({ id });
      continue;
    }
    if (by === "sent") {
      const action = "have a one-time code sent";
      await caller.readAll({ path: `${path}/sendOTP`, body: { credentialID: key.id }, action }, options);
    }
    const given = by === "challenged" ? await askForChallenge(key, id, `${path}/getChallenge`, caller, options) : "";
    const value = (await knownAnswer(challenge, sources)) ?? (await ask(challenge, given, request, sources, options));
    if (value === undefined || value === "") return notGiven(key, challenge, sources);
    sources.note(value);
    answers.push({ id, value });
  }
  return answers;
}

/** What is to be answered; empty where the service has sent it to the person, and answers nothing. */
async function askForChallenge(
  key: CscKey,
  authObjectID: string,
  path: string,
  caller: BearerCaller,
  options: WaitOptions,
): Promise<string> {
  const action = "get what is to be answered";
  const read = (bytes: Uint8Array): unknown => (bytes.length === 0 ? {} : readJson(bytes));
  const answer = await caller.readAll({ path, body: { credentialID: key.id, authObjectID }, action, read }, options);
  return oneLine(isJsonObject(answer) ? answer["challenge"] : undefined) ?? "";
}

/** What is answered to one challenge is no answer to the next. */
function knownAnswer({ kind, by }: CscChallenge, { credentials }: AuthorizationSources): Promise<string | undefined> {
  if (by === "challenged") return Promise.resolve(undefined);
  return kind === "pin" ? credentials.get("pin") : credentials.takeOnce("one-time-code");
}

async function ask(
  { label }: CscChallenge,
  challenge: string,
  { purpose }: SignRequest,
  { name, person }: AuthorizationSources,
  options: WaitOptions,
): Promise<string | undefined> {
  const prompt = challenge === "" ? label : `${label}, to ${challenge}`;
  const about = `${purpose.artifact.name} ${purpose.artifact.digest}`;
  return person?.answer({ service: name, prompt, about, secret: true }, options);
}

function notGiven(key: CscKey, { label, by }: CscChallenge, { person }: AuthorizationSources): Denied {
  const variables = by === "challenged" ? "" : ", or set COUNTERSIGN_CSC_PIN or COUNTERSIGN_CSC_ONE_TIME_CODE";
  const hint = person === undefined ? ` Sign in the editor or on a terminal${variables}.` : "";
  return {
    status: "denied",
    code: "challenge-failed",
    message: `Key '${key.id}' asks for ${label}, and none was given; nothing was sent.${hint}`,
  };
}
