import type { FieldError } from '../../../pkg/apimachinery/validation/field-error.ts';
import { invalid, required } from '../../../pkg/apimachinery/validation/field-error.ts';
import { readBackendAnnotations } from './backend-annotations.ts';
import type { ExternalName } from './external-name-schema.ts';
import { validateHost } from './host-validation.ts';

/** Faults of an ExternalName, new or changed. */
export function validateExternalName(object: ExternalName): FieldError[] {
  return [...readBackendAnnotations(object).errors, ...validateSpec(object.spec?.host ?? '')];
}

function validateSpec(host: string): FieldError[] {
  if (host === '') {
    return [required('spec.host', 'put the DNS name or IP address of the service here, such as "127.0.0.1"')];
  }
  return validateHost(host).map((detail) => invalid('spec.host', host, detail));
}
