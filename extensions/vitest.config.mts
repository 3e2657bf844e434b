import { defineConfig } from 'vitest/config';

import { workspaces } from './package.json';

export default defineConfig({
  // The sources, whether or not they were built.
  resolve: {
    alias: Object.fromEntries(
      workspaces.map(name => [`@bluecloud/${name}`, `${import.meta.dirname}/${name}/src/index.ts`])
    )
  },
  test: { environment: 'jsdom', setupFiles: ['test/setup.ts'], include: ['test/**/*.spec.{ts,tsx}'] }
});
