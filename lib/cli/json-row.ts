/**
 * The members of a JSON object in order, each value as text: strings without their quotes, everything else as it is
 * written, so that a number of any size is shown digit by digit. Undefined: the text is no object.
 */
export function jsonMembers(text: string): readonly (readonly [name: string, value: string])[] | undefined {
  const names = namesOf(text);
  if (names === undefined) return undefined;
  return names.map(([name, value]) => [name, value.startsWith('"') ? String(JSON.parse(value)) : value]);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

function namesOf(text: string): [name: string, value: string][] | undefined {
  const members: [string, string][] = [];
  let depth = 0;
  let name: string | undefined;
  let from = -1;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (depth === 0 && token !== '{') return undefined;
    if (depth === 1 && from === -1 && token.startsWith('"')) name = String(JSON.parse(token));
    else if (depth === 1 && token === ':') from = index + 1;
    else if (depth === 1 && (token === ',' || token === '}')) {
      if (name !== undefined) members.push([name, text.slice(from, index).trim()]);
      name = undefined;
      from = -1;
    }
    if (token === '{' || token === '[') depth++;
    if (token === '}' || token === ']') depth--;
  }
  return members;
}
