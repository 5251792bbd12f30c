import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { dropZeroes } from '../../../pkg/apimachinery/runtime/go-members.ts';
import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { serviceAccountMessage } from './service-account-protobuf.ts';
import { type ServiceAccount, serviceAccountSchema } from './service-account-schema.ts';

/** An identity for processes. Source: kubernetes `pkg/registry/core/serviceaccount/strategy.go`. */
export const serviceAccountKind: KindDefinition<ServiceAccount> = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  scope: 'Namespaced',
  shortNames: ['sa'],
  schema: serviceAccountSchema,
  protobuf: serviceAccountMessage,
  columns: [ageColumn],
  tracksGeneration: false,
  strategy: { applyDefaults, prepareForCreate: keepNames, prepareForUpdate: keepNames, warnings },
};

function applyDefaults(draft: ServiceAccount): void {
  dropZeroes(draft, ['secrets', 'imagePullSecrets']);
}

/** Of a Secret only the name counts. */
function keepNames(draft: ServiceAccount): void {
  draft.secrets = draft.secrets?.map(({ name = '' }) => (name === '' ? {} : { name })) ?? [];
  dropZeroes(draft, ['secrets']);
}

const enforcingAnnotation = 'kubernetes.io/enforce-mountable-secrets';

function warnings({ metadata }: ServiceAccount, old: ServiceAccount | undefined): string[] {
  const isNew = old?.metadata.annotations?.[enforcingAnnotation] === undefined;
  if (!isNew || metadata.annotations?.[enforcingAnnotation] === undefined) return [];
  return [
    `metadata.annotations[${enforcingAnnotation}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
  ];
}
