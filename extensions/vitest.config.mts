import { defineConfig } from 'vitest/config';

const source = (name: string): string => `${import.meta.dirname}/${name}/src/index.ts`;

export default defineConfig({
  // The sources, whether or not they were built.
  resolve: {
    alias: { '@bluecloud/core': source('core'), '@bluecloud/environment': source('environment') }
  },
  test: { environment: 'jsdom', setupFiles: ['test/setup.ts'], include: ['test/**/*.spec.{ts,tsx}'] }
});
