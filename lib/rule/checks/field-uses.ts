import type { SluiceError } from '../../failure/index.ts';
import type { Step } from '../../message/options.ts';
import type { SinkRule } from '../schema.ts';
import { nodeAt, type Path } from '../tree.ts';
import { fieldsOf, mappingExpressions, stepExpressions } from './expressions.ts';
import { KnownFields } from './known-fields.ts';
import { type RuleSubject, wrongAt } from './subject.ts';

/** A field that a rule uses. Names in expressions match without case unless they are quoted. */
interface Use {
  readonly name: string;
  readonly exact: boolean;
  readonly path: Path;
}

/** Fields that cannot be there where the rule uses them, since an earlier step has taken them away. */
export function fieldUseProblems(subject: RuleSubject<SinkRule>): readonly SluiceError[] {
  const { rule } = subject;
  const fields = new KnownFields(rule.message.format);
  const found: SluiceError[] = [];
  const look = ({ name, exact, path }: Use) => {
    const why = fields.missing(name, exact);
    if (why === undefined) return;
    found.push(wrongAt(subject, path, `there is no field ${name} here: ${why}`, fields.advice(name)));
  };
  for (const [i, step] of rule.steps.entries()) {
    for (const use of usedBy(step, ['steps', i])) look(use);
    for (const use of usedIn(stepExpressions(rule).filter(({ path }) => path[1] === i))) look(use);
    fields.after(step, i);
  }
  for (const use of [...usedIn(mappingExpressions(subject)), ...usedForRows(subject)]) look(use);
  return found;
}

function usedIn(expressions: readonly { readonly sql: string; readonly path: Path }[]): readonly Use[] {
  return expressions.flatMap(({ sql, path }) => fieldsOf(sql).map(({ name, exact }) => ({ name, exact, path })));
}

function usedBy(step: Step, at: Path): readonly Use[] {
  const use = (name: string, ...rest: Path): Use => ({ name, exact: true, path: [...at, ...rest] });
  if ('split' in step) return [use(step.split.field, 'split', 'field')];
  if ('regex' in step) return [use(step.regex.field, 'regex', 'field')];
  if ('json' in step) return [use(step.json.field, 'json', 'field')];
  if ('convert' in step) return Object.keys(step.convert).map((name) => use(name, 'convert', name));
  if ('rename' in step) return Object.keys(step.rename).map((name) => use(name, 'rename', name));
  return 'drop' in step ? step.drop.map((name, i) => use(name, 'drop', i)) : [];
}

/** What tells where and when a row of TDengine stands. */
function usedForRows({ rule, tree }: RuleSubject<SinkRule>): readonly Use[] {
  if (rule.kind !== 'tdengine-sink') return [];
  const { timestamp, subTable } = rule;
  const path = nodeAt(tree, ['subTable'])?.kind === 'map' ? ['subTable', 'template'] : ['subTable'];
  const inTemplate = [...subTable.template.matchAll(/\{([^{}]+)\}/g)];
  return [
    ...(timestamp.kind === 'message' ? [] : [fieldUse(timestamp.field, ['timestamp', 'field'])]),
    ...inTemplate.map(([, name = '']) => fieldUse(name, path)),
  ];
}

/** A plain name matches without case; of a path, what it begins with is looked at. */
function fieldUse(field: string, path: Path): Use {
  const [name = field] = /^[A-Za-z_]\w*(?=[.[])/.exec(field) ?? [];
  return { name, exact: !/^\w+$/.test(name), path };
}
