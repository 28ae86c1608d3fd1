import { baseState } from "../base/base.js";
import { filterTree } from "../content/patterns.js";
import { keyOf } from "../content/store.js";
import { StandInError } from "../errors.js";
import { runExec } from "../exec/run.js";
import { type HealthcheckOptions, healthcheck, pathIn, withConfig, withEnv } from "../image/edit.js";
import { directoryAt, fileAt, withTree } from "../image/files.js";
import { publishImage } from "../image/publish.js";
import { type ContainerState, type Mount, scratchState } from "../image/state.js";
import { imageTarball } from "../image/tarball.js";
import type { Session } from "../session/session.js";
import { Directory } from "./directory.js";
import { File } from "./file.js";
import { ApiObject } from "./object.js";
import { Secret } from "./secret.js";
import { Service } from "./service.js";

type Change = (state: ContainerState) => ContainerState | Promise<ContainerState>;

/** Lazy container: each step is recorded, and runs when a result is requested. */
export class Container extends ApiObject {
  readonly __typename = "Container";

  private constructor(
    session: Session,
    key: string,
    private readonly make: () => Promise<ContainerState>,
  ) {
    super(session, key);
  }

  static scratch(session: Session, platform: string): Container {
    return new Container(session, keyOf("Container", platform), async () => scratchState(platform));
  }

  /** Container that is made by something other than a step. */
  static made(session: Session, key: string, make: () => Promise<ContainerState>): Container {
    return new Container(session, key, make);
  }

  state(): Promise<ContainerState> {
    return this.session.once(this.key, this.make);
  }

  private step(operation: string, args: unknown, change: Change): Container {
    return new Container(this.session, keyOf(this.key, operation, args), async () => change(await this.state()));
  }

  from({ address, registryService }: { address: string; registryService?: string }): Container {
    const service = registryService ? this.session.ids.of(registryService, Service) : undefined;
    return this.step("from", [address, service?.key], async (state) =>
      baseState(this.session, state, address, await service?.endpoint({})),
    );
  }

  withExec(args: { args: string[]; useEntrypoint?: boolean; expect?: "SUCCESS" | "FAILURE" | "ANY" }): Container {
    return this.step("withExec", args, (state) => runExec(this.session, state, args));
  }

  withDirectory({
    path,
    source,
    ...filter
  }: {
    path: string;
    source: string;
    include?: string[];
    exclude?: string[];
  }): Container {
    const directory = this.session.ids.of(source, Directory);
    return this.step("withDirectory", [path, directory.key, filter], async (state) =>
      withTree(this.session.store, state, path, filterTree(await directory.tree(), filter), `withDirectory ${path}`),
    );
  }

  withMountedDirectory({ path, source }: { path: string; source: string }): Container {
    const directory = this.session.ids.of(source, Directory);
    return this.step("withMountedDirectory", [path, directory.key], async (state) =>
      withMount(state, { type: "directory", path: pathIn(state, path), tree: await directory.tree() }),
    );
  }

  withMountedFile({ path, source }: { path: string; source: string }): Container {
    const file = this.session.ids.of(source, File);
    return this.step("withMountedFile", [path, file.key], async (state) => {
      const { name, entry } = await file.content();
      return withMount(state, { type: "file", path: pathIn(state, path), tree: new Map([[name, entry]]) });
    });
  }

  withRegistryAuth({
    address,
    username,
    secret: id,
  }: {
    address: string;
    username: string;
    secret: string;
  }): Container {
    const secret = this.session.ids.of(id, Secret);
    return this.step("withRegistryAuth", [address, username, secret.key], (state) => ({
      ...state,
      registryAuth: [...state.registryAuth, { address, username, secret }],
    }));
  }

  withEnvVariable({ name, value }: { name: string; value: string }): Container {
    return this.step("withEnvVariable", [name, value], (state) => withEnv(state, name, value));
  }

  withWorkdir({ path }: { path: string }): Container {
    return this.step("withWorkdir", path, (state) => withConfig(state, { WorkingDir: pathIn(state, path) }));
  }

  withUser({ name }: { name: string }): Container {
    return this.step("withUser", name, (state) => withConfig(state, { User: name }));
  }

  withDefaultArgs({ args }: { args: string[] }): Container {
    return this.step("withDefaultArgs", args, (state) => withConfig(state, { Cmd: args }));
  }

  withExposedPort({ port, protocol = "TCP" }: { port: number; protocol?: string }): Container {
    return this.step("withExposedPort", [port, protocol], (state) =>
      withConfig(state, { ExposedPorts: { ...state.config.ExposedPorts, [`${port}/${protocol.toLowerCase()}`]: {} } }),
    );
  }

  withLabel({ name, value }: { name: string; value: string }): Container {
    return this.step("withLabel", [name, value], (state) =>
      withConfig(state, { Labels: { ...state.config.Labels, [name]: value } }),
    );
  }

  withDockerHealthcheck({ args, ...options }: { args: string[] } & HealthcheckOptions): Container {
    return this.step("withDockerHealthcheck", [args, options], (state) =>
      withConfig(state, { Healthcheck: healthcheck(args, options) }),
    );
  }

  directory({ path }: { path: string }): Directory {
    return new Directory(this.session, keyOf(this.key, "directory", path), async () =>
      directoryAt(this.session.store, await this.state(), path),
    );
  }

  file({ path }: { path: string }): File {
    return new File(this.session, keyOf(this.key, "file", path), async () =>
      fileAt(this.session.store, await this.state(), path),
    );
  }

  async stdout(): Promise<string> {
    return (await this.lastResult()).stdout;
  }

  async stderr(): Promise<string> {
    return (await this.lastResult()).stderr;
  }

  async exitCode(): Promise<number> {
    return (await this.lastResult()).exitCode;
  }

  async imageRef(): Promise<string> {
    const { imageRef } = await this.state();
    if (imageRef) return imageRef;
    throw new StandInError("This container does not begin with an image: imageRef is available after from.");
  }

  async platform(): Promise<string> {
    return (await this.state()).platform;
  }

  async labels(): Promise<{ name: string; value: string }[]> {
    return Object.entries((await this.state()).config.Labels ?? {}).map(([name, value]) => ({ name, value }));
  }

  async sync(): Promise<string> {
    await this.state();
    return this.id();
  }

  async publish({ address, registryService }: { address: string; registryService?: string }): Promise<string> {
    const service = registryService ? this.session.ids.of(registryService, Service) : undefined;
    return publishImage(this.session, await this.state(), address, await service?.endpoint({}));
  }

  asTarball(): File {
    return new File(this.session, keyOf(this.key, "asTarball"), async () => ({
      name: "container.tar",
      entry: { type: "file", mode: 0o644, ...(await imageTarball(this.session.store, await this.state())) },
    }));
  }

  async export({ path }: { path: string }): Promise<string> {
    return this.asTarball().export({ path });
  }

  asService(): Service {
    return Service.ofContainer(this.session, keyOf(this.key, "asService"), () => this.state());
  }

  private async lastResult() {
    const { last } = await this.state();
    if (last) return last;
    throw new StandInError(
      "No command has run in this container: stdout, stderr and exitCode are available after withExec.",
    );
  }
}

function withMount(state: ContainerState, mount: Mount): ContainerState {
  return { ...state, mounts: [...state.mounts.filter(({ path }) => path !== mount.path), mount] };
}
