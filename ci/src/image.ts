import { type Container, type Directory, dag } from "@dagger.io/dagger";
import type { Recipe } from "./recipe.js";

/** Raised when the way an image is made changes, so that an unchanged app is a new release all the same. */
export const RECIPE_VERSION = "2";

const LOCKS = ["requirements.txt", "requirements-uv.txt"];
const SOURCES = ["slipway_app/**/*.py", "gunicorn.conf.py", "healthcheck.py"];
const TESTS = ["tests/**", "pyproject.toml", "requirements-test.txt"];

const VENV = "/opt/venv";
const UV = "/opt/uv/bin/uv";
const PATH = `${VENV}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
/** A number, not a name, so that `runAsNonRoot` can check it and no passwd entry is needed. */
const USER = "10001:10001";
const PORT = 5000;

/** The files that decide what the runtime image holds: the image is built from these alone, and they are what its identity is computed over. */
export function buildInputs(app: Directory): Directory {
  return app.filter({ include: [...LOCKS, ...SOURCES] });
}

export function baseImage({ baseImage, platform }: Recipe): Container {
  return dag.container(platform && { platform }).from(baseImage);
}

/** The image that ships: interpreter, locked dependencies and the app; nothing that built or tested it. */
export function runtimeImage(recipe: Recipe, version: string, labels: Record<string, string>): Container {
  const built = withDependencies(recipe);
  const image = withEnvironment(interpreter(recipe).withDirectory(VENV, built.directory(VENV)))
    .withDirectory("/app", appFiles(recipe, built))
    .withEnvVariable("VERSION", version)
    .withExposedPort(PORT)
    .withUser(USER)
    .withDefaultArgs(["python3", "-m", "gunicorn", "--config", "/app/gunicorn.conf.py"])
    .withDockerHealthcheck(["python3", "/app/healthcheck.py"], {
      interval: "10s",
      timeout: "5s",
      startPeriod: "15s",
      // While it starts, a check each second: `serve up` opens its port, and a load balancer sends requests, as soon as the app listens.
      startInterval: "1s",
      retries: 3,
    });
  return Object.entries(labels).reduce((container, [name, value]) => container.withLabel(name, value), image);
}

/** Runs the app's tests in the Python and the dependencies of the runtime image, with the test runner beside them. Never published. */
export function testRun(recipe: Recipe): Container {
  const dependencies = withDependencies(recipe);
  const runner = installed(
    dependencies.withMountedFile("/locks/requirements-test.txt", recipe.app.file("requirements-test.txt")),
    "/locks/requirements-test.txt",
  );
  return withEnvironment(runner)
    .withDirectory("/app", recipe.app.filter({ include: [...SOURCES, ...TESTS] }))
    .withUser(USER)
    .withExec(["python3", "-m", "pytest"]);
}

/**
 * The base with its standard library compiled. Slim images come without bytecode and a read-only root takes none, so that each start and
 * each health check would compile what it imports: most of a second of a whole CPU, several on a quarter of one.
 */
function interpreter(recipe: Recipe): Container {
  const library = "python3 -B -c 'import os; print(os.path.dirname(os.__file__))'";
  const unused = "/(site-packages|dist-packages|tests?|idlelib|lib2to3|ensurepip|tkinter|turtledemo)/";
  const compile = `python3 -B -m compileall -q -f -j 0 --invalidation-mode unchecked-hash -x '${unused}'`;
  return baseImage(recipe).withExec(["sh", "-c", `${compile} "$(${library})"`]);
}

/** A build stage with the locked dependencies in a virtual environment of the base image's own Python. */
function withDependencies(recipe: Recipe): Container {
  const stage = withPackageSource(interpreter(recipe), recipe)
    // Bytecode that holds whatever becomes of its source's time: builders and registries may change times.
    .withEnvVariable("PYC_INVALIDATION_MODE", "UNCHECKED_HASH")
    .withMountedDirectory("/locks", recipe.app.filter({ include: LOCKS }))
    .withExec([
      ...["python3", "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check", "--no-compile"],
      ...["--root-user-action", "ignore"],
      ...["--require-hashes", "--only-binary", ":all:", "--target", "/opt/uv", "-r", "/locks/requirements-uv.txt"],
    ])
    .withExec([UV, "venv", "--quiet", "--no-cache", "--no-python-downloads", "--python", "python3", VENV]);
  return installed(stage, "/locks/requirements.txt");
}

function installed(stage: Container, lock: string): Container {
  return stage.withExec([
    ...[UV, "pip", "install", "--quiet", "--no-cache", "--python", `${VENV}/bin/python3`, "--compile-bytecode"],
    ...["--require-hashes", "--only-binary", ":all:", "-r", lock],
  ]);
}

/** The build inputs as any user may read them, whatever the umask of the checkout. */
function appFiles({ app }: Recipe, stage: Container): Directory {
  return stage
    .withDirectory("/app", app.filter({ include: SOURCES }))
    .withExec(["chmod", "--recursive", "u=rwX,go=rX", "/app"])
    .directory("/app");
}

/** Only ever on build stages: neither the certificates nor the index's address reaches an image that is published. */
function withPackageSource(container: Container, { caFile, packageIndex }: Recipe): Container {
  let stage = container;
  if (packageIndex) {
    stage = stage.withEnvVariable("PIP_INDEX_URL", packageIndex).withEnvVariable("UV_DEFAULT_INDEX", packageIndex);
  }
  if (caFile) {
    const path = "/run/slipway-ca.pem";
    stage = stage
      .withMountedFile(path, caFile)
      .withEnvVariable("PIP_CERT", path)
      .withEnvVariable("SSL_CERT_FILE", path);
  }
  return stage;
}

function withEnvironment(container: Container): Container {
  return container
    .withEnvVariable("PATH", PATH)
    .withEnvVariable("PYTHONUNBUFFERED", "1")
    .withEnvVariable("PYTHONDONTWRITEBYTECODE", "1")
    .withWorkdir("/app");
}
