import type { Provenance } from '../kafka/contract.ts';
import type { ObjectInfo } from '../object/contract.ts';
import { Delivery } from './delivery.ts';
import type { Departure, Leave } from './departure.ts';
import type { ExportPlan, ExportPorts } from './plan.ts';
import { batchesOf, endlessAggregate } from './reading.ts';
import type { Ending, ExportRequest } from './run.ts';
import { stoppedError } from './stop.ts';
import type { Tally } from './tally.ts';

/** Takes the object through from its first byte, or from where a continuation says. */
export async function exportAtLeastOnce(
  plan: ExportPlan,
  ports: ExportPorts,
  { ref, continuation }: ExportRequest,
  { info, source }: { readonly info: ObjectInfo; readonly source: Provenance },
  tally: Tally,
  departure: Departure,
): Promise<Ending> {
  tally.goOnFrom(continuation?.position ?? { byte: 0, counts: {} });
  const delivery = new Delivery(plan, ports, source, tally, departure);
  await delivery.connect();
  let leave: Leave | undefined;
  try {
    for await (const batch of batchesOf(plan, ports, info, tally, () => departure.ahead())) {
      await delivery.accept(batch);
      leave = delivery.stoppedAt === undefined && !batch.last ? departure.due() : undefined;
      if (delivery.stoppedAt !== undefined || leave !== undefined) break;
    }
    // Rows that were selected before the object broke are delivered before the error is told.
    await delivery.settle();
  } catch (error) {
    const failure = await delivery.settle().then(
      () => error,
      (thrown: unknown) => thrown,
    );
    if (!departure.ended(failure)) throw failure;
    leave = departure.due() ?? {};
  }
  if (leave !== undefined) {
    if (plan.select.aggregate) throw endlessAggregate(plan, tally.bytesIn);
    return { result: 'continued', leave };
  }
  const stop = delivery.stoppedAt;
  return stop === undefined ? { result: 'done' } : { result: 'stopped', error: stoppedError(stop, plan, ref) };
}
