import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node as YamlNode,
  type Scalar as YamlScalar,
} from 'yaml';
import { SluiceError } from '../failure/index.ts';
import type { Entry, MapNode, Node, Place, ScalarNode } from './tree.ts';

export interface SourceFile {
  /** As it is to be shown: relative to the project. */
  readonly path: string;
  readonly text: string;
}

/** More than any rule needs, and few enough that aliases which multiply themselves end at once. */
const MAX_NODES = 20_000;

/** Parses one file of YAML 1.2 that holds a map. Throws SluiceError (`BadYaml`) with file, line and column. */
export function readTree(file: SourceFile): MapNode {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { version: '1.2', lineCounter: lines, prettyErrors: false });
  const place = (offset: number, layer?: string): Place => {
    const { line, col } = lines.linePos(offset);
    return { file: file.path, line, column: col, layer };
  };
  const [broken] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (broken !== undefined) throw yamlError(broken.code, broken.message, place(broken.pos[0]));
  const root = new Walk(document, place, file.text).node(document.contents, undefined);
  if (root === undefined) throw badYaml('the file is empty', 'Begin with a rule from docs/rules.md.', place(0));
  if (root.kind !== 'map')
    throw badYaml('the file is not a map of keys and values', 'Write `key: value` lines.', root.at);
  return root;
}

function badYaml(message: string, fix: string, at: Place): SluiceError {
  const { file, line, column } = at;
  return new SluiceError('BadYaml', message, { stage: 'rule', fix, context: { file, line, column } });
}

function yamlError(code: string, message: string, at: Place): SluiceError {
  const known: Readonly<Record<string, readonly [string, string]>> = {
    TAB_AS_INDENT: ['a tab stands where YAML wants spaces', 'Indent with spaces.'],
    DUPLICATE_KEY: ['the key stands here a second time', 'Keep one of the two.'],
    MULTIPLE_DOCS: ['`---` begins a second document', 'Write one rule in one file.'],
  };
  const [told, fix] = known[code] ?? [`not YAML: ${message}`, 'Mend the YAML here or in the lines just above.'];
  return badYaml(told, fix, at);
}

class Walk {
  private seen = 0;
  private readonly document: Document;
  private readonly place: (offset: number, layer?: string) => Place;
  private readonly text: string;

  constructor(document: Document, place: (offset: number, layer?: string) => Place, text: string) {
    this.text = text;
    this.document = document;
    this.place = place;
  }

  node(yaml: unknown, layer: string | undefined, depth = 0): Node | undefined {
    if (yaml === null || yaml === undefined) return undefined;
    const at = this.place((yaml as YamlNode).range?.[0] ?? 0, layer);
    this.seen += 1;
    if (this.seen > MAX_NODES || depth > 64)
      throw badYaml('aliases make the file endless', 'Write the values out.', at);
    if (isAlias(yaml)) return this.node(yaml.resolve(this.document), layer, depth + 1);
    if (isScalar(yaml)) return scalar(yaml, at, this.text);
    if (isSeq(yaml)) {
      const items = yaml.items.map((item) => this.node(item, layer, depth + 1) ?? nothing(at));
      return { kind: 'list', items, at };
    }
    if (!isMap(yaml)) return undefined;
    const entries = new Map<string, Entry>();
    for (const pair of yaml.items) {
      if (!isScalar(pair.key)) throw badYaml('a key is not text', 'Write the key as one word.', at);
      const name = String(pair.key.value);
      const inner = depth === 1 && layer === STAGES ? name : depth === 0 && name === STAGES ? STAGES : layer;
      const key = this.place(pair.key.range?.[0] ?? 0, inner);
      entries.set(name, { key, node: this.node(pair.value, inner, depth + 1) ?? nothing(key) });
    }
    return { kind: 'map', entries, at };
  }
}

const STAGES = 'stages';

function nothing(at: Place): ScalarNode {
  return { kind: 'scalar', value: null, at, style: 'other', indent: 0, variables: [] };
}

function scalar(yaml: YamlScalar, at: Place, text: string): ScalarNode {
  const { value } = yaml;
  const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null;
  if (!known) throw badYaml('the value is neither text, number, true, false nor null', 'Put it in quotes.', at);
  return { kind: 'scalar', value, at, style: style(yaml), indent: indent(yaml, text), variables: [] };
}

function style(yaml: YamlScalar): ScalarNode['style'] {
  if (yaml.type === 'PLAIN') return 'plain';
  if (yaml.type === 'BLOCK_LITERAL') return 'literal';
  return yaml.type === 'QUOTE_DOUBLE' || yaml.type === 'QUOTE_SINGLE' ? 'quoted' : 'other';
}

function indent(yaml: YamlScalar, text: string): number {
  const first = text.slice(yaml.range?.[0] ?? 0, yaml.range?.[1] ?? 0).split('\n')[1] ?? '';
  return yaml.type === 'BLOCK_LITERAL' ? first.length - first.trimStart().length : 0;
}
