// Re-exported by name, so that a bundler keeps nothing else of the package in the start-up path.
export { backendModule } from '@lightning-mcp/backend-simulator'
