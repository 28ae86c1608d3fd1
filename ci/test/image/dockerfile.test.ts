import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { baseImage, baseImages, stagesOf } from "../../lib/image/dockerfile.js";

const braced = (inside: string, after = "") => `$\{${inside}}${after}`;

const sample = readFileSync(new URL("../../../app/Dockerfile", import.meta.url), "utf8");

test("the stages of a Dockerfile are read with their names and bases", () => {
  const stages = stagesOf(sample);
  assert.deepEqual(
    stages.map(({ name }) => name),
    ["base", "dependencies", "test", "app", undefined],
  );
  assert.deepEqual(stages[0], { name: "base", base: "python:3.13-slim", isStage: false });
});

test("the image from outside that a stage begins with is found through its stages", () => {
  const stages = stagesOf(sample);
  for (const stage of stages) assert.equal(baseImage(stages, stage), "python:3.13-slim");
});

test("a build argument replaces its default, in every form", () => {
  const from = (tag: string, args = {}) => stagesOf(`ARG V=20\nARG EMPTY\nFROM node:${tag}`, args)[0]?.base;
  assert.equal(from("$V"), "node:20");
  assert.equal(from(braced("V", "-slim"), { V: "22" }), "node:22-slim");
  assert.equal(from(braced("EMPTY:-18")), "node:18");
  assert.equal(from(`20${braced("V:+-slim")}`), "node:20-slim");
  assert.equal(stagesOf('ARG V="20"\nFROM node:$V')[0]?.base, "node:20");
});

test("comments, continuations, flags, the case of words and other instructions do not matter", () => {
  const text =
    "# FROM no:1\n\nfrom --platform=$BUILDPLATFORM \\\n  golang:1.26 \\\n  as Build\nRUN echo FROM x\nFROM scratch\nCOPY --from=build /a /a\n";
  assert.deepEqual(stagesOf(text), [
    { name: "build", base: "golang:1.26", isStage: false },
    { base: "scratch", isStage: false },
  ]);
});

test("a stage that begins with another one is no image", () => {
  const stages = stagesOf("FROM node:22 AS Deps\nFROM deps AS test");
  assert.deepEqual(stages[1], { name: "test", base: "deps", isStage: true });
});

test("lines of a here-document are no instructions", () => {
  const text =
    "FROM node:22\nRUN <<EOF cat > a.sql && <<-'SQL' cat > b.sql\nFROM one\nEOF\nFROM two\n\tSQL\nCOPY <<Z /z\nFROM z\nZ\nFROM scratch\n";
  assert.deepEqual(
    stagesOf(text).map(({ base }) => base),
    ["node:22", "scratch"],
  );
});

test("a shift to the left begins no here-document outside RUN, COPY and ADD", () => {
  assert.equal(stagesOf("FROM node:22\nLABEL a=1<<B\nFROM scratch\n").length, 2);
});

test("the platform that is built for is an argument of FROM", () => {
  const from = (image: string) => stagesOf(`FROM ${image}`, {}, "linux/arm64/v8")[0]?.base;
  assert.equal(from(`tool-${braced("TARGETARCH")}`), "tool-arm64");
  assert.equal(from(`$TARGETOS/tool:${braced("TARGETVARIANT")}`), "linux/tool:v8");
});

test("the images that FROM names are listed once each, without stages and scratch", () => {
  const stages = stagesOf(
    "FROM golang:1.26 AS build\nFROM build AS test\nFROM node:22\nFROM golang:1.26\nFROM scratch",
  );
  assert.deepEqual(baseImages(stages), ["golang:1.26", "node:22"]);
});
