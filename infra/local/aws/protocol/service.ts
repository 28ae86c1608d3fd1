/** Interface of a service of the local AWS: its names and operations. The protocol layer has checked signature and shape. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Caller of an operation, from the signature. */
export interface Caller {
  accountId: string;
  /** From the signature's credential scope, such as `us-west-2`. */
  region: string;
  accessKeyId: string;
  /** Such as `arn:aws:iam::123456789012:user/rehearsal`. */
  arn: string;
  /** `127.0.0.1:PORT` of this server, for repository URIs and endpoints. */
  authority: string;
}

/** Runs an operation: takes the request's members (unknown ones included) and returns the response's. Times are seconds since the epoch. */
export type Operation = (input: JsonObject, caller: Caller) => JsonObject | Promise<JsonObject>;

export interface Service {
  /** The name in a signature's scope, such as `ecs`, `monitoring` or `elasticloadbalancing`. */
  signingName: string;
  /** Part before the dot in `X-Amz-Target`; absent for the query protocol, the signing name for REST. */
  targetPrefix?: string;
  /** XML namespace of its responses, for a service with the query protocol. */
  queryNamespace?: string;
  /** Operations by name, such as `DescribeServices`. */
  operations: Record<string, Operation>;
  /** Returns read operations on the state at a time (milliseconds since the epoch), as far back as past state is kept. */
  past?(at: number): Record<string, Operation>;
}

/** Error response of AWS: `__type` is the code, with the HTTP status of the API's model. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  constructor(
    /** Such as `ServiceNotFoundException`. */
    readonly code: string,
    message: string,
    readonly status = 400,
    /** Additional members of the error's shape. */
    readonly fields: JsonObject = {},
  ) {
    super(message);
  }
}
