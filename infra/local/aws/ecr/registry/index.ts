import type { IncomingMessage, ServerResponse } from "node:http";
import { isRepositoryName } from "../names.js";
import { findRepository } from "../store.js";
import { authenticate, type RegistryOptions } from "./auth.js";
import { serveBlob } from "./blob-routes.js";
import { asRegistryError, RegistryError, sendRegistryError } from "./errors.js";
import { answer, type Exchange } from "./exchange.js";
import { listReferrers, listRepositories, listTags } from "./list-routes.js";
import { serveManifest } from "./manifest-routes.js";
import { readRoute } from "./routes.js";
import { beginUpload, continueUpload } from "./upload-routes.js";

/** Creates the OCI distribution API of ECR, for docker, podman, skopeo and other clients. Serves paths below `/v2/`. */
export function createRegistry(
  options: RegistryOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    response.setHeader("docker-distribution-api-version", "registry/2.0");
    try {
      await serve(request, response, options);
    } catch (error) {
      const shown = asRegistryError(error);
      const closed = request.errored !== null || response.headersSent;
      if (!shown && !closed) options.log(`${request.method} ${request.url}: ${(error as Error).stack}`);
      if (closed) response.destroy();
      else
        sendRegistryError(
          response,
          shown ?? new RegistryError("UNKNOWN", 500, "Internal error; see the log of the local AWS."),
        );
    }
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, options: RegistryOptions): Promise<void> {
  const { store } = options.ecr;
  // Locations use the Host of the request: the client may know this server by another name.
  const url = new URL(request.url ?? "/", `http://${request.headers.host ?? options.authority}`);
  const visitor = authenticate(request, url, options);
  const route = readRoute(url.pathname);
  if (!route) throw new RegistryError("UNSUPPORTED", 404, `There is nothing at ${url.pathname}`);
  if (route.kind === "base") return answer(response, 200, {});
  if (route.kind === "catalog") return listRepositories(response, url, store, visitor.region);

  if (!isRepositoryName(route.name))
    throw new RegistryError("NAME_INVALID", 400, `'${route.name}' is not a repository's name`);
  const repository = findRepository(store, visitor.region, route.name);
  const exchange: Exchange = { request, response, url, store, repository, visitor };
  switch (route.kind) {
    case "blob":
      return serveBlob(exchange, route.digest);
    case "uploads":
      return beginUpload(exchange);
    case "upload":
      return continueUpload(exchange, route.id);
    case "manifest":
      return serveManifest(exchange, route.reference);
    case "tags":
      return listTags(exchange);
    case "referrers":
      return listReferrers(exchange, route.digest);
  }
}
