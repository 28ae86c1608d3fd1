// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a Dockerfile writes variables so.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { buildDockerfile } from "../api/fields.js";
import type { Caller } from "../api/query.js";
import { Secret } from "../api/secret.js";
import { defaultPlatform } from "../base/platform.js";
import { readLayers } from "../content/unpack.js";
import { ExecError } from "../errors.js";
import { answerQuery } from "../session/execute.js";
import { directoryOf } from "./support/dockerfile.js";
import { publicRegistry, type ReadOnlyRegistry } from "./support/registry.js";
import { type TestSession, testSession } from "./support/session.js";

let registry: ReadOnlyRegistry;
let made: TestSession;

before(async () => {
  registry = await publicRegistry(defaultPlatform().split("/")[1] ?? "");
  made = await testSession();
});
after(async () => {
  registry.close();
  await made.remove();
});

/** Builds a Dockerfile over busybox, which is `$BASE`. */
function build(
  dockerfile: string,
  files: Record<string, string> = {},
  options: { target?: string; secret?: string } = {},
) {
  const { session } = made;
  const secrets = options.secret === undefined ? [] : [Secret.ofValue(session, "token", options.secret).id()];
  return buildDockerfile(directoryOf(session, { ...files, Dockerfile: `ARG BASE\n${dockerfile}` }), {
    buildArgs: [{ name: "BASE", value: `${registry.host}/tools/busybox:1.0` }],
    secrets,
    ...(options.target && { target: options.target }),
  });
}
const layerOf = async (container: ReturnType<typeof build>, index = -1) => {
  const layer = (await container.state()).layers.at(index);
  assert.ok(layer);
  return readLayers(made.session.store, [layer]);
};

test("the API builds a Dockerfile of a directory with a target, arguments, secrets and a platform", async () => {
  const { session } = made;
  const directory = directoryOf(session, {
    "x.Dockerfile": "ARG A\nFROM scratch AS one\nARG A\nLABEL a=$A\nFROM missing",
  });
  const call = { parentName: "", parent: {}, name: "", args: {} };
  const caller: Caller = { moduleName: "m", assignment: Promise.resolve({ session, call, settle() {} }) };
  const build = `dockerBuild(dockerfile: "x.Dockerfile", target: "one", platform: "linux/s390x",
    buildArgs: [{ name: "A", value: "v" }], secrets: ["${Secret.ofValue(session, "s", "v").id()}"])`;
  const query = `{ node(id: "${directory.id()}") { ... on Directory { ${build} { platform labels { name value } } } } }`;
  const { data, errors } = await answerQuery(query, caller);
  assert.equal(errors, undefined);
  const answer = { platform: "linux/s390x", labels: [{ name: "a", value: "v" }] };
  assert.deepEqual(JSON.parse(JSON.stringify(data)), { node: { dockerBuild: answer } });
});

test("RUN has the files, variables, user, directory and shell that the instructions before it set", async () => {
  const built = build(
    `FROM $BASE
ARG GREETING=hello
ENV NAME=Ada WORDS="$GREETING \${NAME:-you}"
WORKDIR /srv
WORKDIR data
COPY a.txt .
USER 1000
SHELL ["/bin/sh", "-euc"]
RUN id -u > /tmp/out; pwd >> /tmp/out; cat a.txt >> /tmp/out; echo "$WORDS, $NAME" >> /tmp/out; echo "$GREETING" >> /tmp/out
RUN ["sh", "-c", "echo $0 >> /tmp/out", "$NAME"]`,
    { "a.txt": "content\n" },
  );
  const out = await built.file({ path: "/tmp/out" }).contents();
  assert.equal(out, "1000\n/srv/data\ncontent\nhello you, Ada\nhello\n$NAME\n");
});

test("only the stages that the target needs are built, and nothing of the others is in the image", async () => {
  made.lines.length = 0;
  const built = build(
    `FROM $BASE AS tools
RUN echo tool > /tool
FROM $BASE AS test
RUN exit 1
FROM $BASE
COPY --from=tools /tool /usr/local/
COPY --from=0 --chmod=u=rwx,go=rx --chown=10:20 /tool /owned`,
  );
  assert.equal(await built.file({ path: "/usr/local/tool" }).contents(), "tool\n");
  const { mode, owner } = (await layerOf(built)).get("owned") ?? {};
  assert.deepEqual([mode, owner], [0o755, { uid: 10, gid: 20 }]);
  assert.deepEqual(
    made.lines.filter((line) => / RUN /.test(line)),
    ["[tools] RUN echo tool > /tool"],
  );
});

test("an unchanged build runs no command again", async () => {
  const dockerfile = "FROM $BASE\nCOPY a .\nRUN cat /proc/uptime > /uptime";
  const first = await build(dockerfile, { a: "1" }).file({ path: "/uptime" }).contents();
  made.lines.length = 0;
  assert.equal(
    await build(dockerfile, { a: "1", "Dockerfile.dockerignore": "other" }).file({ path: "/uptime" }).contents(),
    first,
  );
  assert.deepEqual(
    made.lines.filter((line) => / RUN /.test(line)),
    ["[stage 0] RUN cat /proc/uptime > /uptime CACHED"],
  );
  assert.notEqual(await build(dockerfile, { a: "2" }).file({ path: "/uptime" }).contents(), first);
});

