import { inflateRawSync } from 'node:zlib';

/** The files of a zip archive by name, read off its central directory (APPNOTE 4.3.12). */
export function unzip(archive: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = archive.lastIndexOf(Buffer.from('504b0506', 'hex'));
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const stored = archive.readUInt32LE(at + 20);
    const [name, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const bytes = archive.subarray(start, start + stored);
    files.set(
      archive.toString('utf8', at + 46, at + 46 + name!),
      archive.readUInt16LE(at + 10) === 0 ? bytes : inflateRawSync(bytes),
    );
    at += 46 + name! + extra! + comment!;
  }
  return files;
}
