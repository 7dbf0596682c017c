// Chosen by its path, so the server cannot know that this is the simulator: it asks for a token.
export { backendModule } from '@lightning-mcp/backend-simulator'
