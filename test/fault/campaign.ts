/** Objects side by side, whose runs are killed, paused and overtaken until every point was met as often as it is to be. */
import { type Census, takeCensus } from './census.ts';
import { canMeet, faultAt } from './choice.ts';
import type { Exporter } from './exporter.ts';
import type { Ground } from './ground.ts';
import { Life } from './life.ts';
import type { Kind } from './object.ts';
import { type LedgerKind, POINTS, type Point } from './points.ts';
import { Random } from './random.ts';
import type { Fault } from './task.ts';

export interface CampaignOptions {
  readonly exporter: Exporter;
  readonly ground: Ground;
  readonly ledger: LedgerKind;
  readonly seed: number;
  /** How many runs are killed: each point in turn, and some at random. */
  readonly kills: number;
  /** How often each point is met by a run that is paused there, and by one that works on while another takes the object over. */
  readonly pauses: number;
  /** Objects at once. */
  readonly atOnce: number;
  /** Told after each fault how many were met, and of how many. */
  readonly progress?: (met: number, planned: number) => void;
}

/** A fault that is still to be met. */
interface Open {
  readonly point: Point | 'random';
  readonly how: Fault['how'];
  tries: number;
}

export interface Hit {
  readonly point: Point | 'random';
  readonly how: Fault['how'];
}

export interface Outcome {
  readonly ledger: LedgerKind;
  readonly hits: readonly Hit[];
  /** Points that no run came to, however often it was tried. */
  readonly missed: readonly Hit[];
  readonly census: Census;
}

const FAULTS_OF_AN_OBJECT = 6;
const DEATH: Fault = { step: 'commit', mode: 'under way', skip: 1, how: 'SIGKILL' };
/** The part of the kills that come at a named point: 8 times at each of 32 points, of 300. */
const NAMED = 0.87;
const MOST_TRIES = 6;
/** A random kill comes within so many milliseconds of getting the object, about as long as a run takes; sooner if it came too late before. */
const SPAN = 600;

export async function campaign(options: CampaignOptions): Promise<Outcome> {
  const { atOnce, ground, ledger, seed } = options;
  const random = new Random(seed);
  const open = planned(options, random);
  const whole = open.length;
  const hits: Hit[] = [];
  const missed: Hit[] = [];
  const lives: Life[] = [];
  let made = 0;

  async function live(): Promise<void> {
    const life = await Life.begin({ ...options, kind: kindOf(made++, open) });
    lives.push(life);
    for (let faults = 0; faults < FAULTS_OF_AN_OBJECT && !life.done && open.length > 0; faults++) {
      const at = open.findIndex(({ point }) => point === 'random' || canMeet(point, ledger, life));
      const [next] = at < 0 ? [] : open.splice(at, 1);
      if (next === undefined) {
        // Some points come only behind a death in mid-run, or where the object stands still.
        if (faults === 0) await life.meet(DEATH);
        else await life.attempt();
        continue;
      }
      const { point, how } = next;
      const met =
        point === 'random'
          ? await life.killAfter(random.below(SPAN / 2 ** next.tries))
          : await life.meet(faultAt(point, how, random, next.tries));
      if (met) hits.push({ point, how });
      else if (++next.tries < MOST_TRIES) open.push(next);
      else missed.push({ point, how });
      options.progress?.(hits.length, whole);
    }
    await life.finish(1 + random.below(3));
  }

  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (open.length > 0) await live();
    }),
  );
  return { ledger, hits, missed, census: await takeCensus(ground, lives) };
}

function planned({ kills, ledger, pauses }: CampaignOptions, random: Random): Open[] {
  const points = POINTS[ledger];
  const named: Open[] = [];
  const ways = { SIGKILL: Math.ceil(kills * NAMED), SIGSTOP: pauses * points.length, word: pauses * points.length };
  for (const how of ['SIGKILL', 'SIGSTOP', 'word'] as const) {
    const turns = random.shuffled(points);
    for (let i = 0; i < ways[how]; i++) named.push({ point: turns[i % turns.length]!, how, tries: 0 });
  }
  const left = kills - ways.SIGKILL;
  const blind = Array.from({ length: left }, (): Open => ({ point: 'random', how: 'SIGKILL', tries: 0 }));
  return random.shuffled([...named, ...blind]);
}

/** Every second object stops at a bad record while that is still to be met. */
function kindOf(index: number, open: readonly Open[]): Kind {
  const stops = open.some(({ point }) => point !== 'random' && (point.step === 'stop' || point.step === 'resume'));
  return {
    compression: index % 3 === 2 ? 'gzip' : 'none',
    keyed: index % 4 > 1,
    bad: stops && index % 2 === 0 ? 'stop' : 'letters',
  };
}
