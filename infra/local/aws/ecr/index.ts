import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../clock.js";
import { texts } from "../protocol/input.js";
import type { Operation, Service } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import { imageOperations } from "./images.js";
import { layerOperations } from "./layers.js";
import { policyOperations } from "./policies.js";
import { memoryBlobs, openBlobs } from "./registry/blobs.js";
import { createUploads } from "./registry/uploads.js";
import { inOwnRegistry } from "./registry-id.js";
import { repositoryOperations } from "./repositories.js";
import { scanOperations } from "./scan-operations.js";
import { type EcrDocument, type EcrStore, restoreEcr } from "./store.js";
import { tagOperations } from "./tags.js";
import { createTokens, TOKEN_LIFETIME, type Tokens } from "./tokens.js";

export interface Ecr {
  service: Service;
  /** State that the API and the registry share. */
  store: EcrStore;
  tokens: Tokens;
}

/** Creates Amazon ECR's API. The state directory's `blobs` holds the images' content, or memory where the state has no directory. */
export function createEcr(deps: {
  state: StateDirectory;
  clock: Clock;
  accountId: string;
  /** Maximum size of a layer, in bytes; ECR's by default. */
  largestLayer?: number | undefined;
}): Ecr {
  const { state, clock, accountId } = deps;
  const initial = (): EcrDocument => ({
    repositories: new Map(),
    scanning: new Map(),
    tokenKey: randomBytes(32).toString("base64"),
  });
  const document = state.document("ecr", initial, restoreEcr);
  // The key signs every token: it is stored before the first one is issued.
  document.save();
  const blobs = state.path === undefined ? memoryBlobs() : openBlobs(join(state.path, "blobs"), deps.largestLayer);
  const uploads = createUploads(blobs, () => clock.now());
  const store: EcrStore = { document, blobs, uploads, clock, accountId };
  const tokens = createTokens(document.value.tokenKey);
  return {
    store,
    tokens,
    service: {
      signingName: "ecr",
      targetPrefix: "AmazonEC2ContainerRegistry_V20150921",
      operations: inOwnRegistry({
        GetAuthorizationToken: authorizationToken(tokens, clock),
        ...repositoryOperations(store),
        ...tagOperations(store),
        ...policyOperations(store),
        ...imageOperations(store),
        ...layerOperations(store, tokens),
        ...scanOperations(store),
      }),
    },
  };
}

function authorizationToken(tokens: Tokens, clock: Clock): Operation {
  return (input, caller) => {
    const expiresAt = clock.now() + TOKEN_LIFETIME;
    const token = tokens.issue({ accessKeyId: caller.accessKeyId, region: caller.region, expiresAt });
    // One for each registry; the endpoint of another account's registry is on AWS.
    const registries = texts(input, "registryIds") ?? [caller.accountId];
    return {
      authorizationData: registries.map((id) => ({
        authorizationToken: Buffer.from(`AWS:${token}`).toString("base64"),
        expiresAt: expiresAt / 1000,
        proxyEndpoint:
          id === caller.accountId
            ? `http://${caller.authority}`
            : `https://${id}.dkr.ecr.${caller.region}.amazonaws.com`,
      })),
    };
  };
}
