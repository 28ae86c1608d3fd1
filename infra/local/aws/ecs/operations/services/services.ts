import { invalidParameter, serviceNotActive } from "../common/ecs-errors.js";
import { findCluster, findService, serviceArnOf } from "../common/find-resources.js";
import { pageByKey } from "../common/key-paging.js";
import type { JsonObject, Operations } from "../common/operation-context.js";
import { textIn, textsIn } from "../common/operation-context.js";
import { tagsOf } from "../resource-tags.js";
import { createService } from "./create-service.js";
import { launchView, serviceView } from "./service-view.js";
import { updateService } from "./update-service.js";

const DESCRIBED_AT_ONCE = 10;

export const serviceOperations: Operations = (api) => ({
  CreateService: createService(api),
  UpdateService: updateService(api),

  DescribeServices: (input, caller) => {
    const cluster = findCluster(api.scheduler.state, caller, input);
    const references = textsIn(input, "services");
    if (references.length === 0) throw invalidParameter("Services cannot be empty.");
    if (references.length > DESCRIBED_AT_ONCE)
      throw invalidParameter(`You can describe up to ${DESCRIBED_AT_ONCE} services at once.`);
    const withTags = textsIn(input, "include").includes("TAGS");
    const view = api.scheduler.view();
    const services: JsonObject[] = [];
    const failures: JsonObject[] = [];
    for (const reference of references) {
      const arn = serviceArnOf(cluster, reference);
      const service = view.state.services[arn];
      if (service === undefined) failures.push({ arn, reason: "MISSING" });
      else services.push({ ...serviceView(view, service), ...(withTags && { tags: tagsOf(view.state, arn) }) });
    }
    return { services, failures };
  },

  ListServices: (input, caller) => {
    const cluster = findCluster(api.scheduler.state, caller, input);
    const found = Object.values(api.scheduler.state.services).filter(
      (service) =>
        service.clusterArn === cluster.arn &&
        service.status !== "INACTIVE" &&
        (input.launchType === undefined || input.launchType === launchView(service.settings, "").launchType) &&
        (input.schedulingStrategy === undefined || input.schedulingStrategy === "REPLICA"),
    );
    const { items, ...next } = pageByKey(
      found,
      { maxResults: 10, ...input },
      { keyOf: (service) => service.arn, size: 100 },
    );
    return { serviceArns: items.map((service) => service.arn), ...next };
  },

  DeleteService: (input, caller) => {
    const cluster = findCluster(api.scheduler.state, caller, input);
    return api.scheduler.change((context) => {
      const service = findService(context.state, cluster, textIn(input, "service") ?? "");
      if (service.status === "INACTIVE") throw serviceNotActive();
      if (service.desiredCount > 0 && input.force !== true)
        throw invalidParameter("The service cannot be stopped while it is scaled above 0.");
      service.status = "DRAINING";
      service.desiredCount = 0;
      return { service: serviceView(context, service) };
    });
  },
});
