export { createDestinationResolver } from './create-destination-resolver.ts'
export type { DestinationResolverOptions, HostAddress, LookupHost } from './resolver-options.ts'
