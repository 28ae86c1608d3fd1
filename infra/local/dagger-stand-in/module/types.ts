/** Types of a module, as the SDK reports them. They are cached by the module's content, so that a module is read once. */
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
  /** Absent when the class has none: then no code runs to create the object. */
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
  /** True when each call runs the function; otherwise its result is cached. */
  uncached?: boolean;
}

export interface ArgumentType {
  name: string;
  description: string;
  type: TypeRef;
  /** As JSON. */
  defaultValue?: string;
  /** Path in the repository. */
  defaultPath?: string;
  ignore?: string[];
}

/** Kind as the API names it, such as `STRING`, and the name of a type that is not a primitive. */
export interface TypeRef {
  kind: string;
  name?: string;
  optional: boolean;
  element?: TypeRef;
}

/** Returns true for the caller's workspace, which the engine provides and no flag sets. */
export function isInjected({ type }: ArgumentType): boolean {
  return type.kind === "OBJECT" && type.name === "Workspace";
}

export function isRequired({ type, defaultValue, defaultPath }: ArgumentType): boolean {
  return !type.optional && defaultValue === undefined && defaultPath === undefined;
}