test("a RUN that fails has its command, exit code and output in the error", async () => {
  await assert.rejects(build("FROM $BASE\nRUN echo out; echo err >&2; exit 4").sync(), (error) => {
    assert.ok(error instanceof ExecError);
    const { cmd, exitCode, stdout, stderr } = error.extensions;
    assert.deepEqual(cmd, ["/bin/sh", "-c", "echo out; echo err >&2; exit 4"]);
    assert.deepEqual([exitCode, stdout, stderr], [4, "out", "err"]);
    return true;
  });
});

test("a secret is there for its command, and in no layer, log, output or key", async () => {
  made.lines.length = 0;
  const dockerfile = `FROM $BASE
RUN --mount=type=secret,id=token --mount=type=secret,id=token,env=TOKEN wc -c < /run/secrets/token > /size; cat /run/secrets/token; echo " $TOKEN"`;
  const built = build(dockerfile, {}, { secret: "first-of-both" });
  assert.equal((await built.file({ path: "/size" }).contents()).trim(), "13");
  assert.deepEqual([...(await layerOf(built)).keys()], ["size"]);
  assert.ok(made.lines.includes("*** ***"));
  assert.doesNotMatch(JSON.stringify([made.lines, await built.state()]), /first-of-both/);
  // Another value is the same command: a secret that changes builds nothing anew.
  const other = build(dockerfile, {}, { secret: "second, longer" });
  assert.equal((await other.file({ path: "/size" }).contents()).trim(), "13");
});

test("a required secret that was not given is refused with the place that needs it", async () => {
  const built = build("FROM $BASE\nRUN --mount=type=secret,id=key,required=true true", {}, { secret: "x" });
  await assert.rejects(built.sync(), /Dockerfile:3: RUN: The secret "key" is required .*Received: token/);
});

test("mounts of files, of a cache and in memory are there for one command and leave nothing in the image", async () => {
  const mounts =
    "--mount=type=cache,target=/root/.cache/x --mount=type=tmpfs,target=/mem --mount=source=dir,target=/in";
  const dockerfile = (word: string) => `FROM $BASE AS one
RUN mkdir /made && echo stage > /made/f
FROM $BASE
RUN ${mounts} --mount=from=one,source=/made/f,target=/f cat /root/.cache/x/word /in/a /f > /out; echo ${word} > /root/.cache/x/word; echo > /mem/x; if echo > /in/b; then exit 1; else exit 0; fi`;
  const first = build(dockerfile("first"), { "dir/a": "context\n" });
  assert.equal(await first.file({ path: "/out" }).contents(), "context\nstage\n");
  assert.deepEqual([...(await layerOf(first)).keys()], ["out"]);
  const second = build(dockerfile("second"), { "dir/a": "context\n" });
  assert.equal(await second.file({ path: "/out" }).contents(), "first\ncontext\nstage\n");
});

test("a heredoc is a script, a part of a command, or a file", async () => {
  const built = build(`FROM $BASE
ARG WORD=word
RUN <<EOF
echo one > /out
echo $WORD >> /out
EOF
RUN cat <<'EOF' >> /out
$WORD
EOF
RUN <<EOF
#!/bin/sh
echo "script $0" >> /out
EOF
COPY <<EOF <<"RAW" /etc/app/
$WORD
EOF
$WORD
RAW`);
  assert.equal(await built.file({ path: "/out" }).contents(), "one\nword\n$WORD\nscript /.slipway-run\n");
  assert.equal(await built.file({ path: "/etc/app/EOF" }).contents(), "word\n");
  assert.equal(await built.file({ path: "/etc/app/RAW" }).contents(), "$WORD\n");
});

test("the image has the settings that the instructions name", async () => {
  const { config } = await build(`FROM $BASE AS base
ENTRYPOINT ["server"]
CMD ["--base"]
FROM base
EXPOSE 80 8000-8001/udp
VOLUME /data "/a b"
STOPSIGNAL SIGQUIT
LABEL a="b c" d=$STOPSIGNAL
HEALTHCHECK --interval=10s --timeout=1m30s --start-period=500ms --start-interval=1s --retries=2 CMD check it
ENTRYPOINT run me`).state();
  assert.deepEqual(config.ExposedPorts, { "80/tcp": {}, "8000/udp": {}, "8001/udp": {} });
  assert.deepEqual(config.Volumes, { "/data": {}, "/a b": {} });
  assert.deepEqual([config.StopSignal, config.Labels?.a, config.Labels?.d], ["SIGQUIT", "b c", ""]);
  assert.deepEqual([config.Entrypoint, config.Cmd], [["/bin/sh", "-c", "run me"], []]);
  const { Test, ...times } = config.Healthcheck ?? { Test: [] };
  assert.deepEqual(Test, ["CMD-SHELL", "check it"]);
  assert.deepEqual(Object.values(times), [10e9, 90e9, 0.5e9, 1e9, 2]);
  const none = await build("FROM $BASE\nHEALTHCHECK NONE\nCMD serve").state();
  assert.deepEqual([none.config.Healthcheck, none.config.Cmd], [{ Test: ["NONE"] }, ["/bin/sh", "-c", "serve"]]);
});
