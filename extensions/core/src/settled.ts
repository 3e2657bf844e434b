import type { JupyterFrontEnd } from '@jupyterlab/application';

const MOST_MS = 1500;

/**
 * When JupyterLab has come up and its page has nothing else to do: it has something in its main
 * area, or has had time for it. What is heavy waits for that, so that it is not in the way of what
 * somebody came for.
 */
export async function settled(app: JupyterFrontEnd): Promise<void> {
  await app.restored;
  const { shell } = app;
  if (!shell.currentWidget && shell.currentChanged) {
    const changed = shell.currentChanged;
    await new Promise<void>(resolve => {
      const done = (): void => {
        clearTimeout(timer);
        changed.disconnect(done);
        resolve();
      };
      const timer = setTimeout(done, MOST_MS);
      changed.connect(done);
    });
  }
  await new Promise<void>(resolve => {
    // Not in every browser.
    if (typeof requestIdleCallback === 'function') {
      requestIdleCallback(() => resolve(), { timeout: MOST_MS });
    } else {
      setTimeout(resolve, 0);
    }
  });
}
