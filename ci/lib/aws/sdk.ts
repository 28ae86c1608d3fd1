import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const loaded = new Map<string, unknown>();

/**
 * The packages of the AWS SDK. Each is loaded at its first use: loading takes 0.1 to 0.5 s of CPU a package, and input that is refused
 * needs none. `require` is used because it is synchronous, unlike `import()`.
 */
export const sdk = {
  get ecs() {
    return load<typeof import("@aws-sdk/client-ecs")>("@aws-sdk/client-ecs");
  },
  get ecr() {
    return load<typeof import("@aws-sdk/client-ecr")>("@aws-sdk/client-ecr");
  },
  get sts() {
    return load<typeof import("@aws-sdk/client-sts")>("@aws-sdk/client-sts");
  },
  get logs() {
    return load<typeof import("@aws-sdk/client-cloudwatch-logs")>("@aws-sdk/client-cloudwatch-logs");
  },
  get elb() {
    return load<typeof import("@aws-sdk/client-elastic-load-balancing-v2")>(
      "@aws-sdk/client-elastic-load-balancing-v2",
    );
  },
  get iam() {
    return load<typeof import("@aws-sdk/client-iam")>("@aws-sdk/client-iam");
  },
  get secretsManager() {
    return load<typeof import("@aws-sdk/client-secrets-manager")>("@aws-sdk/client-secrets-manager");
  },
  get ssm() {
    return load<typeof import("@aws-sdk/client-ssm")>("@aws-sdk/client-ssm");
  },
  get autoscaling() {
    return load<typeof import("@aws-sdk/client-application-auto-scaling")>("@aws-sdk/client-application-auto-scaling");
  },
  get cloudWatch() {
    return load<typeof import("@aws-sdk/client-cloudwatch")>("@aws-sdk/client-cloudwatch");
  },
  get lambda() {
    return load<typeof import("@aws-sdk/client-lambda")>("@aws-sdk/client-lambda");
  },
  get events() {
    return load<typeof import("@aws-sdk/client-eventbridge")>("@aws-sdk/client-eventbridge");
  },
  get sns() {
    return load<typeof import("@aws-sdk/client-sns")>("@aws-sdk/client-sns");
  },
  get s3() {
    return load<typeof import("@aws-sdk/client-s3")>("@aws-sdk/client-s3");
  },
  get dynamodb() {
    return load<typeof import("@aws-sdk/client-dynamodb")>("@aws-sdk/client-dynamodb");
  },
  get scheduler() {
    return load<typeof import("@aws-sdk/client-scheduler")>("@aws-sdk/client-scheduler");
  },
};

/** Loads a package once: `require` resolves its path at each call, which costs more than a command in process. */
function load<Package>(name: string): Package {
  if (!loaded.has(name)) loaded.set(name, require(name));
  return loaded.get(name) as Package;
}

/** Returns the SDK's options of a call that ends when the signal is aborted. */
export function abort({ signal }: { signal?: AbortSignal | undefined }): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}
