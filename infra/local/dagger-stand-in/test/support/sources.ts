/** Source of a module with every kind of function, argument and result. */
export const trial = `/**
 * A module to try things with.
 *
 * More about it.
 */
import { argument, type Directory, dag, func, type GitRepository, object, type Secret, type Service } from "@dagger.io/dagger";

export enum Colour {
  Red = "red",
  Blue = "blue",
}

@object()
export class Verdict {
  @func()
  word: string;

  @func()
  count: number;

  constructor(word: string, count: number) {
    this.word = word;
    this.count = count;
  }

  /** Returns the word in upper case. */
  @func()
  loud(mark = "!"): string {
    return this.word.toUpperCase() + mark;
  }
}

@object()
export class Trial {
  /**
   * Greet a user.
   *
   * At length.
   * @param userName Name of the user
   */
  @func()
  greet(userName: string, times = 1, loud = false, colour: Colour = Colour.Red, others: string[] = []): string {
    const all = Array(times).fill("hello " + [userName, ...others].join(" and ") + " in " + colour).join(", ");
    return loud ? all.toUpperCase() : all;
  }

  @func()
  random(seed = 1): string {
    return seed + " " + Math.random();
  }

  @func({ cache: "never" })
  fresh(): string {
    return String(Math.random());
  }

  @func()
  verdict(): Verdict {
    return new Verdict("deployed", 3);
  }

  @func()
  async list(@argument({ defaultPath: "/files", ignore: ["**/skipped"] }) files: Directory): Promise<string[]> {
    return files.glob("**/*");
  }

  @func()
  pass(directory: Directory): Directory {
    return directory.filter({ include: ["*.txt"] });
  }

  @func({ cache: "never" })
  async revision(@argument({ defaultPath: "/" }) repository: GitRepository): Promise<string> {
    return (await repository.head().commit()) + " " + (await repository.uncommitted().isEmpty());
  }

  @func({ cache: "never" })
  async lengthOf(secret: Secret): Promise<number> {
    return (await secret.plaintext()).length;
  }

  @func({ cache: "never" })
  async reach(service: Service): Promise<string> {
    return (await fetch(await service.endpoint({ scheme: "http" }))).text();
  }

  @func({ cache: "never" })
  fail(): string {
    throw new Error("It can't be done: no wood.");
  }

  @func({ cache: "never" })
  leave(): string {
    console.log("on the way");
    console.error("rolled back");
    process.exit(3);
  }

  @func({ cache: "never" })
  environment(): string {
    return JSON.stringify(process.env);
  }

  @func({ cache: "never" })
  async unknown(): Promise<string> {
    return dag.container().terminal().stdout();
  }
}
`;

/** Source of a module whose constructor has an argument. */
export const greeter = `import { func, object } from "@dagger.io/dagger";

@object()
export class Trial {
  @func()
  greeting: string;

  /** @param greeting The greeting */
  constructor(greeting = "hello") {
    this.greeting = greeting;
  }

  @func()
  greet(name: string): string {
    return this.greeting + " " + name;
  }
}
`;
