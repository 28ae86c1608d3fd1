import { AwsError, type Service } from "./service.js";

/** Services by signing name and target prefix. */
export interface Directory {
  /** Returns the service with this signing name. @throws AwsError when there is none. */
  named(signingName: string): Service;
  /** Returns the service of a target (empty for a form) and a signature. @throws AwsError when they disagree. */
  meant(target: string, signedFor: string): Service;
  /** Returns the XML namespace of the service's responses; that of STS if it has none. */
  namespaceOf(signingName: string): string;
}

export function createDirectory(all: readonly Service[]): Directory {
  const services = new Map(all.map((service) => [service.signingName, service]));

  function named(signingName: string): Service {
    const service = services.get(signingName);
    if (service) return service;
    throw new AwsError(
      "UnknownOperationException",
      `This local AWS has no service '${signingName}'. It has ${[...services.keys()].sort().join(", ")}.`,
    );
  }

  return {
    named,
    meant(target, signedFor) {
      if (target === "") return takesForms(named(signedFor));
      const service = all.find((each) => each.targetPrefix === target);
      if (!service) {
        named(signedFor);
        throw new AwsError("UnknownOperationException", `This local AWS has no service ${target}.`);
      }
      if (service === services.get(signedFor)) return service;
      throw otherService(service.signingName);
    },
    namespaceOf: (signingName) =>
      services.get(signingName)?.queryNamespace ?? services.get("sts")?.queryNamespace ?? "",
  };
}

/** Rejects a form that is signed for a JSON service, as one for STS. */
function takesForms(service: Service): Service {
  if (service.queryNamespace !== undefined) return service;
  throw otherService("sts");
}

function otherService(signingName: string): AwsError {
  return new AwsError(
    "InvalidSignatureException",
    `Credential should be scoped to correct service: '${signingName}'. `,
  );
}
