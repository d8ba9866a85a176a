import { SluiceError } from '../failure/index.ts';
import type { Entry, Node, ScalarNode } from './tree.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Target {
  readonly stage: string;
  readonly env: Environment;
}

const VARIABLE = /\$?\$\{([^}]*)\}/g;
const ENV = /^env:([A-Za-z_][A-Za-z0-9_]*)\s*(?:,\s*(.*))?$/s;

/**
 * Puts `${stage}` and `${env:NAME, default}` into every text of a tree; `$${` stands for `${` itself.
 * Throws SluiceError (`MissingVariable`, `UnknownVariable`) with the place of the value.
 */
export function substitute<N extends Node>(node: N, target: Target): N;
export function substitute(node: Node, target: Target): Node {
  if (node.kind === 'scalar') return inScalar(node, target);
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => substitute(item, target)) };
  const entries = new Map<string, Entry>();
  for (const [name, { key, node: value }] of node.entries) entries.set(name, { key, node: substitute(value, target) });
  return { ...node, entries };
}

function inScalar(node: ScalarNode, target: Target): ScalarNode {
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
  const variables: string[] = [];
  const value = node.value.replace(VARIABLE, (whole, inner: string) => {
    if (whole.startsWith('$$')) return whole.slice(1);
    variables.push(inner.split(',')[0]?.trim() ?? '');
    return replacement(inner.trim(), node, target);
  });
  return { ...node, value, variables };
}

function replacement(inner: string, node: ScalarNode, target: Target): string {
  if (inner === 'stage') return target.stage;
  const { file, line, column } = node.at;
  const context = { file, line, column };
  const [, name, fallback] = ENV.exec(inner) ?? [];
  if (name === undefined) {
    throw new SluiceError(
      'UnknownVariable',
      `unknown variable \${${inner}}, expected \${stage} or \${env:NAME, default}`,
      {
        stage: 'rule',
        context,
        fix: 'For the characters themselves write $${.',
      },
    );
  }
  // A variable that is set to nothing is one that somebody forgot to fill.
  const value = target.env[name] || fallback;
  if (value !== undefined) return value;
  throw new SluiceError('MissingVariable', `the environment variable ${name} is not set and has no default`, {
    stage: 'rule',
    context,
    fix: `Set ${name}, or write \${env:${name}, a default}.`,
  });
}
