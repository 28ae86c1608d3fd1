/**
 * Slipway: ship a containerised web service to Amazon ECS and know what happened.
 *
 * Test, build, publish and deploy with the same commands on a laptop, in a workflow and in a rehearsal on one machine.
 */
import {
  argument,
  type Container,
  check,
  type Directory,
  type File,
  func,
  object,
  type Platform,
  type Service,
} from "@dagger.io/dagger";
import { buildImage } from "./build.js";
import { runTests } from "./tests.js";

@object()
export class Slipway {
  /**
   * Run the app's tests in the Python and the dependencies of its image.
   *
   * Answers the test runner's output, and fails when a test fails.
   *
   * @param app The app's directory
   * @param baseImage The image to build on, as NAME:TAG or NAME@DIGEST: a slim Python with pip
   * @param platform The platform to run on, such as linux/arm64 (default: the engine's own)
   * @param caFile A file of PEM certificates to trust while packages are installed
   * @param packageIndex The URL of the package index to install from (default: PyPI)
   */
  @func()
  @check()
  async test(
    @argument({ defaultPath: "/app", ignore: ["**/__pycache__", "**/.venv", "**/.pytest_cache"] }) app: Directory,
    baseImage = "python:3.13-slim",
    platform?: Platform,
    caFile?: File,
    packageIndex?: string,
  ): Promise<string> {
    return await runTests({ app, baseImage, platform, caFile, packageIndex });
  }

  /**
   * Build the image of the app.
   *
   * Needs no git repository: the commit is not recorded in an image that is not published.
   *
   * @param app The app's directory
   * @param version The version that the app answers: "v" and a semantic version, or "latest"
   * @param platform The platform to build for, such as linux/arm64 (default: the engine's own)
   * @param baseImage The image to build on, as NAME:TAG or NAME@DIGEST: a slim Python with pip
   * @param caFile A file of PEM certificates to trust while packages are installed; it does not stay in the image
   * @param packageIndex The URL of the package index to install from (default: PyPI); it does not stay in the image
   */
  @func()
  async build(
    @argument({ defaultPath: "/app", ignore: ["**/__pycache__", "**/.venv", "**/.pytest_cache"] }) app: Directory,
    version = "latest",
    platform?: Platform,
    baseImage = "python:3.13-slim",
    caFile?: File,
    packageIndex?: string,
  ): Promise<Container> {
    return await buildImage({ app, baseImage, platform, caFile, packageIndex }, version);
  }

  /**
   * Serve the app on this machine, as in: dagger call serve up --ports 5001:5000
   *
   * @param app The app's directory
   * @param version The version that the app answers: "v" and a semantic version, or "latest"
   * @param baseImage The image to build on, as NAME:TAG or NAME@DIGEST: a slim Python with pip
   * @param caFile A file of PEM certificates to trust while packages are installed; it does not stay in the image
   * @param packageIndex The URL of the package index to install from (default: PyPI); it does not stay in the image
   */
  @func()
  async serve(
    @argument({ defaultPath: "/app", ignore: ["**/__pycache__", "**/.venv", "**/.pytest_cache"] }) app: Directory,
    version = "latest",
    baseImage = "python:3.13-slim",
    caFile?: File,
    packageIndex?: string,
  ): Promise<Service> {
    const container = await buildImage({ app, baseImage, caFile, packageIndex }, version);
    return container.asService();
  }
}
