import { AwsError } from "./service.js";
import type { MissingMember } from "./validate.js";

/** Error of each API for a missing required member, by signing name. */
export const missingMember: Record<string, MissingMember> = {
  ecs(operation, path) {
    const name = capital(path.at(-1) ?? "");
    if (operation !== "RegisterTaskDefinition")
      return new AwsError("InvalidParameterException", `${name} can not be blank.`);
    const owner = path[0] === "containerDefinitions" && path.length === 3 ? `Container.${path[2]}` : name;
    return new AwsError("ClientException", `${owner} should not be null or empty.`);
  },
  "application-autoscaling": constraint("ValidationException"),
  dynamodb: constraint("ValidationException"),
  ecr: constraint("InvalidParameterException"),
  elasticloadbalancing: constraint("ValidationError"),
  events: constraint("ValidationException"),
  iam: constraint("ValidationError"),
  logs: constraint("InvalidParameterException"),
  lambda: constraint("ValidationException"),
  monitoring: constraint("ValidationError"),
  s3: constraint("InvalidRequest"),
  scheduler: constraint("ValidationException"),
  sns: constraint("ValidationError"),
  sts: constraint("ValidationError"),
};

function constraint(code: string): MissingMember {
  return (_operation, path) => {
    const where = path.reduce((text, part) =>
      /^\d+$/.test(part) ? `${text}.${Number(part) + 1}.member` : `${text}.${part}`,
    );
    return new AwsError(
      code,
      `1 validation error detected: Value null at '${where}' failed to satisfy constraint: Member must not be null`,
    );
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
