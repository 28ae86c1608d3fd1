import type { Clock } from "../clock.js";
import { partitionOf } from "../partition.js";
import { record, records, required, text } from "../protocol/input.js";
import { AwsError, type Caller, type JsonObject, type Operation, type Service } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import { getOrMake, storedMap } from "../stored-map.js";
import { isMet } from "./condition.js";

interface Table {
  /** Attributes of the primary key, with their types, such as `LockID` and `S`. */
  key: Map<string, string>;
  /** KeySchema and AttributeDefinitions as received. */
  settings: JsonObject;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** By the key's values in JSON. */
  items: Map<string, JsonObject>;
}

/** By region, then by name. */
interface DynamoState {
  tables: Map<string, Map<string, Table>>;
}

interface Stored {
  tables?: Record<string, Record<string, StoredTable>>;
}
type StoredTable = Omit<Table, "key" | "items"> & { key: Record<string, string>; items: Record<string, JsonObject> };

const restore = ({ tables }: Stored): DynamoState => ({
  tables: storedMap(tables, (ofRegion) =>
    storedMap(ofRegion, ({ key, items, ...table }) => ({ ...table, key: storedMap(key), items: storedMap(items) })),
  ),
});

/** Stores items of Amazon DynamoDB by their primary key, with conditional writes and deletes. For locks in a table. */
export function createDynamoDb({ state, clock }: { state: StateDirectory; clock: Clock }): Service {
  const document = state.document("dynamodb", (): DynamoState => ({ tables: new Map() }), restore);
  const tablesOf = ({ region }: Caller) => getOrMake(document.value.tables, region, () => new Map<string, Table>());
  const find = (input: JsonObject, caller: Caller) => {
    const table = tablesOf(caller).get(nameOf(input));
    if (table) return table;
    throw new AwsError("ResourceNotFoundException", "Requested resource not found");
  };

  const operations: Record<string, Operation> = {
    CreateTable(input, caller) {
      const name = nameOf(input);
      if (tablesOf(caller).has(name)) throw new AwsError("ResourceInUseException", `Table already exists: ${name}`);
      const { KeySchema = [], AttributeDefinitions = [] } = input;
      const types = new Map(
        (records(input, "AttributeDefinitions") ?? []).map((one) => [
          text(one, "AttributeName"),
          text(one, "AttributeType"),
        ]),
      );
      const key = new Map(
        (records(input, "KeySchema") ?? []).map((one) => {
          const attribute = text(one, "AttributeName") ?? "";
          const type = types.get(attribute);
          if (type === undefined) {
            throw invalid("Some index key attributes are not defined in AttributeDefinitions.");
          }
          return [attribute, type] as const;
        }),
      );
      const table: Table = {
        key,
        settings: { KeySchema, AttributeDefinitions },
        createdAt: clock.now(),
        items: new Map(),
      };
      tablesOf(caller).set(name, table);
      document.save();
      return { TableDescription: describe(name, table, caller) };
    },

    DescribeTable: (input, caller) => ({ Table: describe(nameOf(input), find(input, caller), caller) }),

    DeleteTable(input, caller) {
      const TableDescription = describe(nameOf(input), find(input, caller), caller);
      tablesOf(caller).delete(nameOf(input));
      document.save();
      return { TableDescription };
    },

    PutItem(input, caller) {
      const table = find(input, caller);
      const item = record(input, "Item") ?? {};
      const id = idOf(table, item);
      check(input, table.items.get(id));
      const old = table.items.get(id);
      table.items.set(id, item);
      document.save();
      return text(input, "ReturnValues") === "ALL_OLD" && old ? { Attributes: old } : {};
    },

    GetItem(input, caller) {
      const table = find(input, caller);
      const item = table.items.get(idOf(table, keyIn(table, input)));
      return item ? { Item: item } : {};
    },

    DeleteItem(input, caller) {
      const table = find(input, caller);
      const id = idOf(table, keyIn(table, input));
      const old = table.items.get(id);
      check(input, old);
      table.items.delete(id);
      document.save();
      return text(input, "ReturnValues") === "ALL_OLD" && old ? { Attributes: old } : {};
    },
  };
  return { signingName: "dynamodb", targetPrefix: "DynamoDB_20120810", operations };
}

/** A table is named by its name or its ARN. */
function nameOf(input: JsonObject): string {
  const name = required(input, "TableName").replace(/^arn:[^/]*:table\//, "");
  if (/^[a-zA-Z0-9_.-]{3,255}$/.test(name)) return name;
  throw invalid("TableName must be at least 3 characters long and at most 255 characters long");
}

function keyIn({ key }: Table, input: JsonObject): JsonObject {
  const given = record(input, "Key") ?? {};
  if (Object.keys(given).length === key.size) return given;
  throw invalid("The provided key element does not match the schema");
}

function idOf({ key }: Table, item: JsonObject): string {
  const values = [...key].map(([name, type]) => {
    const value = Object.hasOwn(item, name) ? (item[name] as JsonObject) : undefined;
    if (value === undefined)
      throw invalid(`One or more parameter values were invalid: Missing the key ${name} in the item`);
    if (Object.hasOwn(value, type) && value[type] !== "") return value[type];
    throw invalid(`One or more parameter values were invalid: Type mismatch for key ${name} expected: ${type}`);
  });
  return JSON.stringify(values);
}

function check(input: JsonObject, item: JsonObject | undefined): void {
  if (isMet(input, item ?? {})) return;
  const isReturned = text(input, "ReturnValuesOnConditionCheckFailure") === "ALL_OLD" && item !== undefined;
  const fields = isReturned ? { Item: item } : {};
  throw new AwsError("ConditionalCheckFailedException", "The conditional request failed", 400, fields);
}

function describe(name: string, { settings, createdAt, items }: Table, { region, accountId }: Caller): JsonObject {
  return {
    TableName: name,
    TableStatus: "ACTIVE",
    TableArn: `arn:${partitionOf(region)}:dynamodb:${region}:${accountId}:table/${name}`,
    CreationDateTime: createdAt / 1000,
    ItemCount: items.size,
    ...settings,
  };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
