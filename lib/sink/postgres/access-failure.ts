import { type ErrorTraits, type Finding, type PostgresPlace, placeText } from './finding.ts';

const HBA = /host "([^"]*)", user "([^"]*)", database "([^"]*)"(?:, (.*))?$/;

/** What the server said to a connection that it did not take; undefined if the error is about something else. */
export function accessFailure(traits: ErrorTraits, place: PostgresPlace): Finding | undefined {
  const { code, message } = traits;
  if (/pg_hba\.conf/.test(message)) return hbaFailure(message, place);
  if (code === '28P01' || /password authentication failed/i.test(message)) return passwordFailure(place);
  if (code === '28000') {
    if (/role .* does not exist/.test(message)) {
      return refused(
        'NoSuchUser',
        `${placeText(place)} knows no user ${place.username}`,
        "Check `username` in the connection's secret, or create the user with CREATE ROLE … LOGIN.",
      );
    }
    if (/not permitted to log in/.test(message)) {
      return refused(
        'LoginDenied',
        `${placeText(place)} does not let ${place.username} log in`,
        `Run ALTER ROLE ${place.username} LOGIN, or use another user.`,
      );
    }
    return passwordFailure(place);
  }
  if (code === '3D000' || /no such database/i.test(message)) {
    return refused(
      'NoSuchDatabase',
      `the server at ${place.host}:${place.port} has no database ${place.database}`,
      'Check `database` in the connection: names are case-sensitive. Or create it: sluice never creates databases.',
    );
  }
  if (code === '42501' && /permission denied for database/.test(message)) {
    return refused(
      'ConnectDenied',
      `${place.username} may not connect to the database ${place.database}`,
      `Run GRANT CONNECT ON DATABASE ${place.database} TO ${place.username}.`,
    );
  }
  return undefined;
}

function refused(code: string, message: string, fix: string): Finding {
  return { code, message, fix, retryable: false };
}

function hbaFailure(message: string, place: PostgresPlace): Finding {
  const [, address, user = place.username, database = place.database, how] = HBA.exec(message) ?? [];
  const from = address === undefined ? '' : ` from ${address}`;
  const encrypted = how === undefined ? place.tls !== undefined : /SSL on|SSL encryption/i.test(how);
  const range = address === undefined ? '<address>/32' : `${address}/${address.includes(':') ? 128 : 32}`;
  if (/rejects connection/.test(message)) {
    return refused(
      'HbaRejects',
      `${placeText(place)} rejects user ${user}${from} by a line of its pg_hba.conf`,
      `Put a line before the one with \`reject\`: ${line(encrypted, database, user, range)}; then SELECT pg_reload_conf().`,
    );
  }
  const said = `${placeText(place)} has no line in its pg_hba.conf for user ${user}, database ${database}${from} ${encrypted ? 'with TLS' : 'without TLS'}`;
  const allow = `add a line such as \`${line(encrypted, database, user, range)}\` and SELECT pg_reload_conf(); of a managed server, add ${address ?? 'the address'} to its list of allowed addresses`;
  const fix = encrypted
    ? `On the server, ${allow}.`
    : `Set \`tls: verify-full\` (or \`require\`) in the connection: servers often have lines for TLS only (RDS with rds.force_ssl). Or, on the server, ${allow}.`;
  return refused('NoHbaEntry', said, fix);
}

const line = (encrypted: boolean, database: string, user: string, range: string): string =>
  `${encrypted ? 'hostssl' : 'host'} ${database} ${user} ${range} scram-sha-256`;

function passwordFailure(place: PostgresPlace): Finding {
  const said = `${placeText(place)} refused the password of ${place.username}`;
  if (place.passwordFrom === 'iam') {
    return refused(
      'WrongPassword',
      `${placeText(place)} refused the IAM token of ${place.username}`,
      `Run GRANT rds_iam TO ${place.username}, allow rds-db:connect for this user in the role's policy, and check \`resourceId\` and \`region\` of the connection.`,
    );
  }
  return refused(
    'WrongPassword',
    said,
    "Check `{username, password}` in the connection's secret. A password that was rotated is read again by the next instance.",
  );
}
