export type { ObjectInfo, ObjectRef, ObjectStore, ReadOptions } from './contract.ts';
export { type Decompressed, decompress, type KnownCompression } from './decompress/index.ts';
export { type OpenObject, type OpenOptions, open } from './open.ts';
export { type StoreEndpoint, type StoreTuning, s3Store } from './s3-store.ts';
