import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { handleExport } from '../../../lib/export/handle.ts';
import { loadProject } from '../../../lib/rule/disk.ts';
import { resolveExport } from '../../../lib/rule/index.ts';
import { PROJECT } from '../../../local/project.ts';
import { planOf, portsOf } from '../../support/export-fakes.ts';

const EVENTS = path.join(PROJECT, 'events');
/** What feeds a sink. */
const MESSAGES: readonly string[] = ['kafka.json', 'msk.json'];
const SAMPLES = readdirSync(EVENTS).filter((name) => name.endsWith('.json') && !MESSAGES.includes(name));

/** What the function of the example rule answers to a sample, over a store that has every object. */
async function answerTo(sample: string) {
  const { bundle } = resolveExport(await loadProject(PROJECT, {}), 'errors-to-kafka', 'local');
  const { ports, deadline } = portsOf();
  const notes: string[] = [];
  const answer = await handleExport(JSON.parse(readFileSync(path.join(EVENTS, sample), 'utf8')), {
    bundle,
    secrets: { text: async () => '', fields: () => Promise.reject(new Error('the example needs no secret here')) },
    journal: { run: () => {}, note: (message) => notes.push(message) },
    clock: ports.clock,
    requestId: 'r1',
    deadline,
    instance: async () => ({ plan: planOf([]), ports, close: async () => {} }),
  });
  return { answer, notes };
}

test.each(SAMPLES.filter((name) => name !== 's3-test-event.json'))('%s runs the example rule', async (sample) => {
  const { answer } = await answerTo(sample);
  const runs = 'runs' in answer ? answer.runs : [];
  expect(runs.length).toBeGreaterThan(0);
  for (const run of runs)
    expect(run).toMatchObject({ result: 'done', key: expect.stringMatching(/^access\/.*\.csv\.gz$/) });
  expect(answer).not.toHaveProperty('batchItemFailures.0');
});

test('s3-test-event.json runs nothing, and is told of', async () => {
  const { answer, notes } = await answerTo('s3-test-event.json');
  expect(answer).toEqual({ runs: [] });
  expect(notes).toHaveLength(1);
});
