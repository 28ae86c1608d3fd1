import { AwsError, type Service } from "../../infra/local/aws/index.js";
import { logGroup } from "../scenario/fixture.js";

/** CloudWatch Logs as far as a deploy needs it: one log group, in which every task has written the same line. */
export function createLogService(): Service {
  const mustBeThere = (name: unknown) => {
    if (name === logGroup) return;
    throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
  };
  return {
    signingName: "logs",
    targetPrefix: "Logs_20140328",
    operations: {
      DescribeLogStreams({ logGroupName }) {
        mustBeThere(logGroupName);
        return { logStreams: [] };
      },
      GetLogEvents({ logGroupName }) {
        mustBeThere(logGroupName);
        return { events: [{ message: "starting", timestamp: 0, ingestionTime: 0 }] };
      },
    },
  };
}
