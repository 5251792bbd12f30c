import { equalJSON } from '../../../pkg/apimachinery/runtime/json.ts';
import { validateDNS1123Subdomain } from '../../../pkg/apimachinery/validation/dns-names.ts';
import { type FieldError, invalid, required } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateLabelKey } from '../../../pkg/apimachinery/validation/label-names.ts';
import type { Event } from './event-schema.ts';
import type { ObjectReference } from './object-reference-schema.ts';

// Rules, texts and their order: kubernetes `pkg/apis/core/validation/events.go`. Most texts do not repeat the value.

/** Faults of an Event that clients of any group may write. `reporter` is what the group calls who reports it. */
export function validateEvent(
  event: Event,
  reporter: 'reportingComponent' | 'reportingController' = 'reportingComponent',
): FieldError[] {
  const { namespace = '' } = event.metadata;
  return [
    ...(isMissing(event.eventTime) ? validateOldEvent(event) : validateNewEvent(event, reporter)),
    ...validateDNS1123Subdomain(namespace).map((detail) => invalid('namespace', namespace, detail)),
  ];
}

/** Further faults of a new Event, which `events.k8s.io` does not take. */
export function validateStrictly(event: Event): FieldError[] {
  const { type = '', source = {} } = event;
  const unset: FieldError[] = [];
  if (!isMissing(event.firstTimestamp)) unset.push(invalid('firstTimestamp', '', 'needs to be unset'));
  if (!isMissing(event.lastTimestamp)) unset.push(invalid('lastTimestamp', '', 'needs to be unset'));
  if ((event.count ?? 0) !== 0) unset.push(invalid('count', '', 'needs to be unset'));
  if (!isMissing(source.component) || !isMissing(source.host)) unset.push(invalid('source', '', 'needs to be unset'));
  return [
    ...validateSeries(event),
    ...(isMissing(event.eventTime) ? [required('eventTime', '')] : []),
    ...(type === 'Normal' || type === 'Warning' ? [] : [invalid('type', '', `has invalid value: ${type}`)]),
    ...unset,
  ];
}

/** Further faults of a changed Event, which `events.k8s.io` does not take: only the series goes on. */
export function validateStrictUpdate(event: Event, old: Event): FieldError[] {
  const series = equalJSON(event.series, old.series) ? [] : validateSeries(event);
  return [...series, ...fixedMembers.flatMap(([field, read]) => validateFixed(field, read(event), read(old)))];
}

/** In upstream's order, `reason` twice; values as Go's internal types print them. */
const fixedMembers: readonly (readonly [string, (event: Event) => unknown])[] = [
  ['involvedObject', ({ involvedObject }) => toInternal(involvedObject ?? {})],
  ['reason', ({ reason = '' }) => reason],
  ['message', ({ message = '' }) => message],
  ['source', ({ source }) => ({ Component: source?.component ?? '', Host: source?.host ?? '' })],
  ['firstTimestamp', ({ firstTimestamp = null }) => firstTimestamp],
  ['lastTimestamp', ({ lastTimestamp = null }) => lastTimestamp],
  ['count', ({ count = 0 }) => count],
  ['reason', ({ reason = '' }) => reason],
  ['type', ({ type = '' }) => type],
  ['eventTime', ({ eventTime = null }) => eventTime],
  ['action', ({ action = '' }) => action],
  ['related', ({ related }) => (related === undefined ? null : toInternal(related))],
  ['reportingController', ({ reportingComponent = '' }) => reportingComponent],
  ['reportingInstance', ({ reportingInstance = '' }) => reportingInstance],
];

function validateFixed(field: string, value: unknown, before: unknown): FieldError[] {
  return equalJSON(value, before) ? [] : [invalid(field, value, 'field is immutable')];
}

function toInternal({ kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath }: ObjectReference): object {
  return {
    Kind: kind ?? '',
    Namespace: namespace ?? '',
    Name: name ?? '',
    UID: uid ?? '',
    APIVersion: apiVersion ?? '',
    ResourceVersion: resourceVersion ?? '',
    FieldPath: fieldPath ?? '',
  };
}

/** Events that older clients write have no `eventTime`. */
function validateOldEvent({ metadata, involvedObject = {} }: Event): FieldError[] {
  const { namespace = '' } = involvedObject;
  const matches = isMissing(namespace) ? metadata.namespace === 'default' : metadata.namespace === namespace;
  return matches ? [] : [newNamespaceFault(namespace)];
}

function validateNewEvent(event: Event, reporter: string): FieldError[] {
  const { metadata, involvedObject = {}, reportingComponent = '' } = event;
  const isHome = metadata.namespace === 'default' || metadata.namespace === 'kube-system';
  return [
    ...(isMissing(involvedObject.namespace) && !isHome ? [newNamespaceFault('')] : []),
    ...(isMissing(reportingComponent) ? [required(reporter, '')] : []),
    ...validateLabelKey(reportingComponent).map((detail) => invalid(reporter, reportingComponent, detail)),
    ...validateText('reportingInstance', event.reportingInstance),
    ...validateText('action', event.action),
    ...validateText('reason', event.reason),
    ...validateLength('message', event.message, 1024),
  ];
}

function newNamespaceFault(namespace: string): FieldError {
  return invalid('involvedObject.namespace', namespace, 'does not match event.namespace');
}

function validateText(field: string, text: string | undefined): FieldError[] {
  return isMissing(text) ? [required(field, '')] : validateLength(field, text, 128);
}

function validateLength(field: string, text: string | undefined, limit: number): FieldError[] {
  if (Buffer.byteLength(text ?? '') <= limit) return [];
  return [invalid(field, '', `can have at most ${limit} characters`)];
}

function validateSeries({ series }: Event): FieldError[] {
  if (series === undefined) return [];
  return [
    ...((series.count ?? 0) < 2 ? [invalid('series.count', '', 'should be at least 2')] : []),
    ...(isMissing(series.lastObservedTime) ? [required('series.lastObservedTime', '')] : []),
  ];
}

function isMissing(value: string | null | undefined): boolean {
  return (value ?? '') === '';
}
