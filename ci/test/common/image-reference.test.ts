import assert from "node:assert/strict";
import { test } from "node:test";
import { parseImage } from "../../lib/common/image-reference.js";
import { newDigest } from "../support/scripted-ecs.js";

test("an image reference is split into its repository, tag and digest", () => {
  const parts: [string, object][] = [
    ["nginx", { repository: "nginx" }],
    ["nginx:1.27", { repository: "nginx", tag: "1.27" }],
    [`nginx:1.27@${newDigest}`, { repository: "nginx", tag: "1.27", digest: newDigest }],
    [`localhost:5000/team/app@${newDigest}`, { repository: "localhost:5000/team/app", digest: newDigest }],
    ["localhost:5000/app", { repository: "localhost:5000/app" }],
    ["host:5000/app:v1", { repository: "host:5000/app", tag: "v1" }],
  ];
  for (const [image, expected] of parts) assert.deepEqual(parseImage(image), expected, image);
});
