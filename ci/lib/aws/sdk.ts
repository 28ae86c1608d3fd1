import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * The packages of the AWS SDK. Each is loaded at its first use: loading takes 0.1 to 0.5 s of CPU a package, and input that is refused
 * needs none. `require` is used because it is synchronous, unlike `import()`.
 */
export const sdk = {
  get ecs() {
    return require("@aws-sdk/client-ecs") as typeof import("@aws-sdk/client-ecs");
  },
  get ecr() {
    return require("@aws-sdk/client-ecr") as typeof import("@aws-sdk/client-ecr");
  },
  get sts() {
    return require("@aws-sdk/client-sts") as typeof import("@aws-sdk/client-sts");
  },
  get logs() {
    return require("@aws-sdk/client-cloudwatch-logs") as typeof import("@aws-sdk/client-cloudwatch-logs");
  },
  get elb() {
    return require("@aws-sdk/client-elastic-load-balancing-v2") as typeof import("@aws-sdk/client-elastic-load-balancing-v2");
  },
  get iam() {
    return require("@aws-sdk/client-iam") as typeof import("@aws-sdk/client-iam");
  },
  get secretsManager() {
    return require("@aws-sdk/client-secrets-manager") as typeof import("@aws-sdk/client-secrets-manager");
  },
  get ssm() {
    return require("@aws-sdk/client-ssm") as typeof import("@aws-sdk/client-ssm");
  },
  get events() {
    return require("@aws-sdk/client-eventbridge") as typeof import("@aws-sdk/client-eventbridge");
  },
  get scheduler() {
    return require("@aws-sdk/client-scheduler") as typeof import("@aws-sdk/client-scheduler");
  },
};

/** Returns the SDK's options of a call that ends when the signal is aborted. */
export function abort({ signal }: { signal?: AbortSignal | undefined }): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}
