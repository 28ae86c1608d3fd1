import type { Drill } from "../drill.js";
import { corrupt, notFound, otherPlatform, pullDenied, unreachable } from "./drill-scripts.js";

/** The image is missing, is for another platform, or can't be pulled. */
export const image: Drill[] = [
  {
    name: "image-missing",
    description: "The registry does not have the image when the deploy begins.",
    scenario: { release: { image: { exists: false }, tasks: [notFound] } },
    ends: { refused: "image-missing" },
  },
  {
    name: "image-deleted",
    description: "The image is there when the deploy begins and deleted when the tasks pull it.",
    scenario: { release: { tasks: [notFound] } },
    ends: { verdict: "rolled-back" },
    cause: "image-missing",
  },
  {
    name: "image-archived",
    description: "The image is archived: it can be described and not pulled.",
    scenario: { release: { image: { status: "ARCHIVED" }, tasks: [notFound] } },
    ends: { refused: "image-inactive" },
  },
  {
    name: "image-index",
    description: "The release's digest is an index; the tasks report the digest of the manifest in it.",
    scenario: { release: { image: { isIndex: true } } },
    ends: { verdict: "deployed" },
  },
  {
    name: "wrong-platform",
    description: "The image is built for arm64, and the service runs on amd64.",
    scenario: { release: { image: { platform: "linux/arm64" }, tasks: [otherPlatform] } },
    ends: { refused: "wrong-platform" },
  },
  {
    name: "wrong-platform-ignored",
    description: "The image is built for arm64, and the finding is ignored.",
    scenario: {
      release: { image: { platform: "linux/arm64" }, tasks: [otherPlatform] },
      deployer: { ignore: ["wrong-platform"] },
    },
    ends: { verdict: "rolled-back" },
    cause: "wrong-platform",
  },
  {
    name: "registry-denied",
    description: "The execution role may not pull the image.",
    scenario: { release: { tasks: [pullDenied] } },
    ends: { verdict: "rolled-back" },
    cause: "image-denied",
  },
  {
    name: "registry-slow",
    description: "The pull takes eight minutes, and then the rollout succeeds.",
    scenario: { release: { tasks: [{ pull: 480_000 }] } },
    ends: { verdict: "deployed" },
  },
  {
    name: "registry-down-for-a-while",
    description: "The first two pulls break off because the registry can't be reached; the third goes well.",
    scenario: { release: { tasks: [unreachable, unreachable, {}] } },
    ends: { verdict: "deployed" },
  },
  {
    name: "registry-unreachable",
    description: "No pull ever reaches the registry.",
    scenario: { release: { tasks: [unreachable] } },
    ends: { verdict: "rolled-back" },
    cause: "network-unreachable",
  },
  {
    name: "corrupt-layer",
    description: "A layer of the image is damaged.",
    scenario: { release: { tasks: [corrupt] } },
    ends: { verdict: "rolled-back" },
    cause: "image-corrupt",
  },
];
