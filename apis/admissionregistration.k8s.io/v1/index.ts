export {
  mutatingAdmissionPolicyBindingKind,
  mutatingAdmissionPolicyKind,
  validatingAdmissionPolicyBindingKind,
  validatingAdmissionPolicyKind,
} from './admission-policies.ts';
export type { AdmissionPolicy, AdmissionPolicyBinding } from './admission-policy-schema.ts';
export { mutatingWebhookConfigurationKind, validatingWebhookConfigurationKind } from './webhook-configurations.ts';
export type { WebhookConfiguration } from './webhook-schema.ts';
