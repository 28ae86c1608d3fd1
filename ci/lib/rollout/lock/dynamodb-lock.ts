import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { abort, sdk } from "../../aws/sdk.js";
import { partitionOf } from "../../common/aws-names.js";
import type { Session } from "../session.js";
import type { Lock } from "./held-lock.js";
import { described, type LockStore, parseLock, type StoredLock } from "./lock-store.js";

type Item = Record<string, AttributeValue>;

/** Lock as an item of a table whose partition key is `LockID`, a string, as Terraform's lock tables have it. Writes and removals are conditional. */
export function dynamoDbLock(session: Session, TableName: string): LockStore {
  const { aws, target } = session;
  const id = `slipway/${target.account}/${target.region}/${target.cluster}/${target.service}`;
  const Key = { LockID: { S: id } };
  const place = `the table ${TableName}, item ${id}`;
  const arn = `arn:${partitionOf(target.region).id}:dynamodb:${target.region}:${target.account}:table/${TableName}`;
  const fixes = {
    place,
    permissions: `dynamodb:GetItem, dynamodb:PutItem and dynamodb:DeleteItem on ${arn}`,
    byName: {
      ResourceNotFoundException: `Create the table ${TableName} in ${target.region} with the partition key LockID of type String, or correct \`lock\` in the target.`,
      ValidationException: `The table ${TableName} needs the partition key LockID of type String, and no sort key.`,
    },
  };
  const read = async (): Promise<StoredLock | undefined> => {
    const dynamodb = await aws.lazy.dynamodb();
    const command = new sdk.dynamodb.GetItemCommand({ TableName, Key, ConsistentRead: true });
    const { Item } = await dynamodb.send(command, abort(session));
    return Item && lockIn(Item);
  };
  const take = async (lock: Lock): Promise<StoredLock> => {
    const dynamodb = await aws.lazy.dynamodb();
    const command = new sdk.dynamodb.PutItemCommand({
      TableName,
      Item: { ...Key, Info: { S: JSON.stringify(lock) } },
      ConditionExpression: "attribute_not_exists(LockID)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    try {
      await dynamodb.send(command, abort(session));
      return { ...lock, version: JSON.stringify(lock) };
    } catch (error) {
      const held = isUnmet(error) ? error.Item : undefined;
      // The item of an earlier attempt whose response was lost has this lock's id.
      if (held) return lockIn(held);
      throw error;
    }
  };
  const remove = async ({ version }: StoredLock): Promise<boolean> => {
    const dynamodb = await aws.lazy.dynamodb();
    const command = new sdk.dynamodb.DeleteItemCommand({
      TableName,
      Key,
      ConditionExpression: "Info = :info",
      ExpressionAttributeValues: { ":info": { S: version } },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    try {
      await dynamodb.send(command, abort(session));
      return true;
    } catch (error) {
      if (!isUnmet(error)) throw error;
      // Without an item, an earlier attempt has removed it.
      return error.Item === undefined;
    }
  };
  return {
    place,
    read: () => described(fixes, "read", read()),
    take: (lock) => described(fixes, "written", take(lock)),
    remove: (lock) => described(fixes, "removed", remove(lock)),
  };
}

function lockIn({ Info }: Item): StoredLock {
  const content = Info?.S ?? "";
  return { ...parseLock(content), version: content };
}

function isUnmet(error: unknown): error is Error & { Item?: Item } {
  return (error as Error).name === "ConditionalCheckFailedException";
}
