import type { JupyterFrontEnd } from '@jupyterlab/application';

import type { PanelApi } from './api';
import { CommandIDs } from './commands';
import type { Lineage, Product, ProductForm, Products, Proposals, ProposeRequest } from './wire';

/** What is published, and what the person proposes. */
export interface IProductsDesk {
  /** All versions that the person sees, the last published first. */
  products(): Promise<Products>;

  /** Where a version comes from. */
  lineage(product: Product): Promise<Lineage>;

  /** What the person proposed here, the newest first. */
  proposals(): Promise<Proposals>;

  /** The form of a product, filled in from a run; its files are checked, which takes seconds. */
  form(run: string): Promise<ProductForm>;

  /** The form of a proposal that was sent back, as it was filled in. */
  amended(proposal: string): Promise<ProductForm>;

  /** Propose a product: a manager decides. Gives all that the person proposed. */
  propose(request: ProposeRequest): Promise<Proposals>;

  /** Bring what the person proposed to the front. */
  showMine(): Promise<void>;

  /** Whether it is to be in front; said once. */
  takeMine(): boolean;
}

export class ProductsDesk implements IProductsDesk {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _api: PanelApi
  ) {}

  products(): Promise<Products> {
    return this._api.products();
  }

  lineage(product: Product): Promise<Lineage> {
    return this._api.lineage(product);
  }

  proposals(): Promise<Proposals> {
    return this._api.proposals();
  }

  form(run: string): Promise<ProductForm> {
    return this._api.productForm(run);
  }

  amended(proposal: string): Promise<ProductForm> {
    return this._api.amendedForm(proposal);
  }

  propose(request: ProposeRequest): Promise<Proposals> {
    return this._api.propose(request);
  }

  async showMine(): Promise<void> {
    this._mine = true;
    await this._app.commands.execute(CommandIDs.showProducts);
  }

  takeMine(): boolean {
    const mine = this._mine;
    this._mine = false;
    return mine;
  }

  private _mine = false;
}
