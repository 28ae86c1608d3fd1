/** What the SDK has found in a module, as data. It is kept by the module's content, so that a module is read once. */
export interface ModuleTypes {
  description: string;
  objects: ObjectType[];
  enums: EnumType[];
}

export interface ObjectType {
  name: string;
  description: string;
  functions: FunctionType[];
  fields: { name: string; description: string; type: TypeRef }[];
  /** Absent when the class has none: then nothing need run to make the object. */
  constructor_?: FunctionType;
}

export interface EnumType {
  name: string;
  description: string;
  members: { name: string; value: string; description: string }[];
}

export interface FunctionType {
  name: string;
  description: string;
  args: ArgumentType[];
  returns: TypeRef;
  /** Whether each call must run it. What it answers is otherwise kept. */
  uncached?: boolean;
}

export interface ArgumentType {
  name: string;
  description: string;
  type: TypeRef;
  /** As JSON. */
  defaultValue?: string;
  /** A path of the repository. */
  defaultPath?: string;
  ignore?: string[];
}

/** A kind as the API names it, such as `STRING`, and the name of what isn't a primitive. */
export interface TypeRef {
  kind: string;
  name?: string;
  optional: boolean;
  element?: TypeRef;
}

/** The caller's workspace is given by the engine, and no flag exists for it. */
export function isInjected({ type }: ArgumentType): boolean {
  return type.kind === "OBJECT" && type.name === "Workspace";
}

export function isRequired({ type, defaultValue, defaultPath }: ArgumentType): boolean {
  return !type.optional && defaultValue === undefined && defaultPath === undefined;
}
