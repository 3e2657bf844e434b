import { Notification } from '@jupyterlab/apputils';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { DisposableSet } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';

import { PanelError, explained } from './api';
import type { Tab } from './panel';
import type { IWorkbench, ParameterValues } from './tokens';

export const CommandIDs = {
  showPanel: 'bluecloud:show-panel',
  showRuns: 'bluecloud:show-runs',
  showServer: 'bluecloud:show-server',
  showProducts: 'bluecloud:show-products',
  openAnalysis: 'bluecloud:open-analysis',
  runAnalysis: 'bluecloud:run-analysis',
  insertEntry: 'bluecloud:insert-entry',
  finishAsRun: 'bluecloud:finish-as-run'
} as const;

/** What the commands act on. */
export interface ICommandTarget {
  readonly workbench: () => Promise<IWorkbench>;
  readonly showTab: (tab: Tab) => Promise<void>;
}

/**
 * Add the panel's commands.
 *
 * `title` in the arguments is for the palette; without a `name` a command shows where to
 * choose one.
 */
export function addCommands(
  commands: CommandRegistry,
  target: ICommandTarget,
  trans: TranslationBundle
): IDisposable {
  const added = new DisposableSet();
  const add = (id: string, label: CommandRegistry.ICommandOptions['label'], act: Act): void => {
    added.add(commands.addCommand(id, { label, execute: act }));
  };
  const orShow =
    (tab: Tab, act: (name: string, args: ReadonlyPartialJSONObject) => Promise<void>): Act =>
    args =>
      typeof args['name'] === 'string' ? act(args['name'], args) : target.showTab(tab);

  add(CommandIDs.showPanel, trans.__('Show the Laboratory'), () => target.showTab('view'));
  add(CommandIDs.showRuns, trans.__('Show My Runs'), () => target.showTab('runs'));
  add(CommandIDs.showServer, trans.__('Show My Server'), () => target.showTab('server'));
  add(CommandIDs.showProducts, trans.__('Show Products'), () => target.showTab('products'));
  add(
    CommandIDs.openAnalysis,
    args => titled(args, trans.__('Open an Analysis…'), title => trans.__('Open: %1', title)),
    orShow('analyses', async name => (await target.workbench()).openAnalysis(name))
  );
  add(
    CommandIDs.runAnalysis,
    trans.__('Run an Analysis with Parameters…'),
    orShow('analyses', async (name, args) =>
      (await target.workbench()).runAnalysis(name, (args['parameters'] ?? {}) as ParameterValues)
    )
  );
  add(
    CommandIDs.insertEntry,
    args => titled(args, trans.__('Insert Data…'), title => trans.__('Insert: %1', title)),
    orShow('data', async name => {
      const workbench = await target.workbench();
      const { entries } = await workbench.catalogue();
      const entry = entries.find(candidate => candidate.name === name);
      if (!entry) {
        throw new PanelError('UnknownEntry', trans.__('The catalogue has no entry %1.', name));
      }
      await workbench.insert(entry.snippet);
    })
  );
  add(CommandIDs.finishAsRun, trans.__('Finish This Notebook as a Run'), async () => {
    try {
      Notification.success(await (await target.workbench()).runsDesk.finish());
    } catch (error) {
      Notification.error(explained(error), { autoClose: false });
    }
  });
  return added;
}

/** Offer the commands, and each analysis and entry by its title, in the palette. */
export async function addToPalette(
  palette: ICommandPalette,
  workbench: IWorkbench
): Promise<IDisposable> {
  const added = new DisposableSet();
  const category = workbench.trans.__('Laboratory');
  // What the server half cannot say is missing here and explained in the panel.
  const [analyses, catalogue] = await Promise.allSettled([
    workbench.analyses(),
    workbench.catalogue()
  ]);
  const analysed = analyses.status === 'fulfilled' ? analyses.value.analyses : [];
  const entries = catalogue.status === 'fulfilled' ? catalogue.value.entries : [];
  for (const { name, title } of analysed) {
    added.add(palette.addItem({ command: CommandIDs.openAnalysis, category, args: { name, title } }));
  }
  for (const { name, title } of entries) {
    added.add(palette.addItem({ command: CommandIDs.insertEntry, category, args: { name, title } }));
  }
  return added;
}

type Act = (args: ReadonlyPartialJSONObject) => Promise<void>;

function titled(
  args: ReadonlyPartialJSONObject,
  without: string,
  withTitle: (title: string) => string
): string {
  return typeof args['title'] === 'string' ? withTitle(args['title']) : without;
}
