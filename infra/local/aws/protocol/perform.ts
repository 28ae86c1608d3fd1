import type { Clock } from "../clock.js";
import { accessesOf, accessesWithContext, authorize } from "./authorize.js";
import { missingMember } from "./error-texts.js";
import type { Fault } from "./faults.js";
import { ageOf, changed, refuse, shifted, skewOf } from "./inject-faults.js";
import type { Limits } from "./limits.js";
import { serviceModel } from "./model.js";
import type { Principal } from "./principals.js";
import { AwsError, type Caller, type JsonObject, type Operation, type Service } from "./service.js";
import { validateInput } from "./validate.js";

export interface Call {
  service: Service;
  operation: string;
  /** As it came. */
  input: JsonObject;
  caller: Caller;
  principal: Principal;
  /** What goes wrong with it. */
  befalling: readonly Fault[];
}

/** Holds a call against shape, access and limits, runs it, and answers what the caller is to see. Throws an `AwsError` as AWS would answer it. */
export async function perform(call: Call, { clock, limits }: { clock: Clock; limits?: Limits }): Promise<JsonObject> {
  const { service, operation, caller, principal, befalling } = call;
  const model = serviceModel(service.signingName);
  const skew = skewOf(befalling);
  const run = operationAt(service, operation, clock.now(), ageOf(befalling));
  const input = checkInput(call);
  try {
    // Where nothing can be refused, nothing has to be named: in a simulation that is hundreds of times a rollout.
    if (befalling.length > 0 || principal.deny?.length || principal.policy) {
      const named = principal.policy ? accessesWithContext : accessesOf;
      const accesses = named(service.signingName, operation, input, caller);
      refuse(befalling, accesses, principal.arn);
      for (const access of accesses) authorize(principal, access);
    }
    limits?.take(service.signingName, operation, caller);
    if (skew === 0) return changed(await run(input, caller), befalling);
    const output = await run(shifted(input, model.input(operation), -skew) as JsonObject, caller);
    return changed(shifted(output, model.output(operation), skew) as JsonObject, befalling);
  } catch (error) {
    throw withModelStatus(service, error);
  }
}

/** The operation, or what it would have answered so long ago. */
function operationAt(service: Service, operation: string, now: number, age: number): Operation {
  const current = findOperation(service, operation);
  const reads = /^(Describe|List|Get)/.test(operation);
  return (age > 0 && reads && service.past?.(now - age)[operation]) || current;
}

/** The operation, or AWS's refusal of one that is not offered. */
export function findOperation(service: Service, operation: string): Operation {
  const known = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
  if (known) return known;
  const exists = serviceModel(service.signingName).input(operation) !== undefined;
  throw new AwsError(
    "UnknownOperationException",
    exists
      ? `${service.signingName}:${operation} is an operation of AWS that this local AWS does not have.`
      : `Could not find operation ${operation}.`,
  );
}

function checkInput({ service, operation, input }: Call): JsonObject {
  const shape = serviceModel(service.signingName).input(operation);
  const missing = missingMember[service.signingName];
  if (!shape || !missing) throw new Error(`The API's model has no ${service.signingName}:${operation}.`);
  return validateInput(operation, shape, input, missing);
}

function withModelStatus(service: Service, error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  const status = serviceModel(service.signingName).errorStatus(error.code) ?? error.status;
  return status === error.status ? error : new AwsError(error.code, error.message, status, error.fields);
}
