import type { Principals } from "../wire/principals.js";
import type { Service } from "../wire/service.js";

/** AWS Security Token Service: says who calls. */
export function createSts(principals: Principals): Service {
  return {
    signingName: "sts",
    operations: {
      GetCallerIdentity: (_input, caller) => ({
        Arn: caller.arn,
        UserId: principals.get(caller.accessKeyId)?.userId ?? "",
        // Whoever comes with another account's key is told so, as on AWS.
        Account: caller.arn.split(":")[4] ?? "",
      }),
    },
  };
}
