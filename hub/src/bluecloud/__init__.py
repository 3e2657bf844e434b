"""The client of the project, in every laboratory: today, its command line ``bluecloud``."""
