"""Finding data of all sources by text, place, time, depth, variable, taxon and source."""
