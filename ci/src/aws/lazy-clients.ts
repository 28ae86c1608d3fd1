import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { Credentials } from "./credentials.js";

/** The AWS services that few calls need. Each is loaded when it is asked for, because every call of the module pays for what it loads. */
export interface LazyClients {
  events(): Promise<Pick<EventBridgeClient, "send">>;
  scheduler(): Promise<Pick<SchedulerClient, "send">>;
}

/** What all clients are made with. */
interface ClientSettings {
  region: string;
  credentials: Credentials;
  maxAttempts: number;
  endpoint?: string;
}

export function lazyClients(settings: ClientSettings): LazyClients {
  return {
    events: async () => new (await import("@aws-sdk/client-eventbridge")).EventBridgeClient(settings),
    scheduler: async () => new (await import("@aws-sdk/client-scheduler")).SchedulerClient(settings),
  };
}
