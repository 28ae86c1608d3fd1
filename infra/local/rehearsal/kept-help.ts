import type { LocalAws } from "./local-aws.js";
import type { Target } from "./seed.js";

/**
 * How to use a local AWS that was kept: lines to paste into a shell. They suit either version of the AWS CLI, boto3 and the SDKs.
 *
 * @param path A path that the service answers.
 */
export function keptHelp(aws: LocalAws, target: Target, path = "/version"): string {
  const registry = `127.0.0.1:${aws.port}`;
  return `The local AWS stays at ${aws.url}. To use it from a shell:

  export AWS_ENDPOINT_URL=${aws.url} AWS_REGION=${target.region} AWS_DEFAULT_REGION=${target.region}
  export AWS_ACCESS_KEY_ID=$(sed -n 's/.*"AccessKeyId": *"\\([^"]*\\)".*/\\1/p' ${aws.credentialsFile})
  export AWS_SECRET_ACCESS_KEY=$(sed -n 's/.*"SecretAccessKey": *"\\([^"]*\\)".*/\\1/p' ${aws.credentialsFile})
  unset AWS_PROFILE AWS_SESSION_TOKEN

  aws ecs describe-services --cluster ${target.cluster} --services ${target.service}
  aws ecs wait services-stable --cluster ${target.cluster} --services ${target.service}
  aws ecr describe-images --repository-name ${target.repository}
  aws logs filter-log-events --log-group-name /ecs/${target.service} --query 'events[].message'
  aws ecr get-login-password | docker login --username AWS --password-stdin ${registry}
  docker pull ${registry}/${target.repository}:v1.1.0
  curl -H 'Host: ${target.url ? new URL(target.url).host : `${target.service}.localhost`}' ${aws.url}${path}

podman and skopeo want --tls-verify=false. An AWS CLI older than 1.29 or 2.13 wants --endpoint-url $AWS_ENDPOINT_URL.
Its log: ${aws.logFile}
To end it: npm run rehearse -- --stop`;
}
