import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.js";
import { type Claim, checkScope, readAuthorization } from "./authorization.js";
import type { Protocol } from "./aws-protocols.js";
import type { Fault, Faults } from "./faults.js";
import { delayOf, type Failure, lostAfter, lostBefore, skewOf } from "./inject-faults.js";
import { jsonProtocol } from "./json.js";
import type { Limits } from "./limits.js";
import { serviceModel } from "./model.js";
import { findOperation, perform } from "./perform.js";
import type { Principal, Principals } from "./principals.js";
import { queryProtocol } from "./query.js";
import { restProtocol } from "./rest.js";
import { AwsError, type Caller, type JsonObject, type Service } from "./service.js";
import { createDirectory } from "./service-directory.js";
import { checkTime, findCredential, type RequestHead, type SignedRequest, verifySignature } from "./signature.js";

export interface CallsOptions {
  services: Service[];
  principals: Principals;
  accountId: string;
  /** `127.0.0.1:PORT`. */
  authority: string;
  clock: Clock;
  /** What goes wrong on the way; nothing unless it is given. */
  faults?: Faults;
  /** How often may be called; as often as you like unless it is given. */
  limits?: Limits;
  /** An id for each request. */
  requestId?: () => string;
  /** Hears of operations that failed for no fault of the caller. */
  log: (line: string) => void;
}

/** An answer as it goes out, and what keeps it from arriving. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Milliseconds that it is held back. */
  delay: number;
  failure?: Failure;
}

/** What a call comes to when it does not pass by HTTP. `error` and `output` exclude each other; both are absent when the answer is lost. */
export interface Outcome {
  output?: JsonObject;
  error?: AwsError;
  delay: number;
  failure?: Failure;
}

export interface Calls {
  /** Refuses a request whose credential is not known, by its head alone; undefined when its body is to be read. */
  refuse(head: RequestHead): Answer | undefined;
  /** Answers a request. Without `verify` whoever its signature names is believed. */
  answer(request: SignedRequest, options: { verify: boolean }): Promise<Answer>;
  /** The same without HTTP: members as on the wire (times in seconds), answered as the service's own objects, to be read only. */
  call(call: {
    service: string;
    operation: string;
    input: JsonObject;
    accessKeyId: string;
    region: string;
  }): Promise<Outcome>;
}

