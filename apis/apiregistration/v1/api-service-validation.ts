import { validateDNS1035Label, validateDNS1123Subdomain } from '../../../pkg/apimachinery/validation/dns-names.ts';
import type { FieldError } from '../../../pkg/apimachinery/validation/field-error.ts';
import { invalid, notSupported, required } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validatePathSegmentName } from '../../../pkg/apimachinery/validation/name-functions.ts';
import { specOf } from './api-service-spec.ts';
import type { APIService, APIServiceSpec } from './api-service-schema.ts';

// Rules, texts and their order: kube-aggregator `pkg/apis/apiregistration/validation/validation.go`.

/** Faults of an APIService, new or changed. */
export function validateAPIService(object: APIService): FieldError[] {
  const spec = specOf(object);
  return [
    ...validateNameIsVersionAndGroup(object, spec),
    ...validateGroupVersion(spec),
    ...validatePriorities(spec),
    ...(spec.service === undefined ? validateLocal(spec) : validateRemote(spec)),
  ];
}

/** Faults of a write to the status subresource. */
export function validateAPIServiceStatus(object: APIService): FieldError[] {
  return (object.status?.conditions ?? []).flatMap(({ status }, index) =>
    conditionStatuses.includes(status)
      ? []
      : [notSupported(`status.conditions[${index}].status`, status, conditionStatuses)],
  );
}

const conditionStatuses: readonly string[] = ['True', 'False', 'Unknown'];

/** The name says what is served, so that no two APIServices can claim one group/version. */
function validateNameIsVersionAndGroup({ metadata }: APIService, spec: APIServiceSpec): FieldError[] {
  const wanted = `${spec.version ?? ''}.${spec.group ?? ''}`;
  const detail = `must be \`spec.version+"."+spec.group\`: "${wanted}"`;
  return (['generateName', 'name'] as const).flatMap((member) => {
    const value = metadata[member] ?? '';
    if (value === '' || value === wanted || validatePathSegmentName(value, false).length > 0) return [];
    return [invalid(`metadata.${member}`, value, detail)];
  });
}

function validateGroupVersion({ group = '', version = '' }: APIServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (group === '' && version !== 'v1') {
    errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  }
  if (group !== '') {
    errors.push(...validateDNS1123Subdomain(group).map((detail) => invalid('spec.group', group, detail)));
  }
  errors.push(...validateDNS1035Label(version).map((detail) => invalid('spec.version', version, detail)));
  return errors;
}

/** The texts say "less than"; upstream accepts the limit itself. */
function validatePriorities({ groupPriorityMinimum, versionPriority }: APIServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000) {
    const detail = 'must be positive and less than 20000';
    errors.push(invalid('spec.groupPriorityMinimum', groupPriorityMinimum, detail));
  }
  if (versionPriority <= 0 || versionPriority > 1000) {
    errors.push(invalid('spec.versionPriority', versionPriority, 'must be positive and less than 1000'));
  }
  return errors;
}

function validateLocal({ caBundle = '', insecureSkipTLSVerify = false }: APIServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (caBundle !== '') {
    const value = `${Buffer.from(caBundle, 'base64').byteLength} bytes`;
    errors.push(invalid('spec.caBundle', value, 'local APIServices may not have a caBundle'));
  }
  if (insecureSkipTLSVerify) {
    const detail = 'local APIServices may not have insecureSkipTLSVerify';
    errors.push(invalid('spec.insecureSkipTLSVerify', true, detail));
  }
  return errors;
}

function validateRemote({ service = {}, caBundle = '', insecureSkipTLSVerify = false }: APIServiceSpec): FieldError[] {
  const { namespace = '', name = '', port = 443 } = service;
  const errors: FieldError[] = [];
  if (namespace === '') errors.push(required('spec.service.namespace', ''));
  if (name === '') errors.push(required('spec.service.name', ''));
  if (port < 1 || port > 65_535) {
    const detail = 'port is not valid: must be between 1 and 65535, inclusive';
    errors.push(invalid('spec.service.port', port, detail));
  }
  if (insecureSkipTLSVerify && caBundle !== '') {
    errors.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  }
  return errors;
}
