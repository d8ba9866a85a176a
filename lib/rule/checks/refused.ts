import { SluiceError } from '../../failure/index.ts';
import type { Path } from '../tree.ts';
import { type RuleSubject, wrongAt } from './subject.ts';

/** What a station says of a value when it makes ready to run by it, told at the value's place. */
export function refused(subject: RuleSubject, path: Path, compile: () => unknown): readonly SluiceError[] {
  try {
    compile();
    return [];
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return [wrongAt(subject, path, error.message, error.fix ?? 'Mend it.')];
  }
}
