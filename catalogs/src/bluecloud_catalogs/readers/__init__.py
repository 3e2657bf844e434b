"""The readers that a catalogue's file may name: this list is the whole of it."""

from collections.abc import Mapping
from types import MappingProxyType

from .argo_bgc import ArgoBgc
from .argo_index import ArgoIndex
from .argo_profiles import ArgoProfiles
from .argo_tables import ArgoFloats, ArgoGreylist, ArgoTechnical, ArgoTrajectories
from .argovis import Argovis
from .base import Reading, SourceReader
from .beacon import Beacon
from .bia_images import BiaImages
from .biostudies import BiostudiesSearch
from .biostudies_files import BiostudiesFiles
from .biostudies_study import BiostudiesStudy
from .cdi import CdiList, CdiRecords
from .ckan import Ckan
from .cmems import Cmems
from .cmems_catalogue import CmemsCatalogue
from .csw import CswRecords
from .d4science import CatalogueItems, Methods, Workspace
from .ddas import Ddas
from .dwca import DarwinCoreArchive
from .emodnet_depth import EmodnetDepth
from .ena_portal import EnaPortal
from .ena_xml import EnaXml
from .eurobis import Eurobis
from .float_services import FloatDeployments, FloatState, FloatTechnical, FloatTrajectory
from .gazetteers import MarineRegions, WormsTaxa
from .griddap import Griddap
from .gridded_file import GriddedFile
from .grsf import GrsfSpecies, GrsfStocks
from .handle import HandleReader
from .hda import HdaDatasets, HdaScenes
from .icos_data import IcosData
from .icos_meta import IcosMeta
from .image_set import ImageSet
from .marineinfo import Marineinfo
from .mgnify import MgnifyStudies, MgnifyTaxonomy
from .nvs import NvsCollection
from .obis import Obis
from .obis_datasets import ObisChecklist, ObisDatasets
from .odata import ODataScenes
from .ome_zarr import OmeZarr
from .omero_plates import OmeroPlates
from .openeo import OpenEoIndex
from .own_data import OwnDataset, OwnTable
from .pangaea import Pangaea
from .product import ProductGrid, ProductTable
from .repository import RepositorySearch, RepositoryTable
from .sdn_order import SeaDataNetFiles, SeaDataNetText
from .sparql import Sparql
from .stac import StacScenes, StacTree
from .synthetic import COMPUTED
from .table_file import TableFile
from .tabledap import Tabledap
from .wcs import WcsCoverage
from .wfs import WfsFeatures
from .wms import WmsLayers

READERS: Mapping[str, SourceReader] = MappingProxyType(
    {
        **COMPUTED,
        "argo-bgc": ArgoBgc(),
        "argo-floats": ArgoFloats(),
        "argo-greylist": ArgoGreylist(),
        "argo-index": ArgoIndex(),
        "argo-profiles": ArgoProfiles(),
        "argo-technical": ArgoTechnical(),
        "argo-trajectories": ArgoTrajectories(),
        "argovis": Argovis(),
        "beacon": Beacon(),
        "bia-images": BiaImages(),
        "biostudies-files": BiostudiesFiles(),
        "biostudies-search": BiostudiesSearch(),
        "biostudies-study": BiostudiesStudy(),
        "bluecloud-collections": Ddas(),
        "cdi-list": CdiList(),
        "cdi-record": CdiRecords(),
        "ckan": Ckan(),
        "copernicus-marine": Cmems(),
        "copernicus-marine-catalogue": CmemsCatalogue(),
        "csw": CswRecords(),
        "d4science-items": CatalogueItems(),
        "d4science-methods": Methods(),
        "d4science-workspace": Workspace(),
        "darwin-core-archive": DarwinCoreArchive(),
        "emodnet-depth": EmodnetDepth(),
        "ena-portal": EnaPortal(),
        "ena-xml": EnaXml(),
        "eurobis": Eurobis(),
        "float-deployments": FloatDeployments(),
        "float-state": FloatState(),
        "float-technical": FloatTechnical(),
        "float-trajectory": FloatTrajectory(),
        "griddap": Griddap(),
        "gridded-file": GriddedFile(),
        "grsf-species": GrsfSpecies(),
        "grsf-stocks": GrsfStocks(),
        "handle": HandleReader(),
        "hda-datasets": HdaDatasets(),
        "hda-scenes": HdaScenes(),
        "icos-data": IcosData(),
        "icos-object": IcosMeta(),
        "image-set": ImageSet(),
        "marine-regions": MarineRegions(),
        "marineinfo": Marineinfo(),
        "mgnify-studies": MgnifyStudies(),
        "mgnify-taxonomy": MgnifyTaxonomy(),
        "nvs": NvsCollection(),
        "obis": Obis(),
        "obis-checklist": ObisChecklist(),
        "obis-datasets": ObisDatasets(),
        "odata-scenes": ODataScenes(),
        "ome-zarr": OmeZarr(),
        "omero-plates": OmeroPlates(),
        "openeo-index": OpenEoIndex(),
        "own-dataset": OwnDataset(),
        "own-table": OwnTable(),
        "pangaea": Pangaea(),
        "product-grid": ProductGrid(),
        "product-table": ProductTable(),
        "repository-search": RepositorySearch(),
        "repository-table": RepositoryTable(),
        "seadatanet-netcdf": SeaDataNetFiles(),
        "seadatanet-text": SeaDataNetText(),
        "sparql": Sparql(),
        "stac-scenes": StacScenes(),
        "stac-tree": StacTree(),
        "table-file": TableFile(),
        "tabledap": Tabledap(),
        "wcs": WcsCoverage(),
        "wfs": WfsFeatures(),
        "wms": WmsLayers(),
        "worms": WormsTaxa(),
    }
)

__all__ = ["READERS", "Reading", "SourceReader"]
