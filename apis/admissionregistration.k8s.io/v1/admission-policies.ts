import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import {
  type KindDefinition,
  type PrinterColumn,
  readOnlyVerbs,
} from '../../../pkg/apimachinery/schema/kind-definition.ts';
import {
  type AdmissionPolicy,
  type AdmissionPolicyBinding,
  mutatingAdmissionPolicyBindingSchema,
  mutatingAdmissionPolicySchema,
  validatingAdmissionPolicyBindingSchema,
  validatingAdmissionPolicySchema,
} from './admission-policy-schema.ts';
import { validatingAdmissionPolicyMessage } from './validating-admission-policy-protobuf.ts';
import { validatingAdmissionPolicyBindingMessage } from './validating-admission-policy-binding-protobuf.ts';
import { mutatingAdmissionPolicyMessage } from './mutating-admission-policy-protobuf.ts';
import { mutatingAdmissionPolicyBindingMessage } from './mutating-admission-policy-binding-protobuf.ts';

const common = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  scope: 'Cluster',
  categories: ['api-extensions'],
  verbs: readOnlyVerbs,
} as const;

const unset = '<unset>';

const paramKindColumn: PrinterColumn<AdmissionPolicy> = {
  name: 'ParamKind',
  type: 'string',
  description: 'ParamKind specifies the kind of resources used to parameterize this policy',
  cell: ({ spec: { paramKind } = {} }) =>
    paramKind === undefined ? unset : `${paramKind.apiVersion ?? ''}/${paramKind.kind ?? ''}`,
};

const bindingColumns: readonly PrinterColumn<AdmissionPolicyBinding>[] = [
  {
    name: 'PolicyName',
    type: 'string',
    description: 'PolicyName indicates the policy definition which the policy binding binded to',
    cell: ({ spec }) => spec?.policyName ?? '',
  },
  {
    name: 'ParamRef',
    type: 'string',
    description: 'ParamRef indicates the param resource which sets the configuration param',
    // Whether the parameter is in a namespace cannot be told from here.
    cell: ({ spec: { paramRef: { name, namespace = '*' } = {} } = {} }) =>
      name === undefined ? unset : `${namespace}/${name}`,
  },
  ageColumn,
];

/** A list that is always empty: extension servers watch it, and this server applies no policies. */
export const validatingAdmissionPolicyKind: KindDefinition<AdmissionPolicy> = {
  ...common,
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  singular: 'validatingadmissionpolicy',
  protobuf: validatingAdmissionPolicyMessage,
  schema: validatingAdmissionPolicySchema,
  columns: [
    {
      name: 'Validations',
      type: 'integer',
      description: 'Validations indicates the number of validation rules defined in this configuration',
      cell: ({ spec }) => spec?.validations?.length ?? 0,
    },
    paramKindColumn,
    ageColumn,
  ],
};

/** A list that is always empty: extension servers watch it, and this server applies no policies. */
export const mutatingAdmissionPolicyKind: KindDefinition<AdmissionPolicy> = {
  ...common,
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  singular: 'mutatingadmissionpolicy',
  protobuf: mutatingAdmissionPolicyMessage,
  schema: mutatingAdmissionPolicySchema,
  columns: [
    {
      name: 'Mutations',
      type: 'integer',
      description: 'Mutation indicates the number of mutations rules defined in this configuration',
      cell: ({ spec }) => spec?.mutations?.length ?? 0,
    },
    paramKindColumn,
    ageColumn,
  ],
};

/** A list that is always empty: extension servers watch it, and this server applies no policies. */
export const validatingAdmissionPolicyBindingKind: KindDefinition<AdmissionPolicyBinding> = {
  ...common,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  singular: 'validatingadmissionpolicybinding',
  protobuf: validatingAdmissionPolicyBindingMessage,
  schema: validatingAdmissionPolicyBindingSchema,
  columns: bindingColumns,
};

/** A list that is always empty: extension servers watch it, and this server applies no policies. */
export const mutatingAdmissionPolicyBindingKind: KindDefinition<AdmissionPolicyBinding> = {
  ...common,
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  singular: 'mutatingadmissionpolicybinding',
  protobuf: mutatingAdmissionPolicyBindingMessage,
  schema: mutatingAdmissionPolicyBindingSchema,
  columns: bindingColumns,
};
