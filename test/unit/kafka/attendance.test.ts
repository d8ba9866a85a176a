import { Attendance } from '../../../lib/kafka/attendance.ts';
import type { PartitionFacts } from '../../../lib/kafka/offsets.ts';

/** Partitions 0 and 1 from offset 5 on, led by the brokers 1 and 2, and placed. */
function placed(): Attendance {
  const attendance = new Attendance();
  for (const partition of [0, 1]) attendance.begins(partition, 5);
  attendance.ready(new Set([1, 2]));
  return attendance;
}

const fetched = (attendance: Attendance, ...brokers: number[]) => {
  for (const broker of brokers) {
    attendance.asked(broker);
    attendance.answered(broker);
  }
};
const ending = (...highs: number[]): PartitionFacts[] =>
  highs.map((high, partition) => ({ partition, leader: 1, low: 0, high }));

describe('idle', () => {
  it('is counted from the first complete fetch of every partition', () => {
    const attendance = placed();
    fetched(attendance, 1);
    expect(attendance.idleSince()).toBeUndefined();
    fetched(attendance, 3);
    expect(attendance.idleSince()).toBeUndefined();
    const before = performance.now();
    fetched(attendance, 2);
    expect(attendance.idleSince()).toBeGreaterThanOrEqual(before);
  });

  it('is not counted from a fetch that was under way while partitions were being placed', () => {
    const attendance = new Attendance();
    attendance.asked(1);
    attendance.ready(new Set([1]));
    attendance.answered(1);
    expect(attendance.idleSince()).toBeUndefined();
    fetched(attendance, 1);
    expect(attendance.idleSince()).toBeDefined();
  });

  it('is not while a batch is under way, and begins anew behind it', () => {
    const attendance = placed();
    fetched(attendance, 1, 2);
    const first = attendance.idleSince();
    const end = attendance.busy();
    expect(attendance.idleSince()).toBeUndefined();
    end();
    expect(attendance.idleSince()).toBeGreaterThan(first ?? Number.POSITIVE_INFINITY);
  });

  it('is not once the group assigns anew', () => {
    const attendance = placed();
    fetched(attendance, 1, 2);
    attendance.reset();
    expect(attendance.idleSince()).toBeUndefined();
  });

  it('without any partition is at once', () => {
    const attendance = new Attendance();
    attendance.ready(new Set());
    expect(attendance.idleSince()).toBeDefined();
  });
});

describe('caught up', () => {
  it('is every partition that is held at the end of its log', () => {
    const attendance = placed();
    expect(attendance.isCaughtUp(ending(5, 5))).toBe(true);
    expect(attendance.isCaughtUp(ending(5, 6))).toBe(false);
    attendance.reached(1, 6);
    expect(attendance.isCaughtUp(ending(5, 6))).toBe(true);
  });

  it('leaves partitions of other members out', () => {
    const attendance = placed();
    attendance.reached(2, 1);
    expect(attendance.isCaughtUp(ending(5, 5, 99))).toBe(true);
  });
});
