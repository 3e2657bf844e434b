"""Routines of the laboratory *Plankton genomics*."""

from bluecloud_routines.genomics._dataset import ORDINATIONS
from bluecloud_routines.genomics.annotations import (
    cluster_composition,
    cluster_summary,
    gene_functions,
)
from bluecloud_routines.genomics.biogeography import function_biogeography
from bluecloud_routines.genomics.boosting import BoostedTrees, Boosting, boosted_trees
from bluecloud_routines.genomics.clusters import gene_clusters
from bluecloud_routines.genomics.community import community_diversity
from bluecloud_routines.genomics.correlation import great_circle, mantel
from bluecloud_routines.genomics.correspondence import (
    Correspondence,
    correspondence_analysis,
)
from bluecloud_routines.genomics.dissimilarity import METRICS, beta_diversity
from bluecloud_routines.genomics.diversity import alpha_diversity
from bluecloud_routines.genomics.equivalence import equivalent_vectors, rv_coefficient
from bluecloud_routines.genomics.extrapolation import mess
from bluecloud_routines.genomics.fitting import envfit
from bluecloud_routines.genomics.folds import blocked_folds, cross_validated, random_folds
from bluecloud_routines.genomics.images import TARA_FRACTIONS, image_traits
from bluecloud_routines.genomics.interpolation import features_between_samples
from bluecloud_routines.genomics.maxent import Maxent, maxent
from bluecloud_routines.genomics.niche import MEMBERS, taxon_niche
from bluecloud_routines.genomics.niche_scores import auc, boyce, true_skill
from bluecloud_routines.genomics.ordination import (
    Ordination,
    nonmetric_scaling,
    principal_coordinates,
)
from bluecloud_routines.genomics.particles import particle_traits
from bluecloud_routines.genomics.permutations import PermutationTest, table_of_tests
from bluecloud_routines.genomics.rarefaction import rarefaction, richness_at_coverage
from bluecloud_routines.genomics.segmentation import otsu_threshold, segment
from bluecloud_routines.genomics.spectrum import Spectrum, size_spectrum
from bluecloud_routines.genomics.taxa import RANKS, community_table
from bluecloud_routines.genomics.variance import permanova

__all__ = [
    "MEMBERS",
    "METRICS",
    "ORDINATIONS",
    "RANKS",
    "TARA_FRACTIONS",
    "BoostedTrees",
    "Boosting",
    "Correspondence",
    "Maxent",
    "Ordination",
    "PermutationTest",
    "Spectrum",
    "alpha_diversity",
    "auc",
    "beta_diversity",
    "blocked_folds",
    "boosted_trees",
    "boyce",
    "cluster_composition",
    "cluster_summary",
    "community_diversity",
    "community_table",
    "correspondence_analysis",
    "cross_validated",
    "envfit",
    "equivalent_vectors",
    "features_between_samples",
    "function_biogeography",
    "gene_clusters",
    "gene_functions",
    "great_circle",
    "image_traits",
    "mantel",
    "maxent",
    "mess",
    "nonmetric_scaling",
    "otsu_threshold",
    "particle_traits",
    "permanova",
    "principal_coordinates",
    "random_folds",
    "rarefaction",
    "richness_at_coverage",
    "rv_coefficient",
    "segment",
    "size_spectrum",
    "table_of_tests",
    "taxon_niche",
    "true_skill",
]
