import {
  list,
  mapOf,
  message,
  optional,
  required,
  type ProtobufMessage,
} from '../../../pkg/apimachinery/protobuf/message.ts';
import { conditionMessage } from '../../../pkg/apimachinery/protobuf/selector-messages.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const servicePortMessage = message('ServicePort', {
  name: [1, 'string'],
  protocol: [2, 'string'],
  port: [3, required('int32')],
  targetPort: [4, required('intOrString')],
  nodePort: [5, 'int32'],
  appProtocol: [6, optional('string')],
});

const clientIPConfigMessage = message('ClientIPConfig', {
  timeoutSeconds: [1, optional('int32')],
});

const sessionAffinityConfigMessage = message('SessionAffinityConfig', {
  clientIP: [1, optional(clientIPConfigMessage)],
});

const serviceSpecMessage = message('ServiceSpec', {
  ports: [1, list(servicePortMessage)],
  selector: [2, mapOf('string')],
  clusterIP: [3, 'string'],
  type: [4, 'string'],
  externalIPs: [5, list('string')],
  sessionAffinity: [7, 'string'],
  loadBalancerIP: [8, 'string'],
  loadBalancerSourceRanges: [9, list('string')],
  externalName: [10, 'string'],
  externalTrafficPolicy: [11, 'string'],
  healthCheckNodePort: [12, 'int32'],
  publishNotReadyAddresses: [13, 'bool'],
  sessionAffinityConfig: [14, optional(sessionAffinityConfigMessage)],
  ipFamilyPolicy: [17, optional('string')],
  clusterIPs: [18, list('string')],
  ipFamilies: [19, list('string')],
  allocateLoadBalancerNodePorts: [20, optional('bool')],
  loadBalancerClass: [21, optional('string')],
  internalTrafficPolicy: [22, optional('string')],
  trafficDistribution: [23, optional('string')],
});

const portStatusMessage = message('PortStatus', {
  port: [1, required('int32')],
  protocol: [2, required('string')],
  error: [3, optional('string')],
});

const loadBalancerIngressMessage = message('LoadBalancerIngress', {
  ip: [1, 'string'],
  hostname: [2, 'string'],
  ipMode: [3, optional('string')],
  ports: [4, list(portStatusMessage)],
});

const loadBalancerStatusMessage = message('LoadBalancerStatus', {
  ingress: [1, list(loadBalancerIngressMessage)],
});

const serviceStatusMessage = message('ServiceStatus', {
  loadBalancer: [1, loadBalancerStatusMessage],
  conditions: [2, list(conditionMessage)],
});

/** How `Service` is written as protobuf. */
export const serviceMessage: ProtobufMessage = message('Service', {
  metadata: [1, objectMetaMessage],
  spec: [2, serviceSpecMessage],
  status: [3, serviceStatusMessage],
});
