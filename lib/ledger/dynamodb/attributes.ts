import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** Texts, numbers and records of them: all that an item holds. */
type Plain = string | number | { readonly [name: string]: Plain | undefined };

export function toAttribute(value: Plain): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  return { M: toAttributes(value) };
}

export function toAttributes(values: { readonly [name: string]: Plain | undefined }): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) attributes[name] = toAttribute(value);
  }
  return attributes;
}

/** The way back; undefined for a kind of attribute that no item of the ledger has. */
export function fromAttribute(attribute: AttributeValue): Plain | undefined {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  return attribute.M === undefined ? undefined : fromAttributes(attribute.M);
}

export function fromAttributes(attributes: Readonly<Record<string, AttributeValue>>): Record<string, Plain> {
  const values: Record<string, Plain> = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const value = fromAttribute(attribute);
    if (value !== undefined) values[name] = value;
  }
  return values;
}
