import type { Operation } from "../../protocol/service.js";
import { accountSettingOperations } from "./account-settings.js";
import { capacityProviderOperations } from "./clusters/capacity-providers.js";
import { clusterSettingOperations } from "./clusters/cluster-settings.js";
import { clusterOperations } from "./clusters/clusters.js";
import { withEnumChecks } from "./common/enum-members.js";
import type { OperationContext } from "./common/operation-context.js";
import { containerInstanceOperations } from "./container-instances/container-instances.js";
import { tagOperations } from "./resource-tags.js";
import { deploymentOperations } from "./service-deployments/service-deployments.js";
import { serviceOperations } from "./services/services.js";
import { taskDefinitionOperations } from "./task-definitions/task-definitions.js";
import { protectionOperations } from "./tasks/task-protection.js";
import { taskOperations } from "./tasks/tasks.js";

/** Returns all operations of the local ECS by their names. */
export const operationsOf = (api: OperationContext): Record<string, Operation> =>
  withEnumChecks({
    ...clusterOperations(api),
    ...clusterSettingOperations(api),
    ...capacityProviderOperations(api),
    ...containerInstanceOperations(api),
    ...accountSettingOperations(api),
    ...taskDefinitionOperations(api),
    ...serviceOperations(api),
    ...taskOperations(api),
    ...protectionOperations(api),
    ...deploymentOperations(api),
    ...tagOperations(api),
  });
