import { CONNECTIONS, RULE_KINDS, RULES } from './kinds.ts';
import { type Shape, variants } from './shape.ts';

/** `docs/rules.md`: every key of the two files, read off the schemas. */
export function reference(): string {
  const kinds = RULE_KINDS.map(
    (kind) => `## Rules of kind \`${kind}\`: \`rules/*.yml\`\n${table(rows(RULES[kind].shape))}\n`,
  );
  return `${INTRODUCTION}
${kinds.join('')}## Connections: \`connections.yml\`
${table(rows(CONNECTIONS.shape))}
${TRIGGERS}
${SINKS}`;
}

const INTRODUCTION = `# Rules and connections

<!-- Written by \`node docs/generate.mjs\` from the schemas in lib/rule/schema. -->

One file in \`rules/\` is one rule and one function. Connections are named once, in \`connections.yml\`.

- **Stages.** \`stages: { prod: { … } }\` says what differs on a stage: maps merge deeply, lists and scalars replace,
  \`null\` removes. \`kind\` and \`name\` are the same on every stage. The default stage is \`dev\`; the function is
  \`<name>-<stage>\`.
- **Variables.** \`\${stage}\` and \`\${env:NAME, default}\` may stand in any text; \`$\${\` is \`\${\` itself. A variable that is
  empty counts as not set. They are put in when a rule is deployed, or run by hand.
- **\`null\`** means that a key is not written, in a stage as outside.
- **Sizes** are bytes, or have a unit: B, kB, MB, GB, KiB, MiB, GiB. **Durations** are seconds, or have one: s, m, h, d.
- **Secrets** are named, never held: the name or ARN of a Secrets Manager secret, or for local work \`env:NAME\` or
  \`file:path\`.
- **Names stay.** A rule that was deployed under one name and is then given another is a removal and an addition.

Editors complete and check these files: the first line names the JSON Schema beside them.
`;

const TRIGGERS = `## Triggers
${grid([
  ['trigger', 'what the stack makes', 'what the bucket needs'],
  ['`s3`', 'a notification to the function, beside those that are there', 'nothing'],
  [
    '`eventbridge`',
    'a rule on the default bus',
    'EventBridge on: `EventBridgeConfiguration: {}` added to what `aws s3api get-bucket-notification-configuration` gives, and put back',
  ],
  [
    '`sqs`',
    'a queue `<name>-<stage>` that the bucket may send to',
    "a notification of `s3:ObjectCreated:*` to that queue, with the rule's prefix and suffix",
  ],
  [
    '`sns`',
    'a topic `<name>-<stage>` that the bucket may publish to, with the function subscribed',
    "a notification of `s3:ObjectCreated:*` to that topic, with the rule's prefix and suffix",
  ],
  ['`cos`, `none`', 'nothing', "whoever hears of objects invokes the function with the store's event"],
])}
On stage \`local\` the stack makes the buckets too, tells them all of this, and leaves them when it is removed; to deploy
it anew, first delete such a bucket (\`aws s3 rb --force s3://<bucket>\`, at the local endpoint). An event that fails three times goes to the queue \`<name>-<stage>-failed\`, which keeps it for 14 days.

S3 refuses two notifications for the same objects. Of rules whose bucket is one and whose prefixes and suffixes both
overlap, all but one need \`trigger: eventbridge\`.
`;

const SINKS = `## How sinks are fed

A sink reads each of its topics in a consumer group of its own, \`sluice.<stage>.<rule>.<topic>\`, or \`<group>.<topic>\`.

Deployed, each topic has one event source mapping: \`kafka:\`, or \`msk:\` where the connection has a \`clusterArn\`. AWS's
event pollers read the topic and bring batches to the function, again and again until it takes them: what is bad in a
batch the sink settles itself, by \`onError\`. The pollers sign in with the connection's own secrets, SASL only over TLS;
brokers outside of a VPC must ask them to. In \`vpc\`, or for MSK in the cluster's, its security group must let them reach
the brokers, and they must reach Lambda, STS and Secrets Manager, through a NAT gateway or interface endpoints. A
connection to MSK signs in with \`scram-sha-512\` (secrets named \`AmazonMSK_…\`, under a KMS key of one's own: \`kmsKey\`),
\`mtls\` or \`oauthbearer\`.

\`from: latest\` is deployed as the time of the first deployment, which later ones read from the stack and keep: they need
\`cloudformation:GetTemplate\`. A group that has offsets goes on there, whatever \`from\` says.

On stage \`local\` the function is deployed without a mapping, since the local stack emulates none: \`sluice run RULE\` polls
the topics and hands the same batches to the same sink. It does so too wherever functions are not to be had;
\`NODE_OPTIONS=--max-semi-space-size=32\`, which a deployed sink has anyway, then saves it a sixth of its CPU time.
`;

interface Row {
  readonly key: string;
  readonly type: string;
  readonly preset: string;
  readonly description: string;
}

function table(all: readonly Row[]): string {
  const lines = all.map(({ key, type, preset, description }) => [`\`${key}\``, type, preset, description]);
  return grid([['key', 'value', 'default', ''], ...lines]);
}

/** A table of Markdown with its columns in line, as the formatter wants it. */
function grid([head = [], ...lines]: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...lines].map((line) => line[i]?.length ?? 0)));
  const row = (line: readonly string[]) => `| ${line.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return ['', row(head), row(widths.map((width) => '-'.repeat(width))), ...lines.map(row), ''].join('\n');
}

function rows(shape: Shape, prefix = ''): Row[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, inner]) => {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const row = {
      key,
      type: typeOf(inner),
      preset: presetOf(inner, shape, name),
      description: cell(inner.description ?? ''),
    };
    return [row, ...nested(inner, key)];
  });
}

function nested(shape: Shape, key: string): Row[] {
  const found = variants(shape).flatMap((each) => {
    const any = each.additionalProperties;
    const named = typeof any === 'object' ? variants(any).flatMap((value) => rows(value, `${key}.<name>`)) : [];
    const listed = each.items === undefined ? [] : variants(each.items).flatMap((item) => rows(item, `${key}[]`));
    return [...rows(each, key), ...named, ...listed];
  });
  // Forms of one thing share keys: the first that has something to say tells.
  return found.filter((row, i) => found.findIndex((other) => other.key === row.key) === i);
}

function presetOf(shape: Shape, parent: Shape, name: string): string {
  if (shape.default !== undefined && typeof shape.default !== 'object') return `\`${JSON.stringify(shape.default)}\``;
  return parent.required?.includes(name) ? '**needed**' : '';
}

function typeOf(shape: Shape): string {
  if (shape.title !== undefined) return shape.title;
  const forms = variants(shape).filter(({ type }) => type !== 'null');
  const all = new Set(forms.map(one));
  return [...all].join(', or ');
}

function one(shape: Shape): string {
  if (shape.const !== undefined) return `\`${String(shape.const)}\``;
  if (shape.enum !== undefined) return shape.enum.map((word) => `\`${String(word)}\``).join(', ');
  if (shape.type === 'array') return `a list of ${shape.items === undefined ? 'values' : typeOf(shape.items)}`;
  const names: Readonly<Record<string, string>> = {
    object: 'map',
    string: 'text',
    integer: 'number',
    boolean: 'true, false',
  };
  return names[shape.type ?? ''] ?? shape.type ?? '';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
