import { emptyCells, fill, type MatrixDeclaration, marksIn, render, strays } from '../../support/matrix.ts';

const auth: MatrixDeclaration = {
  name: 'auth',
  title: 'auth × good and bad',
  rows: ['none', 'scram-sha-512'],
  columns: ['good', 'bad'],
  except: [['none', 'bad']],
};
const outcome = (fullName: string, status: 'passed' | 'failed' | 'skipped' = 'passed') => ({
  fullName,
  project: 'integration',
  status,
});

test('a name may hold several marks, beside brackets that are none', () => {
  expect(marksIn('[with kafka] x [auth: none × good] y [bad input: 2 MiB record × message] a[0]')).toEqual([
    { matrix: 'auth', row: 'none', column: 'good' },
    { matrix: 'bad input', row: '2 MiB record', column: 'message' },
  ]);
});

test('the worst outcome of a cell counts', () => {
  const matrices = fill(
    [auth],
    [
      outcome('[auth: none × good] a'),
      outcome('[auth: none × good] b', 'failed'),
      outcome('[auth: scram-sha-512 × good] a'),
      outcome('[auth: scram-sha-512 × good] b', 'skipped'),
    ],
  );
  expect(matrices[0]!.cells).toEqual([
    ['failed', 'none'],
    ['skipped', 'empty'],
  ]);
  expect(emptyCells(matrices)).toEqual(['[auth: scram-sha-512 × bad]']);
});

test('a mark that names no declared cell is told, each once', () => {
  const misspelt = outcome('[auth: scram-sha512 × good] a');
  expect(strays([auth], [misspelt, misspelt, outcome('[auth: none × good]')])).toEqual(['[auth: scram-sha512 × good]']);
});

test('a matrix is printed with its cells under their columns', () => {
  const [matrix] = fill([auth], [outcome('[auth: none × good] a')]);
  expect(render(matrix!)).toBe(
    ['auth × good and bad  good   bad', 'none                 ok     -', 'scram-sha-512        EMPTY  EMPTY'].join(
      '\n',
    ),
  );
});
