import { stripVTControlCharacters } from 'node:util';

const AGE = '(?:\\d+[smhd]){1,2}';

/**
 * An output without what differs from run to run: times, ages, uids, resource versions, temporary folders, addresses,
 * and the colours of older versions.
 */
export function normaliseOutput(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+\d{4}/g, '<time>')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/((?:resourceVersion|Resource Version):\s+)"?(?:\d+|<rv>)"?/g, '$1<rv>')
    .replaceAll(/https:\/\/127\.0\.0\.1:\d+/g, '<address>')
    .replaceAll(/\S*\/(LIVE|MERGED)-\d+\//g, '<tmp>/$1/')
    .replaceAll(/(\bport\\?"?:\s*)\d+/gi, '$1<port>')
    .replaceAll(new RegExp(` ${AGE}$`, 'gm'), ' <age>')
    .replaceAll(/LS0tLS1CRUdJTi[\w+/=]+/g, '<certificate>')
    .replaceAll(/^((?:Client|Server) Version: ).*$/gm, '$1<version>')
    .split('\n')
    .map((line) => line.replaceAll(/(?<=\S) {2,}/g, '  ').trimEnd())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}
