import { readChunks, readPages } from "../../aws/paging.js";
import { abort, sdk } from "../../aws/sdk.js";
import { tryRead } from "../../aws/try-read.js";
import type { Readable } from "../../common/readable.js";
import type { Session } from "../session.js";
import type { ParameterPlace } from "./secret-references.js";

/** Highest number of values in one filter: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html */
const valuesAtOnce = 50;

export type SecretState = "there" | "missing" | "being-deleted" | "no-such-version";

/** Reads which parameters exist, by their names. Values are never read. */
export async function readParameters(
  session: Session,
  places: readonly ParameterPlace[],
): Promise<(place: ParameterPlace) => Readable<SecretState>> {
  const { account } = session.target;
  const readable = places.filter((place) => whyNotRead(place, account) === undefined);
  const regions = [...new Set(readable.map(({ region }) => region))];
  const found = new Map(
    await Promise.all(
      regions.map(async (region): Promise<[string, Readable<Set<string>>]> => {
        const names = readable.filter((place) => place.region === region).flatMap((place) => place.names);
        return [region, await tryRead(namesIn(session, region, [...new Set(names)]), session.signal)];
      }),
    ),
  );
  return (place) => {
    const names = found.get(place.region);
    const why = whyNotRead(place, account);
    if (why !== undefined || !names) return { unknown: why ?? "it was not read" };
    if ("unknown" in names) return names;
    return { value: place.names.some((name) => names.value.has(name)) ? "there" : "missing" };
  };
}

function whyNotRead({ account, names }: ParameterPlace, ours: string): string | undefined {
  // DescribeParameters lists neither AWS's public parameters nor secrets that are read through Parameter Store.
  if (names.some((name) => name.startsWith("/aws/"))) return "names below /aws/ are not listed";
  return account === ours ? undefined : `it is in account ${account}, not in ${ours}`;
}

async function namesIn(session: Session, region: string, names: string[]): Promise<Set<string>> {
  const { DescribeParametersCommand } = sdk.ssm;
  const client = await session.aws.lazy.ssm(region);
  const parameters = await readChunks(names, valuesAtOnce, (Values) =>
    readPages(async (NextToken) => {
      const ParameterFilters = [{ Key: "Name", Option: "Equals", Values }];
      const command = new DescribeParametersCommand({ ParameterFilters, ...(NextToken && { NextToken }) });
      const page = await client.send(command, abort(session));
      return { items: page.Parameters, nextToken: page.NextToken };
    }),
  );
  return new Set(parameters.map(({ Name = "" }) => Name));
}
