import type { Invocation } from "./checkout.js";

/** Repository and target that the workflow is written for. */
export interface WorkflowOptions {
  /** The target's name, and that of the GitHub environment. */
  name: string;
  region: string;
  account: string;
  invocation: Invocation;
  /** Version of the engine that `init` ran on, such as `v0.21.8`. */
  engine: string;
}

/** The target that the module takes without `--target`. */
export const DEFAULT_TARGET = "production";

/** GitHub's actions by commit, as the workflow of this repository has them. */
const actions = {
  checkout: "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
  credentials: "aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3",
  dagger: "dagger/dagger-for-github@27b130bf0f79a7f6fbbbe0fbca6760dc9bb40a77 # v8.4.1",
};

/** Writes a GitHub workflow that deploys by one call of the function. Pure. */
export function workflow({ name, region, account, invocation, engine }: WorkflowOptions): string {
  const target = name === DEFAULT_TARGET ? "" : ` --target=${name}`;
  return `name: Deploy to ${name}

on:
  workflow_dispatch:
    inputs:
      version:
        description: An image tag that never moves, such as v1.2.3 (default - the commit's tag, or its short SHA)
        type: string

permissions: {}

# One deploy at a time. One that runs is never cancelled: the next waits.
concurrency:
  group: deploy-${name}
  cancel-in-progress: false

jobs:
  deploy:
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    # The role's trust policy names this environment; its rules say who may deploy.
    environment: ${yamlText(name)}
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: ${actions.checkout}
        with:
          persist-credentials: false
      - uses: ${actions.credentials}
        with:
          role-to-assume: \${{ vars.DEPLOY_ROLE_ARN }}
          aws-region: ${region}
          allowed-account-ids: "${account}"
      - uses: ${actions.dagger}
        with:
          version: ${engine}
${callStep(invocation, target)}`;
}

/** The module's address is a variable of the repository where dagger.json does not name it. */
function callStep({ command, isInstalled }: Invocation, target: string): string {
  const called = isInstalled ? command : 'dagger -m "$SLIPWAY_MODULE" call';
  const module = isInstalled ? "" : `          SLIPWAY_MODULE: \${{ vars.SLIPWAY_MODULE }}\n`;
  return `      - run: ${called}${target} deploy \${VERSION:+--version="$VERSION"}
        env:
          VERSION: \${{ inputs.version }}
${module}`;
}

/** Quotes what YAML takes for a number, a boolean or null. */
function yamlText(text: string): string {
  return /^(?:[\d.]|(?:true|false|yes|no|on|off|null|y|n)$)/i.test(text) ? JSON.stringify(text) : text;
}
