import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { localAws } from "../../test/local-aws.js";

const TableName = "locks";
const Key = { LockID: { S: "web" } };
const table = new CreateTableCommand({
  TableName,
  KeySchema: [{ AttributeName: "LockID", KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: "LockID", AttributeType: "S" }],
  BillingMode: "PAY_PER_REQUEST",
});
const ConditionExpression = "attribute_not_exists(LockID)";

test("an item is stored by its key, read and deleted, also after a restart", async (t) => {
  const { dynamodb, restart, lines } = await localAws(t);
  const { TableDescription } = await dynamodb.send(table);
  assert.equal(TableDescription?.TableArn, "arn:aws:dynamodb:us-west-2:123456789012:table/locks");
  const Item = { ...Key, Since: { N: "1" }, By: { S: "alice" } };
  await dynamodb.send(new PutItemCommand({ TableName, Item }));
  const again = (await restart()).dynamodb;
  assert.deepEqual((await again.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item, Item);
  assert.equal((await again.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus, "ACTIVE");
  await again.send(new DeleteItemCommand({ TableName, Key }));
  assert.equal((await again.send(new GetItemCommand({ TableName, Key }))).Item, undefined);
  await again.send(new DeleteTableCommand({ TableName }));
  await assert.rejects(again.send(new GetItemCommand({ TableName, Key })), { name: "ResourceNotFoundException" });
  assert.deepEqual(lines, []);
});

test("of two items that must not exist yet, one is written, and the other caller gets it", async (t) => {
  const { dynamodb } = await localAws(t);
  await dynamodb.send(table);
  const put = (by: string) =>
    dynamodb.send(
      new PutItemCommand({
        TableName,
        Item: { ...Key, By: { S: by } },
        ConditionExpression,
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
  const results = await Promise.allSettled([put("alice"), put("bob")]);
  const { reason } = results.find((one) => one.status === "rejected") as PromiseRejectedResult;
  assert.equal(reason.name, "ConditionalCheckFailedException");
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key }));
  assert.deepEqual(reason.Item, Item);
});

test("an item is deleted only while it has the value that is named", async (t) => {
  const { dynamodb } = await localAws(t);
  await dynamodb.send(table);
  await dynamodb.send(new PutItemCommand({ TableName, Item: { ...Key, Id: { S: "1" } } }));
  const remove = (id: string) =>
    dynamodb.send(
      new DeleteItemCommand({
        TableName,
        Key,
        ConditionExpression: "attribute_exists(LockID) AND #id = :id",
        ExpressionAttributeNames: { "#id": "Id" },
        ExpressionAttributeValues: { ":id": { S: id } },
      }),
    );
  await assert.rejects(remove("2"), { name: "ConditionalCheckFailedException" });
  await remove("1");
  await assert.rejects(remove("1"), { name: "ConditionalCheckFailedException" });
});

test("a key of another name or type, and a condition that is not evaluated here, are refused", async (t) => {
  const { dynamodb } = await localAws(t);
  await dynamodb.send(table);
  const invalid = (message: RegExp) => ({ name: "ValidationException", message });
  const put = (Item: Record<string, { S: string } | { N: string }>, condition?: string) =>
    dynamodb.send(new PutItemCommand({ TableName, Item, ConditionExpression: condition }));
  await assert.rejects(put({ Id: { S: "web" } }), invalid(/Missing the key LockID in the item/));
  await assert.rejects(put({ LockID: { N: "1" } }), invalid(/Type mismatch for key LockID expected: S/));
  await assert.rejects(
    put(Key, "size(LockID) > :one"),
    invalid(/does not evaluate the condition "size\(LockID\) > :one"/),
  );
});
