"""What opens a stranger's files: executed in a process or container of its own, never imported.

The files of this package are put into one archive, which Python executes wherever the files are
looked at; there they find xarray, pandas and zarr, and nothing of the service.
"""
