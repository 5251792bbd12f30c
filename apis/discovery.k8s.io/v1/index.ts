export { endpointSliceKind } from './endpoint-slice.ts';
export type { Endpoint, EndpointHints, EndpointPort, EndpointSlice } from './endpoint-slice-schema.ts';
