import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import type { Schema } from '../../../pkg/apimachinery/schema/schema.ts';
import type { KubernetesObject } from '../../meta/v1/types.ts';
import { anyObject } from './any-object-schema.ts';

/** Rules for writes, as expressions. */
export interface AdmissionPolicy extends KubernetesObject {
  spec?: {
    paramKind?: { apiVersion?: string; kind?: string };
    validations?: unknown[];
    mutations?: unknown[];
  };
}

/** Where a policy holds, and with which parameters. */
export interface AdmissionPolicyBinding extends KubernetesObject {
  spec?: { policyName?: string; paramRef?: { name?: string; namespace?: string } };
}

const packageName = 'io.k8s.api.admissionregistration.v1';

const rest = 'This server applies none: the list is there for extension servers, which watch it, and it is empty.';

const objects = (description: string): Schema => ({
  type: 'array',
  description,
  items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  'x-kubernetes-list-type': 'atomic',
});

/** Schema of `ValidatingAdmissionPolicy`, as far as it is needed to look for policies. */
export const validatingAdmissionPolicySchema: KindDefinition['schema'] = newPolicySchema('Validating', {
  validations: objects('Expressions that have to be true of a write.'),
  auditAnnotations: objects('Expressions whose values are noted in the audit log.'),
});

/** Schema of `MutatingAdmissionPolicy`, as far as it is needed to look for policies. */
export const mutatingAdmissionPolicySchema: KindDefinition['schema'] = newPolicySchema('Mutating', {
  mutations: objects('Expressions that say what becomes of a write.'),
  reinvocationPolicy: {
    type: 'string',
    description: 'Whether the policy is applied again after others have changed the object: Never or IfNeeded.',
  },
});

/** Schema of `ValidatingAdmissionPolicyBinding`, as far as it is needed to look for bindings. */
export const validatingAdmissionPolicyBindingSchema: KindDefinition['schema'] = newBindingSchema('Validating', {
  validationActions: {
    type: 'array',
    description: 'What a write leads to of which an expression is not true: Deny, Warn, Audit.',
    items: { type: 'string', default: '' },
    'x-kubernetes-list-type': 'set',
  },
});

/** Schema of `MutatingAdmissionPolicyBinding`, as far as it is needed to look for bindings. */
export const mutatingAdmissionPolicyBindingSchema: KindDefinition['schema'] = newBindingSchema('Mutating', {});

type Properties = Readonly<Record<string, Schema>>;

function newPolicySchema(word: string, more: Properties): KindDefinition['schema'] {
  return newSchema(`${word}AdmissionPolicy`, 'holds rules for writes, as expressions in CEL', {
    paramKind: {
      $id: `${packageName}.ParamKind`,
      type: 'object',
      'x-kubernetes-map-type': 'atomic',
      description: 'The kind of the objects that hold parameters of the policy.',
      $description: 'ParamKind is a kind of objects that hold parameters.',
      properties: {
        apiVersion: { type: 'string', description: 'The group and version of the kind.' },
        kind: { type: 'string', description: 'The kind.' },
      },
    },
    matchConstraints: anyObject('Writes to which the policy is applied.'),
    matchConditions: objects('Expressions that have to be true for the policy to be applied.'),
    variables: objects('Expressions that others can use by their names.'),
    failurePolicy: { type: 'string', description: 'What a failing expression leads to: Ignore or Fail.' },
    ...more,
  });
}

function newBindingSchema(word: string, more: Properties): KindDefinition['schema'] {
  return newSchema(
    `${word}AdmissionPolicyBinding`,
    `says where a ${word}AdmissionPolicy holds, with which parameters`,
    {
      policyName: { type: 'string', default: '', description: 'The name of the policy.' },
      paramRef: anyObject('The objects that hold the parameters: by name and namespace, or by their labels.'),
      matchResources: anyObject('Writes to which the policy is applied, of those that it is made for.'),
      ...more,
    },
  );
}

function newSchema(kind: string, does: string, properties: Properties): KindDefinition['schema'] {
  return {
    $id: `${packageName}.${kind}`,
    type: 'object',
    description: `${kind} ${does}. ${rest}`,
    properties: {
      spec: {
        $id: `${packageName}.${kind}Spec`,
        type: 'object',
        default: {},
        description: 'What is asked for.',
        $description: `${kind}Spec is what a ${kind} asks for.`,
        properties,
      },
    },
  };
}
