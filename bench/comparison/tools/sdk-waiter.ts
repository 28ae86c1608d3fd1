import {
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  UpdateServiceCommand,
  waitUntilServicesStable,
} from "@aws-sdk/client-ecs";
import { nextRevision } from "../next-revision.js";
import type { Job, Tool } from "../tool.js";

interface Settings {
  /** Maximum time in seconds. AWS's other waiters allow 40 polls, 15 s apart; this one has no default. */
  maxWaitTime: number;
  minDelay?: number;
  maxDelay?: number;
}

/** The JavaScript SDK's own waiter after UpdateService. By default its first poll is after 15 s, and later polls are up to 600 s apart. */
export function sdkWaiter(settings: string, waiting: Settings): Tool {
  return {
    name: "SDK waiter (JavaScript)",
    settings,
    async deploy(job) {
      const ecs = client(job);
      try {
        await update(ecs, job);
        const { cluster, service } = job.target;
        const limits = { client: ecs, abortSignal: AbortSignal.timeout(job.limit), ...waiting };
        const { state } = await waitUntilServicesStable(limits, { cluster, services: [service] });
        return { success: state === "SUCCESS", message: state };
      } catch (error) {
        const { name, message } = error as Error;
        return { success: false, message: `${name}: ${message.slice(0, 80)}` };
      } finally {
        ecs.destroy();
      }
    },
  };
}

/** Of the local AWS. */
export function client({ url, target, keys }: Job): ECSClient {
  const credentials = { accessKeyId: keys.AccessKeyId, secretAccessKey: keys.SecretAccessKey };
  return new ECSClient({ region: target.region, endpoint: url, credentials });
}

async function update(ecs: ECSClient, job: Job): Promise<void> {
  const { cluster, service } = job.target;
  const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand(await nextDefinition(ecs, job)));
  const arn = taskDefinition?.taskDefinitionArn;
  await ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition: arn }));
}

/** Returns the task definition to register for the job's release. */
export async function nextDefinition(
  ecs: ECSClient,
  { target, release }: Job,
): Promise<RegisterTaskDefinitionCommandInput> {
  const { taskDefinition = {} } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: target.family }));
  return nextRevision(taskDefinition, target.container, release) as RegisterTaskDefinitionCommandInput;
}
