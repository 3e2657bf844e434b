import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { settled } from '../core/src/settled';

/** As much of JupyterLab as tells that it has come up. */
function starting() {
  const shell = { currentWidget: null as Widget | null };
  const currentChanged = new Signal<object, object>(shell);
  let restore: () => void = () => undefined;
  const restored = new Promise<void>(resolve => {
    restore = resolve;
  });
  const app = { restored, shell: Object.assign(shell, { currentChanged }) };
  return {
    app: app as unknown as JupyterFrontEnd,
    restore,
    open: () => {
      shell.currentWidget = new Widget();
      currentChanged.emit({});
    }
  };
}

describe('settled', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  const told = (app: JupyterFrontEnd) => {
    const seen = vi.fn();
    void settled(app).then(seen);
    return seen;
  };

  it('waits for the layout and for something in the main area', async () => {
    const { app, restore, open } = starting();
    const seen = told(app);
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen).not.toHaveBeenCalled();
    restore();
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).not.toHaveBeenCalled();
    open();
    await vi.advanceTimersByTimeAsync(100);
    expect(seen).toHaveBeenCalledOnce();
  });

  it('waits no longer for a main area that stays empty', async () => {
    const { app, restore } = starting();
    const seen = told(app);
    restore();
    await vi.advanceTimersByTimeAsync(1700);
    expect(seen).toHaveBeenCalledOnce();
  });

  it('waits for nothing where something is open already', async () => {
    const { app, restore, open } = starting();
    open();
    const seen = told(app);
    restore();
    await vi.advanceTimersByTimeAsync(100);
    expect(seen).toHaveBeenCalledOnce();
  });
});
