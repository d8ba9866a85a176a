import type { Provenance } from '../kafka/contract.ts';
import type { ObjectInfo } from '../object/contract.ts';
import { Delivery } from './delivery.ts';
import type { ExportPlan, ExportPorts } from './plan.ts';
import { batchesOf, MARGIN, outOfTime } from './reading.ts';
import type { Ending, ExportRequest } from './run.ts';
import { stoppedError } from './stop.ts';
import type { Tally } from './tally.ts';

/** Takes the object through from its first byte. */
export async function exportAtLeastOnce(
  plan: ExportPlan,
  ports: ExportPorts,
  { ref, deadline }: ExportRequest,
  { info, source }: { readonly info: ObjectInfo; readonly source: Provenance },
  tally: Tally,
): Promise<Ending> {
  const end = deadline - MARGIN;
  const delivery = new Delivery(plan, ports, source, tally, end);
  await delivery.connect();
  try {
    for await (const batch of batchesOf(plan, ports, info, tally)) {
      await delivery.accept(batch);
      if (delivery.stoppedAt !== undefined) break;
      if (!batch.last && ports.clock() >= end) throw outOfTime(plan.select, batch.to);
    }
  } finally {
    // Rows that were selected before the object broke are delivered before the error is told.
    await delivery.settle();
  }
  const stop = delivery.stoppedAt;
  return stop === undefined ? { result: 'done' } : { result: 'stopped', error: stoppedError(stop, plan, ref) };
}
