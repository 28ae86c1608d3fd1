import { readPages } from "../../aws/paging.js";
import { abort, sdk } from "../../aws/sdk.js";
import type { Session } from "../session.js";
import type { RevisionUses } from "./revision-uses.js";

/** Adds the revisions that rules of EventBridge run as tasks, on a schedule or at an event, disabled rules included. */
export async function addRules(session: Session, uses: RevisionUses): Promise<void> {
  const events = await session.aws.lazy.events();
  const send = abort(session);
  const buses = await readPages(async (NextToken) => {
    const command = new sdk.events.ListEventBusesCommand({ ...(NextToken && { NextToken }) });
    const page = await events.send(command, send);
    return { items: page.EventBuses, nextToken: page.NextToken };
  });
  for (const { Name: EventBusName } of buses) {
    const rules = await readPages(async (NextToken) => {
      const command = new sdk.events.ListRulesCommand({ EventBusName, ...(NextToken && { NextToken }) });
      const page = await events.send(command, send);
      return { items: page.Rules, nextToken: page.NextToken };
    });
    for (const { Name: Rule } of rules) {
      const targets = await readPages(async (NextToken) => {
        const command = new sdk.events.ListTargetsByRuleCommand({
          Rule,
          EventBusName,
          ...(NextToken && { NextToken }),
        });
        const page = await events.send(command, send);
        return { items: page.Targets, nextToken: page.NextToken };
      });
      for (const target of targets) uses.add(target.EcsParameters?.TaskDefinitionArn, `rule ${Rule} runs it`);
    }
  }
}
