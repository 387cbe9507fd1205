import { z } from 'zod';
import { configurationSchema } from './schema.ts';
import type { Path } from './source.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The configuration as a JSON Schema for editors: what `config/sluis.schema.json` holds. */
export function configurationJsonSchema(): JsonSchema {
  return {
    title: 'Configuration of Sluis',
    ...z.toJSONSchema(configurationSchema, { io: 'input', unrepresentable: 'any' }),
  };
}

let known: JsonSchema | undefined;

/** The names that may stand in the part at this path; none where names are the operator's own. */
export function knownNames(path: Path): readonly string[] {
  known ??= configurationJsonSchema();
  let options: readonly JsonSchema[] = [known];
  for (const step of path) options = options.flatMap(branches).flatMap(option => below(option, step));
  return [...new Set(options.flatMap(branches).flatMap(option => Object.keys(option.properties ?? {})))];
}

function branches(schema: JsonSchema): readonly JsonSchema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return inner.length === 0 ? [schema] : inner.filter(isSchema).flatMap(branches);
}

function below(schema: JsonSchema, step: string | number): readonly JsonSchema[] {
  const { properties, additionalProperties, items } = schema;
  const property = properties !== undefined && Object.hasOwn(properties, step) ? properties[String(step)] : undefined;
  return [property ?? (typeof step === 'number' ? items : additionalProperties)].flat().filter(isSchema);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null;
}
