import type { ChangeOrder } from '../../message/contract.ts';
import type { Cell } from './row.ts';

/** As `numeric[]`, which the server compares as a ChangeOrder is compared. */
export function orderCell(order: ChangeOrder | undefined): Cell {
  return order === undefined ? null : `{${order.join(',')}}`;
}

export function orderText(order: ChangeOrder): string {
  return order.join(',');
}

export function orderOf(text: string | undefined): ChangeOrder | undefined {
  return text === undefined || text === '' ? undefined : text.split(',').map(BigInt);
}
