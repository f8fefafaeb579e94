import { isJsonArray } from "../../core/json.ts";
import type { TrialEngine } from "../service/engine.ts";
import type { TrialAnswer } from "../service/requests.ts";
import { objectOf, ok, refused, textOf, unauthorized, type VenafiAnswer, type VenafiCall } from "./answers.ts";
import { decodeBase64 } from "../../core/base64.ts";
import { dnOf, environmentOf, findKey, projectDn, projectOf } from "./tree.ts";
import type { TrialSession } from "./vedauth.ts";

type Route = (call: VenafiCall, session: TrialSession) => VenafiAnswer;

/** Routes below `vedsdk/`, in lower case: what administrators, approvers and auditors use. */
export function createVedSdk(engine: TrialEngine): ReadonlyMap<string, Route> {
  const { keys, requests, audit } = engine;
  const managing =
    (route: Route): Route =>
    (call, session) =>
      session.allows("codesign:manage")
        ? route(call, session)
        : unauthorized("insufficient_scope", "The scope codesign:manage is needed.");
  const approving =
    (route: Route): Route =>
    (call, session) =>
      session.allows("codesign:approve") ? route(call, session) : ok({ Result: 1 });

  /** Tickets are counted, by the requests that they are about. */
  const numbers = new Map<string, number>();
  const numberOf = (request: string): number => {
    const number = numbers.get(request) ?? numbers.size + 1;
    numbers.set(request, number);
    return number;
  };
  const tickets = (): readonly { readonly Id: number }[] =>
    requests.pending().map((request) => ({
      Id: numberOf(request.id),
      Identifier: `CodeSign-${request.id}`,
      Approvers: ["local:lead"],
      Approvals: request.approvals.by.map((user) => ({ Universal: `local:${user}` })),
      RequiredApprovals: request.approvals.need,
      RemainingUses: 1,
      CreationTime: `/Date(${Date.parse(request.requestedAt)}+0000)/`,
      ProductCode: 3,
      Environment: [
        ["Environment", `${projectDn}\\${request.key}`],
        ["User", `local:${request.requestedBy}`],
        ["CommandLine", request.artifact],
        ["Digest", request.digest],
        ["Justification", request.justification ?? ""],
      ].map(([Key, Value]) => ({ Key, Value })),
    }));
  const decided = (answer: TrialAnswer | undefined, wanted: TrialAnswer["status"]): VenafiAnswer =>
    answer === undefined ? ok({ Result: 2 }) : ok({ Result: answer.status === wanted ? 0 : 1 });
  const ticketsIn = ({ body }: VenafiCall): readonly unknown[] => {
    const several = body["TicketIds"];
    return isJsonArray(several) ? several : [body["TicketId"]];
  };
  /** The requests that a call is about; the empty one for a ticket that there is not. */
  const requestsIn = (call: VenafiCall): readonly string[] =>
    ticketsIn(call).map((id) => [...numbers].find(([, number]) => number === id)?.[0] ?? "");

  return new Map<string, Route>([
    [
      "codesign/getenvironment",
      ({ body }, { allows }) => {
        if (!allows("codesign")) return unauthorized("insufficient_scope", "The scope codesign is needed.");
        const key = findKey(keys, { dn: textOf(body, "Dn"), id: textOf(body, "Guid") });
        if (key === undefined) return refused(7, "The environment was not found.");
        return ok({ CertificateEnvironment: environmentOf(key), Result: 1, Success: true });
      },
    ],
    ["codesign/enumerateprojects", managing(() => ok({ Projects: [projectOf(keys)], Result: 1, Success: true }))],
    [
      "codesign/getproject",
      managing(({ body }) =>
        textOf(body, "Dn").toLowerCase() === projectDn.toLowerCase()
          ? ok({ Project: projectOf(keys), Result: 1, Success: true })
          : refused(7, "The project was not found."),
      ),
    ],
    // 2: may use; 64: may approve use.
    [
      "codesign/getright",
      managing((_, { user }) => ok({ Rights: user === "lead" ? 66 : 2, Result: 1, Success: true })),
    ],
    [
      "codesign/getglobalconfiguration",
      managing(() =>
        ok({
          GlobalConfiguration: { KeyUseTimeout: 3600, ApprovedKeyStorageLocations: ["Software"] },
          Result: 1,
          Success: true,
        }),
      ),
    ],
    [
      "certificates/retrieve",
      ({ body }) => {
        const name = textOf(body, "CertificateDN");
        const key = keys.find(({ description }) => name.endsWith(`\\${description.name}`));
        if (key === undefined)
          return { status: 400, body: { error: "NotFound", error_description: "No such certificate." } };
        const pem = key.description.certificateChain.join("");
        return ok({ CertificateData: Buffer.from(pem).toString("base64"), Filename: "chain.pem", Format: "base64" });
      },
    ],
    [
      "codesign/retrievearchiveentries",
      managing(({ body }) => {
        const filter = objectOf(body, "ArchiveFilter");
        const wanted = findKey(keys, { dn: textOf(filter, "EnvironmentDN") })?.description.name;
        const entries = audit
          .entries()
          .filter(({ event, key }) => event === "signed" && (wanted === undefined || key === wanted))
          .map((entry) => ({
            ArchiveEntryId: entry.id,
            Timestamp: entry.at,
            AuthenticatedUser: `local:{${entry.actor}}`,
            AuthenticatedUserName: `local:${entry.actor}`,
            Project: "Trial",
            Environment: entry.key,
            Artifact: entry.digest?.replace(/^.*:/, ""),
            Command: entry.artifact,
          }));
        const [size, page] = [Number(body["PageSize"] ?? 100), Number(body["Page"] ?? 0)];
        const shown = entries.slice(page * size, (page + 1) * size);
        return ok({ ArchiveResults: shown, PageNumber: page, TotalCount: entries.length, Result: 1, Success: true });
      }),
    ],
    [
      "flow/tickets/enumerate",
      ({ body }) => {
        const [size, page] = [Number(body["TicketPageSize"] ?? 100), Number(body["TicketPageNumber"] ?? 0)];
        return ok({ Result: 0, Tickets: tickets().slice(page * size, (page + 1) * size) });
      },
    ],
    ["flow/tickets/count", () => ok({ Result: 0, Count: tickets().length })],
    [
      "flow/tickets/load",
      (call) => {
        const ids = ticketsIn(call);
        const found = tickets().filter(({ Id }) => ids.includes(Id));
        return ok(found.length === 0 ? { Result: 2 } : { Result: 0, Tickets: found });
      },
    ],
    [
      "flow/tickets/approve",
      approving((call, { user }) =>
        decided(
          requestsIn(call)
            .map((id) => requests.approve(user, id, textOf(call.body, "Comment")))
            .at(-1),
          "signed",
        ),
      ),
    ],
    [
      "flow/tickets/reject",
      approving((call, { user }) => {
        const level = call.body["RejectionLevel"];
        if (level !== 1 && level !== 2) return ok({ Result: 3, Message: "A RejectionLevel is needed." });
        const answer = requestsIn(call)
          .map((id) => requests.reject(user, id, textOf(call.body, "Comment")))
          .at(-1);
        return answer?.status === "denied" && answer.code !== "approval-rejected"
          ? ok({ Result: 1 })
          : decided(answer, "denied");
      }),
    ],
    [
      "flow/actions/codesign/prequalify/create",
      approving(({ body }, { user }) => {
        const key = findKey(keys, { dn: textOf(body, "Dn") });
        const digest = decodeBase64(textOf(body, "Data"));
        if (key === undefined || digest === undefined || digest.length === 0) return ok({ Result: 2 });
        requests.prequalify(user, key.description.name, digest, textOf(body, "Comment"));
        return ok({ Result: 0, Dn: dnOf(key) });
      }),
    ],
  ]);
}
