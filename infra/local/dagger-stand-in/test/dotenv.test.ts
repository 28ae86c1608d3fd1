import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultFor, parseDotenv } from "../cli/dotenv.js";
import { camel, kebab, snake } from "../module/names.js";

test("a line is a name and a value, in quotes or without", () => {
  const text = "# note\n\nA=1\nexport B = two words # note\nC='$A'\nD=\"x # y\"\nE=\n";
  assert.deepEqual(parseDotenv(text, {}), { A: "1", B: "two words", C: "$A", D: "x # y", E: "" });
});

test("a variable stands for one of the file or of the environment, and must be set", () => {
  assert.deepEqual(parseDotenv("A=1\nB=$A-$HOME", { HOME: "/h" }), { A: "1", B: "1-/h" });
  assert.throws(() => parseDotenv("A=$NOPE", {}, "x/.env"), /x\/\.env:1: the variable NOPE is not set/);
});

test("a line of another form is an error with its place", () => {
  assert.throws(() => parseDotenv("A=1\nnonsense", {}, "x/.env"), /x\/\.env:2 is not of the form NAME=value/);
});

test("a key is the function and the argument without underscores, in any case", () => {
  const file = { DEPLOY_AWSREGION: "us-west-2", Deploy_Base_Image: "x", rollBack_to: "v1", ROLL_BACK_REASON: "why" };
  assert.equal(defaultFor([file], undefined, "deploy", "awsRegion"), "us-west-2");
  assert.equal(defaultFor([file], undefined, "deploy", "baseImage"), undefined);
  assert.equal(defaultFor([file], undefined, "rollBack", "to"), "v1");
  assert.equal(defaultFor([file], undefined, "rollBack", "reason"), "why");
});

test("an object's function is named after the object, a constructor's argument by itself", () => {
  const file = { REPORT_SAVE_PATH: "x", greeting: "hey" };
  assert.equal(defaultFor([file], "Report", "save", "path"), "x");
  assert.equal(defaultFor([file], undefined, "", "greeting"), "hey");
});

test("the first file with a value wins", () => {
  assert.equal(defaultFor([{}, { A_B: "2" }, { A_B: "3" }], undefined, "a", "b"), "2");
});

test("names turn into one another", () => {
  assert.deepEqual(["baseImage", "withSHA256Sum", "a-b_c"].map(kebab), ["base-image", "with-sha256-sum", "a-b-c"]);
  assert.deepEqual(["base-image", "BASE_IMAGE"].map(camel), ["baseImage", "baseImage"]);
  assert.equal(snake("baseImage"), "base_image");
});
