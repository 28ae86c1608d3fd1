import { records, required, text } from "../protocol/input.js";
import type { JsonObject } from "../protocol/service.js";
import { invalidParameter } from "./errors.js";
import type { Repository } from "./store.js";
import { matchesWildcard } from "./wildcard.js";

const MUTABILITIES = ["IMMUTABLE", "MUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"];
const MOST_FILTERS = 5;

/** Reads a repository's tag mutability. @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageTagMutabilityExclusionFilter.html */
export function readMutability(input: JsonObject): Pick<Repository, "tagMutability" | "exclusionFilters"> {
  const tagMutability = text(input, "imageTagMutability") ?? "MUTABLE";
  if (!MUTABILITIES.includes(tagMutability)) {
    throw invalidParameter("imageTagMutability", `Member must satisfy enum value set: [${MUTABILITIES.join(", ")}]`);
  }
  const exclusionFilters = (records(input, MEMBER) ?? []).map((each) => ({
    filterType: required(each, "filterType"),
    filter: required(each, "filter"),
  }));
  for (const { filterType, filter } of exclusionFilters) {
    if (filterType !== "WILDCARD") throw invalidParameter(MEMBER, "Member must satisfy enum value set: [WILDCARD]");
    if (!/^[0-9a-zA-Z._*-]{1,128}$/.test(filter)) {
      throw invalidParameter(MEMBER, "must satisfy regular expression '^[0-9a-zA-Z._*-]{1,128}$'");
    }
  }
  if (exclusionFilters.length > MOST_FILTERS) {
    throw invalidParameter(MEMBER, `Member must have length less than or equal to ${MOST_FILTERS}`);
  }
  if (tagMutability.endsWith("_WITH_EXCLUSION") !== exclusionFilters.length > 0) {
    throw invalidParameter(MEMBER, "must be given with a mutability WITH_EXCLUSION, and only then");
  }
  return { tagMutability, exclusionFilters };
}

const MEMBER = "imageTagMutabilityExclusionFilters";

/** Returns true when a tag is immutable, by the repository's setting and exclusion filters. */
export function isImmutable(repository: Repository, tag: string): boolean {
  const excepted = repository.exclusionFilters.some(({ filter }) => matchesWildcard(filter, tag));
  switch (repository.tagMutability) {
    case "IMMUTABLE":
      return true;
    case "IMMUTABLE_WITH_EXCLUSION":
      return !excepted;
    case "MUTABLE_WITH_EXCLUSION":
      return excepted;
    default:
      return false;
  }
}
