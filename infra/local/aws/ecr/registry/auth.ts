import type { IncomingMessage } from "node:http";
import type { Clock } from "../../clock.js";
import { partitionOf } from "../../partition.js";
import { authorize } from "../../protocol/authorize.js";
import type { Principal, Principals } from "../../protocol/principals.js";
import type { Ecr } from "../index.js";
import type { Grant } from "../tokens.js";
import { RegistryError } from "./errors.js";

/** Dependencies of the registry. */
export interface RegistryOptions {
  ecr: Pick<Ecr, "store" | "tokens">;
  principals: Principals;
  accountId: string;
  clock: Clock;
  /** `127.0.0.1:PORT`. */
  authority: string;
  log: (line: string) => void;
}

/** Authenticated client with the permissions of its token. */
export interface Visitor {
  region: string;
  /** Authorizes an action of ECR, such as `ecr:PutImage`, on the repository. @throws AwsError when it is denied. */
  mustBeAllowed(action: string, repository: string): void;
}

/** Authenticates a request by Basic authentication with a token from GetAuthorizationToken, or by a download URL. */
export function authenticate(request: IncomingMessage, url: URL, auth: RegistryOptions): Visitor {
  const link = url.searchParams.get("token");
  const token = link ?? basicPassword(request.headers.authorization);
  if (token === undefined) throw challenge(auth, "Not Authorized");
  const grant = auth.ecr.tokens.read(token);
  const principal = grant && auth.principals.get(grant.accessKeyId);
  if (!grant || !principal || (grant.only !== undefined) !== (link !== null)) {
    throw challenge(auth, "Your Authorization Token is invalid.");
  }
  if (auth.clock.now() >= grant.expiresAt) {
    throw new RegistryError("DENIED", 403, "Your authorization token has expired. Reauthenticate and try again.");
  }
  if (grant.only !== undefined) mustBeLinked(request, url, grant.only);
  return visitor(grant, principal, auth);
}

function visitor(grant: Grant, principal: Principal, auth: RegistryOptions): Visitor {
  return {
    region: grant.region,
    mustBeAllowed(action, repository) {
      const resource = `arn:${partitionOf(grant.region)}:ecr:${grant.region}:${auth.accountId}:repository/${repository}`;
      authorize(principal, { action, resource });
    },
  };
}

function mustBeLinked(request: IncomingMessage, url: URL, only: string): void {
  const [name, digest] = only.split("@");
  if (request.method !== "GET" || url.pathname !== `/v2/${name}/blobs/${digest}`) {
    throw new RegistryError("DENIED", 403, "This download URL is for other content.");
  }
}

function basicPassword(header: string | undefined): string | undefined {
  const [scheme, encoded] = header?.split(" ") ?? [];
  if (scheme?.toLowerCase() !== "basic" || !encoded) return undefined;
  const [user, ...password] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return user === "AWS" ? password.join(":") : "";
}

function challenge(auth: RegistryOptions, message: string): RegistryError {
  return new RegistryError("UNAUTHORIZED", 401, message, {
    "www-authenticate": `Basic realm="http://${auth.authority}/",service="ecr.amazonaws.com"`,
  });
}
