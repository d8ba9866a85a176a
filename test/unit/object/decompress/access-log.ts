/** The text that the files in `../data` hold, compressed by gzip(1), bzip2(1) and zstd(1). */
export function accessLog(rows = 6000): Buffer {
  let seed = 1;
  let text = '';
  for (let i = 0; i < rows; i++) {
    seed = (seed * 48271) % 2147483647;
    const path = ['users', 'orders', 'items'][seed % 3];
    const status = [200, 200, 404, 500][seed % 4];
    text += `${i},10.0.${seed % 256}.${(seed >> 8) % 256},GET,/api/${path}/${seed % 100000},${status}\n`;
  }
  return Buffer.from(text);
}
