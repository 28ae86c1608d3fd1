import type { JsonObject } from "../../protocol/service.js";

/** Returns the strategy of a deployment configuration's members as in the request. */
export const deploymentStrategyOf = ({ strategy }: JsonObject): string =>
  typeof strategy === "string" ? strategy : "ROLLING";
