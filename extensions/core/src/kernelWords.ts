/** What a kernel is at, in words that are true. */
import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

type Told = Pick<Kernel.IModel, 'execution_state' | 'connections'>;

/**
 * Busy or idle, as the server has it.
 *
 * The server hears what a kernel is at through the windows that are connected to it: of one
 * that none is connected to it goes on saying that it starts.
 */
export function kernelInWords(kernel: Told, trans: TranslationBundle): string {
  switch (kernel.execution_state) {
    case 'starting':
      return kernel.connections ? trans.__('starting') : trans.__('open in no window');
    case 'busy':
      return trans.__('busy');
    case 'idle':
      return trans.__('idle');
    default:
      return kernel.execution_state ?? '';
  }
}
