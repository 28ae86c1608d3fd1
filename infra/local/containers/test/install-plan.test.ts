import assert from "node:assert/strict";
import { test } from "node:test";
import { type Machine, planInstall } from "../install-plan.js";

const bare: Machine = {
  os: "linux",
  families: ["debian"],
  uid: 0,
  sudo: false,
  systemd: false,
  dockerd: false,
  dockerdRuns: false,
  stalePidFiles: [],
  knowsPackage: true,
};

const does = (machine: Partial<Machine>) => {
  const { commands, daemon, afterwards } = planInstall({ ...bare, ...machine });
  return [...commands, ...(daemon ? [daemon] : []), ...afterwards].map(({ argv }) => argv.join(" "));
};

const install = "env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker.io iptables";
const start = "sh -c exec dockerd >>/var/log/dockerd.log 2>&1";

test("on a bare machine the packages are installed and dockerd is started", () => {
  assert.deepEqual(does({}), [install, start]);
});

test("package lists are read first when they don't have the package", () => {
  assert.deepEqual(does({ knowsPackage: false }), [
    "env DEBIAN_FRONTEND=noninteractive apt-get update",
    install,
    start,
  ]);
});

test("a runtime that is installed is started only, by systemd where that runs", () => {
  assert.deepEqual(does({ dockerd: true }), [start]);
  assert.deepEqual(does({ dockerd: true, systemd: true }), ["systemctl start docker"]);
});

test("a runtime that is starting already is waited for", () => {
  assert.deepEqual(does({ dockerd: true, dockerdRuns: true }), []);
});

test("pid files of daemons that were killed are removed first, because dockerd would not start with them", () => {
  const stalePidFiles = ["/var/run/docker.pid", "/var/run/docker/containerd/containerd.pid"];
  assert.deepEqual(does({ dockerd: true, stalePidFiles }), [
    "rm -f /var/run/docker.pid",
    "rm -f /var/run/docker/containerd/containerd.pid",
    start,
  ]);
});

test("without root every step goes through sudo, and the socket is given to the user at the end", () => {
  assert.deepEqual(does({ uid: 1000, sudo: true }), [
    `sudo -n ${install}`,
    `sudo -n ${start}`,
    "sudo -n chown 1000 /var/run/docker.sock",
  ]);
  assert.match(
    planInstall({ ...bare, uid: 1000, sudo: true }).description,
    /the current user becomes the owner of \/var\/run\/docker\.sock, which is equivalent to root access/,
  );
});

test("the description states the reason, the steps and how to undo them", () => {
  const { description } = planInstall(bare);
  assert.match(
    description,
    /^Tasks run as real containers.*docker\.io and iptables .*installed with apt-get.*apt-get purge docker\.io/,
  );
});

for (const [what, machine, message] of [
  ["without root or sudo", { uid: 1000 }, /requires root or sudo without a password.*apt-get install/],
  ["on another family of systems", { families: ["alpine"] }, /only Debian-based systems.*this is alpine/],
  ["on another operating system", { os: "darwin" as const }, /on Linux only; this machine runs darwin/],
] as const) {
  test(`${what} nothing is planned and the message states the next step`, () => {
    assert.throws(
      () =>
        planInstall({ ...bare, ...machine, families: [...("families" in machine ? machine.families : bare.families)] }),
      message,
    );
  });
}
