import { lineFor } from '../../../lib/cli/command.ts';

test.each([
  ['dev', {}, 'sluice deploy'],
  ['prod', {}, 'sluice deploy --stage prod'],
  ['prod', { SLUICE_STAGE: 'prod' }, 'sluice deploy'],
  ['dev', { SLUICE_STAGE: 'prod' }, 'sluice deploy --stage dev'],
])('on %s with %j one copies %s', (stage, env, line) => expect(lineFor({ stage, env }, 'deploy')).toBe(line));
