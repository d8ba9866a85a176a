const FIXES: Readonly<Record<string, string>> = {
  JSONParsingError:
    'If the messages are no JSON, set message.format; else have their producer mended, and onError say what becomes of bad ones.',
  InvalidTextEncoding: 'Set message.charset to the encoding that the producer writes.',
  FieldCollision: 'Rename or drop one of the two in a step before, or give the json step a prefix.',
  NotAnEvent: "Set message.format to json if these are not Debezium's events.",
  RowCannotBeFound:
    'Give the source table a primary key, or set its REPLICA IDENTITY to FULL and send its events without the flattening transform.',
  UnchangedFieldNeeded:
    "Leave the field out of the rule's expressions, or set the source table's REPLICA IDENTITY to FULL.",
  KeyNotKnown: 'Make the key of fields that the source table has in its own key.',
  OutOfRange: "Mend the row at its source; the connector's event does not hold the value.",
  WireTypeMismatch:
    'See that one connector alone writes to the topic, and that message.debezium.binary is its binary.handling.mode.',
  AmbiguousFieldName: 'Put the name in double quotes, in the case that is meant.',
  StepFailed:
    'Have the step say what becomes of such a field (onMiss, onFewer, onFail), or onError what becomes of the message.',
};

/** The next step for whoever reads of a bad message. */
export function fixOf(code: string, at: string): string | undefined {
  return (
    FIXES[code] ??
    (at === 'parse' ? undefined : `See what the expression of ${at} does with such a row: sluice preview shows it.`)
  );
}