/** The calls of the AWS APIs: signature, shape, access, limits and faults are dealt with here, for all services alike; then the operation runs. */
export function createCalls(options: CallsOptions): Calls {
  const { clock, faults, principals, log, requestId: newId = randomUUID } = options;
  const directory = createDirectory(options.services);
  return { refuse, answer, call };

  function refuse(head: RequestHead): Answer | undefined {
    const requestId = newId();
    let protocol = protocolOf(head.headers) ?? spokenBy("sts");
    try {
      const claim = readAuthorization(head.headers.authorization);
      if (hasNoTarget(head)) protocol = untargeted(claim.service, head);
      checkScope(claim);
      findCredential(head, claim, principals);
      return undefined;
    } catch (error) {
      return complete(errorAnswer(error, protocol, requestId), requestId, []);
    }
  }

  async function answer(request: SignedRequest, { verify }: { verify: boolean }): Promise<Answer> {
    const requestId = newId();
    let protocol = protocolOf(request.headers) ?? spokenBy("sts");
    let befalling: readonly Fault[] = [];
    let shown: Shown;
    try {
      const claim = readAuthorization(request.headers.authorization);
      if (hasNoTarget(request)) protocol = untargeted(claim.service, request);
      checkScope(claim);
      // Nothing of the body is understood before it is known to be its sender's.
      const principal = verify ? findCredential(request, claim, principals) : known(claim.accessKeyId);
      if (verify) await verifySignature(request, claim, principal);
      const named = protocol.name(request.headers, request.body);
      befalling = decide(claim.service, named.operation, claim.accessKeyId);
      const failure = lostBefore(befalling);
      if (failure !== undefined) return { status: 0, headers: {}, body: "", delay: 0, failure };
      if (verify) checkTime(request, claim, principal, clock.now() + skewOf(befalling));
      const service = directory.meant(named.target, claim.service);
      findOperation(service, named.operation);
      const { operation } = named;
      const model = serviceModel(service.signingName);
      const input = protocol.decode(request.body, model.input(operation));
      const caller = callerOf(principal, claim);
      const output = await perform({ service, operation, input, caller, principal, befalling }, options);
      const body = protocol.encode(operation, output, model.output(operation), requestId);
      shown = { status: 200, headers: { "content-type": protocol.contentType }, body };
    } catch (error) {
      shown = errorAnswer(error, protocol, requestId);
    }
    return complete(shown, requestId, befalling);
  }

  async function call({ service: name, operation, input, accessKeyId, region }: Parameters<Calls["call"]>[0]) {
    const befalling = decide(name, operation, accessKeyId);
    const lost = lostBefore(befalling);
    if (lost !== undefined) return { delay: 0, failure: lost };
    const failure = lostAfter(befalling);
    const fate = { delay: delayOf(befalling), ...(failure !== undefined && { failure }) };
    try {
      const service = directory.named(name);
      const principal = known(accessKeyId);
      const caller = callerOf(principal, { region });
      const output = await perform({ service, operation, input, caller, principal, befalling }, options);
      return failure === undefined ? { output, ...fate } : fate;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return failure === undefined ? { error, ...fate } : fate;
    }
  }

  /** What befalls a call is drawn once, whatever way it comes. */
  function decide(service: string, operation: string, accessKeyId: string): readonly Fault[] {
    return faults?.decide({ service, operation, accessKeyId }) ?? [];
  }

  function complete(shown: Shown, requestId: string, befalling: readonly Fault[]): Answer {
    const failure = lostAfter(befalling);
    return {
      ...shown,
      headers: {
        ...shown.headers,
        "x-amzn-requestid": requestId,
        "content-length": String(Buffer.byteLength(shown.body)),
        date: new Date(clock.now() + skewOf(befalling)).toUTCString(),
      },
      delay: delayOf(befalling),
      ...(failure !== undefined && { failure }),
    };
  }

  function errorAnswer(error: unknown, protocol: Protocol, requestId: string): Shown {
    const shown = error instanceof AwsError ? error : internal();
    if (!(error instanceof AwsError)) log(`${requestId}: ${(error as Error).stack}`);
    const encoded = protocol.encodeError(shown, requestId);
    return { ...encoded, headers: { "content-type": protocol.contentType, ...encoded.headers } };
  }

  function callerOf(principal: Principal, { region }: Pick<Claim, "region">): Caller {
    const { accountId, authority } = options;
    return { accountId, region, accessKeyId: principal.accessKeyId, arn: principal.arn, authority };
  }

  function known(accessKeyId: string): Principal {
    const principal = principals.get(accessKeyId);
    if (principal) return principal;
    throw new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.");
  }

  function untargeted(signingName: string, { method, url }: RequestHead): Protocol {
    return rest.includes(signingName) ? restProtocol(signingName, method, url) : spokenBy(signingName);
  }

  /** Forms carry no target: the signature says for whom they are, and so in whose words the answer is. */
  function spokenBy(signingName: string): Protocol {
    return queryProtocol(directory.namespaceOf(signingName));
  }
}

type Shown = Pick<Answer, "status" | "headers" | "body">;

function internal(): AwsError {
  return new AwsError("InternalFailure", "The request processing has failed because of an unknown error.", 500);
}

/** The query protocol and REST have no target: only the signature says whose call it is. */
const hasNoTarget = ({ headers }: RequestHead) => headers["x-amz-target"] === undefined;

/** The services whose calls are told by method and path, by signing name. */
const rest = ["scheduler"];

function protocolOf(headers: Record<string, string>): Protocol | undefined {
  if (headers["x-amz-target"] === undefined) return undefined;
  return jsonProtocol(headers["content-type"]?.startsWith("application/x-amz-json-1.0") ? "1.0" : "1.1");
}
