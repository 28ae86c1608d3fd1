import { createRequire } from "node:module";

/**
 * The SDK's packages from the deployer's own dependencies: it identifies errors by their class, and another copy of the package has other
 * classes.
 */
const require = createRequire(new URL("../../ci/package.json", import.meta.url));

export const packages = {
  ecs: require("@aws-sdk/client-ecs"),
  ecr: require("@aws-sdk/client-ecr"),
  logs: require("@aws-sdk/client-cloudwatch-logs"),
  sts: require("@aws-sdk/client-sts"),
  elasticloadbalancing: require("@aws-sdk/client-elastic-load-balancing-v2"),
  iam: require("@aws-sdk/client-iam"),
  secretsmanager: require("@aws-sdk/client-secrets-manager"),
  ssm: require("@aws-sdk/client-ssm"),
  "application-autoscaling": require("@aws-sdk/client-application-auto-scaling"),
  monitoring: require("@aws-sdk/client-cloudwatch"),
  lambda: require("@aws-sdk/client-lambda"),
  events: require("@aws-sdk/client-eventbridge"),
  scheduler: require("@aws-sdk/client-scheduler"),
} satisfies Record<string, Record<string, unknown>>;

/** Service names, as the clients sign with them. */
export type ServiceName = keyof typeof packages;

/** The exception that a client throws for an error outside its model. */
export function baseException(service: ServiceName): new (about: object) => Error {
  const exports: Record<string, unknown> = packages[service];
  const name = Object.keys(exports).find((one) => one.endsWith("ServiceException"));
  if (name === undefined) throw new Error(`The SDK's package of ${service} exports no exception of the service.`);
  return exports[name] as new (
    about: object,
  ) => Error;
}
