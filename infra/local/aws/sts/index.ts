import type { Principals } from "../wire/principals.js";
import type { Service } from "../wire/service.js";

/** AWS Security Token Service: says who calls. */
export function createSts(principals: Principals): Service {
  return {
    signingName: "sts",
    queryNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
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
