import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { composeVariables } from '../../../local/docker.ts';
import { ports } from '../../../local/ports.ts';
import { PROJECT } from '../../../local/project.ts';

const text = readFileSync(path.join(PROJECT, 'local', 'compose.yaml'), 'utf8');
const filled = composeVariables({ folder: '/stack', ports: ports(), environment: {} });
const { services } = parse(text.replaceAll(/\$\{(SLUICE_POSTGRES_VERSION)\}/g, (_, name) => filled[name] ?? '')) as {
  services: Record<string, { image: string; ports: string[] }>;
};

test('every variable that compose.yaml leaves open is filled in', () => {
  const asked = [...text.matchAll(/\$\{(SLUICE_\w+)/g)].map((match) => match[1]!);
  expect(asked.filter((name) => filled[name] === undefined)).toEqual([]);
});

test('every port is bound to the loopback interface, every image is pinned', () => {
  for (const { image, ports: published } of Object.values(services)) {
    expect(image).toMatch(/:[\d.]+$/);
    expect(published.length).toBeGreaterThan(0);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:/);
  }
});
