export type { GatewayConfiguration } from './gateway-configuration.ts';
export { gatewayConfigurationSchema } from './gateway-configuration.ts';
