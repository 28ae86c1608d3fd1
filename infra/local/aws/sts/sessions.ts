import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.js";
import { awsId } from "../credentials.js";
import type { Principal, Principals } from "../protocol/principals.js";
import type { JsonObject } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";

/** Time that a registry login stays valid after its credentials expire, in milliseconds. */
const KEPT_AFTER_END = 12 * 3600_000;

/** Temporary credentials, known to the signature check and kept over a restart. */
export interface Sessions {
  /** All accepted callers: the configured ones and the sessions. */
  principals: Principals;
  /** Creates credentials valid for `seconds`; returns them in STS's format. */
  begin(who: Pick<Principal, "arn" | "userId" | "deny">, seconds: number): JsonObject;
}

export function openSessions(given: Principal[], { state, clock }: { state: StateDirectory; clock: Clock }): Sessions {
  const document = state.document<{ sessions: Principal[] }>("sts", () => ({ sessions: [] }));
  const principals = new Map([...given, ...document.value.sessions].map((each) => [each.accessKeyId, each]));

  function forgetOld(): void {
    const oldest = clock.now() - KEPT_AFTER_END;
    const [old, kept] = [[] as Principal[], [] as Principal[]];
    for (const each of document.value.sessions) ((each.expiresAt ?? 0) < oldest ? old : kept).push(each);
    for (const { accessKeyId } of old) principals.delete(accessKeyId);
    document.value.sessions = kept;
  }

  return {
    principals,
    begin(who, seconds) {
      forgetOld();
      const session = {
        ...who,
        accessKeyId: awsId("ASIA"),
        secretAccessKey: randomBytes(30).toString("base64"),
        sessionToken: randomBytes(120).toString("base64"),
        expiresAt: clock.now() + seconds * 1000,
      };
      principals.set(session.accessKeyId, session);
      document.value.sessions.push(session);
      document.save();
      return {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        SessionToken: session.sessionToken,
        Expiration: session.expiresAt / 1000,
      };
    },
  };
}
