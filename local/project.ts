/** Where the project lies, however it was started. */
import path from 'node:path';

export const PROJECT = path.dirname(import.meta.dirname);
export const localFile = (name: string): string => path.join(PROJECT, 'local', name);
