/**
 * The library for Kubernetes-style API servers: what `k8s.io/apiserver` is for Go.
 *
 * A kind is a schema literal; `startExtensionServer` serves kinds behind a gateway.
 *
 * @module
 */
export type { KubernetesList, KubernetesObject, ObjectMeta, Status } from '../../apis/meta/v1/types.ts';
export type { ObjectFromSchema, FromSchema, Schema } from '../apimachinery/schema/schema.ts';
export type { KindDefinition, PrinterColumn, Strategy, Verb } from '../apimachinery/schema/kind-definition.ts';
export type { FieldError } from '../apimachinery/validation/field-error.ts';
export { forbidden, invalid, notSupported, required, tooLong } from '../apimachinery/validation/field-error.ts';
export { toAge } from '../apimachinery/time/human-duration.ts';
export type { Logger } from '../component/logs/logger.ts';
export { newLogger } from '../component/logs/new-logger.ts';
export { runUntilSignal } from '../component/lifecycle/run-until-signal.ts';
export { StartError } from '../component/lifecycle/start-error.ts';
export type { AdmissionHook, AdmissionRequest } from './admission/admission.ts';
export { AuthenticationError } from './authentication/authentication-error.ts';
export type { Authenticator } from './authentication/authenticator.ts';
export { newBearerAuthenticator } from './authentication/bearer.ts';
export type { FrontProxyHeaders, FrontProxyOptions } from './authentication/front-proxy.ts';
export { newFrontProxyAuthenticator } from './authentication/front-proxy.ts';
export type { TokenAuthenticator, TokenIdentity, TokenQuery } from './authentication/token-authenticator.ts';
export { newTokenAuthenticator, parseTokenFile } from './authentication/token-file.ts';
export { newWebSocketBearerAuthenticator } from './authentication/websocket-bearer.ts';
export { newX509Authenticator } from './authentication/x509.ts';
export type { AuthorizationRequest, Authorizer, Decision } from './authorization/authorizer.ts';
export { newAlwaysAllowPaths, newPrivilegedGroups, newUnionAuthorizer } from './authorization/authorizer.ts';
export type { RuleResolver, ResolvedRules } from './authorization/rule-resolver.ts';
export type { BootstrapOptions, BootstrapPolicy } from './authorization/rbac/bootstrap/bootstrap-policy.ts';
export { newBootstrapPolicy } from './authorization/rbac/bootstrap/bootstrap-policy.ts';
export type { PolicyControl, RBAC } from './authorization/rbac/new-rbac.ts';
export { newRBAC } from './authorization/rbac/new-rbac.ts';
export type { RBACStores } from './authorization/rbac/rbac-stores.ts';
export { installAccessReviews } from './authorization/reviews/install-access-reviews.ts';
export type { Controller } from './controllers/controller.ts';
export type { GarbageCollectorOptions } from './controllers/garbage-collector/garbage-collector.ts';
export { newGarbageCollector } from './controllers/garbage-collector/garbage-collector.ts';
export type { SupervisedControllers } from './controllers/supervised.ts';
export { superviseControllers } from './controllers/supervised.ts';
export type { Review, ReviewOptions, ReviewScope } from './endpoints/handlers/review.ts';
export { newReviewHandler } from './endpoints/handlers/review.ts';
export type { RequestInfo } from './endpoints/request-info.ts';
export type { ExtensionServer, ExtensionServerOptions } from './extension/extension-server.ts';
export { startExtensionServer } from './extension/extension-server.ts';
export type { HealthCheck } from './healthz/checks.ts';
export type { ManifestController, ManifestControllerOptions } from './manifests/manifest-controller.ts';
export { newManifestController } from './manifests/manifest-controller.ts';
export type { Handler, RequestContext } from './request-context.ts';
export type { APIServerOptions, Delegate, GroupPriority, InstallOptions } from './server/api-server.ts';
export { APIServer } from './server/api-server.ts';
export { newSecureServer } from './server/secure-server.ts';
export type { DeletionStrategy } from './registry/deletion-strategy.ts';
export type { ServedStores } from './registry/served-stores.ts';
export { Store } from './registry/store.ts';
export type { Aspect } from './subresources/aspect.ts';
export { newAspectSubresource } from './subresources/aspect.ts';
export type { ScalePaths } from './subresources/scale.ts';
export { newScaleSubresource } from './subresources/scale.ts';
export type { ConnectSubresource, Subresource, VerbSubresource } from './subresources/subresource.ts';
export type { View } from './subresources/view.ts';
export { newViewSubresource } from './subresources/view.ts';
export type { UserInfo } from './user-info.ts';
