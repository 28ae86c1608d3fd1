import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { schema } from "../session/schema.js";
import type { ModuleSource } from "./source.js";
import { customized } from "./toolchain.js";
import type { ArgumentType, EnumType, FunctionType, ModuleTypes, TypeRef } from "./types.js";

/** Functions that can be called: those of the module, and those of the API's types, such as containers and files. */
export interface Catalog {
  description: string;
  constructor_: FunctionType;
  /** True when the class has a constructor; otherwise no code runs to create the object. */
  hasConstructor: boolean;
  main: string;
  /** Name by which it is called as a toolchain. */
  toolchain?: string;
  /** Returns the functions of a type, sorted by name; undefined when it is not an object. */
  functions(type: TypeRef): FunctionType[] | undefined;
  /** Returns true for a type of the module. */
  isModules(type: TypeRef): boolean;
  enumOf(type: TypeRef): EnumType | undefined;
}

export function catalogOf(
  { name: moduleName, toolchain }: Pick<ModuleSource, "name" | "toolchain">,
  found: ModuleTypes,
): Catalog {
  const plain = (name: string) => name.replaceAll("-", "").toLowerCase();
  const mainOf = ({ objects }: ModuleTypes) =>
    objects.find(({ name }) => plain(name) === plain(moduleName)) ?? objects[0];
  const types = toolchain ? customized(found, mainOf(found)?.name ?? "", toolchain) : found;
  const main = mainOf(types);
  if (!main) throw new Error(`The module ${moduleName} has no class with @object().`);
  const returns = { kind: "OBJECT", name: main.name, optional: false };
  const own = (type: TypeRef) => types.objects.find(({ name }) => type.kind === "OBJECT" && name === type.name);
  return {
    description: types.description || main.description,
    constructor_: { name: "", description: "", args: [], ...main.constructor_, returns },
    hasConstructor: main.constructor_ !== undefined,
    main: main.name,
    ...(toolchain && { toolchain: toolchain.name }),
    isModules: (type) => own(type) !== undefined,
    functions(type) {
      const object = own(type);
      const functions = object
        ? [...object.functions, ...object.fields.map(({ type, ...field }) => ({ ...field, args: [], returns: type }))]
        : coreFunctions(type);
      return functions?.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    enumOf: (type) => types.enums.find(({ name }) => name === type.name) ?? coreEnum(type),
  };
}

function coreFunctions({ kind, name = "" }: TypeRef): FunctionType[] | undefined {
  const type = schema.getType(name);
  if (kind !== "OBJECT" || !isObjectType(type)) return undefined;
  return Object.values((type as GraphQLObjectType).getFields())
    .filter(({ name }) => name !== "id")
    .map(({ name, description, type, args }) => ({
      name,
      description: description ?? "",
      args: args.map(coreArgument).filter((argument) => argument !== undefined),
      returns: typeRef(type),
    }))
    .filter(({ args }) => args.every(({ type }) => type.name !== "ID"));
}

/** Returns an argument of the API; undefined for an optional id. A function with a required id can't be called on the command line. */
function coreArgument(argument: GraphQLArgument): ArgumentType | undefined {
  const type = typeRef(argument.type);
  if (type.name === "ID" && type.optional) return undefined;
  return { name: argument.name, description: argument.description ?? "", type };
}

const kinds: Record<string, string> = {
  String: "STRING",
  Int: "INTEGER",
  Float: "FLOAT",
  Boolean: "BOOLEAN",
  Void: "VOID",
};

function typeRef(type: GraphQLOutputType | GraphQLInputType): TypeRef {
  if (isNonNullType(type)) return { ...typeRef(type.ofType as GraphQLOutputType), optional: false };
  if (isListType(type)) return { kind: "LIST", element: typeRef(type.ofType as GraphQLOutputType), optional: true };
  const { name } = type as { name: string };
  const primitive = kinds[name];
  if (primitive) return { kind: primitive, optional: true };
  const kind = isObjectType(type) ? "OBJECT" : isEnumType(type) ? "ENUM" : isInputObjectType(type) ? "INPUT" : "SCALAR";
  return { kind, name, optional: true };
}

function coreEnum({ name = "" }: TypeRef): EnumType | undefined {
  const type = schema.getType(name);
  if (!isEnumType(type)) return undefined;
  return {
    name,
    description: "",
    members: type.getValues().map(({ name }) => ({ name, value: name, description: "" })),
  };
}
