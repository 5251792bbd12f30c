/** What of the recordings is run, in an order in which each finds the state that it was recorded in. */
export interface Step {
  /** Name of the recording. */
  readonly id: string;
  /** Resources that the gateway has to serve for it, as `kubectl api-resources --output=name` names them. */
  readonly needs?: readonly string[];
  /** What has to be true before: a command that is repeated until it prints this. */
  readonly after?: { readonly command: readonly string[]; readonly prints: RegExp };
}

const configMaps = ['configmaps'];
const accessReviews = ['selfsubjectaccessreviews.authorization.k8s.io'];
const rulesReviews = ['selfsubjectrulesreviews.authorization.k8s.io'];
const selfReviews = ['selfsubjectreviews.authentication.k8s.io'];
const roles = ['clusterroles.rbac.authorization.k8s.io', 'clusterrolebindings.rbac.authorization.k8s.io'];

/** The steps, in order. */
export const steps: readonly Step[] = [
  { id: 'cluster-info', needs: ['services'] },
  { id: 'api-resources' },
  { id: 'api-resources-group' },
  { id: 'api-resources-name' },
  { id: 'get-raw-404' },
  { id: 'proxy-openapi' },
  { id: 'bad-token' },
  { id: 'explain-apiservice' },
  { id: 'explain-apiservice-spec' },
  { id: 'explain-apiservice-recursive' },
  { id: 'explain-flunder' },
  { id: 'explain-flunder-version' },
  { id: 'explain-unknown' },
  { id: 'explain-unknown-field' },

  { id: 'wait-ok' },
  { id: 'wait-jsonpath' },
  { id: 'get-apiservice-name' },
  { id: 'get-apiservice-wide' },
  { id: 'get-apiservice-yaml' },
  { id: 'get-apiservice-jsonpath' },
  { id: 'describe-apiservice' },
  { id: 'describe-automanaged' },
  { id: 'get-chunk' },
  { id: 'get-sorted' },
  { id: 'get-field-selector' },
  { id: 'get-selector' },
  { id: 'get-missing' },
  { id: 'get-unknown-type' },
  { id: 'get-ns' },
  { id: 'get-svc', needs: ['services'] },

  { id: 'create-apiservice' },
  { id: 'create-apiservice-again' },
  { id: 'create-apiservice-strict' },
  { id: 'create-apiservice-invalid' },
  {
    id: 'get-subresource',
    after: {
      command: ['get', 'apiservice', 'v1.k.example.com', '--output=jsonpath={.status.conditions[*].status}'],
      prints: /False/,
    },
  },
  { id: 'discovery-partial-failure' },
  { id: 'api-resources-partial-failure' },
  { id: 'label' },
  { id: 'label-no-overwrite' },
  { id: 'label-overwrite' },
  { id: 'label-remove' },
  { id: 'annotate' },
  { id: 'patch-merge' },
  { id: 'patch-strategic' },
  { id: 'patch-json' },
  { id: 'patch-noop' },
  { id: 'patch-invalid' },
  { id: 'replace' },
  { id: 'wait-timeout' },
  { id: 'patch-status' },
  { id: 'delete-apiservice' },
  { id: 'delete-missing' },
  { id: 'delete-ignore' },

  { id: 'flunder-create' },
  { id: 'flunder-get' },
  { id: 'flunder-describe' },
  { id: 'flunder-delete' },

  { id: 'apply-bad-yaml' },
  { id: 'apply-bad-kind' },
  { id: 'apply', needs: configMaps },
  { id: 'apply-again', needs: configMaps },
  { id: 'apply-change', needs: configMaps },
  { id: 'diff-none', needs: configMaps },
  { id: 'diff', needs: configMaps },
  { id: 'apply-dry-run-server', needs: configMaps },
  { id: 'apply-server-side', needs: configMaps },
  { id: 'apply-server-side-force', needs: configMaps },
  { id: 'apply-unknown-field', needs: configMaps },
  { id: 'apply-validate-warn', needs: configMaps },
  { id: 'set-last-applied', needs: configMaps },
  { id: 'create-cm', needs: configMaps },
  { id: 'get-all-ns', needs: configMaps },
  { id: 'delete-dry-run', needs: configMaps },
  { id: 'delete-two', needs: configMaps },
  { id: 'ns-lifecycle-create' },
  { id: 'ns-cm', needs: configMaps },
  { id: 'ns-delete' },
  { id: 'forbidden-create', needs: configMaps },

  { id: 'whoami', needs: selfReviews },
  { id: 'whoami-alice', needs: selfReviews },
  { id: 'whoami-as', needs: selfReviews },
  { id: 'can-i-alice', needs: accessReviews },
  { id: 'can-i-nonresource', needs: accessReviews },
  { id: 'can-i-list', needs: [...rulesReviews, ...roles] },
  { id: 'create-role', needs: roles },
  { id: 'create-binding', needs: roles },
  { id: 'reconcile', needs: roles },
  { id: 'describe-role', needs: roles },
  { id: 'delete-role', needs: roles },
  { id: 'events', needs: ['events'] },
];
