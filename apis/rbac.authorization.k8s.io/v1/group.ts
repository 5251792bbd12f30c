/** The API group of roles and bindings. */
export const rbacGroup = 'rbac.authorization.k8s.io';

/** The annotation by whose value `false` an object says that bootstrapping must not change it. */
export const autoUpdateAnnotation = 'rbac.authorization.kubernetes.io/autoupdate';
