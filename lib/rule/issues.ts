import type { z } from 'zod';
import type { SluiceError } from '../failure/index.ts';
import { nearest } from './nearest.ts';
import { problem } from './problem.ts';
import { keysAt, pathsOfKey, type Shape, shapesAt } from './shape.ts';
import { keyPlace, type MapNode, nodeAt, type Path, pathText, placeOf, type ScalarNode } from './tree.ts';

type Issue = z.core.$ZodIssue;

/** A file, and what it was validated against. */
export interface Subject {
  readonly root: MapNode;
  readonly shape: Shape;
  readonly code: string;
  readonly rule?: string;
}

/** Tells zod's issues in our words, each at the line it is about, in the order of the file. */
export function explain(issues: readonly Issue[], subject: Subject): SluiceError[] {
  const told = issues.flatMap((issue) => one(issue, [], subject));
  const line = (error: SluiceError) => (error.context.line ?? 0) * 10_000 + (error.context.column ?? 0);
  return told.sort((a, b) => line(a) - line(b));
}

function one(issue: Issue, outer: Path, subject: Subject): SluiceError[] {
  const path = [...outer, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, subject));
  const branches = issue.code === 'invalid_union' ? issue.errors.filter((each) => !isAboutAll(each)) : [];
  // When only one branch takes a value of this type at all, that one was meant.
  if (branches.length === 1) return branches[0]!.flatMap((inner) => one(inner, path, subject));
  return [wrong(issue, path, subject)];
}

/** Whether a branch of a union refuses the type of the value itself, rather than something in it. */
function isAboutAll(issues: readonly Issue[]): boolean {
  return issues.some((issue) => issue.path.length === 0 && /^invalid_(type|value)$/.test(issue.code));
}

function unknownKey(path: Path, key: string, { root, shape, code, rule }: Subject): SluiceError {
  const known = keysAt(shape, path);
  const where = path.length === 0 ? '' : ` in ${pathText(path)}`;
  const near = nearest(key, known);
  const elsewhere = pathsOfKey(shape, key).map(pathText);
  const hint =
    near !== undefined ? `; did you mean "${near}"?` : elsewhere.length === 1 ? `; did you mean ${elsewhere[0]}?` : '';
  const fix = `Known here: ${known.join(', ')}.`;
  return problem(code, `unknown key "${key}"${where}${hint}`, keyPlace(root, path, key), fix, rule);
}

function wrong(issue: Issue, path: Path, { root, shape, code, rule }: Subject): SluiceError {
  const node = nodeAt(root, path);
  const name = pathText(path);
  const about = shapesAt(shape, path);
  const description = about.find((each) => each.description !== undefined)?.description;
  const asked = expected(issue, about);
  const at = placeOf(root, path);
  if (node === undefined) {
    return problem(code, `${name} is missing, expected ${asked}`, at, `Add ${name}: ${description ?? asked}`, rule);
  }
  const fix = description === undefined ? `Write ${asked}.` : `${name}: ${description}`;
  if (values(issue).length > 0 && node.kind === 'scalar' && (isUnlisted(issue) || typeof node.value === 'string')) {
    return problem(code, `${name} is ${shown(node)}, expected ${asked}${meant(node, issue)}`, at, fix, rule);
  }
  if (issue.code === 'invalid_type' || issue.code === 'invalid_union' || isUnlisted(issue)) {
    const got = node.kind === 'scalar' ? typeOf(node) : `a ${node.kind}`;
    return problem(code, `${name} is ${got}, expected ${asked}`, at, fix, rule);
  }
  return problem(code, `${name}: expected ${asked}`, at, fix, rule);
}

/** A value that is not in a list of values; zod tells a discriminator's as a union without branches. */
function isUnlisted(issue: Issue): boolean {
  return issue.code === 'invalid_value' || (issue.code === 'invalid_union' && issue.errors.length === 0);
}

function values(issue: Issue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code !== 'invalid_union') return [];
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  return [...options, ...issue.errors.flat().flatMap(values)];
}

function meant(node: ScalarNode, issue: Issue): string {
  const near =
    typeof node.value === 'string' && node.variables.length === 0 ? nearest(node.value, values(issue)) : undefined;
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** A value as the message shows it: never one that came from the environment, where secrets live. */
function shown(node: ScalarNode): string {
  if (node.variables.length > 0) return `an unknown value (from \${${node.variables.join('}, ${')}})`;
  return typeof node.value === 'string' ? `"${node.value}"` : String(node.value);
}

function typeOf(node: ScalarNode): string {
  if (node.value === null) return 'null';
  if (typeof node.value === 'boolean') return `${node.value}`;
  return typeof node.value === 'number' ? 'a number' : 'text';
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map of names',
};

function expected(issue: Issue, about: readonly Shape[]): string {
  if (issue.code === 'invalid_value') return oneOf(issue.values.map(String));
  if (issue.code === 'invalid_type') return type(issue.expected, about);
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? 'another key';
  if (issue.code === 'invalid_union') {
    const listed = values(issue);
    const others = issue.errors
      .flat()
      .flatMap((inner) => (inner.code === 'invalid_type' ? [type(inner.expected, [])] : []));
    return [...(listed.length > 0 ? [oneOf(listed)] : []), ...new Set(others)].join(' or ');
  }
  if (issue.code === 'too_small' && issue.origin !== 'string' && issue.origin !== 'array')
    return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
  if (issue.code === 'too_big' && issue.origin !== 'string') return `at most ${issue.maximum}`;
  return issue.message;
}

/** Text that is one of a few words is told by its words. */
function type(name: string, about: readonly Shape[]): string {
  const words = about.flatMap((each) => each.enum ?? (each.const === undefined ? [] : [each.const])).map(String);
  return words.length > 0 ? oneOf(words) : (TYPES[name] ?? name);
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `one of ${words.join(', ')}`;
}
