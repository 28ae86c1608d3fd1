import { createRequire } from "node:module";

/**
 * The SDK's packages as the deployer has them: it tells errors by their class, and a class of another copy of the package would not do.
 */
const require = createRequire(new URL("../../ci/package.json", import.meta.url));

export const packages: Record<string, Record<string, unknown>> = {
  ecs: require("@aws-sdk/client-ecs"),
  ecr: require("@aws-sdk/client-ecr"),
  logs: require("@aws-sdk/client-cloudwatch-logs"),
  sts: require("@aws-sdk/client-sts"),
};
