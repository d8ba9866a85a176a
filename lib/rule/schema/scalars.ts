import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

function amount(text: string, units: Readonly<Record<string, number>>): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text) ?? [];
  return Math.round(Number(digits) * (units[unit] ?? Number.NaN));
}

/** A number of bytes, written as one or with its unit. Resolves to bytes. */
export const bytes = () =>
  z
    .union([
      z.int().positive(),
      z.string().regex(/^\d+(\.\d+)? ?(B|kB|MB|GB|KiB|MiB|GiB)?$/, { error: 'a size such as 2MiB, 500kB or 4096' }),
    ])
    .transform((value) => (typeof value === 'number' ? value : amount(value, UNITS)))
    .meta({ title: 'size' });

/** A length of time, written in seconds or with its unit. Resolves to seconds. */
export const duration = () =>
  z
    .union([
      z.int().positive(),
      z.string().regex(/^\d+(\.\d+)? ?[smhd]?$/, { error: 'a duration such as 30s, 15m, 12h or 400d' }),
    ])
    .transform((value) => (typeof value === 'number' ? value : amount(value, SECONDS)))
    .meta({ title: 'duration' });

/** Names a secret; never holds one. */
export const secret = () =>
  z
    .string()
    .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|arn:aws[a-z-]*:secretsmanager:.+|[A-Za-z0-9/_+=.@-]{1,512})$/, {
      error: 'the name or ARN of a Secrets Manager secret, or env:NAME or file:path for local work',
    })
    .meta({ title: 'secret' });

export const text = () => z.string().min(1, { error: 'text that is not empty' });

export const topic = () =>
  z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/, {
    error: 'a Kafka topic: up to 249 letters, digits, dots, underscores and hyphens',
  });

export const kmsKey = () =>
  z.string().regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/, {
    error: "a KMS key's ARN, arn:aws:kms:<region>:<account>:key/<id>",
  });
