import { buildSchema } from "graphql";

/**
 * The part of Dagger's API that the module and the command line use, in the API's own words; descriptions are the help of chained calls.
 * A query for anything else fails with a message that the stand-in does not offer it.
 */
export const schema = buildSchema(/* GraphQL */ `
  scalar JSON
  scalar Platform
  scalar Void

  interface Node { id: ID! }

  enum ReturnType { SUCCESS FAILURE ANY }
  enum NetworkProtocol { TCP UDP }
  enum FunctionCachePolicy { Default PerSession Never }
  enum TypeDefKind { STRING INTEGER FLOAT BOOLEAN SCALAR LIST OBJECT INTERFACE INPUT VOID ENUM }

  "A port of the host (frontend) and the port of the service that it leads to (backend)"
  input PortForward { frontend: Int! backend: Int! }

  "An argument of a Dockerfile and its value"
  input BuildArg { name: String! value: String! }

  type Query {
    node(id: ID!): Node
    defaultPlatform: Platform!
    version: String!
    directory: Directory!
    container(platform: Platform): Container!
    setSecret(name: String!, plaintext: String!): Secret!
    error(message: String!): Error!
    currentFunctionCall: FunctionCall!
    currentModule: CurrentModule!
    module: Module!
    typeDef: TypeDef!
    function(name: String!, returnType: ID!): Function!
    sourceMap(filename: String!, line: Int!, column: Int!): SourceMap!
  }

  type Container implements Node {
    id: ID!
    from(address: String!, registryService: ID): Container!
    "A container after running a command in it"
    withExec(
      "The command and its arguments"
      args: [String!]!
      "Put the entrypoint before the arguments"
      useEntrypoint: Boolean
      "The exit codes that count as success"
      expect: ReturnType
    ): Container!
    withDirectory(path: String!, source: ID!, include: [String!], exclude: [String!]): Container!
    withMountedDirectory(path: String!, source: ID!): Container!
    withMountedFile(path: String!, source: ID!): Container!
    withRegistryAuth(address: String!, username: String!, secret: ID!): Container!
    "A container with an environment variable"
    withEnvVariable("The variable" name: String! "Its value" value: String!): Container!
    "A container with another working directory"
    withWorkdir("Its path" path: String!): Container!
    "A container whose commands run as another user"
    withUser("A name or a number, with an optional group: user:group" name: String!): Container!
    "A container with other default arguments"
    withDefaultArgs("Arguments that run by default" args: [String!]!): Container!
    withExposedPort(port: Int!, protocol: NetworkProtocol): Container!
    withLabel(name: String!, value: String!): Container!
    withDockerHealthcheck(
      args: [String!]!, shell: Boolean, interval: String, timeout: String, startPeriod: String, startInterval: String, retries: Int
    ): Container!
    "A directory of the container"
    directory("Its path" path: String!): Directory!
    "A file of the container"
    file("Its path" path: String!): File!
    "The standard output of the last command"
    stdout: String!
    "The standard error of the last command"
    stderr: String!
    "The exit code of the last command"
    exitCode: Int!
    "The image that it started from, by digest"
    imageRef: String!
    "The platform that it is for"
    platform: Platform!
    "The image's labels"
    labels: [Label!]!
    "Evaluate the container, and fail if that fails"
    sync: ID!
    "Push the container's image and return its address by digest"
    publish("The address, such as registry.example.com/app:v1.2.3" address: String! registryService: ID): String!
    "The container's image as an archive"
    asTarball: File!
    "Write the container's image to a file of the host, as an archive"
    export("The file" path: String!): String!
    "The container's default command as a service"
    asService: Service!
  }

  type Directory implements Node {
    id: ID!
    "The names in it"
    entries("The directory to list, within this one" path: String): [String!]!
    "The paths that a pattern names"
    glob("Such as **/*.py" pattern: String!): [String!]!
    "A directory in it"
    directory("Its path" path: String!): Directory!
    "A file in it"
    file("Its path" path: String!): File!
    "A directory with one more file"
    withNewFile("Its path" path: String! "Its text" contents: String! "Its mode, such as 0755 (default: 0644)" permissions: Int): Directory!
    "Only some of its files"
    filter("Patterns of paths to keep" include: [String!] "Patterns of paths to leave out" exclude: [String!]): Directory!
    "An image built from a Dockerfile in it"
    dockerBuild(
      "Path of the Dockerfile (default: Dockerfile)"
      dockerfile: String
      "The platform to build for"
      platform: Platform
      "Values of the Dockerfile's arguments"
      buildArgs: [BuildArg!]
      "The stage to build (default: the last one)"
      target: String
      "Secrets that RUN can mount, by their names"
      secrets: [ID!]
    ): Container!
    "A digest of its content"
    digest: String!
    "The git repository in it"
    asGit: GitRepository!
    "Write it to a directory of the host"
    export("The directory" path: String!): String!
    "Evaluate it, and fail if that fails"
    sync: ID!
  }

  type File implements Node {
    id: ID!
    "Its content, as text"
    contents: String!
    "Its name"
    name: String!
    "Its size in bytes"
    size: Int!
    "A digest of its content"
    digest: String!
    "Write it to a file of the host"
    export("The file" path: String! "Whether the path may name the directory to put it in" allowParentDirPath: Boolean): String!
    "Evaluate it, and fail if that fails"
    sync: ID!
  }

  type Secret implements Node { id: ID! name: String! uri: String! plaintext: String! }

  type Service implements Node {
    id: ID!
    "Its address, as HOST:PORT"
    endpoint("The port (default: its first)" port: Int "A scheme to put before it, such as http" scheme: String): String!
    "Its host"
    hostname: String!
    "Serve on the host's own ports until interrupted"
    up("Pairs FRONTEND:BACKEND of a host's port and the service's" ports: [PortForward!]): Void
  }

  type Workspace implements Node {
    id: ID!
    path: String!
    directory(path: String!, include: [String!], exclude: [String!], gitignore: Boolean): Directory!
  }

  type GitRepository implements Node { id: ID! head: GitRef! uncommitted: Changeset! }
  type GitRef implements Node { id: ID! commit: String! tree(depth: Int, discardGitDir: Boolean): Directory! }
  type Changeset implements Node { id: ID! isEmpty: Boolean! }
  type Label { name: String! value: String! }

  type CurrentModule { name: String! }
  type FunctionCall implements Node {
    id: ID!
    name: String!
    parentName: String!
    parent: JSON!
    inputArgs: [FunctionCallArgValue!]!
    returnValue(value: JSON!): Void
    returnError(error: ID!): Void
  }
  type FunctionCallArgValue implements Node { id: ID! name: String! value: JSON! }
  type Error implements Node { id: ID! message: String! values: [ErrorValue!]! withValue(name: String!, value: JSON!): Error! }
  type ErrorValue implements Node { id: ID! name: String! value: JSON! }

  type Module implements Node { id: ID! withDescription(description: String!): Module! withObject(object: ID!): Module! withEnum(enum: ID!): Module! }
  type TypeDef implements Node {
    id: ID!
    withKind(kind: TypeDefKind!): TypeDef!
    withOptional(optional: Boolean!): TypeDef!
    withListOf(elementType: ID!): TypeDef!
    withScalar(name: String!, description: String): TypeDef!
    withObject(name: String!, description: String, sourceMap: ID, deprecated: String): TypeDef!
    withEnum(name: String!, description: String, sourceMap: ID): TypeDef!
    withEnumMember(name: String!, value: String, description: String, sourceMap: ID, deprecated: String): TypeDef!
    withField(name: String!, typeDef: ID!, description: String, sourceMap: ID, deprecated: String): TypeDef!
    withFunction(function: ID!): TypeDef!
    withConstructor(function: ID!): TypeDef!
  }
  type Function implements Node {
    id: ID!
    withDescription(description: String!): Function!
    withSourceMap(sourceMap: ID!): Function!
    withArg(
      name: String!, typeDef: ID!, description: String, defaultValue: JSON, defaultPath: String, ignore: [String!], sourceMap: ID, deprecated: String
    ): Function!
    withCachePolicy(policy: FunctionCachePolicy!, timeToLive: String): Function!
    withCheck: Function!
  }
  type SourceMap implements Node { id: ID! }
`);
