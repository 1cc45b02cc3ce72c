import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { parsePort } from '../model/units.ts';
import { isAddress, isUser } from './address.ts';
import { type InputProblem, listWords, quote } from './error.ts';
import baselineSchema from './schemas/baseline.schema.json' with { type: 'json' };
import configSchema from './schemas/config.schema.json' with { type: 'json' };
import inventorySchema from './schemas/inventory.schema.json' with { type: 'json' };
import { didYouMean } from './suggest.ts';
import type { Path, YamlFile } from './yaml.ts';

const SCHEMAS = { baseline: baselineSchema, config: configSchema, inventory: inventorySchema } as const;

export type SchemaName = keyof typeof SCHEMAS;
export const schemaNames = ['baseline', 'config', 'inventory'] as const satisfies readonly SchemaName[];

/** The JSON Schema (2020-12) of an input file, as `fleetproof schema NAME` prints it. */
export function schema(name: SchemaName): object {
  return SCHEMAS[name];
}

const ajv = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true, strictRequired: false });
ajv.addFormat('fleetproof-address', isAddress);
ajv.addFormat('fleetproof-user', isUser);
ajv.addFormat('fleetproof-port', isPort);

/** Validates a whole file against its schema; nothing in it may be used when a problem comes back. */
export function validateFile(name: SchemaName, yaml: YamlFile): InputProblem[] {
  return problemsOf(ajv.getSchema(SCHEMAS[name].$id) ?? ajv.compile(SCHEMAS[name]), yaml.value, yaml, []);
}

/** Validates the part of a file at `path` against a compiled schema. */
export function validatePart(validate: ValidateFunction, value: unknown, yaml: YamlFile, path: Path): InputProblem[] {
  return problemsOf(validate, value, yaml, path);
}

/** A validator for a mapping in which every property is optional and no other is allowed. */
export function compileMapping(properties: Readonly<Record<string, unknown>>): ValidateFunction {
  return ajv.compile({ type: 'object', title: 'a mapping', properties, additionalProperties: false });
}

function problemsOf(validate: ValidateFunction, value: unknown, yaml: YamlFile, base: Path): InputProblem[] {
  if (validate(value)) return [];
  return (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== 'propertyNames')
    .map((error) => {
      const path = [...base, ...stepsOf(error.instancePath)];
      const { key, ...sentences } = sentencesOf(error, nameOf(path));
      return { ...(key === undefined ? yaml.at(path) : yaml.at([...path, key], 'key')), ...sentences };
    });
}

type Sentences = Pick<InputProblem, 'what' | 'expected' | 'suggestion'> & { readonly key?: string };

function sentencesOf(error: ErrorObject, where: string): Sentences {
  const { keyword, params, data, parentSchema } = error;
  if (error.propertyName !== undefined) {
    return {
      what: `${quote(error.propertyName)} cannot be a key of ${where}.`,
      expected: expected(error),
      key: error.propertyName,
    };
  }
  if (keyword === 'additionalProperties') {
    const key = String(params.additionalProperty);
    const known = Object.keys(parentSchema?.properties ?? {});
    return {
      what: `${quote(key)} is not a key of ${where}.`,
      expected: known.length === 0 ? 'No keys are expected here.' : `Expected one of ${listWords(known)}.`,
      ...didYouMean(key, known),
      key,
    };
  }
  if (keyword === 'required') return { what: `${capital(where)} has no ${quote(params.missingProperty)}.` };
  if (keyword === 'uniqueItems') {
    const twice = Array.isArray(data) ? quote(data[Number(params.i)]) : 'an entry';
    return { what: `${capital(where)} lists ${twice} twice.`, expected: 'Expected each entry once.' };
  }
  const allowed: unknown = params.allowedValues;
  return {
    // A line of an INI inventory, with its password, may stand where a mapping is expected.
    what: `${capital(where)} is ${params.type === 'object' && typeof data === 'string' ? 'text' : shown(data)}.`,
    expected: expected(error),
    ...(Array.isArray(allowed) && typeof data === 'string' ? didYouMean(data, allowed.map(String)) : {}),
  };
}

/** The schema's own words where it has a title, else the bound that was broken. */
function expected({ keyword, params, parentSchema, message }: ErrorObject): string {
  const title: unknown = parentSchema?.title;
  if (typeof title === 'string') return `Expected ${title}.`;
  const allowed: unknown = params.allowedValues;
  if (Array.isArray(allowed)) return `Expected ${listWords(allowed.map(String))}.`;
  if (keyword === 'type')
    return `Expected ${listWords([params.type].flat().map((type) => TYPES[String(type)] ?? String(type)))}.`;
  return `It ${(message ?? 'is not valid').replace('NOT', 'not')}.`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'nothing',
};

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' ? 'a mapping' : quote(value);
}

/** `hosts[0].port`; the top is "this file". */
function nameOf(path: Path): string {
  if (path.length === 0) return 'this file';
  return path
    .map((step, index) =>
      typeof step === 'number' || /^\d+$/.test(step) ? `[${step}]` : index === 0 ? step : `.${step}`,
    )
    .join('');
}

/** Only "this file" is a word of ours; keys keep their own case. */
function capital(where: string): string {
  return where === 'this file' ? 'This file' : where;
}

/** RFC 6901. */
function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function isPort(text: string): boolean {
  try {
    parsePort(text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
