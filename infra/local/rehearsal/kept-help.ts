import type { LocalAws } from "./local-aws.js";
import type { Target } from "./seed.js";

/** How to use a local AWS that was kept: lines to paste into a shell. */
export function keptHelp(aws: LocalAws, target: Target): string {
  return `The local AWS stays at ${aws.url}. To use it from a shell:

  export AWS_ENDPOINT_URL=${aws.url} AWS_REGION=${target.region}
  export AWS_ACCESS_KEY_ID=$(sed -n 's/.*"AccessKeyId": *"\\([^"]*\\)".*/\\1/p' ${aws.credentialsFile})
  export AWS_SECRET_ACCESS_KEY=$(sed -n 's/.*"SecretAccessKey": *"\\([^"]*\\)".*/\\1/p' ${aws.credentialsFile})

  aws ecs describe-services --cluster ${target.cluster} --services ${target.service}
  aws ecs wait services-stable --cluster ${target.cluster} --services ${target.service}
  aws ecr describe-images --repository-name ${target.repository}
  aws logs tail /ecs/${target.service}
  aws ecr get-login-password | docker login --username AWS --password-stdin 127.0.0.1:${aws.port}
  curl -H 'Host: ${target.url ? new URL(target.url).host : `${target.service}.localhost`}' ${aws.url}/version

Its log: ${aws.logFile}
To end it: npm run rehearse -- --stop`;
}
