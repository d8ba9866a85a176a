import { SluiceError } from '../failure/index.ts';
import type { Change, Message, MessageFailure, MessagePipeline, Notice, Stage, Warning } from '../message/contract.ts';
import type { Target } from './contract.ts';

/** One message through every stage. */
export interface PreviewedMessage {
  readonly message: Message;
  readonly stages: readonly Stage[];
  readonly changes: readonly Change[];
  readonly failure?: MessageFailure;
}

export interface SinkPreview {
  readonly messages: readonly PreviewedMessage[];
  /** Of all messages together. */
  readonly warnings: readonly Warning[];
  readonly notices: readonly Notice[];
  /** What the target would be sent for all of them; undefined where it could not say. */
  readonly statements?: readonly string[];
  /** Why it could not. */
  readonly error?: SluiceError;
}

/** What messages would come to, stage by stage, and what would be sent. Nothing is written. */
export async function previewMessages(
  messages: readonly Message[],
  pipeline: MessagePipeline,
  target: Pick<Target, 'statements'>,
): Promise<SinkPreview> {
  const traces = messages.map((message) => ({ message, ...pipeline.trace(message) }));
  const facts = {
    messages: traces.map(({ message, stages, changes, failure }) => ({
      message,
      stages,
      changes,
      ...(failure === undefined ? {} : { failure }),
    })),
    warnings: addedUp(traces.flatMap(({ warnings }) => warnings)),
    notices: traces.flatMap(({ notices }) => notices),
  };
  try {
    return { ...facts, statements: await target.statements(traces.flatMap(({ changes }) => changes)) };
  } catch (error) {
    // What the stages show is worth having without a database.
    if (error instanceof SluiceError) return { ...facts, error };
    throw error;
  }
}

function addedUp(warnings: readonly Warning[]): readonly Warning[] {
  const sums = new Map<string, Warning>();
  for (const warning of warnings) {
    const id = `${warning.at} ${warning.what}`;
    const { rows, of } = sums.get(id) ?? { rows: 0, of: 0 };
    sums.set(id, { ...warning, rows: rows + warning.rows, of: of + warning.of });
  }
  return [...sums.values()];
}
