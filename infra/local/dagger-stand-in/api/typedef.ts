import { keyOf } from "../content/store.js";
import type { ArgumentType, EnumType, FunctionType, ModuleTypes, ObjectType, TypeRef } from "../module/types.js";
import type { Session } from "../session/session.js";
import { ApiObject } from "./object.js";

type Described = { description?: string };

/** Type definition that a module builds step by step. */
export class TypeDef extends ApiObject {
  readonly __typename = "TypeDef";

  constructor(
    session: Session,
    readonly ref: TypeRef = { kind: "VOID", optional: false },
    readonly object: ObjectType | undefined = undefined,
    readonly members: EnumType | undefined = undefined,
  ) {
    super(session, keyOf("TypeDef", ref, object, members));
  }

  private with(ref: Partial<TypeRef>, object = this.object, members = this.members): TypeDef {
    return new TypeDef(this.session, { ...this.ref, ...ref }, object, members);
  }

  withKind({ kind }: { kind: string }): TypeDef {
    return this.with({ kind });
  }

  withOptional({ optional }: { optional: boolean }): TypeDef {
    return this.with({ optional });
  }

  withListOf({ elementType }: { elementType: string }): TypeDef {
    return this.with({ kind: "LIST", element: this.session.ids.of(elementType, TypeDef).ref });
  }

  withScalar({ name }: { name: string }): TypeDef {
    return this.with({ kind: "SCALAR", name });
  }

  withObject({ name, description = "" }: { name: string } & Described): TypeDef {
    return this.with({ kind: "OBJECT", name }, { name, description, functions: [], fields: [] });
  }

  withEnum({ name, description = "" }: { name: string } & Described): TypeDef {
    return this.with({ kind: "ENUM", name }, undefined, { name, description, members: [] });
  }

  withEnumMember({ name, value = name, description = "" }: { name: string; value?: string } & Described): TypeDef {
    const { members } = this;
    if (!members) throw new Error(`${this.ref.name} is not an enum and can't have the member ${name}.`);
    return this.with({}, undefined, { ...members, members: [...members.members, { name, value, description }] });
  }

  withField({ name, typeDef, description = "" }: { name: string; typeDef: string } & Described): TypeDef {
    const type = this.session.ids.of(typeDef, TypeDef).ref;
    return this.changed((object) => ({ ...object, fields: [...object.fields, { name, description, type }] }));
  }

  withFunction({ function: id }: { function: string }): TypeDef {
    const { definition } = this.session.ids.of(id, FunctionDef);
    return this.changed((object) => ({ ...object, functions: [...object.functions, definition] }));
  }

  withConstructor({ function: id }: { function: string }): TypeDef {
    const { definition } = this.session.ids.of(id, FunctionDef);
    return this.changed((object) => ({ ...object, constructor_: definition }));
  }

  private changed(change: (object: ObjectType) => ObjectType): TypeDef {
    if (!this.object)
      throw new Error(`${this.ref.name ?? this.ref.kind} is not an object and can't have functions or fields.`);
    return this.with({}, change(this.object));
  }
}

export class FunctionDef extends ApiObject {
  readonly __typename = "Function";

  constructor(
    session: Session,
    readonly definition: FunctionType,
  ) {
    super(session, keyOf("Function", definition));
  }

  private with(change: Partial<FunctionType>): FunctionDef {
    return new FunctionDef(this.session, { ...this.definition, ...change });
  }

  withDescription({ description }: { description: string }): FunctionDef {
    return this.with({ description });
  }

  withArg({ name, typeDef, description = "", ...defaults }: WithArg): FunctionDef {
    const type = this.session.ids.of(typeDef, TypeDef).ref;
    const { defaultValue, defaultPath, ignore } = defaults;
    const argument: ArgumentType = {
      name,
      description,
      type,
      ...(defaultValue !== undefined && { defaultValue }),
      ...(defaultPath && { defaultPath }),
      ...(ignore && { ignore }),
    };
    return this.with({ args: [...this.definition.args, argument] });
  }

  withCachePolicy({ policy }: { policy: "Default" | "PerSession" | "Never" }): FunctionDef {
    return this.with({ uncached: policy !== "Default" });
  }

  /** Checks are treated as ordinary functions. */
  withCheck(): FunctionDef {
    return this;
  }

  withSourceMap(): FunctionDef {
    return this;
  }
}

interface WithArg extends Described {
  name: string;
  typeDef: string;
  defaultValue?: string;
  defaultPath?: string;
  ignore?: string[];
}

export class Module extends ApiObject {
  readonly __typename = "Module";

  constructor(
    session: Session,
    readonly types: ModuleTypes = { description: "", objects: [], enums: [] },
  ) {
    super(session, keyOf("Module", types));
  }

  withDescription({ description }: { description: string }): Module {
    return new Module(this.session, { ...this.types, description });
  }

  withObject({ object: id }: { object: string }): Module {
    const { object } = this.session.ids.of(id, TypeDef);
    return object ? new Module(this.session, { ...this.types, objects: [...this.types.objects, object] }) : this;
  }

  withEnum({ enum: id }: { enum: string }): Module {
    const { members } = this.session.ids.of(id, TypeDef);
    return members ? new Module(this.session, { ...this.types, enums: [...this.types.enums, members] }) : this;
  }
}

export class SourceMap extends ApiObject {
  readonly __typename = "SourceMap";
}
