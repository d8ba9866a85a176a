/** How a record's place in its object is told: by bytes, or by the row's number where the object is read by rows (Parquet). */
export function placeText(access: 'stream' | 'random', offset: number, length: number): string {
  return access === 'random' ? `row ${offset}, counted from 0` : `record of ${length} bytes at byte ${offset}`;
}
