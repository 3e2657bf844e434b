"""The routes of products, below ``<base_url>bluecloud/api/``; see `handlers`."""

from jupyter_server.auth.decorator import authorized
from tornado import web

from bluecloud_panel import product_wire as wire
from bluecloud_panel import products
from bluecloud_panel.handlers import PanelHandler


class ProductsHandler(PanelHandler):
    """What is published."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `wire.Products`."""
        await self.answer(products.listed)


class LineageHandler(PanelHandler):
    """Where a version of a product comes from."""

    @web.authenticated
    @authorized
    async def get(self, laboratory: str, slug: str, version: str) -> None:
        """Answer with its `wire.Lineage`."""
        await self.answer(lambda: products.lineage(laboratory, slug, int(version)))


class ProposalsHandler(PanelHandler):
    """What the person proposed."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `wire.Proposals`."""
        await self.answer(products.mine)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Propose a product and answer with `wire.Proposals`."""
        request = self.asked(wire.ProposeRequest)
        await self.answer(lambda: products.propose(request))


class AmendHandler(PanelHandler):
    """The form of a proposal that was sent back."""

    @web.authenticated
    @authorized
    async def get(self, proposal: str) -> None:
        """Answer with its `wire.ProductForm`; its files are checked anew, which takes seconds."""
        await self.answer(lambda: products.amended(proposal))


class PublishHandler(PanelHandler):
    """The form of a product that a run left."""

    @web.authenticated
    @authorized
    async def get(self, run: str) -> None:
        """Answer with its `wire.ProductForm`; the files are checked, which takes seconds."""
        await self.answer(lambda: products.of_run(run))


PRODUCT_ROUTES: list[tuple[str, type[PanelHandler]]] = [
    (r"products", ProductsHandler),
    (r"products/([a-z0-9]+)/([a-z0-9_]+)/([0-9]{1,7})/lineage", LineageHandler),
    (r"proposals", ProposalsHandler),
    (r"proposals/([0-9a-f]+)/form", AmendHandler),
    (r"runs/([\w-]+)/product", PublishHandler),
]
