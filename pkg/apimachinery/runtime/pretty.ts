/**
 * Whether JSON is indented: as `?pretty=` says, else for clients in front of which a person sits.
 * Source: apiserver `pkg/endpoints/handlers/negotiation`.
 */
export function isPretty(query: URLSearchParams, userAgent: string | undefined): boolean {
  const asked = query.get('pretty') ?? '';
  if (asked !== '') return trueWords.includes(asked);
  return peopleAgents.some((agent) => userAgent?.startsWith(agent));
}

// What Go's `strconv.ParseBool` takes for true; everything else counts as false.
const trueWords: readonly string[] = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const peopleAgents: readonly string[] = ['curl', 'Wget', 'Mozilla/5.0'];
